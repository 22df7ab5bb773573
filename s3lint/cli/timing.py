"""The table of `s3lint check --timing`, on standard error."""

from __future__ import annotations

import os

from s3lint.support.clock import Clock

REST = "start, imports, processes"

SHOWN = 0.001
"""Seconds from which a stage is worth a row."""


def write(clock: Clock) -> None:
    """By stage, rule and kind of fact. What inference takes counts for the rule or fact that asks."""
    from rich.console import Console
    from rich.table import Table

    used = os.times()
    whole = used.user + used.system + used.children_user + used.children_system
    spent = {name: nanoseconds / 1e9 for name, nanoseconds in clock.spent.most_common()}
    spent[REST] = max(0.0, whole - sum(spent.values()))
    table = Table("stage", "CPU, s", "%", title=f"{whole:.2f} CPU seconds")
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        if seconds >= SHOWN:
            table.add_row(name, f"{seconds:.3f}", f"{100 * seconds / whole:.1f}")
    for column in table.columns[1:]:
        column.justify = "right"
    Console(stderr=True).print(table)
