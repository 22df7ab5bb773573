"""From a call in the syntax to the calls that it stands for."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.facts.call_view import CallView
from s3lint.inference.arguments import Arguments, Call
from s3lint.inference.callers import Callers
from s3lint.inference.indirect_calls import by_reference
from s3lint.inference.place import Place
from s3lint.syntax.names import called_name

if TYPE_CHECKING:
    from s3lint.settings import Settings


OPERATORS = ("Operator", "Sensor")
"""How the names of Airflow's operators and sensors end."""


class Views:
    """Makes a view of each call whose name is known; operators and sensors are known by their ending."""

    def __init__(self, names: Container[str], callers: Callers, settings: Settings) -> None:
        self.names = names
        self.callers = callers
        self.settings = settings

    def of(self, node: cst.Call, place: Place) -> Iterator[CallView]:
        """The call itself, the calls that it makes of functions passed to it, and the one that a local name stands for."""
        name = called_name(node.func)
        if isinstance(node.func, cst.Name) and node.func.value in place.scope.assigned_methods:
            yield from self._aliased(node.func.value, node, place)
        elif name is not None:
            canonical = place.module.aliases.get(name, name) if isinstance(node.func, cst.Name) else name
            if self._knows(canonical):
                yield self._view(canonical, Call.of(node, place), place)
        for call in by_reference(node, place):
            passed = called_name(call.function.node) if call.function is not None else None
            if passed is not None and self._knows(passed):
                yield self._view(passed, call, place)

    def _aliased(self, alias: str, node: cst.Call, place: Place) -> Iterator[CallView]:
        """`put = s3.put_object; put(Bucket=…)`, and the same with `functools.partial`."""
        for origin in place.scope.assigned_methods[alias]:
            name = called_name(origin.function)
            if name is not None and self._knows(name):
                defined = Place(origin.step, (), place.context)
                before = None
                if origin.partial is not None:
                    before = Arguments(self.callers, Call.of(origin.partial, defined).without_first(1))
                yield self._view(name, Call.of(node, place).on(origin.function, defined), place, before)

    def _knows(self, name: str) -> bool:
        return name in self.names or name.endswith(OPERATORS)

    def _view(self, name: str, call: Call, place: Place, before: Arguments | None = None) -> CallView:
        return CallView(name, call, place, self.callers, self.settings, before)
