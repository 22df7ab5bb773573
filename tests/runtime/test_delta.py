"""Delta tables through delta-rs, on disk and on a store."""

from __future__ import annotations

import io
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import deltalake
import polars as pl
import pyarrow as pa
import pytest

from s3lint.runtime import (
    ArgumentError,
    ConflictError,
    MissingError,
    SchemaError,
    StorageError,
    UnsafeStoreError,
    frames,
    s3_client,
)
from s3lint.runtime.delta import (
    Application,
    Commit,
    Evolution,
    Table,
    append,
    evolve,
    maintain,
    merge,
    overwrite_partition,
    read_with_schema,
)
from s3lint.runtime.probe import require_conditional_put
from support.servers import BUCKET

pytestmark = [pytest.mark.xdist_group("runtime"), pytest.mark.usefixtures("store")]

DAY = date(2026, 1, 1)
SCHEMA = pa.schema([pa.field("id", pa.string(), nullable=False), pa.field("Day", pa.date32()), pa.field("n", pa.int32())])


@pytest.fixture(params=["disk", "store"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Table:
    uri = str(tmp_path / "events") if request.param == "disk" else f"s3://{BUCKET}/raw/{uuid.uuid4()}"
    return Table(uri, SCHEMA, Evolution.FIXED, partition_by=("Day",))


@pytest.fixture
def local(tmp_path: Path) -> Table:
    return Table(str(tmp_path / "events"), SCHEMA, Evolution.FIXED)


def rows(table: Table, *columns: str) -> list[tuple[Any, ...]]:
    read = deltalake.DeltaTable(table.uri).to_pyarrow_table().select(list(columns or ("id", "n"))).to_pylist()
    return sorted((tuple(row.values()) for row in read), key=str)


def with_columns(table: Table, *fields: pa.Field, evolution: Evolution) -> Table:
    return replace(table, schema=pa.schema([*table.schema, *fields]), evolution=evolution)


def test_rows_are_appended_to_a_table_that_is_made(table: Table) -> None:
    import pandas as pd

    append(table, pd.DataFrame({"n": [1, 2], "id": ["a", "b"], "Day": [DAY, None]}))
    append(table, pl.DataFrame({"id": ["c"]}))
    append(table, pa.table({"id": ["d"], "n": pa.array([4], pa.int8())}))
    assert rows(table) == sorted([("a", 1), ("b", 2), ("c", None), ("d", 4)])
    made = deltalake.DeltaTable(table.uri)
    assert made.metadata().partition_columns == ["Day"]
    assert [field.nullable for field in made.schema().fields if field.name == "id"] == [False]


def test_a_merge_updates_and_adds(table: Table) -> None:
    merge(table, pl.DataFrame({"id": ["a", "b"], "Day": [DAY, DAY], "n": [1, 2]}), keys=["id"])
    merge(table, pl.DataFrame({"id": ["b", "c"], "Day": [DAY, DAY], "n": [20, 30]}), keys=["id", "Day"])
    assert rows(table) == [("a", 1), ("b", 20), ("c", 30)]


def test_a_partition_is_replaced_and_nothing_else(table: Table) -> None:
    append(table, pl.DataFrame({"id": ["a", "b"], "Day": [DAY, date(2026, 1, 2)]}))
    overwrite_partition(table, pl.DataFrame({"id": ["c"], "Day": [DAY]}), where={"Day": DAY})
    assert rows(table, "id") == [("b",), ("c",)]


@pytest.mark.parametrize("where", [{"Day": DAY}, {"id": "it's"}, {"n": 1}, {"id": "it's", "n": 1}])
def test_a_row_of_another_partition_is_refused(local: Table, where: dict[str, Any]) -> None:
    fit = pl.DataFrame({"id": ["it's"], "Day": [DAY], "n": [1]})
    append(local, fit)
    overwrite_partition(local, fit, where=where)
    with pytest.raises(SchemaError, match="would be lost"):
        overwrite_partition(local, pl.DataFrame({"id": ["other"]}), where=where)
    assert rows(local) == [("it's", 1)]


def test_no_partition_is_not_every_partition(local: Table) -> None:
    with pytest.raises(ArgumentError, match="whole table"):
        overwrite_partition(local, pl.DataFrame({"id": ["a"]}), where={})


def test_a_write_counts_once_for_an_application(table: Table) -> None:
    first = Application("loader", 7)
    assert append(table, pl.DataFrame({"id": ["a"]}), application=first) == Commit(1, written=True)
    assert append(table, pl.DataFrame({"id": ["a"]}), application=first) == Commit(1, written=False)
    assert append(table, pl.DataFrame({"id": ["b"]}), application=Application("loader", 6)).written is False
    assert append(table, pl.DataFrame({"id": ["c"]}), application=Application("loader", 8)).written is True
    assert rows(table, "id") == [("a",), ("c",)]


@pytest.mark.parametrize(
    "data",
    [
        {"id": ["a"], "other": [1]},
        {"n": [1]},
        {"id": [None]},
        {"id": ["a"], "n": ["1"]},
        {"id": ["a"], "n": [2**40]},
        {"id": ["a"], "n": [1.5]},
        {"id": [1]},
        {"id": ["a"], "Day": ["2026-01-01"]},
        {"id": ["a"], "n": [True]},
    ],
    ids=str,
)
def test_data_that_does_not_fit_is_refused_before_anything_is_written(local: Table, data: dict[str, Any]) -> None:
    with pytest.raises(SchemaError) as caught:
        append(local, pl.DataFrame(data))
    assert "\n" not in str(caught.value)
    assert not Path(local.uri).exists()


@pytest.mark.parametrize("data", ["text", 3, [1, 2], None])
def test_what_is_no_table_is_refused(local: Table, data: Any) -> None:
    with pytest.raises(SchemaError, match="is no table"):
        append(local, data)


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        ({"id": ["a", "a"], "Day": [DAY, DAY], "n": [1, 2]}, ["id"]),
        ({"id": ["a"], "Day": [None], "n": [1]}, ["Day"]),
        ({"id": ["a"], "n": [1]}, ["id"]),
        ({"id": ["a"], "Day": [DAY], "n": [1]}, []),
        ({"id": ["a"], "Day": [DAY], "n": [1]}, "id"),
        ({"id": ["a"], "Day": [DAY], "n": [1]}, ["other"]),
    ],
    ids=str,
)
def test_a_merge_that_is_not_clear_is_refused(local: Table, data: dict[str, Any], keys: Any) -> None:
    with pytest.raises(SchemaError):
        merge(local, pl.DataFrame(data, schema_overrides={"Day": pl.Date}), keys=keys)


