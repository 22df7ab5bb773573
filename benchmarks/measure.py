"""What a program costs, against others that run side by side with it: only such pairs mean anything on a busy machine."""

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


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what it printed and what it cost. `cpu` covers the processes that it started; `memory` is its largest process.

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
    """Runs a program in a folder. Its output goes to files, so that reading it costs the program nothing."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.NamedTemporaryFile() as counted:
        start = time.perf_counter()
        process = subprocess.Popen(
            [*_counting(counted.name), *command], cwd=folder, stdout=out, stderr=err, stdin=subprocess.DEVNULL
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
    """What makes `perf` count the instructions of a program and of all that it starts, where it can."""
    return ["perf", "stat", "-x", ",", "-e", "instructions:u", "-o", file, "--"] if counts_instructions() else []


def _count(report: str) -> int | None:
    counts = [line.partition(",")[0] for line in report.splitlines() if "instructions" in line]
    return int(counts[0]) if counts and counts[0].isdecimal() else None


@cache
def counts_instructions() -> bool:
    """Whether `perf` is there and the processor tells it: virtual machines often do not."""
    if shutil.which("perf") is None:
        return False
    done = subprocess.run(["perf", "stat", "-x", ",", "-e", "instructions:u", "true"], capture_output=True, text=True, check=False)
    return _count(done.stderr) is not None


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times the cost of another program, in CPU time, elapsed time and instructions: medians over pairs of runs."""

    cpu: float
    wall: float
    instructions: float | None = None


def interleaved(commands: Mapping[str, Command], folder: Path, repeat: int) -> dict[str, list[Run]]:
    """Runs every program once in each round, so that what disturbs the machine disturbs all of them."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(repeat):
        for name, command in commands.items():
            runs[name].append(run(command, folder))
    return runs


def ratio(ours: Sequence[Run], theirs: Sequence[Run]) -> Ratio:
    """The median over the rounds of what one program cost, divided by what the other cost in the same round."""
    pairs = list(zip(ours, theirs, strict=True))
    counted = [one.instructions / other.instructions for one, other in pairs if one.instructions is not None and other.instructions]
    return Ratio(
        median(one.cpu / other.cpu for one, other in pairs),
        median(one.wall / other.wall for one, other in pairs),
        median(counted) if counted else None,
    )
