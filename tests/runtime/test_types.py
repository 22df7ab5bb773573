"""No value changes silently: each type of a declared schema, through each way into a table, with whatever values there are."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3lint.runtime import SchemaError
from s3lint.runtime.delta import Evolution, Table, append, evolve, merge, overwrite_partition
from s3lint.runtime.frames import fitted
from s3lint.runtime.raw import read

UTC = dt.timezone.utc
MOMENTS = st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31))
INSTANTS = MOMENTS.map(lambda moment: moment.replace(tzinfo=UTC))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


def whole(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def decimals(digits: int, scale: int) -> st.SearchStrategy[Decimal]:
    most = 10**digits - 1
    return st.integers(-most, most).map(lambda unscaled: Decimal((int(unscaled < 0), tuple(map(int, str(abs(unscaled)))), -scale)))


DATES = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))
STORED: dict[str, tuple[pa.DataType, st.SearchStrategy[Any]]] = {
    "boolean": (pa.bool_(), st.booleans()),
    **{f"int{bits}": (getattr(pa, f"int{bits}")(), whole(bits)) for bits in (8, 16, 32, 64)},
    "float": (pa.float32(), st.floats(width=32)),
    "double": (pa.float64(), st.floats()),
    "decimal": (pa.decimal128(38, 10), decimals(38, 10)),
    "decimal of few": (pa.decimal128(3, 3), decimals(3, 3)),
    "decimal32": (pa.decimal32(5, 2), decimals(5, 2)),
    "decimal64": (pa.decimal64(15, 0), decimals(15, 0)),
    "date": (pa.date32(), DATES),
    "date64": (pa.date64(), DATES),
    "seconds": (pa.timestamp("s"), MOMENTS.map(lambda moment: moment.replace(microsecond=0))),
    "milliseconds": (pa.timestamp("ms"), MOMENTS.map(lambda moment: moment.replace(microsecond=5_000))),
    "moment": (pa.timestamp("us"), MOMENTS),
    "instant": (pa.timestamp("us", "UTC"), INSTANTS),
    "text": (pa.string(), TEXTS),
    "large text": (pa.large_string(), TEXTS),
    "view of text": (pa.string_view(), TEXTS),
    "binary": (pa.binary(), st.binary(max_size=6)),
    "large binary": (pa.large_binary(), st.binary(max_size=6)),
    "four bytes": (pa.binary(4), st.binary(min_size=4, max_size=4)),
    "list": (pa.list_(pa.int16()), st.lists(st.none() | whole(16), max_size=3)),
    "large list": (pa.large_list(pa.string()), st.lists(TEXTS, max_size=3)),
    "pair": (pa.list_(pa.float32(), 2), st.lists(st.floats(width=32), min_size=2, max_size=2)),
    "map": (pa.map_(pa.string(), pa.int8()), st.dictionaries(TEXTS, st.none() | whole(8), max_size=3).map(lambda each: [*each.items()])),
    "struct": (
        pa.struct([("a", pa.int8()), ("b", pa.struct([("c", pa.timestamp("us"))]))]),
        st.fixed_dictionaries({"a": st.none() | whole(8), "b": st.none() | st.fixed_dictionaries({"c": st.none() | MOMENTS})}),
    ),
    "dictionary": (pa.dictionary(pa.int32(), pa.string()), TEXTS),
}  # fmt: skip
PARTITIONING = ("boolean", "int8", "int16", "int32", "int64", "date", "seconds", "moment", "instant", "text")

REFUSED = {
    "null": pa.null(), "float16": pa.float16(), **{f"uint{bits}": getattr(pa, f"uint{bits}")() for bits in (8, 16, 32, 64)},
    "decimal of many": pa.decimal256(50, 2), "decimal of tens": pa.decimal128(5, -2), "nanoseconds": pa.timestamp("ns"),
    "nanoseconds of UTC": pa.timestamp("ns", "UTC"), "instant of Berlin": pa.timestamp("us", "Europe/Berlin"),
    "instant of +00:00": pa.timestamp("us", "+00:00"), "time32": pa.time32("s"), "time64": pa.time64("us"), "duration": pa.duration("us"),
    "interval": pa.month_day_nano_interval(), "struct of nothing": pa.struct([]), "list of nanoseconds": pa.list_(pa.timestamp("ns")),
    "map to unsigned": pa.map_(pa.string(), pa.uint8()), "struct of times": pa.struct([("t", pa.time32("s"))]),
    "union": pa.dense_union([pa.field("a", pa.int8())]), "run ends": pa.run_end_encoded(pa.int32(), pa.string()), "uuid": pa.uuid(),
}  # fmt: skip

Write = Callable[[Table, pa.Table], Any]
WAYS: dict[str, Write] = {
    "append": append,
    "merge": lambda table, rows: merge(table, rows, keys=["row"]),
    "overwrite": lambda table, rows: overwrite_partition(
        table, rows.append_column("all", pa.array([1] * len(rows))), where={"all": 1}
    ),
}


def rows_of(table: Table) -> list[dict[str, Any]]:
    return sorted(deltalake.DeltaTable(str(table.uri)).to_pyarrow_table().to_pylist(), key=lambda row: row["row"])


@pytest.mark.extended
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", STORED)
def test_what_is_written_is_read(name: str, way: str) -> None:
    arrow_type, values = STORED[name]

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.none() | values, min_size=1, max_size=6))
    def round_trip(column: list[Any]) -> None:
        check_round_trip(arrow_type, column, WAYS[way], ())

    round_trip()


@pytest.mark.extended
@pytest.mark.parametrize("name", PARTITIONING)
def test_a_partition_keeps_its_values(name: str) -> None:
    arrow_type, values = STORED[name]

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.none() | values, min_size=1, max_size=4))
    def round_trip(column: list[Any]) -> None:
        if "" in column:
            with pytest.raises(SchemaError, match="''"):
                check_round_trip(arrow_type, column, append, ("column",))
            return
        check_round_trip(arrow_type, column, append, ("column",))

    round_trip()


def check_round_trip(arrow_type: pa.DataType, column: list[Any], write: Write, partition_by: tuple[str, ...]) -> None:
    """Writes a column and reads it again; where it is refused, nothing is there."""
    folder = tempfile.mkdtemp()
    try:
        fields = [("column", arrow_type), ("row", pa.int64()), ("all", pa.int64())]
        table = Table(f"{folder}/table", pa.schema(fields), Evolution.FIXED, partition_by)
        rows = pa.table({"column": pa.array(column, arrow_type), "row": [*range(len(column))]})
        if write is WAYS["merge"]:
            rows = rows.append_column("all", pa.nulls(len(rows), pa.int64()))
        try:
            write(table, rows)
        except SchemaError:
            assert not Path(table.uri).exists()
            raise
        assert (
            repr([row["column"] for row in rows_of(table)])
            == repr(rows["column"].to_pylist()).replace("zoneinfo.ZoneInfo(key='UTC')", "UTC")
            or [row["column"] for row in rows_of(table)] == rows["column"].to_pylist()
        )
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("name", STORED)
def test_each_type_is_stored(name: str, tmp_path: Path) -> None:
    """One example of each, for the default suite."""
    examples = {"moment": dt.datetime(1500, 1, 1, 0, 0, 0, 1), "date": dt.date(1, 1, 1), "text": ""}
    arrow_type, values = STORED[name]
    del values
    sample: Any = examples.get(name)
    check_round_trip(arrow_type, [None, sample], append, ())


@pytest.mark.parametrize("name", REFUSED)
def test_a_type_that_cannot_be_stored_is_refused_before_data_are_seen(name: str, tmp_path: Path) -> None:
    table = Table(tmp_path / "table", pa.schema([("row", pa.int64()), ("column", REFUSED[name])]), Evolution.FIXED)
    for use in (lambda: append(table, None), lambda: merge(table, None, keys=["row"]), lambda: evolve(table)):
        with pytest.raises(SchemaError, match="'column") as caught:
            use()
        assert len(str(caught.value)) < 300
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arrow_type", [pa.float64(), pa.decimal128(5, 2), pa.binary(), pa.list_(pa.int8()), pa.struct([("a", pa.int8())])], ids=str
)
def test_a_partition_that_is_not_kept_is_refused(arrow_type: pa.DataType, tmp_path: Path) -> None:
    """delta-rs writes -1.10 as `-1.-10`, which no reader takes, and bytes as text."""
    table = Table(str(tmp_path / "table"), pa.schema([("row", pa.int64()), ("column", arrow_type)]), Evolution.FIXED, ("column",))
    with pytest.raises(SchemaError, match="no partition can be told by"):
        append(table, pa.table({"row": [1]}))


NARROWED: list[tuple[Any, pa.DataType, pa.DataType]] = [
    (1e300, pa.float64(), pa.float32()), (0.1, pa.float64(), pa.float32()), (2**53 + 1, pa.int64(), pa.float64()),
    (2**31, pa.int64(), pa.int32()), (-1, pa.int64(), pa.uint8()), (2**63, pa.uint64(), pa.int64()), (300, pa.int16(), pa.int8()),
    (Decimal("1.005"), pa.decimal128(5, 3), pa.decimal128(5, 2)), (Decimal("1000"), pa.decimal128(5, 0), pa.decimal128(5, 2)),
    (1_001, pa.timestamp("ns"), pa.timestamp("us")), (1_001, pa.timestamp("ns", "UTC"), pa.timestamp("us", "UTC")),
    (2**62, pa.timestamp("ms"), pa.timestamp("us")), (86_400_001, pa.date64(), pa.date32()), ([1, 2**40], pa.list_(pa.int64()), pa.list_(pa.int32())),
    ([1e300], pa.list_(pa.float64(), 1), pa.list_(pa.float32())), ({"a": 0.1}, pa.struct([("a", pa.float64())]), pa.struct([("a", pa.float32())])),
    ([("k", 2**40)], pa.map_(pa.string(), pa.int64()), pa.map_(pa.string(), pa.int32())),
]  # fmt: skip


@pytest.mark.parametrize("row", [0, 1, 6, 7])
@pytest.mark.parametrize(("value", "given_type", "declared"), NARROWED, ids=str)
def test_a_value_that_would_change_is_named(value: Any, given_type: pa.DataType, declared: pa.DataType, row: int) -> None:
    column = pa.chunked_array([pa.array([None] * row, given_type), pa.array([value] + [None] * (7 - row), given_type)])
    with pytest.raises(SchemaError, match=rf"'c'.* of row {row}\b"):
        fitted(pa.table({"c": column}), pa.schema([("c", declared)]))


OTHERS: list[tuple[pa.DataType, pa.DataType]] = [
    (pa.string(), pa.int32()), (pa.int32(), pa.string()), (pa.float64(), pa.int64()), (pa.bool_(), pa.int8()), (pa.int8(), pa.bool_()),
    (pa.timestamp("us"), pa.timestamp("us", "UTC")), (pa.timestamp("us", "UTC"), pa.timestamp("us")), (pa.timestamp("us"), pa.date32()),
    (pa.binary(), pa.string()), (pa.string(), pa.binary()), (pa.list_(pa.string()), pa.list_(pa.int32())), (pa.int8(), pa.decimal128(5, 2)),
    (pa.struct([("a", pa.int8()), ("b", pa.int8())]), pa.struct([("a", pa.int8())])), (pa.int64(), pa.timestamp("us")),
    (pa.struct([("b", pa.int8()), ("a", pa.int8())]), pa.struct([("a", pa.int8()), ("b", pa.int8())])), (pa.int32(), pa.date32()),
    (pa.map_(pa.string(), pa.string()), pa.map_(pa.string(), pa.int8())), (pa.duration("us"), pa.int64()), (pa.time64("us"), pa.int64()),
]  # fmt: skip


@pytest.mark.parametrize(("given_type", "declared"), OTHERS, ids=str)
def test_a_column_of_another_kind_is_refused(given_type: pa.DataType, declared: pa.DataType) -> None:
    with pytest.raises(SchemaError, match="convert it where it is read"):
        fitted(pa.table({"c": pa.nulls(2, given_type)}), pa.schema([("c", declared)]))


NOT_NULL = pa.field("a", pa.int8(), nullable=False)
NULLABLE = pa.field("a", pa.int8())


@pytest.mark.parametrize(
    ("value", "given_type", "declared"),
    [
        (None, pa.int8(), pa.int8()),
        ([1, None], pa.list_(NULLABLE), pa.list_(NOT_NULL)),
        ({"a": None}, pa.struct([NULLABLE]), pa.struct([NOT_NULL])),
        ([("k", None)], pa.map_(pa.string(), NULLABLE), pa.map_(pa.string(), NOT_NULL)),
        ([{"a": None}], pa.list_(pa.struct([NULLABLE])), pa.list_(pa.struct([NOT_NULL]))),
    ],
    ids=str,
)
def test_a_null_that_is_not_declared_is_named_at_any_depth(value: Any, given_type: pa.DataType, declared: pa.DataType) -> None:
    fine = {pa.list_(NULLABLE): [], pa.map_(pa.string(), NULLABLE): []}.get(given_type)
    column = pa.array([fine, value] if fine is not None else [value], given_type)
    with pytest.raises(SchemaError, match="'c'") as caught:
        fitted(pa.table({"c": column}), pa.schema([pa.field("c", declared, nullable=value is not None)]))
    assert f"row {len(column) - 1}" in str(caught.value)


def test_dates_become_moments_when_a_table_evolves(tmp_path: Path) -> None:
    table = Table(str(tmp_path / "table"), pa.schema([("row", pa.int64()), ("day", pa.date32())]), Evolution.FIXED)
    append(table, pa.table({"row": [1], "day": [dt.date(2026, 1, 1)]}))
    wider = Table(table.uri, pa.schema([("row", pa.int64()), ("day", pa.timestamp("us"))]), Evolution.WIDEN)
    assert evolve(wider).written
    assert rows_of(wider) == [{"row": 1, "day": dt.datetime(2026, 1, 1)}]


RAW: list[tuple[pa.DataType, str, str | None, Any]] = [
    (pa.int32(), "1.9", None, SchemaError), (pa.int32(), "1.0", None, SchemaError), (pa.int32(), "7", '"7"', SchemaError),
    (pa.int32(), "1e2", None, SchemaError), (pa.int32(), "99999999999", None, SchemaError), (pa.int32(), "NA", '"NA"', SchemaError),
    (pa.int32(), "true", None, SchemaError), (pa.string(), "7", None, SchemaError), (pa.float32(), "1e300", None, SchemaError),
    (pa.float64(), "1e400", None, SchemaError), (pa.decimal128(5, 2), "1.005", None, SchemaError), (pa.decimal128(5, 2), "1.5", None, Decimal("1.50")),
    (pa.date32(), "2026-02-30", '"2026-02-30"', SchemaError), (pa.date32(), "20000", None, SchemaError),
    (pa.timestamp("us"), "2026-01-01T00:00:00.1234567", '"2026-01-01T00:00:00.1234567"', SchemaError),
    (pa.timestamp("us"), "2026-01-01T00:00:00Z", '"2026-01-01T00:00:00Z"', SchemaError),
    (pa.timestamp("us", "UTC"), "2026-01-01T00:00:00", '"2026-01-01T00:00:00"', SchemaError),
    (pa.timestamp("us", "UTC"), "2026-01-01T02:00:00+02:00", '"2026-01-01T02:00:00+02:00"', dt.datetime(2026, 1, 1, tzinfo=UTC)),
    (pa.float64(), "0.1", None, 0.1), (pa.bool_(), "true", None, True),
]  # fmt: skip


@pytest.mark.parametrize(("arrow_type", "text", "in_json", "expected"), RAW, ids=str)
def test_raw_text_is_a_value_or_is_refused(arrow_type: pa.DataType, text: str, in_json: str | None, expected: Any) -> None:
    """In CSV every field is text, so that digits are a number and a text there."""
    schema = pa.schema([("c", arrow_type), ("other", pa.int8())])
    csv = f"other,c\n1,{text}\n".encode()
    for data, layout in ((f'{{"c":{in_json or text},"other":1}}\n'.encode(), "json"), (csv, "csv")):
        if layout == "csv" and text == "7":
            continue
        if expected is SchemaError:
            with pytest.raises(SchemaError):
                read(data, schema, layout)
        else:
            assert read(data, schema, layout).to_pylist() == [{"c": expected, "other": 1}]


@pytest.mark.parametrize(
    ("layout", "text", "kept"),
    [
        ("csv", "z,n\n5,1\n,2\n", ['{"z": "5"}', '{"z": ""}']),
        ("json", '{"n":1,"z":{"a":[1,"x"]}}\n{"n":2}\n', ['{"z": {"a": [1, "x"]}}', None]),
    ],
)
def test_what_is_not_declared_is_refused_or_kept(layout: str, text: str, kept: list[str | None]) -> None:
    schema = pa.schema([("n", pa.int8()), ("rest", pa.string())])
    with pytest.raises(SchemaError):
        read(text.encode(), schema, layout)
    assert read(text.encode(), schema, layout, "rest").to_pylist() == [{"n": 1, "rest": kept[0]}, {"n": 2, "rest": kept[1]}]
