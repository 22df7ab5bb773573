"""What holds of every engine of Spark: types that come back, data that are refused, raw files that are read by name.

The default suite runs it on Sail, and `make test-stores` on the JVM.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import Row, functions

from s3lint.runtime import SchemaError, StoreError
from s3lint.runtime.spark import Evolution, Table, append, merge, overwrite_partition, read_with_schema

DAY = date(2026, 1, 1)


def struct(text: str) -> Any:
    from pyspark.sql.types import StructType

    return StructType.fromDDL(text)


MOMENT = datetime(1999, 12, 31, 23, 59, 59, 999_999)
STORED: dict[str, list[Any]] = {
    "string": ["", "é", "\0"], "binary": [b"", b"\x00\xff"], "boolean": [True, False], "byte": [-128, 127], "short": [-32_768, 32_767],
    "int": [-(2**31), 2**31 - 1], "long": [-(2**63), 2**63 - 1], "float": [1.5, float("inf"), -0.0], "double": [1e300, 5e-324, float("nan")],
    "decimal(38,10)": [Decimal("9" * 28 + ".0000000001"), Decimal("-1.1000000000")], "date": [date(1, 1, 1), date(9999, 12, 31)],
    "timestamp_ntz": [MOMENT, datetime(1, 1, 1)], "timestamp": [MOMENT], "array<int>": [[1, None], []],
    "map<string,int>": [{"a": 1, "b": None}, {}], "struct<a:byte,b:struct<c:string>>": [Row(a=1, b=Row(c="")), Row(a=None, b=None)],
}  # fmt: skip
REFUSED = [
    "interval day to second",
    "interval year to month",
    "struct<>",
    "void",
    "array<interval day to second>",
    "variant",
]


@pytest.mark.parametrize("way", ["append", "merge"])
@pytest.mark.parametrize("kind", STORED)
def test_each_type_comes_back(spark: Any, tmp_path: Path, kind: str, way: str) -> None:
    check_round_trip(spark, tmp_path, {kind: STORED[kind]}, way)


def check_round_trip(spark: Any, folder: Path, columns: dict[str, list[Any]], way: str, partition_by: tuple[str, ...] = ()) -> None:
    """Writes values by the names of their types, each type in a column `c0`, `c1`, …, and nulls under them; reads them again."""
    schema = struct(", ".join(["row int not null", *(f"c{number} {kind}" for number, kind in enumerate(columns))]))
    given = [(number, *values) for number, values in enumerate(zip_longest(*([*values, None] for values in columns.values())))]
    frame = spark.createDataFrame(given, schema)
    table = Table(str(folder / "table"), schema, Evolution.FIXED, partition_by)
    for _ in range(2 if way == "merge" else 1):
        merge(table, frame, keys=["row"]) if way == "merge" else append(table, frame)
    back = spark.read.format("delta").load(table.path).orderBy("row").collect()
    found = [tuple(bytes(value) if isinstance(value, bytearray) else value for value in row) for row in back]
    assert list(map(repr, found)) == list(map(repr, given))


@pytest.mark.parametrize("kind", ["string", "boolean", "byte", "int", "long", "date", "timestamp_ntz", "timestamp"])
def test_a_partition_keeps_its_values(spark: Any, tmp_path: Path, kind: str) -> None:
    check_round_trip(spark, tmp_path, {kind: [value for value in STORED[kind] if value not in ("", "\0")]}, "append", ("c0",))


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
