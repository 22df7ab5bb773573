"""Measure what the recorder costs: CPU time of one suite with it and without, in pairs: `python -m benchmarks.oracle.overhead`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from benchmarks.measure import interleaved, ratio
from benchmarks.oracle.__main__ import CACHE
from benchmarks.oracle.suites import OUTSIDE, command, prepared, suites

BOUND = 1.02
"""Of the ratio that is promised in docs/observing.md."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the ratio of each pair and their median. Return 1 if that is above the bound."""
    parser = argparse.ArgumentParser("python -m benchmarks.oracle.overhead", description=__doc__)
    parser.add_argument("--suite", default="s3duct", choices=[suite.name for suite in suites()], help="default: %(default)s")
    parser.add_argument("--pairs", type=int, default=7, help="default: %(default)s")
    chosen = parser.parse_args(arguments)
    (suite,) = (each for each in suites() if each.name == chosen.suite)
    python, source = prepared(suite, CACHE.resolve())
    os.environ.update(OUTSIDE)
    plain = command(python, suite)
    recorded = command(python, suite, "--s3lint", "--s3lint-output", source.parent / "overhead.jsonl")
    runs = interleaved({"off": plain, "on": recorded}, source, chosen.pairs)
    for off, on in zip(runs["off"], runs["on"], strict=True):
        print(f"off {off.cpu:6.2f} s  on {on.cpu:6.2f} s  ratio {on.cpu / off.cpu:.3f}")
    found = ratio(runs["on"], runs["off"]).cpu
    print(f"median of {chosen.pairs} pairs: {found:.3f}")
    return int(found > BOUND)


if __name__ == "__main__":
    sys.exit(main())
