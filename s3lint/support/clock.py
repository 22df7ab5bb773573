"""Where the time of a run goes: processor seconds by stage and rule, counted only when somebody asks for them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class Clock:
    """The clock of a process. Time within an inner stage does not count for the outer one."""

    def __init__(self) -> None:
        self.on = False
        self.spent: Counter[str] = Counter()
        """Nanoseconds."""
        self._open: list[str] = []
        self._since = 0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
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
        """The items; what making them takes counts for a stage, what is done with them does not."""
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
        """What has passed counts for the stage that is open."""
        now = time.process_time_ns()
        if self._open:
            self.spent[self._open[-1]] += now - self._since
        self._since = now

    def start(self, *, on: bool) -> None:
        """Begins to count anew, in a process that may be a copy of one that has counted."""
        self.on, self.spent, self._open = on, Counter(), []

    def take(self) -> dict[str, int]:
        """What was spent since the last call."""
        taken, self.spent = dict(self.spent), Counter()
        return taken

    def add(self, spent: Mapping[str, int]) -> None:
        """Adds what another process spent."""
        self.spent.update(spent)


CLOCK = Clock()
