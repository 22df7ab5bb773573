"""The results as tables for people."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from s3lint.registry import rules

if TYPE_CHECKING:
    from benchmarks.corpus import Result
    from benchmarks.measure import Ratio


WIDTH = 120
"""Characters of a line that goes to a file."""


def show(*tables: Table | None) -> None:
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    for table in tables:
        if table is not None:
            console.print(table)


def findings_table(results: Sequence[Result]) -> Table:
    """The findings of each rule, a column for each corpus."""
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


def ratios_table(results: Sequence[Result], starting: Ratio | None) -> Table | None:
    """What s3lint costs, as a multiple of what each peer costs; None where nothing was measured."""
    if starting is None:
        return None
    table = Table("", "against", "CPU time", "elapsed time", title="Ratios")
    for result in results:
        for name, ratio in result.ratios.items():
            table.add_row(f"s3lint check, {result.corpus}", name, f"{ratio.cpu:.3f}", f"{ratio.wall:.3f}")
        if result.plugin is not None:
            shown = f"{result.plugin.cpu:.3f}", f"{result.plugin.wall:.3f}"
            table.add_row(f"flake8 with the plugin, {result.corpus}", "flake8", *shown)
    table.add_row("s3lint version", "python -c pass", f"{starting.cpu:.3f}", f"{starting.wall:.3f}")
    return _aligned(table, 2)


def _aligned(table: Table, names: int) -> Table:
    """The table with its figures, which stand behind some columns of names, to the right."""
    table.columns[0].no_wrap = True
    for column in table.columns[names:]:
        column.justify, column.overflow = "right", "fold"
    return table
