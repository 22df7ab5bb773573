"""Traverse nested values; bound their size.

Equal values inside of a value may be one object, so a small program can make a value with very many parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from s3lint.inference.values import Absent, Constant, Data, Never, Parameter, Unknown, Value
from s3lint.support.by_type import ByType

if TYPE_CHECKING:
    from s3lint.syntax.flow import Scope

MAX_WEIGHT = 3_200
"""How many parts a value may have, shared ones counted wherever they stand, since `v = [v, v]` doubles them with every line; a list of
a thousand pairs has 3 001. A heavier value is unknown."""

NO_PARTS = frozenset({"site", "trace", "weight", "arguments", "scope", "context"})
"""Fields that belong to no value's parts."""

PLAIN_TYPES = frozenset({"str", "str | None", "bool"})
"""Types of fields, as they are written, that hold no values."""

PLAIN = frozenset({Absent, Constant, Data, Never})
"""Kinds of values that hold no others."""


def bound_size(value: Value) -> Value:
    """Return the value, or an unknown one in place of one with more than `MAX_WEIGHT` parts."""
    return (
        value
        if type(value) in PLAIN or (value.weight or weight_of(value)) <= MAX_WEIGHT
        else Unknown("it has too many parts", site=value.site)
    )


def weight_of(value: Value) -> int:
    """Return how many parts a value has, itself included."""
    weight = value.weight
    if not weight:
        held = _held(value)
        weight = 1 + sum(map(weight_of, held)) if held else 1
        # Values are frozen. Each is weighed once, so a shared part costs one addition however often it occurs.
        object.__setattr__(value, "weight", weight)
    return weight


def free_parameter(value: Value, bound: set[Scope] | None = None) -> Scope | None:
    """Return the function of the first parameter in a value that no context binds."""
    return next((parameter.scope for parameter in free_parameters(value) if not bound or parameter.scope not in bound), None)


def free_parameters(value: Value) -> Iterator[Parameter]:
    """Yield every parameter in a value."""
    return (part for part in _parts(value) if isinstance(part, Parameter))


def _parts(value: Value) -> Iterator[Value]:
    """Yield a value and all that it is made of."""
    pending = [value]
    while pending:
        part = pending.pop()
        yield part
        pending.extend(_held(part))


def _held(value: Value) -> list[Value]:
    """Return the values that a value is made of."""
    found: list[Value] = []
    pending: list[Any] = []
    for name in _VALUE_FIELDS[type(value)]:
        part = getattr(value, name)
        # Most fields are None, a text or an empty tuple.
        if part and type(part) is not str:
            pending.append(part)
    while pending:
        part = pending.pop()
        if isinstance(part, Value):
            found.append(part)
        elif isinstance(part, tuple):
            pending.extend(part)
        elif hasattr(part, "value"):
            pending.append(part.value)
    return found


def _value_fields(kind: type) -> tuple[str, ...]:
    if kind is Parameter:
        return ()
    return tuple(field.name for field in fields(kind) if field.name not in NO_PARTS and field.type not in PLAIN_TYPES)


_VALUE_FIELDS = ByType(_value_fields)
