"""Find the functions that a statement defines."""

from __future__ import annotations

from collections.abc import Callable

from s3lint.syntax.flow import Scope, Step
from s3lint.syntax.module import Block


def functions_of(step: Step, holds: Callable[[Block], bool] | None = None) -> list[Scope]:
    """Return the functions that a step defines, at any depth; of a class only the members whose text holds something."""
    found: list[Scope] = []
    pending = [step]
    while pending:
        current = pending.pop()
        if holds is not None and not holds(current.block):
            continue
        if current.kind is Block and current.scope is None:
            pending.extend(current.body.steps)
        if current.scope is not None:
            if current.scope.kind == "function":
                found.append(current.scope)
            pending.extend(reversed(current.scope.suite.steps))
        for suite in current.suites if current.kind is not Block else ():
            pending.extend(suite.steps)
    return found
