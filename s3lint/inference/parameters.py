"""Evaluate parameters: to the argument of the call in the context, to what the annotation says, or to the parameter itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.annotations import annotated_value, promises_more
from s3lint.inference.arguments import Arguments, Call
from s3lint.inference.code_values import Class, Instance
from s3lint.inference.duck_typing import is_untyped
from s3lint.inference.place import CallContext, Place
from s3lint.inference.values import (
    Absent,
    Constant,
    Data,
    Environment,
    Fallback,
    Mapping,
    Parameter,
    Reference,
    Sequence,
    Text,
    Union,
    Unknown,
    UserInput,
    Value,
)
from s3lint.syntax.flow import Scope

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator


DEFAULTS = (Text, Constant, Data, Environment, Fallback, Reference, UserInput, Sequence, Union)
"""Kinds of values that no call can change."""

Source = Callable[["Evaluator", Scope, str], "Value | None"]

PARAMETERS: list[Source] = []
"""Other sources of a parameter that no call in the project passes: decorators of command lines, fixtures of tests."""


def parameter_source(function: Source) -> Source:
    PARAMETERS.append(function)
    return function


def parameter_value(evaluator: Evaluator, scope: Scope, name: str, context: CallContext | None) -> Value:
    evaluator.depend_on_context(context)
    bound = context.of(scope) if context is not None else None
    if is_receiver(scope, name):
        return _receiver(scope, bound, context)
    # A context without a call knows the receiver alone.
    if bound is None or bound.call is None:
        return _unbound(evaluator, scope, name, context)
    return _passed(evaluator, scope, name, bound, bound.call)


def is_receiver(scope: Scope, name: str) -> bool:
    """Tell whether the parameter is the `self` or `cls` of a method."""
    return scope.owner is not None and bool(scope.parameters) and scope.parameters[0] == name and not is_static(scope)


def is_static(scope: Scope) -> bool:
    return "staticmethod" in scope.decorators


def _receiver(scope: Scope, bound: CallContext | None, context: CallContext | None) -> Value:
    assert scope.owner is not None
    if bound is not None and bound.receiver is not None:
        return bound.receiver
    return Class(scope.owner) if "classmethod" in scope.decorators else Instance(scope.owner, context)


def _unbound(evaluator: Evaluator, scope: Scope, name: str, context: CallContext | None) -> Value:
    """Return a parameter of a function that is followed for no call in particular."""
    param = find_parameter(scope, name)
    if param is None:
        return Parameter(scope, name)
    place = definition_place(scope, context)
    # The annotation comes first: a client that is typed is one, whoever calls.
    if param.annotation is not None:
        known = annotated_value(evaluator, param.annotation.annotation, place)
        if known is not None:
            return known
    for source in PARAMETERS:
        value = source(evaluator, scope, name)
        if value is not None:
            return value
    default = default_value(evaluator, scope, name, context)
    # An empty text stands for a missing argument, as None does: it counts only for callers that leave the argument out.
    return Parameter(scope, name, None if isinstance(default, Text) and not default.parts else default)


def default_value(evaluator: Evaluator, scope: Scope, name: str, context: CallContext | None) -> Value | None:
    """Return the default of a parameter that no call can change: a literal, a path that a library joins, what the command line gives."""
    param = find_parameter(scope, name)
    if param is None or param.default is None:
        return None
    value = evaluator.evaluate(param.default, definition_place(scope, context))
    # `def f(extra={})`: one object for all calls, which any of them may have filled.
    mutable = isinstance(value, (Mapping, Sequence)) and not isinstance(param.default, cst.Tuple)
    if mutable:
        return Unknown("a mutable default", site=value.site)
    return value if isinstance(value, DEFAULTS) else None


def find_parameter(scope: Scope, name: str) -> cst.Param | None:
    """Return the declaration of a parameter, but for `*args` and `**kwargs`."""
    if isinstance(scope.node, (cst.FunctionDef, cst.Lambda)):
        parameters = scope.node.params
        for param in (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params):
            if param.name.value == name:
                return param
    return None


def definition_place(scope: Scope, context: CallContext | None) -> Place:
    assert scope.step is not None
    return Place(scope.step, (), context)


def _passed(evaluator: Evaluator, scope: Scope, name: str, bound: CallContext, call: Call | Arguments) -> Value:
    arguments = call if isinstance(call, Arguments) else Arguments(evaluator, call)
    assert isinstance(scope.node, (cst.FunctionDef, cst.Lambda))
    parameters = scope.node.params
    # `self` is not among the arguments of the call.
    skipped = 1 if scope.owner is not None and not is_static(scope) else 0
    ordered = [param.name.value for param in (*parameters.posonly_params, *parameters.params)][skipped:]
    if isinstance(parameters.star_kwarg, cst.Param) and parameters.star_kwarg.name.value == name:
        return _rest_of_keywords(arguments, scope)
    if isinstance(parameters.star_arg, cst.Param) and parameters.star_arg.name.value == name:
        return _rest_of_positions(arguments, len(ordered))
    position = ordered.index(name) if name in ordered else None
    value = arguments.get(name, position)
    if isinstance(value, Absent):
        # Defaults are evaluated where the function is defined, not in the call.
        default = default_value(evaluator, scope, name, bound.outer)
        return default if default is not None else Unknown("not passed")
    written = arguments.written(name, position)
    param = find_parameter(scope, name)
    if param is not None and param.annotation is not None and is_untyped(value):
        promised = annotated_value(evaluator, param.annotation.annotation, definition_place(scope, bound.outer))
        if promised is not None and promises_more(promised, value):
            return promised
    return value.via(written.site, f"passed as `{name}` here") if written is not None else value


def _rest_of_keywords(arguments: Arguments, scope: Scope) -> Value:
    taken = set(scope.parameters)
    # `**known` adds its entries through `named`; only an unknown one leaves the mapping open.
    rest = Mapping(open=_spreads_unknown(arguments))
    for name, value in arguments.named():
        if name not in taken:
            rest = rest.with_entry(name, value)
    return rest


def _spreads_unknown(arguments: Arguments) -> bool:
    for written in arguments.call.splats:
        value = arguments.evaluator.evaluate(written.node, written.place)
        if not isinstance(value, Mapping) or value.open:
            return True
    return False


def _rest_of_positions(arguments: Arguments, first: int) -> Value:
    passed = list(arguments.positional())[first:]
    items = tuple(arguments.evaluator.evaluate(written.node, written.place) for written in passed)
    return Sequence(items, open=bool(arguments.call.stars))
