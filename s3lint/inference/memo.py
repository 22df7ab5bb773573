"""Memoise query results, also inside cycles and at the bounds on work and depth.

A memoised result must be what the query would give with nothing memoised. Two things stand in the way. Inside a cycle a query gives
another result while a member of the cycle is active than when it is asked from outside, so a result knows its cycles. And a bound cuts
what takes too much, so a result knows what it would cost with nothing memoised.

Sets of stack depths, of cycles and of dependencies are the bits of an int: union is `|`, and joining two costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from s3lint.inference.values import Value

MAX_DEPTH = 300
"""How many queries may be active at once: some 80 reassignments of one name. The value of a deeper chain is unknown."""

MAX_WORK = 1_000
"""How many values one query may compute. Past it what is left is unknown: a guard against exponential call graphs."""

MAX_FORGOTTEN_WORK = 16
"""A result that took so many values or fewer does not keep its inputs: that would cost more memory than it is worth."""


class QueryResult(NamedTuple):
    """A value, and what it took to compute it."""

    value: Value
    dependencies: int
    """The set of what was read of the project (`dependencies.py`)."""
    work: int
    """How many values were computed, as if nothing had been memoised; capped at `MAX_WORK + 1`."""
    height: int
    """How many queries were active at once for it, itself included."""
    cycles: int
    """The cycles that the query is part of."""
    is_cut: bool
    """Whether the bound on work cut it."""
    in_cycle: bool
    """Whether the query asked itself."""
    inputs: tuple[QueryResult, ...]
    """The results that it was computed from, if it took more than `MAX_FORGOTTEN_WORK` values."""

    @property
    def is_bounded(self) -> bool:
        """Tell whether the result is surely what it would be with nothing memoised: too deep, or within the bound on work."""
        # `work` counts shared inputs once for each use; only if that is too much is it worth counting each once.
        return self.height > MAX_DEPTH or (not self.is_cut and (self.work <= MAX_WORK or not Work().add(self).is_too_much))


class Work:
    """Counts the values that some results took, each once, but for those behind results that keep no inputs."""

    def __init__(self) -> None:
        self._count = 0
        self._seen: set[int] = set()

    @property
    def is_too_much(self) -> bool:
        return self._count > MAX_WORK

    def add(self, result: QueryResult) -> Work:
        """Count a result and its inputs, no further than the bound; return this counter."""
        pending = [result]
        while pending and not self.is_too_much:
            one = pending.pop()
            if id(one) not in self._seen:
                self._seen.add(id(one))
                self._count += 1 if one.inputs else one.work
                pending.extend(one.inputs)
        return self


@dataclass(slots=True)
class ActiveQuery:
    """A query whose value is being computed, and what it has met so far."""

    stack_depth: int = 0
    """How many queries wait for it."""
    open_cycles: int = 0
    """The cycles of this query and of those below it on the stack."""
    waits_for: int = 0
    """The stack depths of active queries that this one depends on, its own included."""
    is_cut: bool = False
    in_cycle: bool = False
    work: int = 1
    height: int = 1
    inputs: list[QueryResult] = field(default_factory=list)
    dependencies: int = 0
    """The set of what was read of the project; known when the query leaves the stack."""
    dropped: Sequence[Hashable] = ()
    """The provisional results that waited for it; known when the query leaves the stack."""

    @property
    def waits_for_others(self) -> int:
        """The stack depths of the queries below it that it depends on."""
        return self.waits_for & ((1 << self.stack_depth) - 1)

    def add(self, result: QueryResult) -> Value:
        """Count the result of a query that this one asked; return its value."""
        self.is_cut |= result.is_cut
        self.work += result.work
        # As high as if the result had been computed now: a memoised one must not reach deeper than a fresh one.
        self.height = max(self.height, result.height + 1)
        self.inputs.append(result)
        return result.value

    def result(self, value: Value, cycles: int) -> QueryResult:
        """Return the result of this query, now that its value is known."""
        inputs = tuple(self.inputs) if self.work > MAX_FORGOTTEN_WORK else ()
        # Past the bound the exact number says nothing more, and sums of sums would become huge integers.
        work = min(self.work, MAX_WORK + 1)
        return QueryResult(value, self.dependencies, work, self.height, cycles, self.is_cut, self.in_cycle, inputs)


class Provisional(NamedTuple):
    """A result inside an unfinished cycle, or one that a bound cut."""

    result: QueryResult
    waits_for: int
    """The stack depths of the active queries that it depends on."""


class Memo:
    """The results so far: final ones, and provisional ones that hold only while certain queries are active."""

    def __init__(self) -> None:
        self.results: dict[Hashable, QueryResult] = {}
        self.provisional: dict[Hashable, Provisional] = {}
        self._by_depth: dict[int, list[Hashable]] = {}

    def keep(self, key: Hashable, result: QueryResult, waits_for: int) -> None:
        """Memoise a result until the deepest query that it waits for ends; until the outermost one ends, where it waits for none."""
        self.provisional[key] = Provisional(result, waits_for)
        # The highest bit is the depth nearest to the top of the stack; no bit at all gives -1, the default of `drop`.
        self._by_depth.setdefault(waits_for.bit_length() - 1, []).append(key)

    def drop(self, stack_depth: int = -1) -> Sequence[Hashable]:
        """Drop provisional results that wait for the query at a stack depth; return their keys."""
        # Found by depth: a scan over all provisional results would make long cycles quadratic.
        keys = self._by_depth.pop(stack_depth, ())
        for key in keys:
            del self.provisional[key]
        return keys


@dataclass(slots=True)
class Cycle:
    """Queries that ask each other."""

    members: set[Hashable]
    bits: int


class Cycles:
    """The cycles that were found so far."""

    def __init__(self) -> None:
        self._of: dict[Hashable, Cycle] = {}
        self._count = 0

    def bits(self, key: Hashable) -> int:
        """Return the cycle of a query as bits: one for each cycle that turned out to be part of it; 0 for a query in none."""
        cycle = self._of.get(key)
        return cycle.bits if cycle is not None else 0

    def join(self, keys: set[Hashable]) -> None:
        """Record that some queries ask each other. Cycles that share a query become one."""
        known = {id(cycle): cycle for cycle in map(self._of.get, keys) if cycle is not None}
        if any(keys <= cycle.members for cycle in known.values()):
            return
        # Each cycle has bits of its own, so the sum of them is their union.
        bits = sum(cycle.bits for cycle in known.values()) or self._new_bit()
        whole = Cycle(keys.union(*(cycle.members for cycle in known.values())), bits)
        self._of.update(dict.fromkeys(whole.members, whole))

    def _new_bit(self) -> int:
        self._count += 1
        return 1 << self._count
