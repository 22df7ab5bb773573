"""Present a call to extractors, and find the calls that a call expression makes. Imports `inference`, and libcst with it."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.finding import Confidence
from s3lint.inference.arguments import Arguments, Call
from s3lint.inference.callers import Callers
from s3lint.inference.duck_typing import is_untyped, lacks_method
from s3lint.inference.indirect_calls import CALLING, by_reference, relayed
from s3lint.inference.other_stores import is_other_package
from s3lint.inference.place import Place
from s3lint.inference.values import Reference, Value, alternatives
from s3lint.support.cached import cached_property
from s3lint.syntax.names import called_name, last_name
from s3lint.syntax.site import Site

if TYPE_CHECKING:
    from s3lint.settings import Settings

OPERATORS = ("Operator", "Sensor")
"""Suffixes of the class names of Airflow's operators and sensors."""


@dataclass(eq=False)
class CallView:
    """One call that may touch storage.

    `name` is the name called, import aliases undone; `before` are the arguments that `functools.partial` bound earlier.
    """

    name: str
    call: Call
    place: Place
    callers: Callers
    settings: Settings
    before: Arguments | None = None

    @cached_property
    def arguments(self) -> Arguments:
        """Return the arguments; parameters of the enclosing function take the values that its callers pass."""
        return Arguments(self.callers, self.call, self.before)

    @property
    def function(self) -> cst.BaseExpression | None:
        """Return the expression that is called; None for a call that a library makes of a function passed to it by value."""
        return self.call.function.node if self.call.function is not None else None

    @property
    def is_method(self) -> bool:
        return isinstance(self.function, cst.Attribute)

    @cached_property
    def receiver(self) -> Value | None:
        """Return the value that the method is called on; None for a plain function."""
        if self.call.function is None or not isinstance(self.function, cst.Attribute):
            return None
        return self.callers.evaluate(self.function.value, self.call.function.place)

    def receivers(self) -> Iterator[tuple[Value, Confidence]]:
        """Yield every possible receiver: with confidence HIGH if it is the only one, else MEDIUM."""
        if self.receiver is None:
            return
        found = list(alternatives(self.receiver))
        for value in found:
            yield value, Confidence.HIGH if len(found) == 1 else Confidence.MEDIUM

    def is_untyped(self, receiver: Value) -> bool:
        """Return whether nothing is known of a receiver, so that the shape of the call decides."""
        if isinstance(receiver, Reference) and is_other_package(receiver.path, self.settings.not_s3):
            return False
        return is_untyped(receiver) or lacks_method(self.callers.evaluator, receiver, self.name, self.place)

    @cached_property
    def callee(self) -> Value:
        """Return the value that is called. Raises `LookupError` where the call has no function expression."""
        if self.call.function is None:
            raise LookupError("the call has no function")
        return self.callers.evaluator.evaluate(self.call.function.node, self.call.function.place)

    @property
    def path(self) -> str:
        """Return the dotted path of the called library function; empty if the callee is anything else."""
        return self.callee.path if isinstance(self.callee, Reference) else ""

    @property
    def site(self) -> Site:
        return Site(self.place.block, self.call.node)

    @property
    def method(self) -> Site:
        """Return the site of the method's name, where reports point; of the whole call if there is none."""
        node = self.function.attr if isinstance(self.function, cst.Attribute) else self.function
        place = self.call.function.place if self.call.function is not None else self.place
        return Site(place.block, node if node is not None else self.call.node)

    @property
    def receiver_name(self) -> str:
        """Return the last name of the receiver as written: `client` for `self.client.put_object(…)`."""
        return last_name(self.function.value) if isinstance(self.function, cst.Attribute) else ""


class Views:
    """Make a `CallView` of each call whose name is in `names`, or ends like that of an Airflow operator or sensor."""

    def __init__(self, names: Container[str], callers: Callers, settings: Settings) -> None:
        self.names = names
        self.callers = callers
        self.settings = settings

    def of(self, node: cst.Call, place: Place) -> Iterator[CallView]:
        """Yield the call itself, the calls it makes of functions passed to it, and the call behind a local alias (`put = s3.put_object`)."""
        name = called_name(node.func)
        if isinstance(node.func, cst.Name) and node.func.value in place.scope.assigned_methods:
            yield from self._aliased(node.func.value, node, place)
        elif name is not None:
            # `from awswrangler.s3 import to_parquet as save`: triggers know the name that the library gives.
            canonical = place.module.aliases.get(name, name) if isinstance(node.func, cst.Name) else name
            if self.knows(canonical):
                yield self._view(canonical, Call.of(node, place), place)
        for call in (*by_reference(node, place), *self._relayed(node, place)):
            passed = called_name(call.function.node) if call.function is not None else None
            if passed is not None and self.knows(passed):
                yield self._view(passed, call, place)

    def _relayed(self, node: cst.Call, place: Place) -> Iterator[Call]:
        """Yield the call of a method that a function of the project is given: `call_with_retry(s3.put_object, Bucket=…)`."""
        method = node.args[0].value if node.args else None
        if isinstance(method, cst.Attribute) and self.knows(method.attr.value) and called_name(node.func) not in CALLING:
            yield from relayed(node, place, self.callers.evaluator.evaluate(node.func, place))

    def _aliased(self, alias: str, node: cst.Call, place: Place) -> Iterator[CallView]:
        """Yield the method that a local name stands for: `put = s3.put_object; put(Bucket=…)`, also through `functools.partial`."""
        for origin in place.scope.assigned_methods[alias]:
            name = called_name(origin.function)
            if name is not None and self.knows(name):
                defined = Place(origin.step, (), place.context)
                before = None
                if origin.partial is not None:
                    before = Arguments(self.callers, Call.of(origin.partial, defined).without_first(1))
                yield self._view(name, Call.of(node, place).on(origin.function, defined), place, before)

    def knows(self, name: str) -> bool:
        """Tell whether calls of a name are viewed."""
        return name in self.names or name.endswith(OPERATORS)

    def _view(self, name: str, call: Call, place: Place, before: Arguments | None = None) -> CallView:
        return CallView(name, call, place, self.callers, self.settings, before)
