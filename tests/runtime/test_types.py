"""No value changes silently: each type of a declared schema, through each way into a table, with any value."""

from __future__ import annotations

import datetime as dt
import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import deltalake
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s3lint.runtime import SchemaError
from s3lint.runtime.delta import Evolution, Table, append, evolve, merge, overwrite_partition
from s3lint.runtime.frames import fitted
from s3lint.runtime.raw import read
from support.stored_types import BYTES, DATES, MOMENTS, PARTITIONING, STORED, TEXTS, UTC, Kinds, changed, decimals, tables

ARROW: Kinds = {
    **STORED,
    "decimal32": (pa.decimal32(5, 2), decimals(5, 2)),
    "decimal64": (pa.decimal64(15, 0), decimals(15, 0)),
    "date64": (pa.date64(), DATES),
    "seconds": (pa.timestamp("s"), MOMENTS.map(lambda moment: moment.replace(microsecond=0))),
    "milliseconds": (pa.timestamp("ms"), MOMENTS.map(lambda moment: moment.replace(microsecond=5_000))),
    "large text": (pa.large_string(), TEXTS),
    "view of text": (pa.string_view(), TEXTS),
    "large binary": (pa.large_binary(), BYTES),
    "four bytes": (pa.binary(4), st.binary(min_size=4, max_size=4)),
    "large list": (pa.large_list(pa.string()), st.lists(TEXTS, max_size=3)),
    "pair": (pa.list_(pa.float32(), 2), st.lists(st.floats(width=32), min_size=2, max_size=2)),
    "dictionary": (pa.dictionary(pa.int32(), pa.string()), TEXTS),
}  # fmt: skip
"""What delta-rs is given beside the types that Delta Lake stores: other ways of Arrow to write their values."""

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
WAYS: dict[str, tuple[Write, tuple[str, ...]]] = {
    "append": (append, ()),
    "merge": (lambda table, rows: merge(table, rows, keys=["row"]), ()),
    "overwrite": (
        lambda table, rows: overwrite_partition(
            replace(table, schema=table.schema.append(pa.field("all", pa.int64()))),
            rows.append_column("all", pa.array([1] * len(rows))),
            where={"all": 1},
        ),
        (),
    ),
    "partitions": (append, PARTITIONING),
}


@pytest.mark.parametrize("examples", [3, pytest.param(60, marks=pytest.mark.extended)])
@pytest.mark.parametrize("way", WAYS)
def test_what_is_written_is_read(way: str, examples: int) -> None:
    write, partition_by = WAYS[way]

    @settings(max_examples=examples, suppress_health_check=[*HealthCheck])
    @given(tables(ARROW, most=4 if partition_by else 10))
    def round_trip(rows: pa.Table) -> None:
        with tempfile.TemporaryDirectory() as folder:
            table = Table(f"{folder}/table", rows.schema, Evolution.FIXED, partition_by)
            if partition_by and "" in rows["string"].to_pylist():
                with pytest.raises(SchemaError, match="''"):
                    write(table, rows)
                assert not Path(table.uri).exists()
                return
            write(table, rows)
            assert changed(deltalake.DeltaTable(table.uri).to_pyarrow_table(), rows) == {}

    round_trip()


def rows_of(table: Table) -> list[dict[str, Any]]:
    return sorted(deltalake.DeltaTable(str(table.uri)).to_pyarrow_table().to_pylist(), key=lambda row: row["row"])


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


INVALID: list[tuple[pa.Array, pa.DataType]] = [
    (pa.array([b"\xff"]).view(pa.string()), pa.string()),
    (pa.array([(99_999).to_bytes(16, "little")], pa.binary(16)).view(pa.decimal128(3, 2)), pa.decimal128(3, 2)),
    (pa.array([10**7], pa.int32()).cast(pa.date32()), pa.date32()),
    (pa.array([-(2**62)]).cast(pa.timestamp("us")), pa.timestamp("us")),
    (pa.ListArray.from_arrays([0, 1], pa.array([2**62]).cast(pa.timestamp("us", "UTC"))), pa.list_(pa.timestamp("us", "UTC"))),
]  # fmt: skip


@pytest.mark.parametrize(("array", "declared"), INVALID, ids=lambda part: str(getattr(part, "type", "")))
def test_a_value_that_no_reader_takes_is_named(array: pa.Array, declared: pa.DataType) -> None:
    """Arrow keeps bytes that are no value of their type, and years that Python, Spark and the names of partitions lack."""
    column = pa.chunked_array([pa.nulls(2, array.type), array])
    with pytest.raises(SchemaError, match=r"'c' has a .* row 2"):
        fitted(pa.table({"c": column}), pa.schema([("c", declared)]))


