"""Memoise query results, also inside cycles and at the bounds on work and depth.

A memoised result must be what the query would give with nothing memoised. Two things stand in the way. Inside a cycle a query gives
another result while a member of the cycle is active than when it is asked from outside, so a result knows its cycles. And what takes too
much is unknown, so a result knows what it would cost with nothing memoised.

A question is asked in many contexts, and with calls followed or not. A result knows which of it made a difference, and where none did
it answers the question in every context, and in both ways.

Sets of stack depths, of cycles and of dependencies are the bits of an int: union is `|`, and joining two costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from s3lint.inference.values import Value

MAX_DEPTH = 300
"""How many queries may be active at once: some 80 reassignments of one name. The value of a deeper chain is unknown."""

MAX_WORK = 1_000
"""How many values one query may compute. Past it the query is unknown: a guard against exponential call graphs."""

MAX_FORGOTTEN_WORK = 16
"""A result that took so many values or fewer does not keep its inputs: that would cost more memory than it is worth."""


Key = tuple[Hashable, object, bool]
"""A query: a question, the context that it is asked in, and whether calls of first-party functions are not followed for it."""

EVERY = object()
"""Stands in a key for every context; None, for no call in particular, is another matter: no test is evaluated there."""


_NO_INPUTS: tuple[Query, ...] = ()


class Query:
    """A query while its value is being computed, and its result afterwards: the value, and what it took to compute it.

    One object for both, with slots, since tens of thousands are made.
    """

    __slots__ = (
        "cycles", "dependencies", "follows_calls", "height", "in_context", "in_cycle", "inputs", "is_cut", "open_cycles",
        "stack_depth", "value", "waits_for", "work",
    )  # fmt: skip

    value: Value
    dependencies: int
    """The set of what was read of the project (`dependencies.py`)."""
    cycles: int
    """The cycles that the query is part of."""
    inputs: Sequence[Query]
    """The results that it was computed from; in the end only if it took more than `MAX_FORGOTTEN_WORK` values."""

    def __init__(self, stack_depth: int = 0, open_cycles: int = 0) -> None:
        self.stack_depth = stack_depth
        """How many queries wait for it."""
        self.open_cycles = open_cycles
        """The cycles of this query and of those below it on the stack."""
        self.waits_for = 0
        """The stack depths of active queries that it depends on; in the end of others alone."""
        self.is_cut = False
        """Whether the bound on work cut it."""
        self.in_cycle = False
        """Whether the query asked itself."""
        self.in_context = False
        """Whether another call of the function may give another value."""
        self.follows_calls = False
        """Whether it is another value where calls of first-party functions are not followed."""
        self.work = 1
        """How many values were computed, as if nothing had been memoised; in the end capped at `MAX_WORK + 1`."""
        self.height = 1
        """How many queries were active at once for it, itself included."""
        self.inputs = []

    @property
    def is_bounded(self) -> bool:
        """Tell whether the result is surely what it would be with nothing memoised: too deep, or within the bound on work."""
        # `work` counts shared inputs once for each use; only if that is too much is it worth counting each once.
        return self.height > MAX_DEPTH or (not self.is_cut and (self.work <= MAX_WORK or not Work().add(self).is_too_much))

    def add(self, result: Query) -> None:
        """Count the result of a query that this one asked."""
        if result.is_cut:
            self.is_cut = True
        if result.in_context:
            self.in_context = True
        if result.follows_calls:
            self.follows_calls = True
        self.work += result.work
        # As high as if the result had been computed now: a memoised one must not reach deeper than a fresh one.
        if result.height >= self.height:
            self.height = result.height + 1
        self.inputs.append(result)  # type: ignore[attr-defined]

    def end(self, value: Value, dependencies: int, cycles: int) -> None:
        """Make the query its result, now that its value is known."""
        self.value, self.dependencies, self.cycles = value, dependencies, cycles
        self.waits_for &= (1 << self.stack_depth) - 1
        if self.work <= MAX_FORGOTTEN_WORK:
            self.inputs = _NO_INPUTS
        # Past the bound the exact number says nothing more, and sums of sums would become huge integers.
        elif self.work > MAX_WORK:
            self.work = MAX_WORK + 1

    def copy(self) -> Query:
        """Return another result that is the same."""
        other = Query()
        for name in self.__slots__:
            setattr(other, name, getattr(self, name))
        return other


class Work:
    """Counts the values that some results took, each once, but for those behind results that keep no inputs."""

    def __init__(self) -> None:
        self._count = 0
        self._seen: set[int] = set()

    @property
    def is_too_much(self) -> bool:
        return self._count > MAX_WORK

    def add(self, result: Query) -> Work:
        """Count a result and its inputs, no further than the bound; return this counter."""
        pending = [result]
        while pending and not self.is_too_much:
            one = pending.pop()
            if id(one) not in self._seen:
                self._seen.add(id(one))
                self._count += 1 if one.inputs else one.work
                pending.extend(one.inputs)
        return self


class Memo:
    """The results so far: final ones, and provisional ones that hold only while certain queries are active."""

    def __init__(self) -> None:
        self.results: dict[Key, Query] = {}
        self.provisional: dict[Key, Query] = {}
        """Results inside an unfinished cycle, and those that a bound cut."""
        self._by_depth: dict[int, list[Key]] = {}

    def shared(self, key: Key) -> Query | None:
        """Return the result of a query from another context, or from where calls are followed, if that makes no difference.

        The result is a copy, and known as the query's own from now on, so that `Work` counts each query as if it had been computed.
        """
        results, (question, context, shallow) = self.results, key
        found, otherwise = None, results.get((question, context, not shallow))
        if otherwise is None and context is not None:
            found, otherwise = results.get((question, EVERY, shallow)), results.get((question, EVERY, not shallow))
        if found is None and otherwise is not None and not otherwise.follows_calls:
            found = otherwise
        # With inputs, it is a large one: those would be counted once for all contexts. Which queries are part of a cycle may
        # depend on the context.
        if found is None or found.inputs or found.cycles or found.in_cycle:
            return None
        own = results[key] = found.copy()
        return own

    def keep_for_good(self, key: Key, result: Query) -> None:
        """Memoise a final result."""
        self.results.setdefault(key, result)
        question, context, shallow = key
        if context is not None and not result.in_context and not result.inputs:
            self.results.setdefault((question, EVERY, shallow), result)

    def keep(self, key: Key, result: Query) -> None:
        """Memoise a result until the deepest query that it waits for ends; until the outermost one ends, where it waits for none."""
        self.provisional[key] = result
        # The highest bit is the depth nearest to the top of the stack; no bit at all gives -1, the default of `drop`.
        self._by_depth.setdefault(result.waits_for.bit_length() - 1, []).append(key)

    def drop(self, stack_depth: int = -1) -> Sequence[Key]:
        """Drop provisional results that wait for the query at a stack depth; return their keys."""
        # Found by depth: a scan over all provisional results would make long cycles quadratic.
        keys = self._by_depth.pop(stack_depth, ())
        for key in keys:
            del self.provisional[key]
        return keys


class Cycles:
    """The cycles that were found so far."""

    def __init__(self) -> None:
        self.bits: dict[Key, int] = {}
        """For each query in a cycle, a bit for each cycle that turned out to be part of it."""
        self._members: dict[int, set[Key]] = {}
        self._count = 0

    def join(self, keys: set[Key]) -> None:
        """Record that some queries ask each other. Cycles that share a query become one."""
        known = {self.bits[key] for key in keys if key in self.bits}
        if any(keys <= self._members[bits] for bits in known):
            return
        # Each cycle has bits of its own, so the sum of them is their union.
        bits = sum(known) or self._new_bit()
        members = self._members[bits] = keys.union(*(self._members.pop(each) for each in known))
        self.bits.update(dict.fromkeys(members, bits))

    def _new_bit(self) -> int:
        self._count += 1
        return 1 << self._count
