"""Whether code asks about a value before it uses it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from s3lint.inference.place import Place
from s3lint.inference.values import Value
from s3lint.syntax.bindings import changed_names
from s3lint.syntax.flow import Scope, Step
from s3lint.syntax.walk import expressions

CONDITIONS = (cst.Comparison, cst.BooleanOperation, cst.UnaryOperation, cst.IfExp, cst.Match)


def is_tested(place: Place, value: Value) -> bool:
    """Whether the function that uses a value may have tested it: a name that it is assigned to stands in a condition.

    A value that was made elsewhere counts as tested.
    """
    made = next((step for step in place.scope.walk() if _holds(step, value)), None)
    if made is None:
        return True
    return not _names_of(value, made).isdisjoint(_tested_names(place.scope))


def _names_of(value: Value, made: Step) -> frozenset[str]:
    if value.site is not None and isinstance(value.site.node, cst.Name):
        return frozenset({value.site.node.value})
    return changed_names(made.node, made.block) if isinstance(made.node, (cst.Assign, cst.AnnAssign)) else frozenset()


def _holds(step: Step, value: Value) -> bool:
    return value.site is not None and any(node is value.site.node for node, _ in step.nodes)


def _tested_names(scope: Scope) -> Iterator[str]:
    for step in scope.walk():
        if isinstance(step.node, (cst.If, cst.While, cst.Assert)):
            yield from _names(step.node.test)
        for node, _ in step.nodes:
            if isinstance(node, CONDITIONS):
                yield from _names(node)


def _names(node: cst.CSTNode) -> Iterator[str]:
    for inner, _ in expressions(node):
        if isinstance(inner, cst.Name):
            yield inner.value
