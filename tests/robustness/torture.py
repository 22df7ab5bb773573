"""The torture set: how time and memory grow with the size of hostile programs.

`python -m robustness.torture` checks every shape of `robustness.torture_set` at its full size and at a quarter of it, each in a process of its
own, and exits with 1 where one does not end as promised. `--only TEXT` picks shapes, `--fix` measures `--fix` too.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Run, run
from robustness.torture_set import SHAPES
from robustness.torture_set.shape import Shape

PART = 4
"""The smaller size is this fraction of the full one."""

GROWTH = 2.0
"""Limit of the growth from a quarter of the size to the full size, relative to linear: linear code is near 1, quadratic code at 4."""

NOTICED = 1.0
"""Seconds of CPU time beyond an empty run below which growth is not measured."""

SLOWEST = 60.0
"""Seconds of CPU time that the full size may take."""

MEMORY = 2048.0
"""Megabytes that a process may hold at once."""

ATTEMPTS = 3
"""How often a shape that looks nonlinear is measured: other programs on the machine can only make it slower."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One shape at two sizes; times in seconds beyond an empty run."""

    shape: Shape
    small: Run
    full: Run
    small_cpu: float
    full_cpu: float
    codes: frozenset[str]

    @property
    def growth(self) -> float | None:
        """1 for linear; None where it is too quick to tell."""
        return self.full_cpu / max(self.small_cpu, NOTICED / PART / GROWTH) / PART if self.full_cpu > NOTICED else None

    @property
    def failures(self) -> Iterator[str]:
        for size, run_ in (("small", self.small), ("full", self.full)):
            if run_.code not in (0, 1) or run_.err:
                yield f"{size}: exit code {run_.code}: {run_.err.strip()[-200:]}"
            if run_.memory > MEMORY:
                yield f"{size}: {run_.memory:.0f} MB"
        if not self.codes & {"STO900", "STO211"}:
            yield "neither the sentinel nor STO900 was found"
        if self.full_cpu > SLOWEST:
            yield f"{self.full_cpu:.0f} s"
        if self.growth is not None and self.growth > GROWTH:
            yield f"{PART} times the size costs {PART * self.growth:.1f} times as much"


LIMITS = f'ulimit -t {2 * SLOWEST:.0f}; ulimit -v {8 << 20}; exec "$@"'
"""Limits of the measured process: seconds of CPU time, and kilobytes of address space; it reserves more than it uses."""


def _command(file: Path, *options: str) -> list[str]:
    return [
        "sh",
        "-c",
        LIMITS,
        "sh",
        sys.executable,
        "-m",
        "s3lint",
        "check",
        "--isolated",
        "--no-cache",
        "--profile",
        "strict",
        "--output-format",
        "json",
        *options,
        str(file),
    ]


def checked(program: bytes, folder: Path, name: str, *options: str) -> Run:
    """Check one program."""
    file = folder / (name if name.endswith(".ipynb") else "program.py")
    file.write_bytes(program)
    done = run(_command(file, *options), folder)
    file.unlink()
    return done


def measured(shape: Shape, folder: Path, *options: str, attempts: int = ATTEMPTS) -> Measured:
    """Return the quickest of several measurements, or the first if that looks linear."""
    best: Measured | None = None
    for _ in range(attempts):
        empty = checked(b'import boto3\nboto3.client("s3").list_buckets()\n', folder, "empty.py", *options)
        small = checked(shape.program(max(1, shape.full // PART)), folder, shape.name, *options)
        full = checked(shape.program(shape.full), folder, shape.name, *options)
        found = Measured(shape, small, full, max(0.0, small.cpu - empty.cpu), full.cpu - empty.cpu, _codes(full))
        best = found if best is None or (found.growth or 0) < (best.growth or 0) else best
        if not list(found.failures):
            return found
    assert best is not None
    return best


def _codes(done: Run) -> frozenset[str]:
    try:
        return frozenset(finding["code"] for finding in json.loads(done.out))
    except ValueError:
        return frozenset()


def row(each: Measured) -> str:
    growth = "" if each.growth is None else f"{each.growth:.2f}"
    outcome = "STO900" if "STO900" in each.codes else f"{len(each.codes)} rules"
    failures = "; ".join(each.failures)
    return f"| {each.shape.name} | {each.shape.full:,} | {each.full_cpu:.2f} | {growth} | {each.full.memory:.0f} | {failures or outcome} |"


def summary(every: Sequence[Measured]) -> Iterator[str]:
    """Return how many shapes were measured, and the worst of them by growth, by memory and by time."""
    yield f"{len(every)} shapes, {sum(bool(list(each.failures)) for each in every)} failed."
    if grown := [(each.growth, each.shape.name) for each in every if each.growth is not None]:
        growth, name = max(grown)
        yield f"Worst growth: {growth:.2f} times linear ({name}); {len(grown)} shapes took long enough to tell."
    if every:
        heaviest = max(every, key=lambda each: each.full.memory)
        slowest = max(every, key=lambda each: each.full_cpu)
        yield f"Most memory: {heaviest.full.memory:.0f} MB ({heaviest.shape.name})."
        yield f"Slowest: {slowest.full_cpu:.1f} s of CPU time ({slowest.shape.name})."


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m robustness.torture", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", help="shapes whose names hold this text")
    parser.add_argument("--attempts", type=int, default=ATTEMPTS, help="how often a shape may be measured")
    parser.add_argument("--fix", action="store_true", help="apply every fix, and print the difference")
    options = parser.parse_args(arguments)
    every = []
    print("| shape | size | CPU seconds | growth | MB | outcome |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for shape in SHAPES:
            if options.only in shape.name:
                found = measured(
                    shape, Path(folder), *(("--fix", "--unsafe-fixes") if options.fix else ()), attempts=options.attempts
                )
                every.append(found)
                print(row(found), flush=True)
    print("", *summary(every), sep="\n")
    return 1 if any(list(each.failures) for each in every) else 0


if __name__ == "__main__":
    raise SystemExit(main())
