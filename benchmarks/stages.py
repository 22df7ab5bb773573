"""Where the time of a check goes, by what the engine does."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from benchmarks.measure import run

PROGRAM = """\
import json, os, sys
from s3lint.faces.command import main
from s3lint.timing import CLOCK
main(["check", "--isolated", "--no-cache", "--quiet", "--exit-zero", "--jobs", "1", "--timing", "--output-file", os.devnull])
used = os.times()
print(json.dumps({"whole": used.user + used.system, "spent": CLOCK.spent}))
"""

STAGES = {
    "parsing": "libcst parses blocks",
    "outline": "Python parses files",
    "walk": "statements are walked",
    "findings and fixes": "findings and fixes are made",
}
"""Stages of the engine's clock, and what is done in them."""

FACTS = "facts are made: receivers and arguments are inferred"
RULES = "rules look at facts, and infer what they ask for"
REST = "start, imports, reading, report"


def stages(folder: Path) -> dict[str, float]:
    """The share of each stage in the CPU time of one process that checks a folder without a cache, largest first."""
    done = run((sys.executable, "-c", PROGRAM), folder)
    if done.code:
        raise SystemExit(f"s3lint failed: {done.err}")
    found = json.loads(done.out.splitlines()[-1])
    shares: Counter[str] = Counter()
    for name, nanoseconds in found["spent"].items():
        shares[_stage(name)] += nanoseconds / 1e9 / found["whole"]
    shares[REST] += 1 - shares.total()
    return dict(shares.most_common())


def _stage(name: str) -> str:
    from s3lint.registry import rules

    if name in STAGES:
        return STAGES[name]
    if name.startswith("facts: "):
        return FACTS
    return RULES if name in {rule.name for rule in rules().values()} else REST
