"""The job of an organisation on the JVM: in one process, and under spark-submit on a cluster that loses an executor."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks.organisations import write_parquet
from s3lint.cli import spark_submit
from s3lint.runtime import StoreError
from s3lint.settings import Settings
from s3lint.spark import check_frame, patch_frame
from s3lint.spark import job as job_module
from s3lint.spark.job import Job
from s3lint.spark.session import DELTA
from s3lint.spark.sources import source_of
from s3lint.spark.tables import Tables, current, read

FILES, COMMITS = 300, 4

DEADLY = """\
import os
import signal
from pathlib import Path

from s3lint.spark import checking

analyze_commit = checking.analyze_commit


def deadly(*arguments):
    try:
        os.close(os.open({marker!r}, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return analyze_commit(*arguments)
    process = os.getpid()
    while b"CoarseGrainedExecutorBackend" not in Path(f"/proc/{{process}}/cmdline").read_bytes():
        process = int(Path(f"/proc/{{process}}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(process, signal.SIGKILL)
    return analyze_commit(*arguments)


checking.analyze_commit = deadly
"""
"""What every Python of an executor starts with: the first that analyzes files kills its executor."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("organisation") / "files"
    write_parquet(FILES, folder)
    return folder


def history(spark: Any, tables: Tables) -> Counter[tuple[Any, ...]]:
    rows = read(spark, tables.findings).select("repository", "path", "row", "column", "code", "error").collect()
    return Counter(tuple(row) for row in rows)


def test_a_batch_counts_once_however_often_it_is_written(
    spark: Any, tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(spark, Tables(str(tmp_path / "findings")), Settings(), date(2026, 1, 7))
    source = source_of(spark, str(files), None, every=False)
    with monkeypatch.context() as patched:
        patched.setattr(job_module, "merge", _away)
        with pytest.raises(StoreError):
            job.run(source)
    written = history(spark, job.tables)
    assert written
    assert set(written.values()) == {1}
    assert job.run(source).batches == [1]
    assert replace(job, today=date(2026, 1, 8)).run(source).batches == []
    assert history(spark, job.tables) == written
    assert current(spark, job.tables).count() == written.total()
    job.maintain()
    assert history(spark, job.tables) == written


def _away(*arguments: Any, **named: Any) -> None:
    raise StoreError("the store is away")


def test_parts_and_patches(spark: Any, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from s3lint.spark import splitting

    frame = spark.read.parquet(str(files))
    whole = sorted(map(str, check_frame(frame, Settings(), partitions=2).collect()))
    monkeypatch.setattr(splitting, "MAX_FILES_PER_PART", 30)
    assert sorted(map(str, check_frame(frame, Settings(), partitions=2).collect())) == whole
    patches = patch_frame(frame, Settings(), partitions=2).collect()
    assert {row["code"] for row in patches} >= {"STO301"}
    assert not [row for row in patches if row["error"]]


def test_an_executor_that_is_killed_loses_nothing_and_doubles_nothing(spark: Any, tmp_path: Path, files: Path) -> None:
    """Under spark-submit on a cluster; the executor dies while it checks files."""
    marker = tmp_path / "killed-one"
    (tmp_path / "sitecustomize.py").write_text(DEADLY.format(marker=str(marker)), encoding="utf-8")
    target = str(tmp_path / "killed")
    packages = spark.conf.get("spark.jars.packages").partition(",")[0]
    settings = {**DELTA, "spark.jars.packages": packages, "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "4"}
    settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    settings["spark.executorEnv.PYTHONPATH"] = str(tmp_path)
    command = [str(Path(sys.executable).parent / "spark-submit"), "--master", "local-cluster[2,1,1024]"]
    command += [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    command += [str(Path(spark_submit.__file__)), "--isolated", "--source", str(files), "--target", target]
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    done = subprocess.run(command, env=environment, capture_output=True, cwd=tmp_path, timeout=900, check=False)
    assert (done.returncode, done.stdout.decode()) == (0, f"Checked {COMMITS} commits with {FILES} files.\n"), done.stderr[-3_000:]
    assert marker.exists()
    whole = Job(spark, Tables(str(tmp_path / "whole")), Settings(), date(2026, 1, 7))
    whole.run(source_of(spark, str(files), None, every=False))
    assert history(spark, Tables(target)) == history(spark, whole.tables)
    assert current(spark, Tables(target)).count() == current(spark, whole.tables).count()
