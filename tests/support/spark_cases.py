"""What holds of every engine of Spark: types that come back, data that are refused, raw files that are read by name.

The default suite runs it on Sail, and `make test-stores` on the JVM.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pyspark.sql import functions
from pyspark.sql.types import IntegerType, StructField, StructType

from s3lint.runtime import SchemaError, StoreError
from s3lint.runtime.spark import Evolution, Table, append, merge, overwrite_partition, read_with_schema
from support.stored_types import PARTITIONING, STORED, changed, tables

if TYPE_CHECKING:
    import pyarrow as pa

DAY = date(2026, 1, 1)


def struct(text: str) -> Any:
    return StructType.fromDDL(text)


REFUSED = [
    "interval day to second",
    "interval year to month",
    "struct<>",
    "void",
    "array<interval day to second>",
    "variant",
]


@pytest.mark.parametrize("way", ["append", "merge", "partitions"])
def test_what_is_written_is_read(spark: Any, tmp_path: Path, way: str) -> None:
    """Few tables of many columns and rows: a table for each type takes the JVM minutes."""
    numbers = {name: f"c{number}" for number, name in enumerate(STORED)}
    schema = struct(", ".join([*(f"{column} {name}" for name, column in numbers.items()), "row long"]))
    partition_by = tuple(numbers[name] for name in PARTITIONING) if way == "partitions" else ()

    # A failure is not shrunk: each try makes a table.
    @settings(
        max_examples=3, deadline=None, database=None, suppress_health_check=[*HealthCheck], phases=[Phase.explicit, Phase.generate]
    )
    @given(tables(STORED, most=4 if partition_by else 20))
    def round_trip(rows: pa.Table) -> None:
        table = Table(str(tmp_path / str(uuid.uuid4())), schema, Evolution.FIXED, partition_by)
        frame = spark.createDataFrame(rows.rename_columns(schema.names), schema)
        if partition_by and "" in rows["string"].to_pylist():
            with pytest.raises(SchemaError, match="would become null"):
                append(table, frame)
            return
        for _ in range(2 if way == "merge" else 1):
            merge(table, frame, keys=["row"]) if way == "merge" else append(table, frame)
        found = spark.read.format("delta").load(table.path).select(*schema.names).toArrow()
        assert changed(found.rename_columns(rows.column_names), rows) == {}

    round_trip()


def test_a_merge_leaves_the_other_rows_of_a_file_as_they_are(spark: Any, tmp_path: Path) -> None:
    """Statistics of a file, in JSON, may tell that all its values are equal, and are not read as exactly as the file."""
    values = [
        ("double", 6.277145779801741e208),
        ("double", 5e-324),
        ("double", 0.1 + 0.2),
        ("decimal(38,18)", Decimal("1234567890.123456789012345678")),
    ]
    for number, (kind, value) in enumerate(values):
        schema, other = struct(f"same {kind}, row int"), type(value)(1)
        table = Table(str(tmp_path / str(number)), schema, Evolution.FIXED)
        append(table, spark.createDataFrame([(value, 1), (value, 2)], schema).coalesce(1))
        merge(table, spark.createDataFrame([(other, 1)], schema), keys=["row"])
        found = spark.read.format("delta").load(table.path).collect()
        assert sorted(map(tuple, found)) == sorted([(other, 1), (value, 2)])


def test_names_of_columns_are_names_and_no_paths(spark: Any, tmp_path: Path) -> None:
    names = ["a.b", "a", "`", "é"]
    schema = StructType([StructField(name, IntegerType()) for name in names])
    table = Table(str(tmp_path / "table"), schema, Evolution.FIXED)
    for value in (1, 2):
        merge(table, spark.createDataFrame([(1, value, value, value)], schema), keys=["a.b"])
    overwrite_partition(table, spark.createDataFrame([(1, 3, 3, 3)], schema), where={"a.b": 1})
    assert list(map(tuple, spark.read.format("delta").load(table.path).collect())) == [(1, 3, 3, 3)]


@pytest.mark.parametrize("kind", REFUSED)
def test_a_type_that_cannot_be_stored_is_refused(spark: Any, tmp_path: Path, kind: str) -> None:
    frame = spark.createDataFrame([(1,)], struct("row int"))
    with pytest.raises(SchemaError, match="does not store"):
        append(Table(str(tmp_path / "table"), struct(f"row int, c {kind}"), Evolution.FIXED), frame)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["double", "float", "decimal(5,2)", "binary", "array<int>", "map<string,int>", "struct<a:int>"])
def test_a_partition_that_is_not_kept_is_refused(spark: Any, tmp_path: Path, kind: str) -> None:
    frame = spark.createDataFrame([(1,)], struct("row int"))
    with pytest.raises(SchemaError, match="no partition can be told by"):
        append(Table(str(tmp_path / "table"), struct(f"row int, c {kind}"), Evolution.FIXED, ("c",)), frame)


def test_an_empty_text_that_tells_a_partition_is_refused(spark: Any, tmp_path: Path) -> None:
    frame = spark.createDataFrame([("x", 1), ("", 2)], struct("p string, n int"))
    table = Table(str(tmp_path / "table"), struct("p string, n int"), Evolution.FIXED, ("p",))
    with pytest.raises(SchemaError, match="would become null"):
        append(table, frame)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "where", [{"n": "1"}, {"n": True}, {"p": 1}, {"p": ""}, {"x": 1}, {"n": DAY}, {"d": "2026-01-01"}], ids=str
)
def test_a_partition_of_another_type_is_refused(spark: Any, tmp_path: Path, where: Any) -> None:
    frame = spark.createDataFrame([("x", 1, DAY)], struct("p string, n int, d date"))
    with pytest.raises(SchemaError):
        overwrite_partition(
            Table(str(tmp_path / "t"), struct("p string, n int, d date"), Evolution.FIXED, ("p",)), frame, where=where
        )


RAW = [
    ("json", '{"id":"a","n":1.9}', "n int"), ("json", '{"id":"a","n":"7"}', "n int"), ("json", '{"id":7}', "n int"),
    ("json", '{"id":"a","n":1,"z":5}', "n int"), ("json", '{"id":"a","n":1,"n":2}', "n int"), ("json", '{"ID":"a"}', "n int"),
    ("json", '{"id":"a","n":1e300}', "n float"), ("json", '{"id":"a","n":1.005}', "n decimal(5,2)"), ("json", '{"n":1}', "n int"),
    ("json", '{"id":"a","n":20000}', "n date"), ("json", '{"id":"a","n":"2026-01-01T00:00:00.1234567Z"}', "n timestamp"),
    ("json", '{"id":"a","n":"2026-01-01T00:00:00"}', "n timestamp"), ("json", '{"id":"a"', "n int"), ("json", '[{"id":"a"}]', "n int"),
    ("csv", "id,n,z\na,1,5", "n int"), ("csv", "n\n1", "n int"), ("csv", "id,n\na,1.9", "n int"), ("csv", "id,n\na,1e300", "n float"),
    ("csv", "id,n\na,1.005", "n decimal(5,2)"), ("csv", "id,n\na,1,7", "n int"), ("csv", "id,n\na", "n int"), ("csv", "id,n,n\na,1,2", "n int"),
    ("csv", "id,n\n,1", "n int"), ("csv", "id,n\na,2026-02-30", "n date"),
]  # fmt: skip


@pytest.mark.parametrize(("layout", "text", "kind"), RAW)
def test_raw_data_that_does_not_fit_is_refused(spark: Any, tmp_path: Path, layout: Any, text: str, kind: str) -> None:
    (tmp_path / "raw").write_text(f"{text}\n", encoding="utf-8")
    schema = struct(f"id string not null, {kind}")
    table = Table(str(tmp_path / "table"), schema, Evolution.FIXED)
    with pytest.raises(SchemaError):
        append(table, read_with_schema(spark, str(tmp_path / "raw"), schema=schema, format=layout))
    assert not Path(table.path).exists()


def test_each_file_is_read_by_its_own_header(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.csv").write_text('id,n\n"a ""b""\nc",1\n"",2\n', encoding="utf-8")
    (tmp_path / "raw" / "b.csv").write_text("n,id\n3,x\\y\n", encoding="utf-8")
    (tmp_path / "raw" / "c.csv").write_text("id\n\n z \n", encoding="utf-8")
    (tmp_path / "raw" / "d.csv").write_text("", encoding="utf-8")
    frame = read_with_schema(spark, str(tmp_path / "raw"), schema=struct("id string, n int"), format="csv")
    assert sorted(map(tuple, frame.collect()), key=str) == sorted([('a "b"\nc', 1), ("", 2), ("x\\y", 3), (" z ", None)], key=str)


EVERYTHING = "s string, b boolean, i byte, l long, f float, d double, m decimal(5,2), day date, at timestamp, local timestamp_ntz"


def test_every_type_of_text_is_read(spark: Any, tmp_path: Path) -> None:
    values = "x", "true", "1", "2", "1.5", "0.1", "1.50", "2026-01-01", "2026-01-01T02:00:00+02:00", "2026-01-01T00:00:00"
    names = struct(EVERYTHING).names
    (tmp_path / "raw.csv").write_text(f"{','.join(names)}\n{','.join(values)}\n", encoding="utf-8")
    texts = {"s", "day", "at", "local"}
    fields = [f'"{name}":' + (f'"{value}"' if name in texts else value) for name, value in zip(names, values, strict=True)]
    (tmp_path / "raw.json").write_text("{" + ",".join(fields) + "}\n", encoding="utf-8")
    for layout in ("csv", "json"):
        kind: Any = layout
        frame = read_with_schema(spark, str(tmp_path / f"raw.{layout}"), schema=struct(EVERYTHING), format=kind)
        (row,) = frame.withColumn("at", functions.unix_micros("at")).collect()
        assert (row.s, row.b, row.i, row.l, row.f, row.d, row.m) == ("x", True, 1, 2, 1.5, 0.1, Decimal("1.50"))
        assert (row.day, row.local, row.at) == (DAY, datetime(2026, 1, 1), 1_767_225_600_000_000)


@pytest.mark.parametrize(
    ("layout", "text", "kept"),
    [("csv", "z,n\n5,1\n", '{"z": "5"}'), ("json", '{"n":1,"z":{"a":[1,"x"]}}\n', '{"z": {"a": [1, "x"]}}')],
)
def test_what_is_not_declared_is_kept_where_it_is_said(spark: Any, tmp_path: Path, layout: Any, text: str, kept: str) -> None:
    (tmp_path / "raw").write_text(text, encoding="utf-8")
    frame = read_with_schema(spark, str(tmp_path / "raw"), schema=struct("n int, rest string"), format=layout, rest="rest")
    assert [tuple(row) for row in frame.collect()] == [(1, kept)]


def test_bytes_that_are_no_text_are_refused(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(b'{"id":"a\xff"}\n')
    table = Table(str(tmp_path / "table"), struct("id string"), Evolution.FIXED)
    with pytest.raises((SchemaError, StoreError)):
        append(table, read_with_schema(spark, str(tmp_path / "raw"), schema=struct("id string"), format="json"))
    assert not Path(table.path).exists()
