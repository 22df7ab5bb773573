"""Runs s3lint over published packages: what it finds, whether it fails, and what it costs beside other linters.

`python -m benchmarks.corpus` looks at the findings once; with `--repeat N` it also measures.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.corpora import NAMES, Corpus, corpora
from benchmarks.measure import Command, Ratio, Run, interleaved, ratio, run
from benchmarks.peers import CHECK, PROGRAMS, START_UP, WORKED, flake8_in, peers, plain_environment
from benchmarks.tables import findings_table, ratios_table, show

CACHE = Path(__file__).parent / ".cache"

PLUGIN = "flake8 with the plugin"

START_UPS = 20
"""How often the start-up is measured, at least: it is short, so it varies much."""


@dataclass(frozen=True, slots=True)
class Result:
    """What s3lint found in a corpus, how it failed, and its cost as a ratio to that of each peer."""

    corpus: str
    version: str
    files: int
    lines: int
    findings: dict[str, int]
    crashes: list[str]
    memory: float
    ratios: dict[str, Ratio] = field(default_factory=dict)
    plugin: Ratio | None = None
    """flake8 with the plugin against flake8 without."""


def crashes(done: Run) -> list[str]:
    """What went wrong inside s3lint: it says so on standard error, one line for each failure, and exits with 2."""
    lines = [line for line in done.err.splitlines() if line.strip()]
    if done.code in (0, 1):
        return lines
    return lines or [f"exit code {done.code}"]


def findings(done: Run) -> dict[str, int]:
    """How many findings each rule has, by code."""
    try:
        found = json.loads(done.out)
    except json.JSONDecodeError:
        return {}
    return dict(sorted(Counter(finding["code"] for finding in found).items()))


def checked(corpus: Corpus) -> Result:
    """One run of s3lint over a corpus."""
    done = run(CHECK, corpus.folder)
    return Result(corpus.name, corpus.version, corpus.files, corpus.lines, findings(done), crashes(done), done.memory)


def measured(result: Result, corpus: Corpus, others: dict[str, Command], options: argparse.Namespace) -> Result:
    """The result with the ratios to the peers."""
    with_plugin = {PLUGIN: flake8_in(PROGRAMS)} if options.plugin else {}
    runs = interleaved({"s3lint": CHECK, **others, **with_plugin}, corpus.folder, options.repeat)
    for name, done in runs.items():
        if done[0].code not in WORKED:
            raise SystemExit(f"{name} failed: {done[0].err or done[0].out}")
    return replace(
        result,
        memory=median(each.memory for each in runs["s3lint"]),
        ratios={name: ratio(runs["s3lint"], runs[name]) for name in others},
        plugin=ratio(runs[PLUGIN], runs["flake8"]) if options.plugin else None,
    )


def start_up(repeat: int) -> Ratio:
    """`s3lint version` against Python alone."""
    runs = interleaved(START_UP, Path.cwd(), max(repeat, START_UPS))
    return ratio(runs["s3lint"], runs["python"])


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.corpus", description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where packages and environments are kept (default: %(default)s)")
    parser.add_argument("--only", metavar="NAME", choices=NAMES, action="append", help="one of " + ", ".join(NAMES))
    parser.add_argument("--repeat", metavar="N", type=int, default=0, help="measure too, over N rounds")
    parser.add_argument("--plugin", action="store_true", help="measure flake8 with the plugin too")
    parser.add_argument("--fixit", action="store_true", help="compare with Fixit too")
    parser.add_argument(
        "--json", metavar="FILE", type=Path, help="where the results are written (default: results.json in the cache)"
    )
    return parser.parse_args(arguments)


def as_json(results: Sequence[Result], starting: Ratio | None, repeat: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("s3lint", "libcst", "flake8", "ruff")},
        "corpora": [asdict(result) for result in results],
    }
    if starting is not None:
        made |= {"repeat": repeat, "start-up": asdict(starting)}
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = options(arguments)
    cache = chosen.cache.resolve()
    plain = plain_environment(cache)
    others = peers(cache, plain, fixit=chosen.fixit) if chosen.repeat else {}
    results = []
    for corpus in corpora(cache, tuple(chosen.only or NAMES), plain):
        result = checked(corpus)
        results.append(measured(result, corpus, others, chosen) if chosen.repeat else result)
    starting = start_up(chosen.repeat) if chosen.repeat else None
    file = chosen.json or cache / "results.json"
    file.write_text(json.dumps(as_json(results, starting, chosen.repeat), indent=2) + "\n", encoding="utf-8")
    show(findings_table(results), ratios_table(results, starting))
    for result in results:
        for line in result.crashes:
            print(f"{result.corpus}: {line}", file=sys.stderr)
    return 1 if any(result.crashes for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
