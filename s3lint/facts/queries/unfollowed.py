"""Tell whether a value leaves something to callers that were not followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from s3lint.inference.size import free_parameters
from s3lint.inference.values import Value

if TYPE_CHECKING:
    from s3lint.facts.context import Context


def is_left_to_callers(value: Value, context: Context) -> bool:
    """Return whether a value holds a parameter of a function that the project calls.

    Callers replace the parameters of such a function, so one that is left stands for calls beyond the bounds of inference, which
    may pass anything. A function without calls in the project keeps its parameters.
    """
    scopes = dict.fromkeys(parameter.scope for parameter in free_parameters(value))
    return any(context.callers.of(scope) for scope in scopes)