def test_columns_are_added_where_the_policy_says_so(table: Table) -> None:
    append(table, pl.DataFrame({"id": ["a"]}))
    note = pa.field("note", pa.string())
    with pytest.raises(SchemaError, match="fixed"):
        append(with_columns(table, note, evolution=Evolution.FIXED), pl.DataFrame({"id": ["b"], "note": ["x"]}))
    append(with_columns(table, note, evolution=Evolution.ADD_COLUMNS), pl.DataFrame({"id": ["b"], "note": ["x"]}))
    append(table, pl.DataFrame({"id": ["c"]}))
    merge(table, pl.DataFrame({"id": ["b", "d"], "Day": [DAY, DAY], "n": [2, 4]}), keys=["id"])
    overwrite_partition(table, pl.DataFrame({"id": ["e"], "n": [5]}), where={"n": 5})
    assert rows(table, "id", "note") == [("a", None), ("b", "x"), ("c", None), ("d", None), ("e", None)]


def test_a_table_evolves(table: Table) -> None:
    append(table, pl.DataFrame({"id": ["a"], "n": [1], "Day": [DAY]}))
    wider = pa.schema([SCHEMA.field("id"), SCHEMA.field("Day"), pa.field("n", pa.int64()), pa.field("note", pa.string())])
    declared = replace(table, schema=wider, evolution=Evolution.WIDEN)
    with pytest.raises(SchemaError, match="call evolve"):
        append(declared, pl.DataFrame({"id": ["b"], "n": [2**40]}))
    with pytest.raises(SchemaError, match=r"declare Evolution\.WIDEN"):
        evolve(replace(declared, evolution=Evolution.ADD_COLUMNS))
    assert evolve(declared).written is True
    assert evolve(declared).written is False
    append(declared, pl.DataFrame({"id": ["b"], "n": [2**40], "note": ["x"]}))
    assert rows(table, "id", "n", "note") == [("a", 1, None), ("b", 2**40, "x")]
    assert rows(table, "id", "Day")[0] == ("a", DAY)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (pa.schema([SCHEMA.field("id"), SCHEMA.field("Day")]), "readers would lose it"),
        (pa.schema([SCHEMA.field("id"), SCHEMA.field("Day"), pa.field("n", pa.int16())]), "may not hold every value"),
        (pa.schema([SCHEMA.field("id"), SCHEMA.field("Day"), pa.field("n", pa.string())]), "may not hold every value"),
        (pa.schema([*SCHEMA, pa.field("new", pa.int8(), nullable=False)]), "declare it nullable"),
    ],
)
def test_an_evolution_that_loses_something_is_refused(local: Table, schema: pa.Schema, message: str) -> None:
    append(local, pl.DataFrame({"id": ["a"]}))
    with pytest.raises(SchemaError, match=message):
        evolve(replace(local, schema=schema, evolution=Evolution.WIDEN))
    assert deltalake.DeltaTable(local.uri).version() == 1


