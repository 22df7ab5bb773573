"""The functions in which the time of a check goes."""

from __future__ import annotations

import pstats
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.table import Table

from benchmarks.measure import run
from benchmarks.peers import CHECK

SHOWN = 25
"""Functions of each set that are named."""

ROOT = Path(__file__).parents[1]


def hot_table(name: str, folder: Path) -> Table:
    """The functions with the most time of their own in a check of a set, by one process under `cProfile`."""
    with tempfile.NamedTemporaryFile(suffix=".prof") as file:
        done = run((sys.executable, "-m", "cProfile", "-o", file.name, *CHECK, "--no-cache", "--jobs", "1"), folder)
        if done.code not in (0, 1):
            raise SystemExit(f"s3lint failed: {done.err}")
        profile: Any = pstats.Stats(file.name)
    table = Table("function", "calls", "own, %", "with all it calls, %", title=f"Hot functions, {name}")
    for (module, row, function), (_, calls, own, whole, _) in sorted(profile.stats.items(), key=lambda item: -item[1][2])[:SHOWN]:
        shares = (f"{100 * seconds / profile.total_tt:.1f}" for seconds in (own, whole))
        table.add_row(f"{_shown(module)}:{row} {function}" if row else function, f"{calls:,}", *shares)
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _shown(module: str) -> str:
    path = Path(module)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else "/".join(path.parts[-2:])
