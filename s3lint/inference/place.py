"""Where an expression is evaluated: at which statement, inside which comprehensions, and for which call of its function."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    import libcst as cst

    from s3lint.inference.arguments import Arguments, Call
    from s3lint.inference.values import Value
    from s3lint.syntax.flow import Scope, Step
    from s3lint.syntax.module import Block, Module


@frozen(eq=False)
class CallContext:
    """A call that a function is evaluated for; `outer` is the context of the calls around it.

    With no call (`call` is None) only the receiver is known. A scope without a context is evaluated for no caller in particular: its
    parameters stay parameters.
    """

    scope: Scope
    call: Call | Arguments | None
    receiver: Value | None = None
    outer: CallContext | None = None
    depth: int = 1

    def of(self, scope: Scope) -> CallContext | None:
        """Return the innermost context that binds the parameters of a scope."""
        found: CallContext | None = self
        while found is not None and found.scope is not scope:
            found = found.outer
        return found


@frozen(eq=False)
class Place:
    """A statement, the lambdas and comprehensions around an expression in it, and a context."""

    step: Step
    binders: tuple[cst.CSTNode, ...] = field(default=(), repr=False)
    context: CallContext | None = None

    @property
    def scope(self) -> Scope:
        return self.step.suite.scope

    @property
    def block(self) -> Block:
        return self.step.block

    @property
    def module(self) -> Module:
        return self.scope.module

    def within(self, context: CallContext | None) -> Place:
        return Place(self.step, self.binders, context)
