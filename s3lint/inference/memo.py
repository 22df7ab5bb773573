"""What the evaluator remembers: answers with what they took, and which questions ask each other.

A remembered answer must be what the question would get if nothing were remembered. Two things stand in the way. A question inside a
cycle gets another answer when one of the cycle waits for it than when somebody asks from outside, so an answer knows its cycle. And a
bound cuts what takes too much, so an answer knows what it would take if nothing were remembered.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from s3lint.inference.values import Value

MAX_DEPTH = 300
"""How many values may wait for each other: some 80 reassignments of one name. Deeper chains are unknown."""

MAX_WORK = 1_000
"""How many values one question may compute. Past it what is left is unknown: a guard against exponential call graphs."""

MAX_FORGOTTEN_WORK = 16
"""An answer that took so many values or fewer does not remember which they were: it would cost more memory than it is worth."""


class QueryResult(NamedTuple):
    """A value, and what it took."""

    value: Value
    read: int
    """The bits of what was read of the project."""
    work: int
    """How many values were computed, those that were remembered counted again for each use: `WORK` and one at most."""
    height: int
    """How many values waited for each other."""
    cycle: int
    """The bits of the cycle that the question is part of."""
    cut: bool
    """Whether the bound on work cut it."""
    looped: bool
    """Whether the question asked itself."""
    asked: tuple[QueryResult, ...]
    """The answers that it was computed from, if it took more than a few values."""

    @property
    def is_bounded(self) -> bool:
        """Whether the answer is surely what it would be if nothing were remembered: unknown, or within the bound on work."""
        return self.height > MAX_DEPTH or (not self.cut and (self.work <= MAX_WORK or not Work().add(self).is_too_much))


class Work:
    """How many values were computed for some answers, each counted once, but for those behind small answers."""

    def __init__(self) -> None:
        self._count = 0
        self._seen: set[int] = set()

    @property
    def is_too_much(self) -> bool:
        return self._count > MAX_WORK

    def add(self, answer: QueryResult) -> Work:
        pending = [answer]
        while pending and not self.is_too_much:
            one = pending.pop()
            if id(one) not in self._seen:
                self._seen.add(id(one))
                self._count += 1 if one.asked else one.work
                pending.extend(one.asked)
        return self


@dataclass(slots=True)
class ActiveQuery:
    """What a question met so far, while its answer is computed."""

    entered: int = 0
    """The bits of the cycles that it and the questions that wait for it are part of."""
    waiting: int = 0
    """The bits of the places of the questions that wait for it and that it asked."""
    cut: bool = False
    looped: bool = False
    work: int = 1
    height: int = 1
    asked: list[QueryResult] = field(default_factory=list)

    def add(self, answer: QueryResult) -> Value:
        self.cut |= answer.cut
        self.work += answer.work
        self.height = max(self.height, answer.height + 1)
        self.asked.append(answer)
        return answer.value

    def answer(self, value: Value, read: int, cycle: int) -> QueryResult:
        asked = tuple(self.asked) if self.work > MAX_FORGOTTEN_WORK else ()
        return QueryResult(value, read, min(self.work, MAX_WORK + 1), self.height, cycle, self.cut, self.looped, asked)


class Provisional(NamedTuple):
    """An answer inside an unfinished cycle, or one that a bound cut."""

    answer: QueryResult
    waiting: int
    """The bits of the places of the questions that it waits for."""


class Memo:
    """The answers so far: for good, or for a while."""

    def __init__(self) -> None:
        self.answers: dict[Hashable, QueryResult] = {}
        self.provisional: dict[Hashable, Provisional] = {}
        self._resting: dict[int, list[Hashable]] = {}

    def keep(self, key: Hashable, answer: QueryResult, waiting: int) -> None:
        """Remembers an answer until the last of the questions that it waits for has one; until the end, where it waits for none."""
        self.provisional[key] = Provisional(answer, waiting)
        self._resting.setdefault(waiting.bit_length() - 1, []).append(key)

    def forget(self, place: int = -1) -> list[Hashable]:
        """Forgets the answers that are kept until the question at a place has one, or until the end. Their questions."""
        resting = self._resting.pop(place, [])
        for key in resting:
            del self.provisional[key]
        return resting


@dataclass(slots=True)
class Cycle:
    """Questions that ask each other."""

    members: set[Hashable]
    bits: int


class Cycles:
    """Which questions ask each other, as far as it is known."""

    def __init__(self) -> None:
        self._of: dict[Hashable, Cycle] = {}
        self._count = 0

    def bits(self, key: Hashable) -> int:
        """The bits of the cycle that a question is part of: one for each cycle that was found to be the same."""
        cycle = self._of.get(key)
        return cycle.bits if cycle is not None else 0

    def join(self, keys: set[Hashable]) -> None:
        """Notes that some questions ask each other."""
        known = {id(cycle): cycle for cycle in map(self._of.get, keys) if cycle is not None}
        if any(keys <= cycle.members for cycle in known.values()):
            return
        bits = sum(cycle.bits for cycle in known.values()) or self._new_bit()
        whole = Cycle(keys.union(*(cycle.members for cycle in known.values())), bits)
        self._of.update(dict.fromkeys(whole.members, whole))

    def _new_bit(self) -> int:
        self._count += 1
        return 1 << self._count
