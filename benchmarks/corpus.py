"""Run s3lint on published packages; count its findings and failures."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.corpora import NAMES, Corpus, corpora
from benchmarks.measure import Run, run
from benchmarks.peers import CHECK, NO_CACHE, plain_environment
from benchmarks.results import Result
from benchmarks.tables import findings_table, show

CACHE = Path(__file__).parent / ".cache"


def crashes(done: Run) -> list[str]:
    """Return the internal failures of a run: s3lint prints one line for each on standard error, and exits with 2."""
    lines = [line for line in done.err.splitlines() if line.strip()]
    if done.code in (0, 1):
        return lines
    return lines or [f"exit code {done.code}"]


def findings(done: Run) -> dict[str, int]:
    """Return the number of findings of each rule, by code."""
    try:
        found = json.loads(done.out)
    except json.JSONDecodeError:
        return {}
    return dict(sorted(Counter(finding["code"] for finding in found).items()))


def checked(corpus: Corpus) -> Result:
    """Run s3lint on a corpus once."""
    done = run((*CHECK, *NO_CACHE), corpus.folder)
    return Result(corpus.name, corpus.version, corpus.files, corpus.lines, findings(done), crashes(done), done.memory)


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.corpus", description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where packages and environments are kept (default: %(default)s)")
    parser.add_argument("--only", metavar="NAME", choices=NAMES, action="append", help="one of " + ", ".join(NAMES))
    parser.add_argument(
        "--json", metavar="FILE", type=Path, help="where the results are written (default: results.json in the cache)"
    )
    return parser.parse_args(arguments)


def as_json(results: Sequence[Result]) -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("s3lint", "libcst")},
        "corpora": [asdict(result) for result in results],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = options(arguments)
    cache = chosen.cache.resolve()
    plain = plain_environment(cache)
    results = [checked(corpus) for corpus in corpora(cache, tuple(chosen.only or NAMES), plain)]
    file = chosen.json or cache / "results.json"
    file.write_text(json.dumps(as_json(results), indent=2) + "\n", encoding="utf-8")
    show(findings_table(results))
    for result in results:
        for line in result.crashes:
            print(f"{result.corpus}: {line}", file=sys.stderr)
    return 1 if any(result.crashes for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
