"""Measure the CPU time of a run by stage and rule, for `--timing`; off by default, when it costs next to nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class Clock:
    """Measures the stages of one process. The time of an inner stage does not count for the outer one."""

    def __init__(self) -> None:
        self.on = False
        self.spent: Counter[str] = Counter()
        """CPU time of each stage in nanoseconds."""
        self._open: list[str] = []
        self._since = 0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the CPU time of the block for a stage."""
        if not self.on:
            yield
            return
        self._turn()
        self._open.append(name)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    def over(self, name: str, items: Iterable[T]) -> Iterable[T]:
        """Return the items; the time to make each counts for a stage, the time to process it does not."""
        return self._made(name, iter(items)) if self.on else items

    def _made(self, name: str, items: Iterator[T]) -> Iterator[T]:
        while True:
            with self.stage(name):
                try:
                    item = next(items)
                except StopIteration:
                    return
            yield item

    def _turn(self) -> None:
        """Add the time since the last call to the innermost open stage."""
        now = time.process_time_ns()
        if self._open:
            self.spent[self._open[-1]] += now - self._since
        self._since = now

    def start(self, *, on: bool) -> None:
        """Turn the clock on or off and set it to zero: a forked worker inherits what its parent has counted."""
        self.on, self.spent, self._open = on, Counter(), []

    def take(self) -> dict[str, int]:
        """Return the nanoseconds of each stage since the last call."""
        taken, self.spent = dict(self.spent), Counter()
        return taken

    def add(self, spent: Mapping[str, int]) -> None:
        """Add the nanoseconds of another process."""
        self.spent.update(spent)


CLOCK = Clock()
