"""A call as extractors see it: its name, its receiver, its arguments with parameters resolved through callers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.finding import Confidence
from s3lint.inference.arguments import Arguments, Call
from s3lint.inference.callers import Callers
from s3lint.inference.place import Place
from s3lint.inference.values import Reference, Value, alternatives
from s3lint.syntax.names import last_name
from s3lint.syntax.site import Site

if TYPE_CHECKING:
    from s3lint.settings import Settings


@dataclass(eq=False)
class CallView:
    """One call that may touch storage. `name` is its canonical name, `function` the expression that is called."""

    name: str
    call: Call
    place: Place
    callers: Callers
    settings: Settings
    before: Arguments | None = None

    @cached_property
    def arguments(self) -> Arguments:
        return Arguments(self.callers, self.call, self.before)

    @property
    def function(self) -> cst.BaseExpression | None:
        return self.call.function.node if self.call.function is not None else None

    @property
    def is_method(self) -> bool:
        return isinstance(self.function, cst.Attribute)

    @cached_property
    def receiver(self) -> Value | None:
        """What the method is called on, or None for a plain function."""
        if self.call.function is None or not isinstance(self.function, cst.Attribute):
            return None
        return self.callers.evaluate(self.function.value, self.call.function.place)

    def receivers(self) -> Iterator[tuple[Value, Confidence]]:
        """Every possible receiver; one of several counts less."""
        if self.receiver is None:
            return
        found = list(alternatives(self.receiver))
        for value in found:
            yield value, Confidence.HIGH if len(found) == 1 else Confidence.MEDIUM

    @cached_property
    def callee(self) -> Value:
        """What is called."""
        if self.call.function is None:
            raise LookupError("the call has no function")
        return self.callers.evaluator.evaluate(self.call.function.node, self.call.function.place)

    @property
    def path(self) -> str:
        """The dotted path of a library function, or an empty text."""
        return self.callee.path if isinstance(self.callee, Reference) else ""

    @property
    def site(self) -> Site:
        return Site(self.place.block, self.call.node)

    @property
    def method(self) -> Site:
        """The name of the method in the call."""
        node = self.function.attr if isinstance(self.function, cst.Attribute) else self.function
        place = self.call.function.place if self.call.function is not None else self.place
        return Site(place.block, node if node is not None else self.call.node)

    @property
    def receiver_name(self) -> str:
        """The last name of the receiver as it is written."""
        return last_name(self.function.value) if isinstance(self.function, cst.Attribute) else ""