def test_widening_gives_way_to_another_writer(local: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    append(local, pl.DataFrame({"id": ["a"], "n": [1]}))
    recast = frames.recast

    def slow(*stored: Any) -> Any:
        append(local, pl.DataFrame({"id": ["b"], "n": [2]}))
        return recast(*stored)

    wider = replace(local, schema=pa.schema([*SCHEMA.remove(2), pa.field("n", pa.int64())]), evolution=Evolution.WIDEN)
    with monkeypatch.context() as patched, pytest.raises(ConflictError):
        patched.setattr(frames, "recast", slow)
        evolve(wider)
    assert rows(local) == [("a", 1), ("b", 2)]


def test_maintenance_compacts_and_keeps_a_week(table: Table) -> None:
    for name in "abc":
        append(table, pl.DataFrame({"id": [name]}))
    assert maintain(table).compacted == 3
    assert maintain(table, keep=timedelta(days=30)).deleted == 0
    with pytest.raises(ArgumentError, match="168 hours"):
        maintain(table, keep=timedelta(hours=167, minutes=59))
    assert rows(table, "id") == [("a",), ("b",), ("c",)]


def test_a_missing_table_is_told(local: Table) -> None:
    for use in (evolve, maintain):
        with pytest.raises(MissingError, match="append to it first"):
            use(local)


def test_a_null_that_the_table_refuses_is_named(local: Table) -> None:
    """The declaration allows what the table, which another made, does not."""
    strict = replace(
        local, schema=pa.schema([pa.field("k", pa.int64()), pa.field("v", pa.int64(), nullable=False)]), partition_by=()
    )
    loose = replace(strict, schema=pa.schema([("k", pa.int64()), ("v", pa.int64())]))
    append(strict, pa.table({"k": [1], "v": [1]}))
    nulls = pa.table({"k": [2, 3], "v": pa.array([1, None], pa.int64())})
    for write in (
        lambda: append(loose, nulls),
        lambda: merge(loose, nulls, keys=["k"]),
        lambda: overwrite_partition(loose, nulls.slice(1), where={"k": 3}),
    ):
        with pytest.raises(SchemaError, match=r"'v' of the table .* in row"):
            write()
    append(loose, nulls.slice(0, 1))


def test_a_path_that_delta_rs_takes_for_two_is_refused(local: Table, tmp_path: Path) -> None:
    """It wrote a version to `x%20y` that followed the log of `x y`, and told of a commit."""
    made = replace(local, uri=(tmp_path / "x y").as_uri())
    append(made, pl.DataFrame({"id": ["a"]}))
    assert rows(replace(made, uri=str(tmp_path / "x y")), "id") == [("a",)]
    for uri in (tmp_path / "x%20y", str(tmp_path / "x%20y"), (tmp_path / "x%20y").as_uri()):
        with pytest.raises(ArgumentError, match="escape"):
            append(replace(local, uri=uri), pl.DataFrame({"id": ["a"]}))
    assert [path.name for path in tmp_path.iterdir()] == ["x y"]
    append(replace(local, uri=(tmp_path / "x%y z").as_uri()), pl.DataFrame({"id": ["a"]}))
    assert (tmp_path / "x%y z" / "_delta_log").exists()


def test_a_column_is_not_told_by_its_case(local: Table) -> None:
    made = replace(local, schema=pa.schema([("k", pa.int64()), ("Value", pa.int64())]), partition_by=())
    append(made, pa.table({"k": [1]}))
    other = replace(made, schema=pa.schema([("k", pa.int64()), ("value", pa.int64())]), evolution=Evolution.ADD_COLUMNS)
    with pytest.raises(SchemaError, match="'value' is called 'Value'"):
        append(other, pa.table({"k": [1], "value": [1]}))


def test_a_table_that_is_partitioned_otherwise_is_not_written(local: Table) -> None:
    append(local, pl.DataFrame({"id": ["a"]}))
    with pytest.raises(SchemaError, match="partitioned"):
        append(replace(local, partition_by=("Day",)), pl.DataFrame({"id": ["a"]}))


@pytest.mark.parametrize("option", ["AWS_S3_ALLOW_UNSAFE_RENAME", "AWS_S3_LOCKING_PROVIDER"])
def test_options_that_lose_commits_are_refused(local: Table, option: str) -> None:
    with pytest.raises(UnsafeStoreError, match=option):
        append(replace(local, storage_options={option: "true"}), pl.DataFrame({"id": ["a"]}))


class Forgetful:
    """A store that takes `IfNoneMatch` and ignores it."""

    def __init__(self) -> None:
        self._client = s3_client()

    def put_object(self, **parameters: Any) -> Any:
        return self._client.put_object(**{name: value for name, value in parameters.items() if name != "IfNoneMatch"})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def test_a_store_without_conditional_puts_is_refused_and_left_clean() -> None:
    forgetful: Any = Forgetful()
    with pytest.raises(UnsafeStoreError, match="ignores If-None-Match"):
        require_conditional_put(BUCKET, "probed", client=forgetful)
    require_conditional_put(BUCKET, "probed", client=s3_client())
    assert "Contents" not in s3_client().list_objects_v2(Bucket=BUCKET, Prefix="probed/")


def test_what_every_writer_was_told_is_there(table: Table) -> None:
    """Each commit that a writer was told of is read back; those that gave way were told so."""
    writers = 2 if table.uri.startswith("s3:") else 4
    start = threading.Barrier(writers)
    plain = replace(table, partition_by=())
    append(plain, pl.DataFrame({"id": ["first"]}))

    def write(writer: int) -> list[str]:
        start.wait()
        told = []
        for number in range(4):
            name = f"{writer}-{number}"
            try:
                append(plain, pl.DataFrame({"id": [name]}), application=Application(f"writer-{writer}", number))
            except StorageError:
                continue
            told.append(name)
        return told

    with ThreadPoolExecutor(writers) as pool:
        told = [name for names in pool.map(write, range(writers)) for name in names]
    assert rows(plain, "id") == sorted((name,) for name in ["first", *told])
    assert len(told) == 4 * writers


@pytest.mark.parametrize(
    ("layout", "text"),
    [("csv", b"id,Day,n\na,2026-01-01,1\nb,,\n"), ("json", b'{"id":"a","Day":"2026-01-01","n":1}\n{"id":"b"}\n')],
)
def test_raw_data_is_read_under_a_schema(tmp_path: Path, layout: Any, text: bytes) -> None:
    (tmp_path / "raw").write_bytes(text)
    expected = [{"id": "a", "Day": DAY, "n": 1}, {"id": "b", "Day": None, "n": None}]
    assert read_with_schema(tmp_path / "raw", schema=SCHEMA, format=layout).to_pylist() == expected
    assert read_with_schema(io.BytesIO(text), schema=SCHEMA, format=layout).to_pylist() == expected


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        ("csv", b"id,n\na,x\n"),
        ("csv", b"id,other\na,1\n"),
        ("csv", b"n\n1\n"),
        ("json", b'{"id":"a","n":"x"}\n'),
        ("json", b'{"id":"a","other":1}\n'),
        ("json", b'{"n":1}\n'),
    ],
)
def test_raw_data_that_does_not_fit_is_refused(layout: Any, text: bytes) -> None:
    with pytest.raises(SchemaError) as caught:
        read_with_schema(io.BytesIO(text), schema=SCHEMA, format=layout)
    assert "\n" not in str(caught.value)


def test_a_raw_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    other: Any = "xml"
    with pytest.raises(ArgumentError, match="cannot be read"):
        read_with_schema(tmp_path / "none", schema=SCHEMA, format="csv")
    with pytest.raises(ArgumentError, match="'xml'"):
        read_with_schema(tmp_path / "none", schema=SCHEMA, format=other)
