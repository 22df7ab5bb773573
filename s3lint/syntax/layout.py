"""Add to the nodes of a skeleton, which have no layout, that of the nodes which libcst makes of the same code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

import libcst as cst

from s3lint.syntax.walk import CHILD_FIELDS, HOLDS

VALUED = frozenset({cst.Name, cst.SimpleString, cst.Integer, cst.Float, cst.Imaginary})
"""Nodes with a text of their own."""


class Different(Exception):
    """Two trees that are not of the same code."""


def add_layout(made: Sequence[cst.CSTNode], written: Sequence[cst.CSTNode]) -> bool:
    """Copy the layout of libcst's own nodes into those of a skeleton, in place; False, and nothing is copied, where the two differ."""
    try:
        pairs = list(_pairs(made, written))
    except Different:
        return False
    for ours, theirs in pairs:
        for field in fields(type(ours)):
            value = getattr(theirs, field.name)
            if field.name not in CHILD_FIELDS[type(ours)] or not HOLDS[type(value)]:
                object.__setattr__(ours, field.name, value)
    return True


def _pairs(made: Sequence[Any], written: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield each node of a skeleton with the one that libcst makes of the same code. Raises `Different` where they differ."""
    pending = [(made, written)]
    while pending:
        ours, theirs = pending.pop()
        if len(ours) != len(theirs):
            raise Different
        for one, other in zip(ours, theirs, strict=True):
            if type(one) is not type(other) or (type(one) in VALUED and one.value != other.value):
                raise Different
            yield one, other
            pending.extend((_held(one, name), _held(other, name)) for name in CHILD_FIELDS[type(one)])


def _held(node: Any, name: str) -> Sequence[Any]:
    value = getattr(node, name)
    holds = HOLDS[type(value)]
    return value if holds == "nodes" else (value,) if holds else ()
