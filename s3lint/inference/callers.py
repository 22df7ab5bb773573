"""From a parameter to the arguments that the project's calls give it."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import libcst as cst

from s3lint.inference.callables import Class, Function
from s3lint.inference.calls import Call
from s3lint.inference.containers import entry
from s3lint.inference.context import CallContext, Place
from s3lint.inference.flow import Scope, Step
from s3lint.inference.names import called_name
from s3lint.inference.nested import functions_of
from s3lint.inference.references import by_reference
from s3lint.inference.values import Constant, Mapping, Parameter, Union, Value, alternatives, join_values
from s3lint.searches import Search, is_used

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator
    from s3lint.module import Block, Module

CALLERS = 24
"""How many calls of one function are followed; the others count as unknown."""

HEIGHT = 4
"""How many functions up a parameter is followed through parameters of its callers."""

VARIANTS = 24
"""How many ways to one expression are evaluated in all."""


@dataclass(frozen=True, slots=True)
class CallSite:
    """One call of a function, with the object that it is called on."""

    call: Call
    place: Place
    receiver: Value | None


class Calling:
    """A search for callers in the blocks of a file that it found."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self._in_text = re.compile(search.pattern)

    def in_block(self, block: Block) -> bool:
        """A method of a class that names its base may call `super().__init__`."""
        text = block.text
        if self.search.kind == "constructions" and block.member and ".__init__(" in text:
            return True
        return any(is_used(text[max(0, match.start() - 6) : match.start()]) for match in self._in_text.finditer(text))


class Callers:
    """The calls of first-party functions, found on demand and remembered."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.reads = evaluator.reads
        self._sites: dict[Scope, tuple[list[CallSite], int]] = {}
        self._known: dict[Hashable, tuple[Value, int]] = {}

    def evaluate(self, node: cst.BaseExpression, place: Place) -> Value:
        """The value of an expression, with the parameters in it replaced by what callers pass.

        Each caller is an alternative of its own. A function that nobody calls keeps its parameters, and their literal defaults
        count as one more alternative.
        """
        key = (id(node), place.binders, place.context)
        known = self._known.get(key)
        if known is None:
            with self.reads.apart():
                known = self._known[key] = self._evaluate(node, place), self.reads.noted
        self.reads.noted |= known[1]
        return known[0]

    def entry(self, node: cst.BaseExpression, place: Place, key: str) -> Value:
        """One entry of a mapping. Callers are asked only where they decide it."""
        with self.evaluator.question():
            holder = self.evaluator.evaluate(node, place)
            if all(isinstance(choice, (Mapping, Constant)) for choice in alternatives(holder)):
                found = entry(holder, key)
                if not isinstance(found, Union) and free_parameter(found) is None:
                    return found
        return entry(self.evaluate(node, place), key)

    def _evaluate(self, node: cst.BaseExpression, place: Place) -> Value:
        with self.evaluator.question():
            value = self.evaluator.evaluate(node, place)
            if free_parameter(value) is None:
                return value
            found = join_values(self._variants(node, place, (), [VARIANTS]))
        return found if found.site is not None else found.at(value.site)

    def _variants(
        self, node: cst.BaseExpression, place: Place, chain: tuple[tuple[Scope, CallSite | None], ...], budget: list[int]
    ) -> list[Value]:
        budget[0] -= 1
        value = self.evaluator.evaluate(node, place.within(self._context(chain, place.context)))
        scope = free_parameter(value, {bound for bound, _ in chain})
        if scope is None or budget[0] <= 0 or len(chain) >= HEIGHT or self.evaluator.exhausted:
            return [value]
        found: list[Value] = []
        sites = self.of(scope)
        for site in sites[:CALLERS]:
            found += self._variants(node, place, (*chain, (scope, site)), budget)
        if found:
            return [*found, value] if len(sites) > CALLERS else found
        if not any(parameter.scope is scope and parameter.default is not None for parameter in free_parameters(value)):
            return [value]
        unpassed = self._context((*chain, (scope, None)), place.context)
        return [value, self.evaluator.evaluate(node, place.within(unpassed))]

    def _context(self, chain: tuple[tuple[Scope, CallSite | None], ...], outer: CallContext | None) -> CallContext | None:
        context = outer
        for scope, site in reversed(chain):
            if site is None:
                context = self.evaluator.context(scope, Call(scope.node or cst.Pass(), None), None, context)
            else:
                call = site.call.within(context)
                context = self.evaluator.context(scope, call, site.receiver, context)
        return context

    def of(self, scope: Scope) -> list[CallSite]:
        """The calls of a function anywhere in the project: one more than are followed, where there are more."""
        if scope not in self._sites:
            self._sites[scope] = [], 0
            with self.reads.apart():
                self._sites[scope] = list(islice(self._find(scope), CALLERS + 1)), self.reads.noted
        sites, read = self._sites[scope]
        self.reads.noted |= read
        return sites

    def _find(self, scope: Scope) -> Iterator[CallSite]:
        if scope.node is None or isinstance(scope.node, cst.Lambda):
            return
        name = scope.owner.name if scope.name == "__init__" and scope.owner is not None else scope.name
        calling = Calling(Search("constructions" if scope.name == "__init__" else "calls", name))
        for module in self.evaluator.project.holding(calling.search, scope.module):
            for step in steps_holding(self.evaluator, module, calling.in_block):
                for node, binders in step.nodes:
                    if isinstance(node, cst.Call):
                        yield from self._matching(node, Place(step, binders), scope, name)

    def _matching(self, node: cst.Call, place: Place, scope: Scope, name: str) -> Iterator[CallSite]:
        if called_name(node.func) in (name, scope.name):
            yield from self._site(Call.of(node, place), place, scope)
        else:
            for call in by_reference(node, place):
                if call.function is not None and called_name(call.function.node) == name:
                    yield from self._site(call, place, scope)

    def _site(self, call: Call, place: Place, scope: Scope) -> Iterator[CallSite]:
        if call.function is None or place.scope is scope:
            return
        for callee in alternatives(self.evaluator.evaluate(call.function.node, place)):
            if isinstance(callee, Function) and callee.scope is scope:
                yield CallSite(call, place, callee.receiver)
                return
            if isinstance(callee, Class) and scope.name == "__init__" and callee.scope is scope.owner:
                yield CallSite(call, place, None)
                return


def steps_holding(evaluator: Evaluator, module: Module, holds: Callable[[Block], bool]) -> Iterator[Step]:
    """Every statement of the blocks whose text holds something."""
    for step in evaluator.module_scope(module).suite.steps:
        if holds(step.block):
            if step.scope is None:
                yield from step.body.walk()
            for function in functions_of(step, holds):
                yield from function.walk()


@cache
def _value_fields(kind: type[Value]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in ("site", "trace", "arguments", "scope", "context"))


def free_parameter(value: Value, bound: set[Scope] | None = None) -> Scope | None:
    """The function of the first parameter in a value that no context binds."""
    return next((parameter.scope for parameter in free_parameters(value) if not bound or parameter.scope not in bound), None)


def free_parameters(value: Value) -> Iterator[Parameter]:
    """Every parameter in a value."""
    pending: list[object] = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, Parameter):
            yield part
        elif isinstance(part, Value):
            kind: Any = type(part)
            pending.extend(getattr(part, name) for name in _value_fields(kind))
        elif isinstance(part, tuple):
            pending.extend(part)
        elif hasattr(part, "value"):
            pending.append(part.value)
