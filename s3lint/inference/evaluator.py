"""From an expression to its value: demand-driven, memoised, and finished for every program.

Cycles end in `Unknown`. The answer to a question never depends on the questions asked before it (`answers.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import libcst as cst

from s3lint.inference.arguments import Arguments
from s3lint.inference.code_values import BoundMethod
from s3lint.inference.containers import entry
from s3lint.inference.memo import MAX_DEPTH, MAX_WORK, ActiveQuery, Cycles, Memo, QueryResult, Work
from s3lint.inference.place import CallContext, Place
from s3lint.inference.size import bound_size
from s3lint.inference.values import Fallback, Text, Union, Unknown, Value, join_values
from s3lint.syntax.flow import Scope
from s3lint.syntax.site import Site

if TYPE_CHECKING:
    from s3lint.inference.code_values import ModuleValue
    from s3lint.project.modules import Project
    from s3lint.syntax.module import Module

MAX_PYTHON_FRAMES = 10_000
"""Python frames that such a depth may need; the interpreter allows 1 000 by default."""

TOO_FAR = Unknown("too many steps away")

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


class Imports(Protocol):
    """What evaluates imports: the module `imports`, which needs this one."""

    def import_name(
        self, evaluator: Evaluator, node: cst.Import | cst.ImportFrom, alias: cst.ImportAlias, place: Place
    ) -> Value: ...

    def import_star(self, evaluator: Evaluator, node: cst.ImportFrom, place: Place, name: str) -> Value | None: ...

    def member(self, evaluator: Evaluator, package: ModuleValue, name: str) -> Value: ...


class Evaluator:
    """Answers what expressions of a project can be."""

    def __init__(self, project: Project, imports: Imports) -> None:
        self.project = project
        self.imports = imports
        self.tracker = project.tracker
        self.shallow = False
        self._memory = Memo()
        self._cycles = Cycles()
        self._active: dict[Hashable, tuple[int, ActiveQuery]] = {}
        self._inquiry = ActiveQuery()
        self._steps = 0
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
        return self.solve((id(node), place.context), lambda: with_site(handler(self, node, place), Site(place.block, node)))

    def add_work(self, node: cst.BaseExpression, place: Place, work: Work) -> None:
        """Adds what it took to evaluate an expression."""
        answer = self._memory.answers.get((id(node), place.context))
        if answer is not None:
            work.add(answer)

    def entry(self, node: cst.BaseExpression, place: Place, key: str) -> Value:
        """One entry of a mapping."""
        return entry(self.evaluate(node, place), key)

    def solve(self, key: Hashable, compute: Callable[[], Value], cyclic: Value | None = None) -> Value:
        """The remembered or computed value of a question; `cyclic` where the question asks itself."""
        if self.shallow:
            key = (key, "shallow")
        memory, inquiry = self._memory, self._inquiry
        answer = memory.answers.get(key)
        if answer is not None and not answer.cycle & inquiry.entered:
            return self._recalled(answer)
        waiting = self._active.get(key)
        if waiting is not None:
            inquiry.waiting |= 1 << waiting[0]
            waiting[1].looped = True
            return cyclic if cyclic is not None else Unknown("it refers to itself")
        provisional = memory.provisional.get(key)
        if provisional is not None:
            inquiry.waiting |= provisional.waiting
            return self._recalled(provisional.answer)
        if not self._active:
            return self._recalled(self._answered(key, compute))
        if len(self._active) >= MAX_DEPTH:
            inquiry.height = max(inquiry.height, 2)
            return TOO_FAR
        if self._steps >= MAX_WORK:
            inquiry.cut = True
            return TOO_FAR
        return self._recalled(self._computed(key, compute))

    def _recalled(self, answer: QueryResult) -> Value:
        self.tracker.recorded |= answer.read
        return self._inquiry.add(answer) if self._active else answer.value

    def _answered(self, key: Hashable, compute: Callable[[], Value]) -> QueryResult:
        """The answer to a question that no other waits for.

        What is past the bound on depth is unknown. The bound on work must cut at the same place in every run, so a question that might
        be past it is asked anew with nothing remembered.
        """
        answer = self._asked(key, compute)
        if not answer.is_bounded:
            around, self._memory = self._memory, Memo()
            try:
                answer = self._asked(key, compute)
            finally:
                alone, self._memory = self._memory, around
            for other, found in alone.answers.items():
                around.answers.setdefault(other, found)
        self._memory.answers[key] = answer
        return answer

    def _asked(self, key: Hashable, compute: Callable[[], Value]) -> QueryResult:
        self._steps = 0
        try:
            return self._computed(key, lambda: _with_deep_stack(compute))
        finally:
            self._memory.forget()

    def _computed(self, key: Hashable, compute: Callable[[], Value]) -> QueryResult:
        """Computes a value, and remembers it: for good, or as long as the questions wait that it found waiting."""
        place, around = len(self._active), self._inquiry
        inquiry = self._inquiry = ActiveQuery(around.entered | self._cycles.bits(key))
        read_around, self.tracker.recorded = self.tracker.recorded, 0
        self._active[key] = place, inquiry
        self._steps += 1
        try:
            value = bound_size(compute())
        finally:
            del self._active[key]
            self._inquiry = around
            read, self.tracker.recorded = self.tracker.recorded, read_around
            resting = self._memory.forget(place)
        waiting = inquiry.waiting & ((1 << place) - 1)
        around.waiting |= waiting
        if resting:
            self._cycles.join({key, *resting})
        is_too_high = inquiry.height > MAX_DEPTH
        answer = inquiry.answer(TOO_FAR if is_too_high else value, read, self._cycles.bits(key))
        if waiting or answer.cut or (inquiry.height + place > MAX_DEPTH and not is_too_high):
            self._memory.keep(key, answer, waiting)
        elif place:
            self._memory.answers.setdefault(key, answer)
        return answer

    def has_looped(self, key: Hashable) -> bool:
        """Whether a question that waits, or that was just asked, has asked itself."""
        if self.shallow:
            key = (key, "shallow")
        waiting = self._active.get(key)
        if waiting is not None:
            return waiting[1].looped
        provisional = self._memory.provisional.get(key)
        answer = provisional.answer if provisional is not None else self._memory.answers.get(key)
        return answer is not None and answer.looped

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


def _with_deep_stack(compute: Callable[[], Value]) -> Value:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, MAX_PYTHON_FRAMES))
    try:
        return compute()
    finally:
        sys.setrecursionlimit(limit)


def with_site(value: Value, site: Site) -> Value:
    """The value, written at a site unless a literal elsewhere is the value; the same for each of its alternatives."""
    if isinstance(value, Union) and any(choice.site is None for choice in value.alternatives):
        value = replace(value, alternatives=tuple(with_site(choice, site) for choice in value.alternatives))
    return value if value.site is not None else value.at(site)