def test_a_dictionary_of_views_is_decoded() -> None:
    frame = pl.DataFrame({"c": ["a", None]}, schema={"c": pl.Categorical})
    assert fitted(frame, pa.schema([("c", pa.string())])).to_pylist() == [{"c": "a"}, {"c": None}]


@pytest.mark.parametrize("view", [pa.list_view, pa.large_list_view])
def test_views_of_lists_are_lists(view: Any) -> None:
    """Arrow casts a view of a list to one with other offsets, and so to other values."""
    rows, declared = [None, [1], None, [], [2, None, 3]], pa.schema([("c", pa.list_(pa.int64()))])
    assert fitted(pa.table({"c": pa.array(rows, view(pa.int32())).slice(1)}), declared)["c"].to_pylist() == rows[1:]
    overlapping = pa.ListViewArray.from_arrays([1, 0, 0], [2, 2, 1], pa.array([1, 2, 3]))
    assert fitted(pa.table({"c": overlapping}), declared)["c"].to_pylist() == [[2, 3], [1, 2], [1]]
    with pytest.raises(SchemaError, match="convert it"):
        fitted(pa.table({"c": pa.array([[[1]]], pa.list_(view(pa.int64())))}), pa.schema([("c", pa.list_(pa.list_(pa.int64())))]))


def test_names_of_an_index_are_columns() -> None:
    """A column that pandas keeps in the index is not missing, and a frame without others has its rows."""
    frame = pd.DataFrame({"k": ["a", "b"], "v": [1, 2]})
    declared = pa.schema([("k", pa.string()), ("v", pa.int64())])
    for indexed in (frame.set_index("k"), frame.set_index(["k", "v"]), frame.rename_axis("unnamed").reset_index(drop=True)):
        assert fitted(indexed, declared).to_pylist() == [{"k": "a", "v": 1}, {"k": "b", "v": 2}]
    assert fitted(frame[frame["v"] > 1], declared).to_pylist() == [{"k": "b", "v": 2}]
    with pytest.raises(SchemaError, match="'row' of the data is not declared"):
        fitted(frame.rename_axis("row"), declared)


NOON = dt.datetime(2026, 1, 1, 12)


@pytest.mark.parametrize(
    ("values", "declared"),
    [
        ([dt.date(2026, 1, 1), NOON], pa.date32()),
        ([NOON, NOON.replace(tzinfo=dt.timezone(dt.timedelta(hours=2)))], pa.timestamp("us")),
        ([NOON.replace(tzinfo=UTC), NOON], pa.timestamp("us", "UTC")),
    ],
    ids=["dates", "naive", "aware"],
)
def test_moments_of_several_kinds_are_refused(values: list[Any], declared: pa.DataType) -> None:
    """Of these pandas makes objects, and Arrow one kind of the first, without a word."""
    with pytest.raises(SchemaError, match="'c' mixes"):
        fitted(pd.DataFrame({"c": values}, dtype=object), pa.schema([("c", declared)]))
    alike = pd.DataFrame({"c": [None, values[0], values[0]]}, dtype=object)
    assert fitted(alike, pa.schema([("c", declared)]))["c"].to_pylist() == [None, values[0], values[0]]


def test_a_date_that_python_lacks_is_told_beside_a_nan() -> None:
    beside = pa.StructArray.from_arrays(
        [pa.array([float("nan")], pa.float32()), pa.array([2**62]).cast(pa.timestamp("us"))], ["x", "t"]
    )
    with pytest.raises(SchemaError, match="years 1 to 9999"):
        fitted(pa.table({"c": beside}), pa.schema([("c", pa.struct([("x", pa.float64()), ("t", pa.timestamp("us"))]))]))


def test_zeros_of_both_signs_are_one_key(tmp_path: Path) -> None:
    table = Table(str(tmp_path / "table"), pa.schema([("k", pa.float64()), ("row", pa.int64())]), Evolution.FIXED)
    with pytest.raises(SchemaError, match="several rows"):
        merge(table, pa.table({"k": [0.0, -0.0], "row": [1, 2]}), keys=["k"])
    for row in (1, 2):
        merge(table, pa.table({"k": [0.0 / (-1) ** row], "row": [row]}), keys=["k"])
    assert rows_of(table) == [{"k": 0.0, "row": 2}]


def test_names_that_differ_in_case_are_refused(tmp_path: Path) -> None:
    """Delta Lake's are not told apart by case."""
    table = Table(tmp_path / "table", pa.schema([("a", pa.int8()), ("A", pa.int8())]), Evolution.FIXED)
    with pytest.raises(SchemaError, match="differ in case"):
        append(table, None)


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
            with pytest.raises(SchemaError) as caught:
                read(data, schema, layout)
            assert re.search(r"\. [A-Z]", str(caught.value)) is None
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


