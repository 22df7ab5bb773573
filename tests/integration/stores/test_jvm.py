"""Delta tables through Spark on the JVM, on disk and on a store: also what no other engine does."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import deltalake
import pytest
from ceph import OWNER
from pyspark.sql.types import DateType, IntegerType, LongType, StringType, StructField, StructType

from conftest import BUCKET
from s3lint.runtime import ArgumentError, SchemaError, StorageError
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

DAY = date(2026, 1, 1)
SCHEMA = StructType([StructField("id", StringType(), False), StructField("day", DateType()), StructField("n", IntegerType())])

Frame = Callable[..., Any]


@pytest.fixture(params=["disk", "store"])
def table(request: pytest.FixtureRequest, tmp_path: Path, spark: Any) -> Table:
    path = str(tmp_path / "events") if request.param == "disk" else f"s3a://{BUCKET}/spark/{uuid.uuid4()}"
    return Table(path, SCHEMA, Evolution.FIXED, partition_by=("day",))


@pytest.fixture
def frame(spark: Any) -> Frame:
    return lambda rows, schema=SCHEMA: spark.createDataFrame(rows, schema)


def rows(spark: Any, table: Table) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in spark.read.format("delta").load(table.path).select("id", "n").collect()), key=str)


def test_a_table_lives(spark: Any, table: Table, frame: Frame) -> None:
    first = Application("loader", 1)
    append(table, frame([("a", DAY, 1), ("b", DAY, 2)]), application=first)
    append(table, frame([("a", DAY, 1), ("b", DAY, 2)]), application=first)
    assert rows(spark, table) == [("a", 1), ("b", 2)]
    merge(table, frame([("b", DAY, 20), ("c", DAY, 30)]), keys=["id"])
    overwrite_partition(table, frame([("z", date(2026, 1, 2), 9)]), where={"day": date(2026, 1, 2)})
    assert rows(spark, table) == [("a", 1), ("b", 20), ("c", 30), ("z", 9)]

    more = StructType([*SCHEMA.fields[:2], StructField("n", LongType()), StructField("note", StringType())])
    wider = replace(table, schema=more, evolution=Evolution.WIDEN)
    with pytest.raises(SchemaError, match="call evolve"):
        append(wider, frame([("d", 2**40)], "id string, n long"))
    assert evolve(wider, spark) is True
    assert evolve(wider, spark) is False
    append(wider, frame([("d", 2**40, "x")], "id string, n long, note string"))
    assert ("d", 2**40) in rows(spark, table)

    added = replace(wider, schema=StructType([*more.fields, StructField("tag", StringType())]), evolution=Evolution.ADD_COLUMNS)
    append(added, frame([("e", "y")], "id string, tag string"))
    assert spark.read.format("delta").load(table.path).filter("tag = 'y'").count() == 1
    maintain(added, spark)
    with pytest.raises(ArgumentError):
        maintain(added, spark, keep=timedelta(hours=1))
    assert len(rows(spark, table)) == 6


@pytest.mark.parametrize(
    ("row", "schema"),
    [
        (("a", 1), "id string, other int"),
        ((None,), "id string"),
        (("a", 2**40), "id string, n long"),
        (("a", "1"), "id string, n string"),
    ],
)
def test_data_that_does_not_fit_is_refused(spark: Any, tmp_path: Path, frame: Frame, row: tuple[Any, ...], schema: str) -> None:
    table = Table(str(tmp_path / "events"), SCHEMA, Evolution.FIXED)
    with pytest.raises(SchemaError):
        append(table, frame([row], schema))
    assert not Path(table.path).exists()


@pytest.mark.parametrize(
    ("layout", "text"), [("csv", "id,day,n\na,2026-01-01,1\n"), ("json", '{"id":"a","day":"2026-01-01","n":1}\n')]
)
def test_raw_data_is_read_under_a_schema(spark: Any, tmp_path: Path, layout: Any, text: str) -> None:
    table = Table(str(tmp_path / "events"), SCHEMA, Evolution.FIXED)
    path = tmp_path / f"raw.{layout}"
    path.write_text(text, encoding="utf-8")
    append(table, read_with_schema(spark, str(path), schema=SCHEMA, format=layout))
    wrong = tmp_path / f"wrong.{layout}"
    wrong.write_text(text.replace("1\n", "x\n").replace(":1}", ':"x"}'), encoding="utf-8")
    with pytest.raises(StorageError):
        append(table, read_with_schema(spark, str(wrong), schema=SCHEMA, format=layout))
    assert rows(spark, table) == [("a", 1)]


def test_every_acknowledged_commit_of_several_threads_is_there_once(spark: Any, table: Table, frame: Frame) -> None:
    append(table, frame([("first", DAY, 0)]))

    def write(writer: int) -> list[str]:
        told = []
        for number in range(4):
            name = f"{writer}-{number}"
            append(table, frame([(name, DAY, number)]), application=Application(f"writer-{writer}", number))
            told.append(name)
        return told

    with ThreadPoolExecutor(3) as pool:
        told = [name for names in pool.map(write, range(3)) for name in names]
    assert [row[0] for row in rows(spark, table)] == sorted(["first", *told])


def test_delta_rs_reads_and_writes_what_spark_wrote(spark: Any, plain_store: str, frame: Frame) -> None:
    import pyarrow as pa

    from s3lint.runtime import delta

    name = f"spark/{uuid.uuid4()}"
    append(Table(f"s3a://{BUCKET}/{name}", SCHEMA, Evolution.FIXED), frame([("a", DAY, 1)]))
    options = {"AWS_ENDPOINT_URL": plain_store, "AWS_ALLOW_HTTP": "true", "AWS_ACCESS_KEY_ID": OWNER.access_key}
    options["AWS_SECRET_ACCESS_KEY"] = OWNER.secret_key
    schema = pa.schema([("id", pa.string()), ("day", pa.date32()), ("n", pa.int32())])
    shared = delta.Table(f"s3://{BUCKET}/{name}", schema, Evolution.FIXED, storage_options=options)
    delta.append(shared, pa.table({"id": ["b"], "n": pa.array([2], pa.int32())}))
    read = deltalake.DeltaTable(shared.uri, storage_options=options).to_pyarrow_table()
    assert sorted(read["id"].to_pylist()) == ["a", "b"]
    assert rows(spark, Table(f"s3a://{BUCKET}/{name}", SCHEMA, Evolution.FIXED)) == [("a", 1), ("b", 2)]
