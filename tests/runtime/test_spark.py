"""Delta tables through Spark Connect, with Sail behind it. What needs Delta Lake's own Spark is tested in `tests/integration/stores`."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from s3lint.runtime import ArgumentError, ConfigurationError, MissingError, SchemaError, StoreError
from s3lint.runtime.spark import (
    Application,
    Evolution,
    Table,
    append,
    evolve,
    maintain,
    merge,
    overwrite_partition,
    read_with_schema,
)
from support.spark_cases import (  # noqa: F401 - tests that are collected here
    struct,
    test_a_merge_leaves_the_other_rows_of_a_file_as_they_are,
    test_a_partition_of_another_type_is_refused,
    test_a_partition_that_is_not_kept_is_refused,
    test_a_type_that_cannot_be_stored_is_refused,
    test_an_empty_text_that_tells_a_partition_is_refused,
    test_bytes_that_are_no_text_are_refused,
    test_each_file_is_read_by_its_own_header,
    test_every_type_of_text_is_read,
    test_names_of_columns_are_names_and_no_paths,
    test_raw_data_that_does_not_fit_is_refused,
    test_what_is_not_declared_is_kept_where_it_is_said,
    test_what_is_written_is_read,
)

pytestmark = [
    pytest.mark.xdist_group("spark"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]

DAY = date(2026, 1, 1)
SCHEMA = "id string not null, day date, n int"
NULLABLE = "id string, day date, n int"

Frame = Callable[..., Any]


@pytest.fixture
def table(tmp_path: Path, spark: Any) -> Table:
    return Table(str(tmp_path / "events"), struct(SCHEMA), Evolution.FIXED, partition_by=("day",))


@pytest.fixture
def frame(spark: Any) -> Frame:
    return lambda rows, schema=SCHEMA: spark.createDataFrame(rows, struct(schema))


def rows(spark: Any, table: Table) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in spark.read.format("delta").load(table.path).select("id", "n").collect()), key=str)


def test_rows_are_appended(spark: Any, table: Table, frame: Frame) -> None:
    append(table, frame([("a", DAY, 1)]))
    append(table, frame([(2, "b")], "n short, id string"))
    append(table, frame([("c",)], "id string"))
    assert rows(spark, table) == [("a", 1), ("b", 2), ("c", None)]


def test_a_merge_updates_and_adds(spark: Any, table: Table, frame: Frame) -> None:
    merge(table, frame([("a", DAY, 1), ("b", DAY, 2)]), keys=["id"])
    merge(table, frame([("b", DAY, 20), ("c", DAY, 30)]), keys=["id"])
    assert rows(spark, table) == [("a", 1), ("b", 20), ("c", 30)]
    assert not [view for view in spark.catalog.listTables() if view.name.startswith("s3lint_")]


def test_a_partition_is_replaced_and_nothing_else(spark: Any, table: Table, frame: Frame) -> None:
    append(table, frame([("a", DAY, 1), ("b", date(2026, 1, 2), 2)]))
    overwrite_partition(table, frame([("c", DAY, 3)]), where={"day": DAY})
    assert rows(spark, table) == [("b", 2), ("c", 3)]
    with pytest.raises(SchemaError, match="would be lost"):
        overwrite_partition(table, frame([("d", None, 4)]), where={"day": DAY})
    with pytest.raises(ArgumentError, match="whole table"):
        overwrite_partition(table, frame([("d", DAY, 4)]), where={})


@pytest.mark.parametrize(
    ("row", "schema"),
    [
        (("a", 1), "id string, other int"),
        ((1,), "n int"),
        ((None,), "id string"),
        (("a", "1"), "id string, n string"),
        (("a", 1), "id string, n long"),
        (("a", 1.5), "id string, n double"),
    ],
)
def test_data_that_does_not_fit_is_refused(table: Table, frame: Frame, row: tuple[Any, ...], schema: str) -> None:
    with pytest.raises(SchemaError):
        append(table, frame([row], schema))
    assert not Path(table.path).exists()


@pytest.mark.parametrize(
    ("data", "keys"),
    [([("a", DAY, 1), ("a", DAY, 2)], ["id"]), ([("a", None, 1)], ["day"]), ([("a", DAY, 1)], []), ([("a", DAY, 1)], ["other"])],
    ids=str,
)
def test_a_merge_that_is_not_clear_is_refused(table: Table, frame: Frame, data: list[Any], keys: list[str]) -> None:
    with pytest.raises(SchemaError):
        merge(table, frame(data), keys=keys)


def test_columns_are_added_where_the_policy_says_so(spark: Any, tmp_path: Path, frame: Frame) -> None:
    table = Table(str(tmp_path / "events"), struct(NULLABLE), Evolution.FIXED)
    append(table, frame([("a", DAY, 1)], NULLABLE))
    more = struct(f"{NULLABLE}, note string")
    with pytest.raises(SchemaError, match="fixed"):
        append(replace(table, schema=more), frame([("b", "x")], "id string, note string"))
    append(replace(table, schema=more, evolution=Evolution.ADD_COLUMNS), frame([("b", "x")], "id string, note string"))
    assert spark.read.format("delta").load(table.path).filter("note = 'x'").count() == 1


def test_what_the_engine_would_ignore_is_refused(spark: Any, table: Table, frame: Frame) -> None:
    append(table, frame([("a", DAY, 1)]))
    with pytest.raises(ConfigurationError, match="not Apache Spark"):
        append(table, frame([("a", DAY, 1)]), application=Application("loader", 1))
    with pytest.raises(ConfigurationError, match="may drop new columns"):
        append(
            replace(table, schema=struct(f"{SCHEMA}, m int"), evolution=Evolution.ADD_COLUMNS),
            frame([("b", 1)], "id string, m int"),
        )
    with pytest.raises(StoreError, match="Evolving"):
        evolve(replace(table, schema=struct(f"{SCHEMA}, m int"), evolution=Evolution.ADD_COLUMNS), spark)
    with pytest.raises(StoreError, match="Maintaining"):
        maintain(table, spark)
    assert rows(spark, table) == [("a", 1)]


@pytest.mark.parametrize(("schema", "message"), [("id string", "lose it"), ("id string, day date, n short", "may not hold")])
def test_an_evolution_that_loses_something_is_refused(spark: Any, table: Table, frame: Frame, schema: str, message: str) -> None:
    append(table, frame([("a", DAY, 1)]))
    with pytest.raises(SchemaError, match=message):
        evolve(replace(table, schema=struct(schema), evolution=Evolution.WIDEN, partition_by=()), spark)


def test_a_missing_table_and_a_short_retention_are_told(spark: Any, table: Table) -> None:
    with pytest.raises(MissingError):
        evolve(table, spark)
    with pytest.raises(ArgumentError, match="168 hours"):
        maintain(table, spark, keep=timedelta(days=6))


@pytest.mark.parametrize(
    ("layout", "text"), [("csv", "id,day,n\na,2026-01-01,1\n"), ("json", '{"id":"a","day":"2026-01-01","n":1}\n')]
)
def test_raw_data_is_read_under_a_schema(spark: Any, tmp_path: Path, table: Table, layout: Any, text: str) -> None:
    path = tmp_path / f"{uuid.uuid4()}.{layout}"
    path.write_text(text, encoding="utf-8")
    append(table, read_with_schema(spark, str(path), schema=struct(SCHEMA), format=layout))
    assert rows(spark, table) == [("a", 1)]
    path.write_text(text.replace("1\n", "x\n").replace(":1}", ':"x"}'), encoding="utf-8")
    with pytest.raises(SchemaError, match="does not fit"):
        append(table, read_with_schema(spark, str(path), schema=struct(NULLABLE), format=layout))


@pytest.mark.parametrize("layout", ["csv", "json"])
def test_a_path_without_files_is_told(spark: Any, tmp_path: Path, layout: Any) -> None:
    with pytest.raises(StoreError, match="no file"):
        read_with_schema(spark, str(tmp_path / "none"), schema=struct("id string"), format=layout)


def test_a_file_that_sail_takes_apart_is_refused(spark: Any, tmp_path: Path) -> None:
    """Of a large file each part is a text of its own, whose first line was taken for a header."""
    lines = "".join(f"{number},{'x' * 20}\n" for number in range(100_000))
    (tmp_path / "raw.csv").write_text(f"id,n\n{lines}", encoding="utf-8")
    (tmp_path / "raw.json").write_text('{"id":"' + '"}\n{"id":"'.join(lines.split()) + '"}\n', encoding="utf-8")
    schema = struct("id string, rest string")
    with pytest.raises(ConfigurationError, match="takes large files apart"):
        read_with_schema(spark, str(tmp_path / "raw.csv"), schema=schema, format="csv", rest="rest")
    assert read_with_schema(spark, str(tmp_path / "raw.json"), schema=schema, format="json", rest="rest").count() == 100_000


def test_a_null_that_the_table_refuses_is_named(spark: Any, table: Table, frame: Frame) -> None:
    """The declaration allows what the table, which another made, does not."""
    append(table, frame([("a", DAY, 1)]))
    loose = replace(table, schema=struct(NULLABLE))
    for write in (
        lambda: append(loose, frame([(None, DAY, 2)], NULLABLE)),
        lambda: merge(loose, frame([(None, DAY, 2)], NULLABLE), keys=["n"]),
        lambda: overwrite_partition(loose, frame([(None, DAY, 2)], NULLABLE), where={"day": DAY}),
    ):
        with pytest.raises(SchemaError, match="'id' holds nulls"):
            write()
    assert rows(spark, table) == [("a", 1)]


def test_a_column_is_not_told_by_its_case(table: Table, frame: Frame) -> None:
    append(table, frame([("a", DAY, 1)]))
    other = replace(table, schema=struct("id string not null, day date, N int"), evolution=Evolution.ADD_COLUMNS)
    with pytest.raises(SchemaError, match="'N' is called 'n'"):
        append(other, frame([("a", DAY, 1)], "id string, day date, N int"))


def test_another_format_is_refused(spark: Any) -> None:
    other: Any = "parquet"
    with pytest.raises(ArgumentError, match="parquet"):
        read_with_schema(spark, "x", schema=struct(SCHEMA), format=other)


def test_what_is_no_argument_is_refused(spark: Any, table: Table, frame: Frame) -> None:
    rows = frame([("a", DAY, 1)])
    wrong: Any
    for wrong in (
        None,
        "x",
        replace(table, path=""),
        replace(table, schema=None),
        replace(table, evolution=1),
        replace(table, partition_by="day"),
    ):
        with pytest.raises(ArgumentError):
            append(wrong, rows)
    for wrong in (None, "x", 1, [("a", DAY, 1)]):
        with pytest.raises(ArgumentError):
            append(table, wrong)
        with pytest.raises(ArgumentError):
            evolve(table, wrong)
        with pytest.raises(ArgumentError):
            read_with_schema(wrong, "x", schema=struct(SCHEMA), format="csv")
    for wrong in (None, -1, True, "1"):
        with pytest.raises(ArgumentError):
            merge(table, rows, keys=["id"], retries=wrong)
