"""From an expression to its value: demand-driven, memoised, and finished for every program.

Cycles end in `Unknown`. A value that was computed inside an unfinished cycle is not remembered, so the answer to a question never
depends on the questions asked before it. With each value is remembered what was read of the project for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import libcst as cst

from s3lint.inference.callables import BoundMethod
from s3lint.inference.calls import Arguments
from s3lint.inference.containers import entry
from s3lint.inference.context import CallContext, Place
from s3lint.inference.flow import Scope
from s3lint.inference.parts import bounded
from s3lint.inference.values import Fallback, Site, Text, Union, Unknown, Value, join_values

if TYPE_CHECKING:
    from s3lint.inference.project import Project
    from s3lint.module import Module

DEPTH = 300
"""How many values may wait for each other: some 80 reassignments of one name. Deeper chains are unknown."""

FRAMES = 10_000
"""Python frames that such a depth may need; the interpreter allows 1 000 by default."""

WORK = 1_000
"""How many values one question may compute. Past it the answer is unknown: a guard against exponential call graphs."""

Expression = Callable[["Evaluator", Any, Place], Value]
Attribute = Callable[["Evaluator", Any, str, Place], Value]
Method = Callable[["Evaluator", Any, str, Arguments, Place], Value]
Invocation = Callable[["Evaluator", Any, Arguments, Place], Value]

EXPRESSIONS: dict[type[cst.CSTNode], Expression] = {}
ATTRIBUTES: dict[type[Value], Attribute] = {}
METHODS: dict[type[Value], Method] = {}
INVOCATIONS: dict[type[Value], Invocation] = {}

F = TypeVar("F", bound=Callable[..., Value])


def expression(*kinds: type[cst.CSTNode]) -> Callable[[F], F]:
    """Registers what evaluates expressions of some node types."""
    return _register(EXPRESSIONS, kinds)


def attribute(*kinds: type[Value]) -> Callable[[F], F]:
    """Registers what evaluates `value.name` for some kinds of value. Without one it is a bound method."""
    return _register(ATTRIBUTES, kinds)


def method(*kinds: type[Value]) -> Callable[[F], F]:
    """Registers what evaluates `value.name(…)` for some kinds of value."""
    return _register(METHODS, kinds)


def invocation(*kinds: type[Value]) -> Callable[[F], F]:
    """Registers what evaluates `value(…)` for some kinds of value."""
    return _register(INVOCATIONS, kinds)


def _register(registry: dict[Any, Any], kinds: tuple[type, ...]) -> Callable[[F], F]:
    def register(function: F) -> F:
        registry.update(dict.fromkeys(kinds, function))
        return function

    return register


class Evaluator:
    """Answers what expressions of a project can be."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.reads = project.reads
        self.looped: set[Hashable] = set()
        self.shallow = False
        self._known: dict[Hashable, tuple[Value, int]] = {}
        self._active: dict[Hashable, int] = {}
        self._open = 0
        self._provisional: dict[Hashable, tuple[Value, int, int]] = {}
        self._resting: dict[int, list[Hashable]] = {}
        self._work = 0
        self._asked = 0
        self._modules: dict[Module, Scope] = {}
        self._lambdas: dict[int, Scope] = {}
        self._contexts: dict[Hashable, CallContext] = {}
        self._parsed: dict[str, cst.BaseExpression | None] = {}

    def module_scope(self, module: Module) -> Scope:
        scope = self._modules.get(module)
        if scope is None:
            scope = self._modules[module] = Scope(module, "module", module.path.stem, None)
        return scope

    def lambda_scope(self, node: cst.Lambda, place: Place) -> Scope:
        scope = self._lambdas.get(id(node))
        if scope is None:
            scope = Scope(place.module, "function", "<lambda>", place.scope, place.block, node, step=place.step)
            self._lambdas[id(node)] = scope
        return scope

    def context(self, scope: Scope, call: object, receiver: Value | None, outer: CallContext | None) -> CallContext:
        """One context for each call of a function, so that values computed in it are remembered."""
        node = getattr(call, "node", None)
        key = (id(scope), id(node), outer, id(receiver) if call is None else None)
        found = self._contexts.get(key)
        if found is None or found.receiver != receiver:
            depth = outer.depth + 1 if outer is not None else 1
            found = self._contexts[key] = CallContext(scope, call, receiver, outer, depth)  # type: ignore[arg-type]
        return found

    def evaluate(self, node: cst.BaseExpression, place: Place) -> Value:
        """The value of an expression; its site is the expression, unless a literal elsewhere is the value."""
        handler = EXPRESSIONS.get(type(node))
        if handler is None:
            return Unknown(f"{type(node).__name__} is not followed", site=Site(place.block, node))
        return self.solve((id(node), place.context), lambda: placed(handler(self, node, place), Site(place.block, node)))

    def entry(self, node: cst.BaseExpression, place: Place, key: str) -> Value:
        """One entry of a mapping."""
        return entry(self.evaluate(node, place), key)

    def solve(self, key: Hashable, compute: Callable[[], Value], cyclic: Value | None = None) -> Value:
        """The remembered or computed value of a question; `cyclic` where the question asks itself."""
        if self.shallow:
            key = (key, "shallow")
        known = self._known.get(key)
        if known is not None:
            self.reads.noted |= known[1]
            return known[0]
        waiting = self._active.get(key)
        if waiting is not None:
            self._open |= 1 << waiting
            self.looped.add(key)
            return cyclic if cyclic is not None else Unknown("it refers to itself")
        provisional = self._provisional.get(key)
        if provisional is not None:
            self._open |= provisional[1]
            self.reads.noted |= provisional[2]
            return provisional[0]
        index = len(self._active)
        if index == 0 and not self._asked:
            self._work = 0
        self._work += 1
        if index >= DEPTH or self._work > WORK:
            self._open |= 1
            return Unknown("too many steps away")
        return self._computed(key, index, compute)

    def _computed(self, key: Hashable, index: int, compute: Callable[[], Value]) -> Value:
        """Computes a value, and remembers it: for good, or as long as the questions wait that it found waiting."""
        around, self._open = self._open, 0
        read_around, self.reads.noted = self.reads.noted, 0
        self._active[key] = index
        try:
            value = bounded(compute() if index else _with_deep_stack(compute))
        finally:
            del self._active[key]
            for resting in self._resting.pop(index, ()):
                del self._provisional[resting]
            waiting = self._open & ((1 << index) - 1)
            self._open = around | waiting
            read, self.reads.noted = self.reads.noted, self.reads.noted | read_around
        if waiting:
            self._provisional[key] = value, waiting, read
            self._resting.setdefault(waiting.bit_length() - 1, []).append(key)
        else:
            self._known[key] = value, read
        return value

    def has_looped(self, key: Hashable) -> bool:
        """Whether a question has asked itself."""
        return ((key, "shallow") if self.shallow else key) in self.looped

    def each(self, value: Value, function: Callable[[Value], Value]) -> Value:
        """Applies a function to every alternative of a value."""
        if isinstance(value, Union):
            return join_values([function(alternative) for alternative in value.alternatives], chosen=value.chosen)
        return function(value)

    def attribute(self, value: Value, name: str, place: Place) -> Value:
        """The value of `value.name`."""

        def one(receiver: Value) -> Value:
            if isinstance(receiver, Fallback):
                return join_values([one(receiver.primary), one(receiver.default)])
            handler = ATTRIBUTES.get(type(receiver))
            return handler(self, receiver, name, place) if handler is not None else BoundMethod(receiver, name)

        return self.each(value, one)

    def invoke(self, callee: Value, arguments: Arguments, place: Place) -> Value:
        """The value of a call."""

        def one(function: Value) -> Value:
            handler = INVOCATIONS.get(type(function))
            return handler(self, function, arguments, place) if handler is not None else Unknown("what is called is not known")

        return self.each(callee, one)

    def call_method(self, receiver: Value, name: str, arguments: Arguments, place: Place) -> Value:
        """The value of `receiver.name(…)`, where the receiver is of one kind."""
        handler = METHODS.get(type(receiver))
        return handler(self, receiver, name, arguments, place) if handler is not None else Unknown(f"`{name}` is not followed")

    def text(self, node: cst.BaseExpression, place: Place) -> str | None:
        """The literal text of an expression, where it has just one."""
        value = self.evaluate(node, place)
        return value.literal if isinstance(value, Text) else None

    def parsed(self, text: str) -> cst.BaseExpression | None:
        """A quoted annotation as an expression; it stays alive, because values are remembered by node."""
        if text not in self._parsed:
            try:
                self._parsed[text] = cst.parse_expression(text) if len(text) < 1_000 else None
            except cst.ParserSyntaxError:
                self._parsed[text] = None
        return self._parsed[text]

    @contextmanager
    def without_calls(self) -> Iterator[None]:
        """First-party functions are not followed: for tests, of which there are many and few that matter."""
        before, self.shallow = self.shallow, True
        try:
            yield
        finally:
            self.shallow = before

    @contextmanager
    def question(self) -> Iterator[None]:
        """One question of many parts, which share the bound on work."""
        if not self._asked:
            self._work = 0
        self._asked += 1
        try:
            yield
        finally:
            self._asked -= 1

    @property
    def exhausted(self) -> bool:
        """Whether the question has used up its work."""
        return self._work > WORK


def _with_deep_stack(compute: Callable[[], Value]) -> Value:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, FRAMES))
    try:
        return compute()
    finally:
        sys.setrecursionlimit(limit)


def placed(value: Value, site: Site) -> Value:
    """The value, written at a site unless a literal elsewhere is the value; the same for each of its alternatives."""
    if isinstance(value, Union) and any(choice.site is None for choice in value.alternatives):
        value = replace(value, alternatives=tuple(placed(choice, site) for choice in value.alternatives))
    return value if value.site is not None else value.at(site)
