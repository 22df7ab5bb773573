"""Operators on values: joined texts and paths, joined lists, merged mappings, integer arithmetic."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import product

import libcst as cst

from s3lint.inference.containers import merged
from s3lint.inference.derived import sum_of
from s3lint.inference.library_values import CloudPath, Frame
from s3lint.inference.values import (
    MAX_ALTERNATIVES,
    MAX_ITEMS,
    MAX_TEXT_PARTS,
    Chunk,
    Constant,
    Data,
    Environment,
    Fallback,
    Hole,
    Mapping,
    Never,
    Parameter,
    Reference,
    Sequence,
    Text,
    Union,
    Unknown,
    Value,
    alternatives,
    join_values,
)

ARITHMETIC: dict[type[cst.CSTNode], Callable[[int, int], int]] = {
    cst.Add: operator.add,
    cst.AddAssign: operator.add,
    cst.Subtract: operator.sub,
    cst.SubtractAssign: operator.sub,
    cst.Multiply: operator.mul,
    cst.MultiplyAssign: operator.mul,
    cst.FloorDivide: operator.floordiv,
    cst.Modulo: operator.mod,
}

MAX_INTEGER = 1 << 1000
"""Larger whole numbers are not computed with: no float could hold them, and writing them out takes quadratic time."""

MAX_COMBINATIONS = 16
"""How many combinations of alternatives a text is written out for; beyond, its parts stay holes."""


def combined(sign: cst.CSTNode, left: Value, right: Value) -> Value:
    """Return the value of `left sign right`."""
    if isinstance(left, Union):
        return join_values([combined(sign, choice, right) for choice in left.alternatives], chosen=left.chosen)
    # Texts are left to `concatenated`, which bounds the number of combinations.
    if isinstance(right, Union) and not isinstance(left, Text):
        return join_values([combined(sign, left, choice) for choice in right.alternatives], chosen=right.chosen)
    if isinstance(left, Never) or isinstance(right, Never):
        return Never()
    if isinstance(left, Frame) or isinstance(right, Frame):
        return left if isinstance(left, Frame) else right
    if isinstance(sign, (cst.Add, cst.AddAssign)):
        return _added(left, right)
    # `defaults | {"a": 1}` of dicts, since Python 3.9.
    if isinstance(sign, (cst.BitOr, cst.BitOrAssign)):
        if isinstance(left, (Unknown, Parameter)) and any(isinstance(choice, Mapping) for choice in alternatives(right)):
            left = Mapping(open=True, rest=(left,))
        return merged(left, right) if isinstance(left, Mapping) else Unknown("the result is not known", (left, right))
    if isinstance(sign, cst.Divide):
        return _divided(left, right)
    # `b"0" * 500_000` is large: the rules on DynamoDB measure it.
    if isinstance(sign, cst.Multiply) and isinstance(left, Data) and isinstance(right, Constant):
        return _repeated(left, right)
    return _computed(sign, left, right)


def _added(left: Value, right: Value) -> Value:
    if is_text(left) or is_text(right):
        return concatenated([(left, ""), (right, "")])
    if isinstance(left, Sequence):
        if isinstance(right, Sequence):
            items = (*left.items, *right.items)
            return Sequence(items[:MAX_ITEMS], left.open or right.open or len(items) > MAX_ITEMS, site=left.site)
        return left.opened()
    return _computed(cst.Add(), left, right)


def _divided(left: Value, right: Value) -> Value:
    if isinstance(left, CloudPath):
        return CloudPath(slash_joined((left.uri, right)))
    if isinstance(left, Reference) and left.path in PATHS:
        return Reference("pathlib.Path()", receiver=left)
    return Unknown("a quotient", (left, right))


PATHS = frozenset({"pathlib.Path()", "pathlib.PosixPath()", "pathlib.WindowsPath()"})


MAX_DATA_BYTES = 1 << 22
"""Bytes of a literal that is multiplied out."""


def _repeated(data: Data, count: Constant) -> Value:
    size = len(data.value) * count.value if isinstance(count.value, int) else MAX_DATA_BYTES
    return Data(data.value * int(count.value or 0)) if size < MAX_DATA_BYTES else Unknown("very long bytes")


def _computed(sign: cst.CSTNode, left: Value, right: Value) -> Value:
    function = ARITHMETIC.get(type(sign))
    unknown = Unknown("the result is not known", (left, right))
    if function is None or not isinstance(left, Constant) or not isinstance(right, Constant):
        return unknown
    if not isinstance(left.value, (int, float)) or not isinstance(right.value, (int, float)):
        return unknown
    if isinstance(sign, (cst.FloorDivide, cst.Modulo)) and right.value == 0:
        return Unknown("a division by zero")
    return finite(function(left.value, right.value))  # type: ignore[arg-type]


def finite(number: float) -> Value:
    """A number as a value; unknown where it is infinite, no number, or too large to compute with."""
    # No comparison with a NaN is true.
    return Constant(number) if abs(number) < MAX_INTEGER else Unknown("a very large number")


def added(left: Value, left_name: str, right: Value, right_name: str) -> Value:
    """Return `left + right`; the names are those of the expressions that give them."""
    if is_text(left) or is_text(right):
        return concatenated([(left, left_name), (right, right_name)])
    value = combined(cst.Add(), left, right)
    plain = isinstance(value, Unknown) and not isinstance(left, Constant) and not isinstance(right, Constant)
    return sum_of(left, left_name, right, right_name) if plain else value


def is_text(value: Value) -> bool:
    return any(isinstance(choice, Text) for choice in alternatives(value))


def concatenated(parts: Iterable[tuple[Value, str]]) -> Value:
    """Return the text of values written one after another; with each comes the name for the hole that it leaves if it is unknown."""
    listed = [(value, name) for value, name in parts]
    if any(isinstance(value, Never) for value, _ in listed):
        return Never()
    choices = [_choices(value) for value, _ in listed]
    count = 1
    for options in choices:
        count *= len(options)
    if count > MAX_COMBINATIONS:
        choices = [options if len(options) == 1 else [Unknown("many alternatives")] for options in choices]
    chosen = any(isinstance(value, Union) and value.chosen for value, _ in listed)
    names = [name for _, name in listed]
    written = [_written(list(zip(combination, names, strict=True))) for combination in product(*choices)]
    return join_values(written, chosen=chosen)


def _choices(value: Value) -> list[Value]:
    if isinstance(value, Fallback):
        # `f"{name or 0}"` stays one hole: only a default that is text makes another text.
        return [value] if isinstance(value.default, (Unknown, Constant)) else [*_choices(value.primary), *_choices(value.default)]
    if isinstance(value, Union):
        return [choice for alternative in value.alternatives for choice in _choices(alternative)][:MAX_ALTERNATIVES]
    return [value]


def _written(values: list[tuple[Value, str]]) -> Value:
    parts: list[Chunk | Hole] = []
    trace = tuple(dict.fromkeys(hop for value, _ in values for hop in value.trace))
    for value, name in values:
        if isinstance(value, Text):
            parts.extend(part for part in value.parts if isinstance(part, Hole) or part.text)
        elif isinstance(value, Constant) and value.value is not None:
            parts.append(Chunk(str(value.value), value.site))
        elif isinstance(value, Environment):
            parts.append(Hole(value, name or value.name or ""))
        elif isinstance(value, Unknown) and value.is_sum:
            # `a + b` of unknowns turned out to be text when text was added: each becomes a part.
            parts.extend(value.made_of)
        else:
            parts.append(Hole(value, name))
    if len(parts) > MAX_TEXT_PARTS:
        parts = [*parts[:MAX_TEXT_PARTS], Hole(Unknown("a very long text"))]
    return Text(tuple(parts), trace=trace)


SLASH = (Text((Chunk("/"),)), "")


def slash_joined(operands: tuple[Value, ...], names: list[str] | tuple[()] = ()) -> Value:
    """Return the text of path parts with one slash between them. As in Python, a part with a leading slash drops those before it."""
    parts: list[tuple[Value, str]] = []
    for index, operand in enumerate(operands):
        if isinstance(operand, Text) and operand.head.startswith("/"):
            parts.clear()
        name = names[index] if index < len(names) else ""
        if index == len(operands) - 1:
            parts.append((operand, name))
        elif isinstance(operand, (Union, Fallback)):
            parts.append((_with_slash(operand, name), name))
        else:
            parts += [(operand, name)] if _ends_with_slash(operand) else [(operand, name), SLASH]
    return concatenated(parts)


def _with_slash(value: Value, name: str) -> Value:
    """Return a part of a path with a slash at the end of each of its alternatives, where it has none yet."""
    if isinstance(value, Union):
        return replace(value, alternatives=tuple(_with_slash(choice, name) for choice in value.alternatives))
    # A fallback that is no text stays one hole.
    if isinstance(value, Fallback) and not isinstance(value.default, (Unknown, Constant)):
        return replace(value, primary=_with_slash(value.primary, name), default=_with_slash(value.default, name))
    return value if _ends_with_slash(value) else concatenated([(value, name), SLASH])


def _ends_with_slash(value: Value) -> bool:
    return isinstance(value, Text) and (value.tail.endswith("/") or not value.parts)
