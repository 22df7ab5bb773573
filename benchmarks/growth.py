"""Measure how time and memory grow with the files of a generated organisation: `python -m benchmarks.growth FILES…`."""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.measure import run
from benchmarks.organisations import write_folder
from benchmarks.peers import PROGRAMS

SIZES = (1_000, 5_000, 20_000, 40_000)
"""Files."""


@dataclass(frozen=True, slots=True)
class Size:
    """CPU and elapsed seconds of a check of a number of files, and the megabytes of its largest process.

    `whole`: all files lie in one repository; else in many below one folder.
    """

    files: int
    whole: bool
    findings: int
    cpu: float
    wall: float
    memory: float


def grown(files: int, folder: Path, *, whole: bool = False) -> Size:
    """Measure the second of two checks, so that the files are in the system's cache for every size."""
    place = folder / f"{files}"
    write_folder(files, place, whole=whole)
    command = (PROGRAMS / "s3lint", "check", "--no-cache", "--exit-zero", "--quiet", "--output-format", "json")
    for _ in range(2):
        done = run((*command, "--output-file", folder / "found.json", "."), place)
    if done.code:
        raise SystemExit(f"s3lint failed over {files} files: {done.err}")
    found = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    shutil.rmtree(place)
    return Size(files, whole, len(found), done.cpu, done.wall, done.memory)


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.growth", description=__doc__)
    parser.add_argument("files", type=int, nargs="+")
    parser.add_argument("--whole", action="store_true", help="all files in one repository")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for files in given.files:
            print(json.dumps(asdict(grown(files, Path(folder), whole=given.whole))), flush=True)


if __name__ == "__main__":
    main()
