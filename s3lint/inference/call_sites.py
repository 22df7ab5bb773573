"""Find the calls of a name in the project, and the function that each of them enters.

Imports searches of `project` to find files by their text, before anything is parsed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from s3lint.inference.arguments import Call
from s3lint.inference.code_values import Class, Function
from s3lint.inference.indirect_calls import by_reference
from s3lint.inference.place import Place
from s3lint.inference.values import Value, alternatives
from s3lint.project.searches import Search
from s3lint.support.frozen import frozen
from s3lint.syntax.flow import Scope, Step
from s3lint.syntax.functions import functions_of
from s3lint.syntax.names import called_name

if TYPE_CHECKING:
    from pathlib import Path

    import libcst as cst

    from s3lint.inference.evaluator import Evaluator
    from s3lint.syntax.module import Block, Module

MAX_NAMESAKES = 1_000
"""How many calls of one name are evaluated in a module, and in all modules that may import that of the function."""


@frozen()
class CallSite:
    """One call of a function, with the object that it is called on."""

    call: Call
    place: Place
    receiver: Value | None


class CallerSearch:
    """A search for callers: of the files that it finds, only blocks whose text may call are parsed."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self.name = search.name

    def in_block(self, block: Block) -> bool:
        """Tell whether a block may call the function. A method may call a base class's by `super().__init__`."""
        text = block.text
        if self._search.kind == "constructions" and block.member and ".__init__(" in text:
            return True
        return self._search.is_used_in(text)


class ModuleCalls(NamedTuple):
    """The calls of a name in one module with what each enters, how many there are, and what evaluating them read."""

    found: list[tuple[Scope, CallSite]]
    calls: int
    read: int


class CallsOfName:
    """The calls of one name. Each is evaluated once, however many functions share the name."""

    def __init__(self, evaluator: Evaluator, search: Search) -> None:
        self.evaluator = evaluator
        self.tracker = evaluator.tracker
        self._search = search
        self._is_constructor = search.kind == "constructions"
        self._calling = CallerSearch(search)
        self._in_module: dict[Module, ModuleCalls] = {}
        self._below: dict[Path, CallsBelow] = {}

    def of(self, scope: Scope) -> Iterator[CallSite]:
        """Yield the calls of one function, those in its own module first, but for those in its own body."""
        yield from self.within(scope, scope.module)
        project = self.evaluator.project
        folder = project.cones.around(scope.module.path)
        if folder == scope.module.path:
            return
        if folder not in self._below:
            self._below[folder] = CallsBelow(self, project.holding(self._search, folder))
        for site in self._below[folder].of(_reached(scope)):
            if site.place.module is not scope.module:
                yield site

    def within(self, scope: Scope, module: Module) -> Iterator[CallSite]:
        """Yield the calls of one function in a module, but for those in its own body."""
        wanted = _reached(scope)
        for found, site in self.in_module(module).found:
            if found is wanted and site.place.scope is not scope:
                yield site

    def in_module(self, module: Module) -> ModuleCalls:
        """Return the calls in a module, each with every function or class that it may reach."""
        looked = self._in_module.get(module)
        if looked is None:
            with self.tracker.isolated():
                calls = list(islice(self._calls(module), MAX_NAMESAKES))
                found = [reached for call in calls for reached in self._reaching(call)]
                looked = self._in_module[module] = ModuleCalls(found, len(calls), self.tracker.recorded)
        self.tracker.recorded |= looked.read
        return looked

    def _calls(self, module: Module) -> Iterator[Call]:
        for step in steps_holding(self.evaluator, module, self._calling):
            text = step.statement.text
            if self._search.name in text or (self._is_constructor and "__init__" in text):
                for node, binders in step.calls:
                    yield from self._matching(node, Place(step, binders))

    def _matching(self, node: cst.Call, place: Place) -> Iterator[Call]:
        called = called_name(node.func)
        if called == self._search.name or (self._is_constructor and called == "__init__"):
            yield Call.of(node, place)
            return
        for call in by_reference(node, place):
            if call.function is not None and called_name(call.function.node) == self._search.name:
                yield call

    def _reaching(self, call: Call) -> Iterator[tuple[Scope, CallSite]]:
        if call.function is None:
            return
        function, found = call.function, {}
        for callee in alternatives(self.evaluator.evaluate(function.node, function.place)):
            scope, receiver = _callee(callee)
            if scope is not None and scope not in found:
                found[scope] = CallSite(call, function.place, receiver)
        yield from found.items()


class CallsBelow:
    """The calls of one name below one folder, of any function that is defined there."""

    def __init__(self, calls: CallsOfName, modules: Iterator[Module]) -> None:
        self._calls = calls
        self._tracker = calls.tracker
        self._left = modules
        self._looked_at = 0
        self._met: dict[Scope, list[CallSite]] = {}
        self._read = 0
        """What was read for the modules that are met: a change in any of them may be a call of any function of the name."""

    def of(self, wanted: Scope) -> Iterator[CallSite]:
        """Yield the calls that enter a function or a class."""
        met, index = self._met.setdefault(wanted, []), 0
        self._tracker.recorded |= self._read
        while index < len(met) or self._meet_more():
            for site in met[index:]:
                index += 1
                yield site

    def _meet_more(self) -> bool:
        """Evaluate the calls in one more module."""
        with self._tracker.isolated():
            module = next(self._left, None) if self._looked_at < MAX_NAMESAKES else None
            looked = self._calls.in_module(module) if module is not None else ModuleCalls([], 0, 0)
            self._read |= self._tracker.recorded
        for scope, site in looked.found:
            self._met.setdefault(scope, []).append(site)
        self._looked_at += looked.calls
        return module is not None


def _callee(value: Value) -> tuple[Scope | None, Value | None]:
    """Return the scope that a call of a value enters, and the receiver of a method."""
    if isinstance(value, Function):
        return _reached(value.scope), value.receiver
    return (value.scope, None) if isinstance(value, Class) else (None, None)


def _reached(scope: Scope) -> Scope:
    """Return the scope under which calls of a function are filed: for a constructor its class."""
    return scope.owner if scope.name == "__init__" and scope.owner is not None else scope


def steps_holding(evaluator: Evaluator, module: Module, calling: CallerSearch) -> Iterator[Step]:
    """Yield every statement of the blocks that may call a function."""
    steps = evaluator.module_scope(module).suite.steps
    for step in (steps[number] for number in module.blocks_holding(calling.name)):
        if calling.in_block(step.block):
            if step.scope is None:
                yield from step.body.walk()
            for function in functions_of(step, calling.in_block):
                yield from function.walk()
