"""Resolve parameters to the arguments that the calls in the project pass."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.arguments import Call
from s3lint.inference.call_sites import CallSite, CallsOfName
from s3lint.inference.classes import is_property
from s3lint.inference.containers import entry
from s3lint.inference.memo import Work
from s3lint.inference.place import CallContext, Place
from s3lint.inference.size import free_parameter, free_parameters
from s3lint.inference.values import Constant, Mapping, Union, Value, alternatives, join_values
from s3lint.project.searches import Search
from s3lint.syntax.flow import Scope

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator
    from s3lint.syntax.module import Module

MAX_CALLERS = 24
"""How many calls of one function are followed; the others count as unknown."""

MAX_CALLER_CHAIN = 4
"""How many functions up a parameter is followed through parameters of its callers."""

MAX_VARIANTS = 24
"""How many ways to one expression are evaluated in all."""


class Budget:
    """What one question may still cost."""

    def __init__(self) -> None:
        self.variants = MAX_VARIANTS
        self.work = Work()

    @property
    def is_spent(self) -> bool:
        return self.variants <= 0 or self.work.is_too_much


class Callers:
    """Evaluates expressions with parameters resolved by callers; finds the calls of a function on demand, once."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.tracker = evaluator.tracker
        self._sites: dict[Scope, tuple[list[CallSite], int]] = {}
        self._named: dict[Search, CallsOfName] = {}
        self._known: dict[Hashable, tuple[Value, int]] = {}

    def take_apart(self) -> None:
        """Unlink what was found, after the last question."""
        for calls in self._named.values():
            vars(calls).clear()
        vars(self).clear()

    def evaluate(self, node: cst.BaseExpression, place: Place) -> Value:
        """Return the value of an expression, with the parameters in it replaced by what callers pass.

        Each caller is an alternative of its own. A function without callers keeps its parameters, and their literal defaults
        count as one more alternative.
        """
        # Nodes live as long as their module, so an `id` is not given to another node meanwhile.
        key = (id(node), place.binders, place.context)
        known = self._known.get(key)
        if known is None:
            with self.tracker.isolated():
                known = self._known[key] = self._evaluate(node, place), self.tracker.recorded
        self.tracker.recorded |= known[1]
        return known[0]

    def entry(self, node: cst.BaseExpression, place: Place, key: str) -> Value:
        """Return one entry of a mapping. Callers are asked only where they decide it."""
        holder = self.evaluator.evaluate(node, place)
        if all(isinstance(choice, (Mapping, Constant)) for choice in alternatives(holder)):
            found = entry(holder, key)
            if not isinstance(found, Union) and free_parameter(found) is None:
                return found
        return entry(self.evaluate(node, place), key)

    def _evaluate(self, node: cst.BaseExpression, place: Place) -> Value:
        value = self.evaluator.evaluate(node, place)
        if free_parameter(value) is None:
            return value
        found = join_values(self._variants(node, place, (), Budget()))
        return found if found.site is not None else found.at(value.site)

    def _variants(
        self, node: cst.BaseExpression, place: Place, chain: tuple[tuple[Scope, CallSite | None], ...], budget: Budget
    ) -> list[Value]:
        variant = place.within(self._context(chain, place.context))
        value = self.evaluator.evaluate(node, variant)
        budget.variants -= 1
        self.evaluator.add_work(node, variant, budget.work)
        # Before a scope is sought, since that may search for callers.
        if budget.is_spent or len(chain) >= MAX_CALLER_CHAIN:
            return [value]
        scope = self._asked(value, {bound for bound, _ in chain})
        if scope is None:
            return [value]
        found: list[Value] = []
        sites = self.of(scope)
        for site in sites[:MAX_CALLERS]:
            if budget.work.is_too_much:
                return [*found, value]
            found += self._variants(node, place, (*chain, (scope, site)), budget)
        if found:
            # With more callers than are followed, the parameter itself stays as one alternative: others may pass anything.
            return [*found, value] if len(sites) > MAX_CALLERS else found
        if not any(parameter.scope is scope and parameter.default is not None for parameter in free_parameters(value)):
            return [value]
        # It has no callers: a call without arguments gives the defaults.
        unpassed = self._context((*chain, (scope, None)), place.context)
        return [value, self.evaluator.evaluate(node, place.within(unpassed))]

    def _asked(self, value: Value, bound: set[Scope]) -> Scope | None:
        """Return the function whose callers decide a value: of those with free parameters the first that is called."""
        scopes = dict.fromkeys(parameter.scope for parameter in free_parameters(value) if parameter.scope not in bound)
        return next((scope for scope in scopes if len(scopes) > 1 and self.of(scope)), next(iter(scopes), None))

    def _context(self, chain: tuple[tuple[Scope, CallSite | None], ...], outer: CallContext | None) -> CallContext | None:
        context = outer
        # The chain goes up from the function that is asked about; contexts are built from the outermost caller down.
        for scope, site in reversed(chain):
            if site is None:
                context = self.evaluator.context(scope, Call(scope.node or cst.Pass(), None), None, context)
            else:
                call = site.call.within(context)
                context = self.evaluator.context(scope, call, site.receiver, context)
        return context

    def of(self, scope: Scope) -> list[CallSite]:
        """Return the calls of a function anywhere in the project: one more than are followed, where there are more."""
        if scope not in self._sites:
            with self.tracker.isolated():
                self._sites[scope] = list(islice(self._find(scope), MAX_CALLERS + 1)), self.tracker.recorded
        sites, read = self._sites[scope]
        self.tracker.recorded |= read
        return sites

    def within(self, scope: Scope, module: Module) -> list[CallSite]:
        """Return the calls of a function in one module, as many as are followed. No other module is searched."""
        calls = self._calls_of_name(scope)
        return list(islice(calls.within(scope, module), MAX_CALLERS)) if calls is not None else []

    def _find(self, scope: Scope) -> Iterator[CallSite]:
        calls = self._calls_of_name(scope)
        return calls.of(scope) if calls is not None else iter(())

    def _calls_of_name(self, scope: Scope) -> CallsOfName | None:
        if scope.node is None or isinstance(scope.node, cst.Lambda):
            return None
        # A call of a property calls its value, and a setter is called by assignments alone.
        if is_property(scope) or f"{scope.name}.setter" in scope.decorators:
            return None
        is_constructor = scope.name == "__init__"
        name = scope.owner.name if is_constructor and scope.owner is not None else scope.name
        search = Search("constructions" if is_constructor else "calls", name)
        if search not in self._named:
            self._named[search] = CallsOfName(self.evaluator, search)
        return self._named[search]
