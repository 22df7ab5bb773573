"""Write docs/performance.md from the figures of one run. The site draws its plot from the tables of the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.targets import Measured, Verdict

PAGE = """\
# Performance

Run time grows with the amount of storage code, not repository size. `make bench` downloads the packages and runs s3lint and its peers in
turns; `WITH=--docs` writes this page. Rounds: {rounds}; Python {python}, {versions}.

Ratios compare CPU time, started processes included, in pairs of runs of one round, and are medians over the rounds; seconds depend on
the machine. *cold* is `--no-cache`. Peers run with their default rules, Fixit with one. Memory is that of the largest process, or of the
benchmark itself, from which all are started, where that is larger.

{sets}

![CPU time of each linter, and its growth with the files](performance.svg)

## Targets

{targets}

## Costs

{costs}

## Where the time goes

Shares of the CPU time of one process, cold.

{stages}

Most of a cold run over storage code is inference: what the arguments of each call may be, with all that callers pass, and the nodes
that it asks for. Python's parser takes a fifth, for every file that mentions storage and every file that calls into one. flake8 asks
nothing of other files, so the ratio is worst where nearly every file uses storage. A second run, and a run over other code, parse next to
nothing.

The time of analysis (all rows but Python's parser, the numbering and the start) divided by what libcst takes to parse all files that
mention storage, if only in comments, in the same run:

{analysis}

## Growth

Generated repositories, in which one file of twenty uses storage: many of them below one folder, or all the same files in one
repository.

{growth}

Copies of awswrangler side by side, all rules, one process: every function has callers, and namesakes in every other copy.

{copies}
"""

MEGABYTES = "memory of the largest process, MB"


def write_page(found: Measured, judged: Sequence[Verdict], folder: Path) -> None:
    sets = "\n".join(
        f"- **{name}**: {each['what']}, {each['files']:,} files, {each['lines']:,} lines" for name, each in found["sets"].items()
    )
    text = PAGE.format(
        rounds=found["rounds"],
        python=found["python"],
        versions=", ".join(f"{name} {version}" for name, version in found["versions"].items()),
        sets=sets,
        targets=_targets(judged),
        costs=_costs(found),
        stages=_table(STAGES, stages_rows(found)),
        analysis=_table(ANALYSIS, analysis_rows(found)),
        growth=_growth(found),
        copies=_table(COPIES, copies_rows(found)),
    )
    (folder / "performance.md").write_text(text, encoding="utf-8")


def targets_rows(judged: Iterable[Verdict]) -> list[tuple[str, ...]]:
    words = {True: "met", False: "**not met**", None: "not measured"}
    return [(each.name, f"≤ {each.bound:g}", "" if each.value is None else f"{each.value:.3g}", words[each.met]) for each in judged]


def costs_rows(found: Measured) -> list[tuple[str, ...]]:
    """Return the cost of each program in each set, and its multiples of s3lint cold, flake8 and ruff."""
    return [
        (
            group,
            cost["program"],
            f"{cost['cpu']:.2f}",
            f"{cost['wall']:.2f}",
            f"{cost['memory']:.0f}",
            *(_times(cost, other, "cpu") for other in ("flake8", "ruff", "fixit, one rule")),
        )
        for group, costs in found["costs"].items()
        for cost in costs
    ]


def _times(cost: Measured, other: str, kind: str) -> str:
    return f"{cost['against'][other][kind]:.3f}" if other in cost["against"] else ""


def growth_rows(found: Measured) -> list[tuple[str, ...]]:
    return [
        (
            f"{size['files']:,}",
            "one" if size["whole"] else "many",
            f"{size['findings']:,}",
            f"{size['cpu']:.1f}",
            f"{1_000 * size['cpu'] / size['files']:.2f}",
            f"{size['memory']:.0f}",
        )
        for size in found["growth"]
    ]


def copies_rows(found: Measured) -> list[tuple[str, ...]]:
    return [
        (
            f"{size['copies']}",
            f"{size['files']:,}",
            f"{size['findings']:,}",
            f"{size['cpu']:.1f}",
            f"{1_000 * size['cpu'] / size['files']:.2f}",
            f"{size['memory']:.0f}",
        )
        for size in found["copies"]
    ]


def stages_rows(found: Measured) -> list[tuple[str, ...]]:
    sets = list(found["stages"].values())
    return [(name, *(f"{100 * each.get(name, 0):.0f} %" for each in sets)) for name in sets[0]]


def analysis_rows(found: Measured) -> list[tuple[str, ...]]:
    return [(each["name"], f"{each['files']:,}", f"{each['of_files']:.2f}") for each in found["analysis"]]


STAGES = ("", "storage-heavy", "neutral")
TARGETS = ("Target", "Bound", "Measured", "")
COSTS = ("Set", "Program", "CPU, s", "Elapsed, s", "Memory, MB", "× flake8", "× ruff", "× Fixit")
ANALYSIS = ("Package", "Files", "÷ libcst's parse")
COPIES = ("Copies", "Files", "Findings", "CPU, s", "CPU, ms a file", "Memory, MB")
GROWTH = ("Files", "Repositories", "Findings", "CPU, s", "CPU, ms a file", "Memory, MB")


def _targets(judged: Sequence[Verdict]) -> str:
    return _table(TARGETS, targets_rows(judged))


def _costs(found: Measured) -> str:
    return _table(COSTS, costs_rows(found))


def _growth(found: Measured) -> str:
    return _table(GROWTH, growth_rows(found))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
