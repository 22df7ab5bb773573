"""Show the progress of a long run and the table of `--timing`, both on standard error. `rich` is imported only where one is shown."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from s3lint.linter.result import Result
    from s3lint.support.clock import Clock

SECONDS_BEFORE_BAR = 1.0
"""How long a run lasts before its progress is shown: a bar that flashes by only distracts."""

UNTIMED = "start, imports, processes"

MIN_SECONDS_SHOWN = 0.001
"""Stages that took less have no row in the table of `--timing`."""


def with_progress(results: Iterator[Result], total: int) -> Iterator[Result]:
    """Pass on the results, with a progress bar on standard error if that is a terminal."""
    return show_progress(results, total) if sys.stderr.isatty() else results


def show_progress(
    results: Iterator[Result], total: int, console: Console | None = None, delay: float = SECONDS_BEFORE_BAR
) -> Iterator[Result]:
    """Pass on the results, after `delay` seconds with a progress bar that is removed at the end."""
    started = time.monotonic()
    for done, result in enumerate(results, 1):
        yield result
        if time.monotonic() - started >= delay and done < total:
            yield from _with_bar(results, done, total, console)
            return


def _with_bar(results: Iterator[Result], done: int, total: int, console: Console | None) -> Iterator[Result]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Checking"), BarColumn(), MofNCompleteColumn(), TextColumn("files"), TimeRemainingColumn())
    with Progress(*columns, console=console or Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, completed=done)
        for result in results:
            yield result
            bar.advance(task)


def write_timing(clock: Clock) -> None:
    """Print CPU seconds by stage, rule and kind of fact, most expensive first. Inference counts for the rule or fact that asks for it."""
    from rich.console import Console
    from rich.table import Table

    used = os.times()
    total = used.user + used.system + used.children_user + used.children_system
    spent = {name: nanoseconds / 1e9 for name, nanoseconds in clock.spent.most_common()}
    spent[UNTIMED] = max(0.0, total - sum(spent.values()))
    table = Table("stage", "CPU, s", "%", title=f"{total:.2f} CPU seconds")
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        if seconds >= MIN_SECONDS_SHOWN:
            table.add_row(name, f"{seconds:.3f}", f"{100 * seconds / total:.1f}")
    for column in table.columns[1:]:
        column.justify = "right"
    Console(stderr=True).print(table)
