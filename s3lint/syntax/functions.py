"""Find the functions that a statement defines."""

from __future__ import annotations

from collections.abc import Callable

from s3lint.syntax.flow import Scope, Step
from s3lint.syntax.module import Block


def functions_of(step: Step, holds: Callable[[Block], bool] | None = None) -> list[Scope]:
    """Return the functions that a step defines, at any depth; of a class only the members whose text holds something."""
    found: list[Scope] = []
    pending = [step]
    holding: Block | None = None
    """The block of the step before, which most steps share: its text is searched once."""
    while pending:
        current = pending.pop()
        if holds is not None and current.block is not holding and not holds(current.block):
            continue
        holding = current.block
        if current.kind is Block and current.scope is None:
            pending.extend(current.body.steps)
        if current.scope is not None:
            if current.scope.kind == "function":
                found.append(current.scope)
            pending.extend(reversed(current.scope.suite.steps))
        for suite in current.suites if current.kind is not Block else ():
            pending.extend(suite.steps)
    return found
