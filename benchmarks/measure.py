"""What a program costs, against others that run side by side with it: only such pairs mean anything on a busy machine."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

Command = Sequence[str | Path]


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what it printed and what it cost. `cpu` covers the processes that it started; `memory` is its largest process."""

    code: int
    out: str
    err: str
    cpu: float
    wall: float
    memory: float


def run(command: Command, folder: Path) -> Run:
    """Runs a program in a folder. Its output goes to files, so that reading it costs the program nothing."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    megabytes = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return Run(process.returncode, texts[0], texts[1], usage.ru_utime + usage.ru_stime, wall, megabytes)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times the cost of another program, in CPU time and in elapsed time: medians over pairs of runs."""

    cpu: float
    wall: float


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
    return Ratio(median(one.cpu / other.cpu for one, other in pairs), median(one.wall / other.wall for one, other in pairs))
