"""Release the statements of a module that is forgotten. Imports `flow`."""

from __future__ import annotations

from s3lint.syntax.flow import Scope, Step, Suite


def take_apart(scope: Scope) -> None:
    """Unlink the statements of a scope that nobody will ask again, and of the scopes in it.

    They refer to each other in circles, which otherwise only a collection over all objects of the process finds.
    """
    pending: list[Scope | Suite | Step] = [scope]
    while pending:
        part = pending.pop()
        if isinstance(part, Scope):
            pending += [part.suite] if "suite" in vars(part) else []
        elif isinstance(part, Suite):
            pending += part.steps
        else:
            pending += [*part.suites, *([part.scope] if part.scope is not None else [])]
        vars(part).clear()
