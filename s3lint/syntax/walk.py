"""A read-only walk over libcst nodes: an explicit stack over the child fields of each node type, no recursion, no visitor.

It is the visitor engine of s3lint: one walk per statement finds every node that a fact or a rule subscribes to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import libcst as cst

from s3lint.support.by_type import ByType

TRIVIA = frozenset(
    {
        "lpar", "rpar", "lbrace", "rbrace", "lbracket", "rbracket", "comma", "dot", "equal", "semicolon", "colon",
        "first_colon", "second_colon", "leading_lines", "lines_after_decorators", "header", "footer", "indent",
        "operator", "asynchronous", "posonly_ind", "start", "end", "conversion", "type_parameters", "relative", "star",
    }
)  # fmt: skip
"""Fields that hold layout, never code."""

STATEMENT_LISTS = frozenset({cst.IndentedBlock, cst.SimpleStatementSuite})
"""Nodes that are lists of further statements: the walk over one statement stops at them.

It does not stop at clauses (`case … if …:`, `except …:`), whose heads are expressions of the statement itself.
"""

BINDERS = frozenset({cst.Lambda, cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp})
"""Expressions that bind names of their own."""

Binders = tuple[cst.CSTNode, ...]


def _child_fields(kind: type) -> tuple[str, ...]:
    """Return the names of the fields of a node type that may hold code, in source order."""
    return tuple(
        field.name
        for field in fields(kind)
        # libcst keeps white space and punctuation as nodes, more than half of a tree: the walks leave them out.
        if field.name not in TRIVIA and "whitespace" not in field.name and field.type not in (str, bool)
    )


def _holds(kind: type) -> str:
    """Return what a field of a type contains: "node", "nodes", "statements", or "" for no code."""
    if kind in (tuple, list):
        return "nodes"
    if kind in STATEMENT_LISTS:
        return "statements"
    return "node" if issubclass(kind, cst.CSTNode) else ""


CHILD_FIELDS, HOLDS = ByType(_child_fields), ByType(_holds)


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    found: list[cst.CSTNode] = []
    for name in CHILD_FIELDS[type(node)]:
        value: Any = getattr(node, name)
        holds = HOLDS[type(value)]
        if holds == "nodes":
            found.extend(value)
        elif holds:
            found.append(value)
    return found


def expressions(statement: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, Binders]]:
    """Yield every node of one statement in source order, but for the statements nested in it.

    With each node come the lambdas and comprehensions around it, outermost first.
    """
    # A stack instead of `visit`: libcst's visitors call two methods for each node, and recursion limits the depth.
    stack: list[tuple[cst.CSTNode, Binders]] = [(statement, ())]
    while stack:
        pair = stack.pop()
        yield pair
        node, binders = pair
        inner = (*binders, node) if type(node) in BINDERS else binders
        for name in reversed(CHILD_FIELDS[type(node)]):
            value: Any = getattr(node, name)
            holds = HOLDS[type(value)]
            if holds == "node":
                stack.append((value, inner))
            elif holds == "nodes":
                stack.extend([(child, inner) for child in reversed(value)])


def subtree(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield every node under a node, itself first, in source order."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(children(current)))
