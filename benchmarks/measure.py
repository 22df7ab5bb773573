"""Measure programs in pairs that run right after each other: on a busy machine only the ratios of such pairs mean anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

Command = Sequence[str | Path]

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Without compiled modules every run would compile s3lint anew, while installed programs have theirs."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its output and its cost. `cpu` includes the processes that it started; `memory` is that of its largest process.

    `cpu` and `wall` are seconds, `memory` megabytes; `instructions` is None where the machine does not count them.
    """

    code: int
    out: str
    err: str
    cpu: float
    wall: float
    memory: float
    instructions: int | None = None


def run(command: Command, folder: Path) -> Run:
    """Run a program in a folder. Its output goes to files, so that it never waits for a reader."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.NamedTemporaryFile() as counted:
        start = time.perf_counter()
        process = subprocess.Popen(
            [*_counting(counted.name), *command], cwd=folder, env=ENVIRONMENT, stdout=out, stderr=err, stdin=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
        instructions = _count(counted.read().decode())
    megabytes = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return Run(process.returncode, texts[0], texts[1], usage.ru_utime + usage.ru_stime, wall, megabytes, instructions)


def _counting(file: str) -> list[str]:
    """Return a prefix by which `perf` counts the instructions of a program and its children; empty if it cannot."""
    return ["perf", "stat", "-x", ",", "-e", "instructions:u", "-o", file, "--"] if counts_instructions() else []


def _count(report: str) -> int | None:
    counts = [line.partition(",")[0] for line in report.splitlines() if "instructions" in line]
    return int(counts[0]) if counts and counts[0].isdecimal() else None


@cache
def counts_instructions() -> bool:
    """Tell whether `perf` is installed and can count instructions: in virtual machines it often cannot."""
    if shutil.which("perf") is None:
        return False
    done = subprocess.run(["perf", "stat", "-x", ",", "-e", "instructions:u", "true"], capture_output=True, text=True, check=False)
    return _count(done.stderr) is not None


@dataclass(frozen=True, slots=True)
class Ratio:
    """The cost of a program divided by that of another, in CPU time, elapsed time and instructions: medians over pairs of runs."""

    cpu: float
    wall: float
    instructions: float | None = None


def interleaved(commands: Mapping[str, Command], folder: Path, repeat: int) -> dict[str, list[Run]]:
    """Run every program once in each round, so that other load on the machine slows all of them alike."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(repeat):
        for name, command in commands.items():
            runs[name].append(run(command, folder))
    return runs


def ratio(ours: Sequence[Run], theirs: Sequence[Run]) -> Ratio:
    """Return the medians over the rounds of one program's cost divided by the other's in the same round."""
    pairs = list(zip(ours, theirs, strict=True))
    counted = [one.instructions / other.instructions for one, other in pairs if one.instructions is not None and other.instructions]
    return Ratio(
        median(one.cpu / other.cpu for one, other in pairs),
        median(one.wall / other.wall for one, other in pairs),
        median(counted) if counted else None,
    )
