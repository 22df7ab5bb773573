"""Measure how time and memory grow: with the files of a generated organisation (`python -m benchmarks.growth FILES…`), and with copies
of one package, in which every function has namesakes (`python -m benchmarks.growth --copies-of FOLDER COPIES…`).
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.measure import Command, Run, run
from benchmarks.organisations import write_folder
from benchmarks.peers import PROGRAMS

SIZES = (1_000, 5_000, 20_000, 40_000)
"""Files."""

COPIES = (1, 4, 16)
"""Copies of a package side by side: each has callers for its functions, and all names are those of the others."""

CHECK = (PROGRAMS / "s3lint", "check", "--no-cache", "--exit-zero", "--quiet", "--output-format", "json")


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


@dataclass(frozen=True, slots=True)
class Copies:
    """CPU seconds of a check of copies of a package in one process, and its megabytes."""

    copies: int
    files: int
    findings: int
    cpu: float
    memory: float


def grown(files: int, folder: Path, *, whole: bool = False) -> Size:
    """Measure a check of a generated organisation."""
    place = folder / f"{files}"
    write_folder(files, place, whole=whole)
    done, findings = _checked(CHECK, place)
    shutil.rmtree(place)
    return Size(files, whole, findings, done.cpu, done.wall, done.memory)


def copied(package: Path, copies: int, folder: Path) -> Copies:
    """Measure a check by all rules of copies of a package: in one process, since more would share the work differently for each size."""
    place = folder / f"copies_{copies}"
    for number in range(copies):
        shutil.copytree(package, place / f"copy_{number}" / package.name)
    (place / ".git").mkdir()
    files = sum(1 for _ in place.rglob("*.py"))
    done, findings = _checked((*CHECK, "--jobs", "1", "--profile", "strict"), place)
    shutil.rmtree(place)
    return Copies(copies, files, findings, done.cpu, done.memory)


def _checked(command: Command, place: Path) -> tuple[Run, int]:
    """Return the second of two checks, so that the files are in the system's cache for every size, and how many findings it has."""
    report = place.with_suffix(".json")
    for _ in range(2):
        done = run((*command, "--output-file", report, "."), place)
    if done.code:
        raise SystemExit(f"s3lint failed over {place.name}: {done.err}")
    return done, len(json.loads(report.read_text(encoding="utf-8")))


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.growth", description=__doc__)
    parser.add_argument("sizes", metavar="SIZE", type=int, nargs="+", help="how many files, or copies")
    parser.add_argument("--whole", action="store_true", help="all files in one repository")
    parser.add_argument("--copies-of", metavar="FOLDER", type=Path, help="copies of this package instead of generated files")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for size in given.sizes:
            place = Path(folder)
            found = copied(given.copies_of, size, place) if given.copies_of else grown(size, place, whole=given.whole)
            print(json.dumps(asdict(found)), flush=True)


if __name__ == "__main__":
    main()
