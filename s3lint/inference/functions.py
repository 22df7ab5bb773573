"""Evaluate calls of first-party functions, and attributes and methods of plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.annotations import annotated_value
from s3lint.inference.arguments import Arguments
from s3lint.inference.branches import may_reach, parameter_chooses
from s3lint.inference.code_values import BoundMethod, Function, ModuleValue, Partial
from s3lint.inference.duck_typing import is_untyped
from s3lint.inference.handlers import attribute, invocation, method
from s3lint.inference.parameters import definition_place
from s3lint.inference.place import CallContext, Place
from s3lint.inference.values import (
    Absent,
    Chunk,
    Constant,
    Fallback,
    Mapping,
    Never,
    Reference,
    Sequence,
    Text,
    Unknown,
    Value,
    alternatives,
    join_values,
)
from s3lint.syntax.flow import Scope

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator

MAX_CALL_DEPTH = 12
"""How many calls of first-party functions are followed into each other."""


@invocation(Function)
def call_function(evaluator: Evaluator, function: Function, arguments: Arguments, place: Place) -> Value:
    evaluator.depend_on_calls()
    # Conditions are many and few of them matter: calls in them are not followed.
    if evaluator.shallow:
        return Unknown("a call in a test")
    scope = function.scope
    outer = _joined(function.context, place.context)
    # Recursion ends here: a function is entered once in a chain of calls.
    if outer is not None and (outer.depth >= MAX_CALL_DEPTH or outer.of(scope) is not None):
        return Unknown("the call is too deep, or recursive")
    context = evaluator.context(scope, arguments.call if arguments.before is None else arguments, function.receiver, outer)
    return returned(evaluator, scope, context)


def _joined(definition: CallContext | None, caller: CallContext | None) -> CallContext | None:
    """Return the context around a call: for a call without one, that in which a closure was made."""
    return definition if caller is None else caller


def returned(evaluator: Evaluator, scope: Scope, context: CallContext | None) -> Value:
    """Return what a call of a function gives: its returns joined, or the items that it yields."""
    return evaluator.solve(("returned", id(scope), context), None, _returned, evaluator, scope, context)


def _returned(evaluator: Evaluator, scope: Scope, context: CallContext | None) -> Value:
    if isinstance(scope.node, cst.Lambda):
        assert scope.step is not None
        return evaluator.evaluate(scope.node.body, Place(scope.step, (scope.node,), context))
    returns = scope.returns
    if len(returns) > 1 and context is not None:
        returns = [(step, node) for step, node in returns if may_reach(evaluator, step, context)]
    values = [_value_of(evaluator, node.value, Place(step, (), context)) for step, node in returns]
    yielded = [
        evaluator.evaluate(node.value, Place(step, binders, context))
        for step, node, binders in scope.yields
        if isinstance(node.value, cst.BaseExpression)
    ]
    # A generator; its `return` values are not what a loop over it sees.
    if yielded:
        return Sequence(tuple(yielded), repeated=True)
    if not values and (scope.suite.ends or _is_abstract(scope)):
        values = [Unknown("a subclass may define it")]
    value = join_values(values, chosen=len(returns) > 1 and _parameter_chooses(scope))
    if isinstance(value, Never) or is_untyped(value):
        promised = _promised(evaluator, scope, context)
        # `-> Response` says no more than `requests.get()`, which also tells its arguments.
        if isinstance(promised, Reference) and isinstance(value, Reference):
            return value
        # No `return` at all, as opposed to one of an unknown value.
        return promised if promised is not None else (value if values else Constant(None))
    return value


def _parameter_chooses(scope: Scope) -> bool:
    """Tell whether a test of a parameter decides by which `return` control leaves a function."""
    branching = (step for step in scope.walk() if step.kind is cst.If and any(suite.ends for suite in step.suites))
    return any(parameter_chooses(step) for step in branching)


def _is_abstract(scope: Scope) -> bool:
    return any(name.rpartition(".")[2] == "abstractmethod" for name in scope.decorators)


def _value_of(evaluator: Evaluator, node: cst.BaseExpression | None, place: Place) -> Value:
    return evaluator.evaluate(node, place) if node is not None else Constant(None)


def _promised(evaluator: Evaluator, scope: Scope, context: CallContext | None) -> Value | None:
    """Return the value that the annotation of the result promises, or None."""
    if not isinstance(scope.node, cst.FunctionDef) or scope.node.returns is None:
        return None
    return annotated_value(evaluator, scope.node.returns.annotation, definition_place(scope, context))


@attribute(ModuleValue)
def module_attribute(evaluator: Evaluator, owner: ModuleValue, name: str, place: Place) -> Value:
    return evaluator.imports.member(evaluator, owner, name)


@attribute(Text)
def text_attribute(evaluator: Evaluator, text: Text, name: str, place: Place) -> Value:
    # `Bucket.RAW.value` of an enum: members are evaluated as their values.
    return text if name == "value" else BoundMethod(text, name)


@attribute(Constant)
def constant_attribute(evaluator: Evaluator, constant: Constant, name: str, place: Place) -> Value:
    # Control never gets past an attribute of None, so this alternative ends here.
    if constant.value is None:
        return Never()
    return constant if name == "value" else Unknown("an attribute of a number")


@invocation(BoundMethod)
def call_bound_method(evaluator: Evaluator, bound: BoundMethod, arguments: Arguments, place: Place) -> Value:
    return evaluator.call_method(bound.receiver, bound.name, arguments, place)


@invocation(Partial)
def call_partial(evaluator: Evaluator, partial: Partial, arguments: Arguments, place: Place) -> Value:
    return evaluator.invoke(partial.function, Arguments(evaluator, arguments.call, partial.arguments), place)


@invocation(Fallback)
def call_fallback(evaluator: Evaluator, choice: Fallback, arguments: Arguments, place: Place) -> Value:
    return join_values([evaluator.invoke(choice.primary, arguments, place), evaluator.invoke(choice.default, arguments, place)])


@method(Mapping)
def mapping_method(evaluator: Evaluator, mapping: Mapping, name: str, arguments: Arguments, place: Place) -> Value:
    if name in ("get", "pop", "setdefault"):
        return _looked_up(mapping, arguments)
    if name == "copy":
        return mapping
    if name == "values":
        return Sequence(tuple(entry.value for entry in mapping.entries), mapping.open)
    if name == "keys":
        return mapping
    if name == "items":
        pairs = (Sequence((Text(_key(entry.key)), entry.value)) for entry in mapping.entries)
        return Sequence(tuple(pairs), mapping.open)
    return Unknown(f"`dict.{name}` is not followed")


def _key(key: str) -> tuple[Chunk, ...]:
    return (Chunk(key),) if key else ()


def _looked_up(mapping: Mapping, arguments: Arguments) -> Value:
    key = arguments.get(None, 0)
    default = arguments.get("default", 1)
    if not isinstance(key, Text) or key.literal is None:
        return Unknown("the key is not known")
    if not mapping.entries and not mapping.open and isinstance(default, Text):
        # `settings = load() or {}`: a setting that is not there.
        return Fallback(Absent(), default)
    found = mapping.get(key.literal)
    missing = Constant(None) if isinstance(default, Absent) else default
    return join_values([missing if isinstance(choice, Absent) else choice for choice in alternatives(found)])


@method(Sequence)
def sequence_method(evaluator: Evaluator, sequence: Sequence, name: str, arguments: Arguments, place: Place) -> Value:
    if name == "copy":
        return sequence
    if name in ("pop", "popleft", "get"):
        return join_values(sequence.items) if sequence.items and not sequence.open else Unknown("an item")
    return Unknown(f"`{name}` of a sequence is not followed")
