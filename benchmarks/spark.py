"""Measure what Spark costs beyond the engine: `python -m benchmarks.spark ENGINE FILES…` prints a line of JSON for each size.

`processes` is `s3lint check` over checkouts on disk, `sail` is Sail in this process, `local[2]` and `local-cluster[2,1,1024]` are
Spark on the JVM. All check the same generated organisation, and must find the same. The start of the session and the work are
measured separately; `memory` is the highest sum over all processes that took part.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.organisations import write_folder, write_parquet

MEGABYTE = 1 << 20
BETWEEN_LOOKS = 0.2


@dataclass
class Cost:
    """Seconds and megabytes."""

    engine: str
    files: int
    findings: int = 0
    start: float = 0.0
    work: float = 0.0
    cpu: float = 0.0
    memory: float = 0.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("engine")
    options.add_argument("files", type=int, nargs="+")
    given = options.parse_args()
    for files in given.files:
        with tempfile.TemporaryDirectory() as folder:
            cost = Cost(given.engine, files)
            if given.engine == "processes":
                _processes(cost, Path(folder))
            else:
                _spark(cost, Path(folder))
        print(json.dumps({name: round(value, 1) if isinstance(value, float) else value for name, value in asdict(cost).items()}))


def _processes(cost: Cost, folder: Path) -> None:
    write_folder(cost.files, folder)
    command = [
        sys.executable,
        "-m",
        "s3lint",
        "check",
        "--no-cache",
        "--output-format",
        "json",
        "--output-file",
        "found.json",
        "--exit-zero",
        "-q",
    ]
    with _measured(cost):
        subprocess.run([*command, "."], cwd=folder, check=True)
    cost.findings = len(json.loads((folder / "found.json").read_text(encoding="utf-8")))


def _spark(cost: Cost, folder: Path) -> None:
    from s3lint.settings import Settings
    from s3lint.spark import check_frame
    from s3lint.spark.job import tasks_of

    write_parquet(cost.files, folder / "files")
    begun = time.perf_counter()
    with _session(cost.engine) as spark:
        spark.range(1).collect()
        cost.start = time.perf_counter() - begun
        with _measured(cost):
            frame = spark.read.parquet(str(folder / "files"))
            rows = check_frame(frame, Settings(), partitions=tasks_of(cost.files)).select("code", "error").collect()
    assert not [row for row in rows if row["error"]]
    cost.findings = len(rows)


@contextmanager
def _session(engine: str) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    if engine == "sail":
        from pysail.spark import SparkConnectServer

        server = SparkConnectServer()
        server.start(background=True)
        spark = SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").getOrCreate()
        yield spark
        spark.stop()
        server.stop()
        return
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(engine).config("spark.driver.host", "127.0.0.1").config("spark.ui.enabled", "false")
    spark = builder.config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    yield spark
    spark.stop()


@contextmanager
def _measured(cost: Cost) -> Iterator[None]:
    """Measure elapsed time, CPU time and memory of this process and its descendants. The CPU time of ended ones may be missing."""
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(cost, done))
    before, begun = _used(), time.perf_counter()
    watcher.start()
    try:
        yield
    finally:
        cost.work = time.perf_counter() - begun
        cost.cpu = _used() - before
        done.set()
        watcher.join()


def _watch(cost: Cost, done: threading.Event) -> None:
    while not done.wait(BETWEEN_LOOKS):
        cost.memory = max(cost.memory, sum(resident for resident, _ in _tree()) / MEGABYTE)


def _used() -> float:
    return sum(seconds for _, seconds in _tree())


def _tree() -> list[tuple[int, float]]:
    """Return the resident bytes and CPU seconds, those of ended children included, of this process and its descendants."""
    this = psutil.Process()
    found = []
    for process in (this, *this.children(recursive=True)):
        with suppress(psutil.NoSuchProcess), process.oneshot():
            found.append((process.memory_info().rss, sum(process.cpu_times()[:4])))
    return found


if __name__ == "__main__":
    main()
