"""Measure what the recorder costs: its share of the CPU time of test suites, and the ratios of pairs of runs: `make overhead`.

The share is measured inside of the process, by the clock of each thread. It is sharp, but leaves out what a recorder slows down around it.
The pairs have all of it, and scatter: their median has a confidence interval.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from pathlib import Path
from statistics import median

from benchmarks.measure import ENVIRONMENT, run
from benchmarks.oracle.__main__ import CACHE
from benchmarks.oracle.suites import OUTSIDE, Suite, command, prepared, suites

PAGE = Path(__file__).parents[2] / "docs" / "observing.md"
START, END = "<!-- benchmarks.overhead: start -->", "<!-- benchmarks.overhead: end -->"

BOUND = 0.02
"""Of the share and of the median over the pairs: what docs/observing.md promises."""

CERTAINTY = 0.95

SUITE = "django-storages"
"""Of the pairs: many short tests with moto, a few seconds of CPU time."""


@dataclass(frozen=True, slots=True)
class Share:
    """CPU seconds that the recorder took in a suite, how often it ran, and the CPU seconds of the suite with the servers that it starts."""

    suite: str
    recorder: float
    runs: int
    whole: float

    @property
    def part(self) -> float:
        return self.recorder / self.whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the shares and the median of the pairs. Return 1 if one is above the bound."""
    parser = argparse.ArgumentParser("python -m benchmarks.oracle.overhead", description=__doc__)
    known = {suite.name: suite for suite in suites()}
    parser.add_argument(
        "--only", metavar="NAME", choices=known, action="append", help="a suite whose share is measured (default: all)"
    )
    parser.add_argument("--pairs", type=int, default=25, help="default: %(default)s")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where projects and environments are kept (default: %(default)s)")
    parser.add_argument("--docs", action="store_true", help="write the figures of docs/observing.md again")
    chosen = parser.parse_args(arguments)
    cache = chosen.cache.resolve()
    ENVIRONMENT.update(OUTSIDE)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # a program that moves between cores loses its caches
    shares = [_share(known[name], cache) for name in chosen.only or known]
    for each in shares:
        print(f"{each.suite}: {each.recorder:.3f} of {each.whole:.1f} s in {each.runs:,} runs of the recorder: {each.part:.2%}")
    ratios = _pairs(known[SUITE], cache, chosen.pairs)
    low, high = interval(ratios)
    print(f"{SUITE}: median of {len(ratios)} pairs {median(ratios):.3f}, between {low:.3f} and {high:.3f}")
    if chosen.docs:
        _write(sentence(shares, ratios))
    return int(max(each.part for each in shares) > BOUND or low > 1 + BOUND)


def _share(suite: Suite, cache: Path) -> Share:
    python, source = prepared(suite, cache)
    with tempfile.TemporaryDirectory() as folder:
        clock = Path(folder, "clock.json")
        ENVIRONMENT.update({"S3LINT_CLOCK": str(clock), "PYTHONPATH": str(Path(__file__).with_name("plugin"))})
        done = run(command(python, suite, *_recorded(folder), "-p", "s3lint_clock"), source)
        recorder, runs = json.loads(clock.read_text(encoding="utf-8"))
    return Share(suite.name, recorder, runs, done.cpu)


def _recorded(folder: str) -> tuple[str, ...]:
    return "--s3lint", "--s3lint-output", f"{folder}/observed.jsonl", "--basetemp", f"{folder}/temporary"


def _pairs(suite: Suite, cache: Path, pairs: int) -> list[float]:
    """Return the ratio of CPU time with the recorder to that without, of pairs of runs whose order alternates."""
    python, source = prepared(suite, cache)
    ratios: list[float] = []
    for number in range(pairs):
        with tempfile.TemporaryDirectory() as folder:
            ways = {"off": ("--basetemp", f"{folder}/temporary"), "on": _recorded(folder)}
            order = ("off", "on") if number % 2 else ("on", "off")
            cpu = {name: run(command(python, suite, *ways[name]), source).cpu for name in order}
            ratios.append(cpu["on"] / cpu["off"])
    return ratios


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return between which values the median lies with `CERTAINTY`, by the sign test: it assumes nothing of how they scatter."""
    ordered, count = sorted(values), len(values)
    left, below = (1 - CERTAINTY) / 2, 0.0
    for index in range(count // 2):
        below += comb(count, index) / 2**count
        if below > left:
            return ordered[max(0, index - 1)], ordered[min(count - 1, count - index)]
    return ordered[0], ordered[-1]


def sentence(shares: Sequence[Share], ratios: Sequence[float]) -> str:
    """Return the figures in words."""
    low, high = interval(ratios)
    whole = sum(each.recorder for each in shares) / sum(each.whole for each in shares)
    most = max(shares, key=lambda each: each.part)
    return (
        f"Over {len(shares)} test suites with moto the recorder took {whole:.2%} of the CPU time, at most {most.part:.2%} ({most.suite}).\n"
        f"{len(ratios)} pairs of runs of {SUITE}'s suite, with the recorder and without, have a median ratio of {median(ratios):.3f}; with\n"
        f"{CERTAINTY:.0%} certainty it is between {low:.3f} and {high:.3f}. `make overhead` measures both."
    )


def _write(text: str) -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    PAGE.write_text(f"{before}{START}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
