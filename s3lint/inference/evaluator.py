"""Evaluate expressions on demand, memoised, and with an end for every program.

Cycles end in `Unknown`. The result of a query never depends on the queries before it (`memo.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import libcst as cst

from s3lint.inference.arguments import Arguments
from s3lint.inference.code_values import BoundMethod
from s3lint.inference.containers import entry
from s3lint.inference.handlers import ATTRIBUTES, EXPRESSIONS, INVOCATIONS, LITERALS, METHODS, UNPACKINGS, Expression
from s3lint.inference.memo import MAX_DEPTH, MAX_WORK, Cycles, Key, Memo, Query, Work
from s3lint.inference.place import CallContext, Place
from s3lint.inference.size import bound_size
from s3lint.inference.values import Fallback, Text, Union, Unknown, Value, join_values
from s3lint.syntax.flow import Scope
from s3lint.syntax.release import take_apart
from s3lint.syntax.site import Site

if TYPE_CHECKING:
    from s3lint.inference.code_values import ModuleValue
    from s3lint.project.modules import Project
    from s3lint.syntax.module import Module

MAX_PYTHON_FRAMES = 10_000
"""Python frames that `MAX_DEPTH` active queries may need; the interpreter allows 1 000 by default."""

TOO_FAR = Unknown("too many steps away")


class Imports(Protocol):
    """What evaluates imports: the module `imports`, which needs this one."""

    def import_name(
        self, evaluator: Evaluator, node: cst.Import | cst.ImportFrom, alias: cst.ImportAlias, place: Place
    ) -> Value: ...

    def import_star(self, evaluator: Evaluator, node: cst.ImportFrom, place: Place, name: str) -> Value | None: ...

    def member(self, evaluator: Evaluator, package: ModuleValue, name: str) -> Value: ...


class Evaluator:
    """Evaluates the expressions of one project."""

    def __init__(self, project: Project, imports: Imports) -> None:
        self.project = project
        self.imports = imports
        self.tracker = project.tracker
        self.shallow = False
        self._memo = Memo()
        self._cycles = Cycles()
        self._active: dict[Key, Query] = {}
        self._query = Query()
        self._steps = 0
        self._modules: dict[Module, Scope] = {}
        self._lambdas: dict[int, Scope] = {}
        self._contexts: dict[Hashable, CallContext] = {}
        self._literals: dict[int, Value] = {}
        self._parsed: dict[int, cst.BaseExpression | None] = {}

    def module_scope(self, module: Module) -> Scope:
        scope = self._modules.get(module)
        if scope is None:
            scope = self._modules[module] = Scope(module, "module", module.path.stem, None)
        return scope

    def take_apart(self) -> None:
        """Unlink all statements and values, after the last query: values refer to the evaluator, and it to them."""
        for scope in self._modules.values():
            take_apart(scope)
        vars(self).clear()

    def lambda_scope(self, node: cst.Lambda, place: Place) -> Scope:
        scope = self._lambdas.get(id(node))
        if scope is None:
            scope = Scope(place.module, "function", "<lambda>", place.scope, place.block, node, step=place.step)
            self._lambdas[id(node)] = scope
        return scope

    def context(self, scope: Scope, call: object, receiver: Value | None, outer: CallContext | None) -> CallContext:
        """Return the context of a call of a function: the same object each time, so that values memoised in it are found again."""
        node = getattr(call, "node", None)
        key = (id(scope), id(node), outer, id(receiver) if call is None else None)
        found = self._contexts.get(key)
        if found is None or found.receiver != receiver:
            depth = outer.depth + 1 if outer is not None else 1
            found = self._contexts[key] = CallContext(scope, call, receiver, outer, depth)  # type: ignore[arg-type]
        return found

    def evaluate(self, node: cst.BaseExpression, place: Place) -> Value:
        """Return the value of an expression; its site is the expression, unless a literal elsewhere is the value."""
        kind = type(node)
        if kind in LITERALS:
            return self._literal(node, place)
        handler = EXPRESSIONS.get(kind)
        if handler is None:
            return Unknown(f"{kind.__name__} is not followed", site=Site(place.block, node))
        return self.solve(id(node), place.context, _written, self, handler, node, place)

    def _literal(self, node: cst.BaseExpression, place: Place) -> Value:
        """Return the value of a literal. It is no query, since it asks nothing: a table of data is not too much work."""
        value = self._literals.get(id(node))
        if value is None:
            site = Site(place.block, node)
            value = bound_size(LITERALS[type(node)](node, site))
            value = self._literals[id(node)] = value if value.site is not None else value.at(site)
        return value

    def add_work(self, node: cst.BaseExpression, place: Place, work: Work) -> None:
        """Add what it took to evaluate an expression."""
        result = self._memo.results.get((id(node), place.context, self.shallow))
        if result is not None:
            work.add(result)

    def entry(self, node: cst.BaseExpression, place: Place, key: str) -> Value:
        """Return one entry of a mapping."""
        return entry(self.evaluate(node, place), key)

    def solve(
        self,
        question: Hashable,
        context: CallContext | None,
        compute: Callable[..., Value],
        *arguments: Any,
        cyclic: Value | None = None,
    ) -> Value:
        """Return the memoised or computed value of a query; `cyclic` where the query asks itself.

        The context is that of the place, which the query shares with those that it asks there. A question about something else,
        such as an object, has no context; what was known when the object was made is part of the question.
        """
        memo, query = self._memo, self._query
        key = (question, context, self.shallow)
        result = memo.results.get(key)
        # Inside its own cycle a query is computed again: what waits for it there must see that it is not finished.
        if result is not None and not result.cycles & query.open_cycles:
            return self._recall(result)
        active = self._active.get(key)
        if active is not None:
            query.waits_for |= 1 << active.stack_depth
            active.in_cycle = True
            return cyclic if cyclic is not None else Unknown("it refers to itself")
        provisional = memo.provisional.get(key)
        if provisional is not None:
            query.waits_for |= provisional.waits_for
            return self._recall(provisional)
        if self._is_too_far(query):
            return TOO_FAR
        shared = memo.shared(key)
        if shared is not None:
            return self._recall(shared)
        solve = self._compute if self._active else self._solve_outermost
        return self._recall(solve(key, compute, arguments))

    def _is_too_far(self, query: Query) -> bool:
        """Tell whether what the active query asks next is past a bound, and note that it is."""
        if len(self._active) >= MAX_DEPTH:
            # Computed, this query would have a height of 1 at least, and the one that asks it 2. Height and stack depth of the
            # asking query are then more than the bound, and so they are for every query below it that takes its result.
            query.height = max(query.height, 2)
            return True
        if self._steps >= MAX_WORK and self._active:
            query.is_cut = True
            return True
        return False

    def _recall(self, result: Query) -> Value:
        """Return the value of a result, and charge the active query with what it took."""
        self.tracker.recorded |= result.dependencies
        if self._active:
            self._query.add(result)
        return result.value

    def _solve_outermost(self, key: Key, compute: Callable[..., Value], arguments: tuple[Any, ...]) -> Query:
        """Compute a query that no other waits for.

        Past the bound on work it is unknown as a whole: what was found until then depends on what was memoised before.
        """
        result = self._compute_outermost(key, compute, arguments)
        if not result.is_bounded:
            result.value, result.is_cut = TOO_FAR, True
        self._memo.keep_for_good(key, result)
        return result

    def _compute_outermost(self, key: Key, compute: Callable[..., Value], arguments: tuple[Any, ...]) -> Query:
        self._steps = 0
        try:
            return self._compute(key, _with_deep_stack, (compute, arguments))
        finally:
            self._memo.drop()

    def _compute(self, key: Key, compute: Callable[..., Value], arguments: tuple[Any, ...]) -> Query:
        """Compute a value and memoise it: for good, or while the queries are active that it waits for.

        The work, cycles and dependencies met meanwhile are those of the query. One function without a context manager, since that
        would take a fifth of the time of an average query.
        """
        memo, active, tracker, cycles = self._memo, self._active, self.tracker, self._cycles.bits
        outer, outer_dependencies, depth = self._query, tracker.recorded, len(active)
        query = self._query = active[key] = Query(depth, outer.open_cycles | cycles.get(key, 0))
        tracker.recorded = 0
        self._steps += 1
        dropped: Sequence[Key] = ()
        try:
            value = bound_size(compute(*arguments))
        finally:
            del active[key]
            self._query = outer
            dependencies, tracker.recorded = tracker.recorded, outer_dependencies
            if memo.provisional:
                dropped = memo.drop(depth)
        if dropped:
            # They asked this query, and it asked them.
            self._cycles.join({key, *dropped})
        if key[1] is None:
            query.in_context = False
        is_too_high = query.height > MAX_DEPTH
        query.end(TOO_FAR if is_too_high else value, dependencies, cycles.get(key, 0))
        outer.waits_for |= query.waits_for
        # Asked nearer to the bottom of the stack, it might reach further: the result is good for this time alone.
        is_cut_by_depth = query.height + depth > MAX_DEPTH and not is_too_high
        if query.waits_for or query.is_cut or is_cut_by_depth:
            memo.keep(key, query)
        elif depth:
            # The outermost query is memoised by `_solve_outermost`, when it is sure to be bounded.
            memo.keep_for_good(key, query)
        return query

    def depend_on_context(self, context: CallContext | None) -> None:
        """Note that the active query may have another value in another context than this one."""
        if context is not None:
            self._query.in_context = True

    def depend_on_calls(self) -> None:
        """Note that the active query has another value where calls are not followed."""
        self._query.follows_calls = True

    def has_looped(self, question: Hashable, context: CallContext | None) -> bool:
        """Tell whether a query that is active, or that was just computed, has asked itself."""
        key = (question, context, self.shallow)
        active = self._active.get(key)
        if active is not None:
            return active.in_cycle
        result = self._memo.provisional.get(key) or self._memo.results.get(key)
        return result is not None and result.in_cycle

    def each(self, value: Value, function: Callable[[Value], Value]) -> Value:
        """Apply a function to every alternative of a value."""
        if isinstance(value, Union):
            return join_values([function(alternative) for alternative in value.alternatives], chosen=value.chosen)
        return function(value)

    def attribute(self, value: Value, name: str, place: Place) -> Value:
        """Return the value of `value.name`."""
        return self.each(value, lambda receiver: self._attribute_of_one(receiver, name, place))

    def _attribute_of_one(self, receiver: Value, name: str, place: Place) -> Value:
        # A method, since a function within a function that calls itself is never freed while the collector is paused.
        if isinstance(receiver, Fallback):
            ways = (receiver.primary, receiver.default)
            return join_values([self._attribute_of_one(way, name, place) for way in ways])
        handler = ATTRIBUTES.get(type(receiver))
        return handler(self, receiver, name, place) if handler is not None else BoundMethod(receiver, name)

    def unpack(self, value: Value, place: Place) -> Value:
        """Return the sequence that is unpacked from a value; the value itself where none is known."""

        def one(choice: Value) -> Value:
            handler = UNPACKINGS.get(type(choice))
            return handler(self, choice, place) if handler is not None else choice

        return self.each(value, one)

    def invoke(self, callee: Value, arguments: Arguments, place: Place) -> Value:
        """Return the value of a call."""

        def one(function: Value) -> Value:
            handler = INVOCATIONS.get(type(function))
            return handler(self, function, arguments, place) if handler is not None else Unknown("what is called is not known")

        return self.each(callee, one)

    def call_method(self, receiver: Value, name: str, arguments: Arguments, place: Place) -> Value:
        """Return the value of `receiver.name(…)`, where the receiver is of one kind."""
        handler = METHODS.get(type(receiver))
        return handler(self, receiver, name, arguments, place) if handler is not None else Unknown(f"`{name}` is not followed")

    def text(self, node: cst.BaseExpression, place: Place) -> str | None:
        """Return the literal text of an expression, where it has just one."""
        value = self.evaluate(node, place)
        return value.literal if isinstance(value, Text) else None

    def parsed(self, literal: cst.BaseExpression, text: str) -> cst.BaseExpression | None:
        """Return a quoted annotation as an expression, or None for bad syntax.

        Values are memoised by the `id` of nodes. So the expression is kept alive, and it is another one for each literal: the
        same text in another place may name something else.
        """
        if id(literal) not in self._parsed:
            try:
                self._parsed[id(literal)] = cst.parse_expression(text) if len(text) < 1_000 else None
            except (cst.ParserSyntaxError, ValueError):  # a lone surrogate is no source text
                self._parsed[id(literal)] = None
        return self._parsed[id(literal)]

    @contextmanager
    def without_calls(self) -> Iterator[None]:
        """Do not follow first-party calls meanwhile: conditions are many, and few of them need one to be decided."""
        before, self.shallow = self.shallow, True
        try:
            yield
        finally:
            self.shallow = before


def _with_deep_stack(compute: Callable[..., Value], arguments: tuple[Any, ...]) -> Value:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, MAX_PYTHON_FRAMES))
    try:
        return compute(*arguments)
    finally:
        sys.setrecursionlimit(limit)


def _written(evaluator: Evaluator, handler: Expression, node: cst.BaseExpression, place: Place) -> Value:
    """Return the value of an expression, written there unless a literal elsewhere is the value; the same for each alternative."""
    value = handler(evaluator, node, place)
    if value.site is None or (isinstance(value, Union) and any(choice.site is None for choice in value.alternatives)):
        return _with_site(value, Site(place.step.block, node))
    return value


def _with_site(value: Value, site: Site) -> Value:
    if isinstance(value, Union) and any(choice.site is None for choice in value.alternatives):
        value = replace(value, alternatives=tuple(_with_site(choice, site) for choice in value.alternatives))
    return value if value.site is not None else value.at(site)
