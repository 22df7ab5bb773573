"""Delta Lake and Spark under the recorder, up to the findings: writes of delta-rs to a store, of Spark Connect on Sail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from conftest import s3lint_here
from s3lint.observe import observing
from support.servers import BUCKET

pytestmark = [pytest.mark.xdist_group("runtime"), pytest.mark.usefixtures("store")]

APP = """\
def write(frame, address, **options):
    import deltalake
    deltalake.write_deltalake(address, frame, **options)


def clean(address, hours):
    import deltalake
    deltalake.DeltaTable(address).vacuum(hours, enforce_retention_duration=False, dry_run=True)


def save(frame, options, path):
    frame.write.format(options["format"]).mode(options["mode"]).save(path)


def query(spark, text):
    return spark.sql(text)
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[ModuleType]:
    """A first-party module whose functions do what their callers say."""
    path = tmp_path / "app.py"
    path.write_text(APP)
    module = ModuleType("app")
    exec(compile(APP, str(path), "exec"), module.__dict__)  # noqa: S102 - imports would keep it for other tests
    yield module


def found(folder: Path) -> set[tuple[int, str]]:
    done = s3lint_here(
        *(
            "check",
            "--isolated",
            "--no-cache",
            "--profile",
            "strict",
            "--output-format",
            "json",
            "--observed",
            "out.jsonl",
            "app.py",
        ),
        cwd=folder,
    )
    assert done.err == ""
    return {(each["location"]["row"], each["code"]) for each in json.loads(done.out) if each.get("observed")}


def operations(folder: Path) -> list[str]:
    return [json.loads(line)["operation"] for line in (folder / "out.jsonl").read_text().splitlines()]


def test_writes_of_delta_rs_to_a_store(app: ModuleType, tmp_path: Path) -> None:
    import pyarrow as pa

    address = f"s3://{BUCKET}/observed/events"
    with observing(tmp_path / "out.jsonl", tmp_path):
        app.write(pa.table({"day": [1], "name": ["a"]}), address, partition_by=["day"])
        app.write(pa.table({"day": [2], "name": ["b"]}), address, mode="append")
        app.write(pa.table({"day": [2], "name": ["c"]}), address, mode="overwrite", predicate="day = 2")
        app.write(pa.table({"day": [3], "name": ["d"]}), address, mode="overwrite")
        app.clean(address, 0)
    assert operations(tmp_path) == ["deltalake.write_deltalake"] * 4 + ["deltalake.table.vacuum"]
    assert {(3, "STO503"), (8, "STO506")} <= found(tmp_path)
    assert "day = 2" not in (tmp_path / "out.jsonl").read_text(), "a predicate may hold data"


def test_writes_and_sql_of_spark(app: ModuleType, spark: Any, tmp_path: Path) -> None:
    frame = spark.createDataFrame([("secret-name",)], ["name"])
    with observing(tmp_path / "out.jsonl", tmp_path):
        app.save(frame, {"format": "parquet", "mode": "append"}, str(tmp_path / "table"))
        app.query(spark, "SELECT name FROM VALUES ('secret-name') AS t(name)").collect()
        with pytest.raises(Exception, match=r"."):  # Sail has no such bucket: the call was made
            app.save(frame, {"format": "csv", "mode": "overwrite"}, "s3://no-such-bucket-at-all/raw/table")
    assert operations(tmp_path) == ["spark.save", "spark.sql", "spark.save"]
    assert {code for row, code in found(tmp_path) if row == 12} >= {"STO501"}
    assert "secret-name" not in (tmp_path / "out.jsonl").read_text()


def test_a_spark_session_is_as_before_afterwards(spark: Any, tmp_path: Path) -> None:
    from pyspark.sql.connect.readwriter import DataFrameWriter

    before = DataFrameWriter.save, type(spark).sql
    with observing(tmp_path / "out.jsonl", tmp_path):
        assert DataFrameWriter.save is not before[0]
    assert (DataFrameWriter.save, type(spark).sql) == before
