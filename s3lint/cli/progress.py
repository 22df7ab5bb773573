"""The progress of a long run, on standard error where it is a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from s3lint.linter.engine import Result

if TYPE_CHECKING:
    from rich.console import Console

PATIENCE = 1.0
"""Seconds that a run may last before its progress is shown."""


def watched(results: Iterator[Result], total: int) -> Iterator[Result]:
    """The results, with a bar that goes away when all are there. Silent where nobody would see it."""
    return shown(results, total) if sys.stderr.isatty() else results


def shown(results: Iterator[Result], total: int, console: Console | None = None, patience: float = PATIENCE) -> Iterator[Result]:
    started = time.monotonic()
    for done, result in enumerate(results, 1):
        yield result
        if time.monotonic() - started >= patience and done < total:
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
