"""Open dicts and lists that are passed to code which may fill them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.code_values import Function
from s3lint.inference.place import Place
from s3lint.inference.values import Mapping, Sequence, Unknown, Value, alternatives, has_kind
from s3lint.syntax.flow import Passing, Scope

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator


def open_if_escaped(evaluator: Evaluator, name: str, value: Value, place: Place) -> Value:
    """Return the value, opened when an earlier statement of the same function passes it on to code that may add to it."""
    if place.binders or place.scope.kind != "function":
        return value
    if not has_kind(value, Mapping, Sequence):
        return value
    for passing in place.scope.passed(name):
        if passing.step.path < place.step.path and _may_fill(evaluator, passing, Place(passing.step, (), place.context)):
            return evaluator.each(value, lambda one: one.opened() if isinstance(one, (Mapping, Sequence)) else one)
    return value


def _may_fill(evaluator: Evaluator, passing: Passing, place: Place) -> bool:
    """Tell whether a call may fill its argument: first-party code that changes it, or code that is not found; never libraries."""
    callee = evaluator.evaluate(passing.call.func, place)
    for function in alternatives(callee):
        if isinstance(function, Function):
            if _changes_parameter(function.scope, passing.argument):
                return True
        elif isinstance(function, Unknown) and _may_be_first_party(passing.call.func):
            return True
    return False


def _may_be_first_party(function: cst.BaseExpression) -> bool:
    if isinstance(function, cst.Attribute):
        return isinstance(function.value, cst.Name) and function.value.value in ("self", "cls")
    return isinstance(function, cst.Name)


def _changes_parameter(scope: Scope, argument: int | str) -> bool:
    parameters = scope.parameters[1:] if scope.owner is not None else scope.parameters
    if isinstance(argument, int):
        return argument < len(parameters) and parameters[argument] in scope.suite.changes
    return argument in scope.suite.changes
