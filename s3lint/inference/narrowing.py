"""Narrow values by the conditions on the way, as type checkers do: alternatives that fail a condition fall away.

Conditions on one name, or attribute, that compare it with literals: `if x`, `x is None`, `x == "a"`, `x in ("a", "b")`, `"/" in x`,
`x.startswith("/")`, `x[0] == "/"`, `x[-1:] == "/"`, `len(x)`, and `not`, `and`, `or` of these.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import libcst as cst

from s3lint.inference.conditions import has_affix, may_be, truth_of
from s3lint.inference.derived import derived
from s3lint.inference.values import (
    Chunk,
    Constant,
    Environment,
    Hole,
    Never,
    Parameter,
    Reference,
    Text,
    Union,
    Unknown,
    UserInput,
    Value,
    join_values,
)
from s3lint.support.frozen import frozen
from s3lint.syntax.guards import Guard
from s3lint.syntax.names import dotted_name

UNREAD = (Unknown, Parameter, Reference, UserInput, Environment)
"""Values of which nothing is known but where they come from."""


# Nodes are told by their exact types: `isinstance` asks the metaclass of libcst's, which takes ten times as long.
EQUAL = frozenset({cst.Is, cst.IsNot, cst.Equal, cst.NotEqual})

NEGATIVE = frozenset({cst.IsNot, cst.NotEqual, cst.NotIn})

Display = cst.Tuple | cst.List | cst.Set

DISPLAYS = frozenset({cst.Tuple, cst.List, cst.Set})


@frozen()
class Test:
    """A condition on one name: `kind` is truth, none, equal, in, start, end or contains, `literals` what it compares with."""

    kind: str
    literals: tuple[str, ...] = ()
    holds: bool = True
    site: cst.CSTNode | None = None


def narrowed(value: Value, name: str, guards: Iterable[Guard]) -> Value:
    """Return the value of a name where all of the conditions are as the guards say."""
    for guard in guards:
        for test in _tests(guard.test, name, guard.holds):
            value = _passing(value, test, name, refused=guard.refused)
    # The branch is there, so some value reaches it that was not found: unknown, not unreachable.
    return value if not isinstance(value, Never) else Unknown("a condition excludes every value that is known")


def _tests(node: cst.BaseExpression, name: str, holds: bool) -> list[Test]:
    """Return what a condition says of a name."""
    if type(node) is cst.UnaryOperation and type(node.operator) is cst.Not:
        return _tests(node.expression, name, not holds)
    if type(node) is cst.BooleanOperation:
        # `a and b` that holds tells that both hold, `a or b` that fails tells that both fail; the other two tell nothing of either.
        both = (type(node.operator) is cst.And) is holds
        return [*_tests(node.left, name, holds), *_tests(node.right, name, holds)] if both else []
    if type(node) is cst.Name or type(node) is cst.Attribute:
        return [Test("truth", (), holds)] if dotted_name(node) == name else []
    if type(node) is cst.NamedExpr:
        return _tests(node.target, name, holds)
    test = _called(node, name) if type(node) is cst.Call else _compared(node, name) if type(node) is cst.Comparison else None
    return [Test(test.kind, test.literals, test.holds is holds)] if test is not None else []


def _called(node: cst.Call, name: str) -> Test | None:
    """`name.startswith("a")`, `name.endswith(("a", "b"))`, `len(name)`, `bool(name)`."""
    if dotted_name(node.func) in ("len", "bool"):
        return Test("truth") if len(node.args) == 1 and dotted_name(node.args[0].value) == name else None
    if type(node.func) is not cst.Attribute or len(node.args) != 1 or dotted_name(node.func.value) != name:
        return None
    kind = {"startswith": "start", "endswith": "end"}.get(node.func.attr.value)
    literals = _literals(node.args[0].value)
    return Test(kind, literals) if kind is not None and literals else None


def _compared(node: cst.Comparison, name: str) -> Test | None:
    if len(node.comparisons) != 1:
        return None
    operator, other = node.comparisons[0].operator, node.comparisons[0].comparator
    kind = type(operator)
    if type(node.left) is cst.Call:
        return _counted(node.left, operator, _number(other), name)
    positive = kind not in NEGATIVE
    if kind is cst.In or kind is cst.NotIn:
        if dotted_name(other) == name and type(node.left) is cst.SimpleString:
            return Test("contains", _literals(node.left), positive)
        literals = _literals(other) if dotted_name(node.left) == name and type(other) is not cst.SimpleString else ()
        return Test("in", literals, positive) if literals else None
    if kind not in EQUAL:
        return None
    if dotted_name(node.left) == name and type(other) is cst.Name and other.value == "None":
        return Test("none", (), positive)
    literals = _literals(other)
    if not literals:
        return None
    if dotted_name(node.left) == name:
        return Test("in", literals, positive)
    end = _end_of(node.left, name, literals[0]) if type(node.left) is cst.Subscript else None
    return Test(end, literals, positive) if end is not None else None


def _counted(call: cst.Call, operator: cst.BaseCompOp, number: str, name: str) -> Test | None:
    """`len(name) > 0`: whether there is anything in it."""
    if dotted_name(call.func) != "len" or len(call.args) != 1 or dotted_name(call.args[0].value) != name:
        return None
    sign = _SIGNS.get(type(operator), "")
    if f"{sign}{number}" in (">0", "!=0", ">=1"):
        return Test("truth")
    return Test("truth", (), holds=False) if f"{sign}{number}" in ("==0", "<1", "<=0") else None


_SIGNS: dict[type[cst.BaseCompOp], str] = {
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
}


def _end_of(node: cst.Subscript, name: str, literal: str) -> str | None:
    """Tell which end of a text `name[0]`, `name[:n]`, `name[-1]` or `name[-n:]` is, where it is as long as the literal."""
    if dotted_name(node.value) != name or len(node.slice) != 1:
        return None
    part = node.slice[0].slice
    if isinstance(part, cst.Index):
        # `name[0] == "/"`
        return {"0": "start", "-1": "end"}.get(_number(part.value)) if len(literal) == 1 else None
    if not isinstance(part, cst.Slice) or part.step is not None:
        return None
    lower, upper = _number(part.lower), _number(part.upper)
    if upper == str(len(literal)) and lower in ("", "0"):
        return "start"
    return "end" if lower == f"-{len(literal)}" and not upper else None


def _number(node: cst.BaseExpression | None) -> str:
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        return f"-{_number(node.expression)}"
    return node.value if isinstance(node, cst.Integer) else "" if node is None else "?"


def _literals(node: cst.BaseExpression) -> tuple[str, ...]:
    """Return a literal text, or those of a display of nothing else."""
    nodes = [part.value for part in cast("Display", node).elements] if type(node) in DISPLAYS else [node]
    texts = [part.evaluated_value for part in nodes if type(part) is cst.SimpleString]
    return tuple(text for text in texts if isinstance(text, str)) if len(texts) == len(nodes) else ()


def _passing(value: Value, test: Test, name: str, *, refused: bool) -> Value:
    """Return a value, or what is known of it, where a test is as it says; `Never` where it cannot be so."""
    if isinstance(value, Union):
        return join_values((_passing(one, test, name, refused=refused) for one in value.alternatives), chosen=value.chosen)
    verdict = _verdict(value, test)
    if verdict is not None:
        return value if verdict is test.holds else Never()
    # `if stage != "prod": raise …`: behind it the name has the one value that is accepted.
    if test.holds and test.kind == "in" and refused and isinstance(value, UNREAD):
        return _of(test.literals, value)
    if not isinstance(value, (Unknown, Parameter, Reference)):
        return value
    if not test.holds:
        excluded = test.kind in ("start", "end") and isinstance(value, Reference)
        return derived(value, name, "a condition excludes something of it") if excluded else value
    literal = test.literals[0] if len(test.literals) == 1 else None
    if literal is None:
        return value
    if test.kind in ("start", "end"):
        parts = (Chunk(literal), Hole(value, name)) if test.kind == "start" else (Hole(value, name), Chunk(literal))
        return Text(parts, site=value.site, trace=value.trace)
    if test.kind == "contains" and "/" in literal:
        return derived(Text((Chunk(literal), Hole(value, name))), name, f"text that contains {literal!r}")
    return value


def _of(literals: tuple[str, ...], value: Value) -> Value:
    """Return the texts that a function accepts; of several a caller chooses one."""
    if len(literals) > 1:
        return value
    return Text((Chunk(literals[0]),), site=value.site, trace=value.trace) if literals[0] else value


def _verdict(value: Value, test: Test) -> bool | None:
    """Tell whether a value passes a test; None where that is not known."""
    if test.kind == "truth":
        return truth_of(value)
    if test.kind == "none":
        if isinstance(value, Constant):
            return value.value is None
        return None if isinstance(value, (Unknown, Parameter, Reference)) else _is_certainly_given(value)
    # None equals no literal and has no beginning.
    if isinstance(value, Constant) and value.value is None:
        return False
    if not isinstance(value, Text):
        return None
    return _agreed_of_text(value, test)


def _is_certainly_given(value: Value) -> bool | None:
    return False if isinstance(value, Text) or truth_of(value) else None


def _agreed_of_text(text: Text, test: Test) -> bool | None:
    if test.kind == "in":
        if text.literal is not None:
            return text.literal in test.literals
        return None if any(may_be(text, literal) for literal in test.literals) else False
    if test.kind == "contains":
        if test.literals[0] in text.known:
            return True
        return False if text.literal is not None else None
    answers = [has_affix(text, literal, test.kind == "start") for literal in test.literals]
    return True if True in answers else (None if None in answers else False)