@pytest.mark.parametrize(
    "text", ["null", '{"n":1}\n null\n', '{"n":1} null', "\ufeffnull", '{"n":1}\n{"n":null}\n\tnull\n{"n":2}\n', '{"n":1}null{"n":'], ids=repr
)  # fmt: skip
def test_a_null_in_place_of_an_object_is_refused(text: str) -> None:
    """Arrow's reader ends the process at it."""
    with pytest.raises(SchemaError, match="json data"):
        read(text.encode(), pa.schema([("n", pa.int8())]), "json")


def test_a_text_with_null_behind_a_brace_is_a_text() -> None:
    assert read(b'{"s":"} null"}\n{"s":null}\n', pa.schema([("s", pa.string())]), "json").to_pylist() == [
        {"s": "} null"},
        {"s": None},
    ]


KEPT = pa.schema(
    [
        ("n", pa.int8()),
        ("d", pa.float64()),
        ("s", pa.struct([("a", pa.int8())])),
        ("l", pa.list_(pa.struct([("a", pa.int8())]))),
        ("rest", pa.string()),
    ]
)


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        ("json", '{"n":1,"rest":"x"}'),
        ("json", '{"n":1,"z":1,"z":2}'),
        ("json", '{"n":1,"z":{"a":1,"a":2}}'),
        ("json", '{"n":1,"z":0.12345678901234567890}'),
        ("json", '{"n":1,"z":1e400}'),
        ("json", '{"n":1,"z":NaN}'),
        ("json", '{"n":1,"s":{"a":1,"b":2}}'),
        ("json", '{"n":1,"l":[{"a":1},{"b":2}]}'),
        ("json", f'{{"n":1,"z":{"9" * 5_000}}}'),
        ("json", f'{{"n":1,"z":{"[" * 200_000}{"]" * 200_000}}}'),
        ("csv", "n,z,z\n1,2,3\n"),
        ("csv", "n,rest\n1,x\n"),
    ],
)
def test_what_is_not_declared_and_would_not_be_kept_as_it_is_is_refused(layout: str, text: str) -> None:
    with pytest.raises(SchemaError):
        read(text.encode(), KEPT, layout, "rest")


def test_objects_are_kept_wherever_they_end() -> None:
    text = b'{"n":1,"d":0.1000000000000000055,"z":1.10}{"n":2,"d":3,"z":null} {"n":\n3,"z":"x"}'
    assert [(row["n"], row["d"], row["rest"]) for row in read(text, KEPT, "json", "rest").to_pylist()] == [
        (1, 0.1, '{"z": 1.1}'),
        (2, 3.0, '{"z": null}'),
        (3, None, '{"z": "x"}'),
    ]


NESTED: list[tuple[pa.DataType, str, Any]] = [
    (pa.float32(), "1e300", SchemaError), (pa.float32(), "0.5", 0.5), (pa.date32(), "17", SchemaError), (pa.date32(), '"1970-01-18"', dt.date(1970, 1, 18)),
    (pa.timestamp("us", "UTC"), '"2026-01-01T00:00:00"', SchemaError), (pa.timestamp("us"), '"2026-01-01T00:00:00+02:00"', SchemaError),
    (pa.timestamp("us", "UTC"), '"2026-01-01T02:00:00+02:00"', dt.datetime(2026, 1, 1, tzinfo=UTC)),
]  # fmt: skip


@pytest.mark.parametrize(("arrow_type", "text", "expected"), NESTED, ids=str)
def test_a_value_inside_of_others_is_as_strict(arrow_type: pa.DataType, text: str, expected: Any) -> None:
    """Arrow's reader of JSON drops the zones of times inside of lists and structs, and makes infinities there."""
    schema = pa.schema([("c", pa.list_(pa.struct([("a", arrow_type)])))])
    data = f'{{"c":[]}}\n{{"c":[{{"a":{text}}}]}}\n'.encode()
    if expected is SchemaError:
        with pytest.raises(SchemaError):
            read(data, schema, "json")
    else:
        assert read(data, schema, "json").to_pylist() == [{"c": []}, {"c": [{"a": expected}]}]


def test_rows_are_long_and_have_lines_in_them() -> None:
    """Arrow parses blocks of a MiB unless told otherwise, and takes every line end for a row's."""
    schema = pa.schema([("a", pa.string()), ("b", pa.string())])
    rows = [{"a": f"{'x' * (number % 50)}\n{number}", "b": "y" * (3 << 20 if number == 7 else 1)} for number in range(60_000)]
    csv = "a,b\n" + "".join(f'"{row["a"]}",{row["b"]}\n' for row in rows)
    assert read(csv.encode(), schema, "csv").to_pylist() == rows
    assert read("\n".join(map(json.dumps, rows)).encode(), schema, "json").to_pylist() == rows
