"""Show the results as tables."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.page import (
    ANALYSIS,
    COPIES,
    COSTS,
    GROWTH,
    STAGES,
    TARGETS,
    analysis_rows,
    copies_rows,
    costs_rows,
    growth_rows,
    stages_rows,
    targets_rows,
)
from s3lint.registry import rules

if TYPE_CHECKING:
    from benchmarks.results import Result
    from benchmarks.targets import Measured, Verdict


WIDTH = 120
"""Characters of a line in output that is no terminal."""


def show(*tables: Table | None) -> None:
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    for table in tables:
        if table is not None:
            console.print(table)


def findings_table(results: Sequence[Result]) -> Table:
    """Return a table of the findings of each rule, with a column for each corpus."""
    table = Table("", *(result.corpus for result in results), title="Findings")
    for name in ("files", "lines"):
        table.add_row(name, *(f"{getattr(result, name):,}" for result in results), end_section=name == "lines")
    codes = sorted({code for result in results for code in result.findings})
    for code in codes:
        counts = (str(result.findings.get(code, "")) for result in results)
        table.add_row(f"{code} {rules()[code].name}", *counts, end_section=code == codes[-1])
    table.add_row("findings", *(f"{sum(result.findings.values()):,}" for result in results))
    table.add_row("memory of the largest process, MB", *(f"{result.memory:.0f}" for result in results))
    table.add_row("crashes", *(str(len(result.crashes)) for result in results))
    return _aligned(table, 1)


def costs_table(found: Measured) -> Table:
    """Return a table of the cost of each program."""
    return _of(COSTS, costs_rows(found), "Costs")


def growth_table(found: Measured) -> Table:
    return _of(GROWTH, growth_rows(found), "Growth")


def copies_table(found: Measured) -> Table:
    return _of(COPIES, copies_rows(found), "Copies of a package")


def stages_table(found: Measured) -> Table:
    return _of(STAGES, stages_rows(found), "Where the time goes")


def analysis_table(found: Measured) -> Table:
    return _of(ANALYSIS, analysis_rows(found), "What analysis costs, in parses")


def targets_table(judged: Sequence[Verdict]) -> Table:
    return _of(TARGETS, targets_rows(judged), "Targets")


def _of(head: Sequence[str], rows: Iterable[Sequence[str]], title: str) -> Table:
    table = Table(*head, title=title)
    for row in rows:
        table.add_row(*row)
    return _aligned(table, 2)


def _aligned(table: Table, names: int) -> Table:
    """Align the columns of figures in a table to the right; `names` is the number of columns before them. Return the table."""
    table.columns[0].no_wrap = True
    for column in table.columns[names:]:
        column.justify, column.overflow = "right", "fold"
    return table
