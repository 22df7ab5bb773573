"""Measure the time of a check by stage, and the cost of the analysis as a multiple of parsing."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import run

PROGRAM = """\
import sys
del sys.path[0]  # the folder that is checked, which may have modules with names such as `typing`
import json, os, time
from pathlib import Path
import libcst
from s3lint.support.interpreter import paused_collector
from s3lint.project.discovery import python_files
from s3lint.linter.prefilter import Prefilter
from s3lint.cli import main
from s3lint.settings import Settings
from s3lint.support.clock import CLOCK
from s3lint.triggers import TRIGGERS

main(["check", "--isolated", "--no-cache", "--quiet", "--exit-zero", "--jobs", "1", "--timing", "--output-file", os.devnull])
used = os.times()
settings = Settings(root=Path.cwd())
prefilter = Prefilter(TRIGGERS, everywhere=True)  # in comments and weakly too
texts = [text for text in (path.read_bytes() for path in python_files(Path.cwd(), settings)) if prefilter.mentions(text)]
with paused_collector():
    start = time.process_time()
    for text in texts:
        libcst.parse_module(text)
    parsing = time.process_time() - start
print(json.dumps({"whole": used.user + used.system, "spent": CLOCK.spent, "files": len(texts), "parsing": parsing}))
"""

BLOCKS, SKELETONS, FILES = "libcst parses blocks", "statements of blocks are numbered", "Python parses files"
WALK, FIXES = "statements are walked", "findings and fixes are made"

STAGES = {"parsing": BLOCKS, "skeletons": SKELETONS, "outline": FILES, "walk": WALK, "findings and fixes": FIXES}
"""Stages of the engine's clock, with their descriptions."""

FACTS = "facts are made: nodes are made, receivers and arguments inferred"
RULES = "rules look at facts, and infer what they ask for"
REST = "start, imports, reading, report"


@dataclass(frozen=True, slots=True)
class Analysis:
    """The cost of the analysis in multiples of what libcst takes to parse the files that mention storage, if only in comments (`of_files`)."""

    name: str
    files: int
    of_files: float


def stages(folder: Path) -> dict[str, float]:
    """Return the share of each stage in the CPU time of one process that checks a folder without a cache, largest first."""
    found = _checked(folder)
    shares = Counter({name: seconds / found["whole"] for name, seconds in _by_stage(found).items()})
    shares[REST] += 1 - shares.total()
    return dict(shares.most_common())


def analysis(folder: Path) -> Analysis:
    with tempfile.TemporaryDirectory() as place:
        # A project by itself: of a part of one, files that depend on it are analyzed too.
        alone = shutil.copytree(folder, Path(place) / folder.name)
        (alone / ".git").mkdir()
        found = _checked(alone)
    spent = _by_stage(found)
    return Analysis(folder.name, found["files"], sum(spent[name] for name in (WALK, FACTS, RULES, FIXES)) / found["parsing"])


def _checked(folder: Path) -> Any:
    done = run((sys.executable, "-c", PROGRAM), folder)
    if done.code:
        raise SystemExit(f"s3lint failed: {done.err}")
    return json.loads(done.out.splitlines()[-1])


def _by_stage(found: Any) -> Counter[str]:
    """Return the CPU seconds of each stage."""
    spent: Counter[str] = Counter()
    for name, nanoseconds in found["spent"].items():
        spent[_stage(name)] += nanoseconds / 1e9
    return spent


def _stage(name: str) -> str:
    from s3lint.registry import rules

    if name in STAGES:
        return STAGES[name]
    if name.startswith("facts: "):
        return FACTS
    return RULES if name in {rule.name for rule in rules().values()} else REST
