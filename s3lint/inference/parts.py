"""What values are made of: values within values, of which equal ones may be one object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from s3lint.inference.values import Absent, Constant, Data, Nothing, Parameter, Unknown, Value

if TYPE_CHECKING:
    from s3lint.inference.flow import Scope

HEAVIEST = 3_200
"""How many parts a value may have, shared ones counted wherever they stand, since `v = [v, v]` doubles them with every line; a list of
a thousand pairs has 3 001. A heavier value is unknown."""

PLAIN = frozenset({Absent, Constant, Data, Nothing})
"""Kinds of values that hold no others."""


def bounded(value: Value) -> Value:
    """The value, or an unknown one instead of one that is too heavy to be looked into."""
    if type(value) in PLAIN or next(islice(_parts(value), HEAVIEST, None), None) is None:
        return value
    return Unknown("it has too many parts", site=value.site)


def free_parameter(value: Value, bound: set[Scope] | None = None) -> Scope | None:
    """The function of the first parameter in a value that no context binds."""
    return next((parameter.scope for parameter in free_parameters(value) if not bound or parameter.scope not in bound), None)


def free_parameters(value: Value) -> Iterator[Parameter]:
    """Every parameter in a value."""
    return (part for part in _parts(value) if isinstance(part, Parameter))


def _parts(value: Value) -> Iterator[Value]:
    """A value and all that it is made of."""
    pending: list[Any] = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, Value):
            yield part
            kind: Any = type(part)
            pending.extend([] if kind is Parameter else [getattr(part, name) for name in _value_fields(kind)])
        elif isinstance(part, tuple):
            pending.extend(part)
        elif hasattr(part, "value"):
            pending.append(part.value)


@cache
def _value_fields(kind: type[Value]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in ("site", "trace", "arguments", "scope", "context"))
