"""A read-only walk over libcst nodes: an explicit stack over the child fields of each node type, no recursion, no visitor.

It is the visitor engine of s3lint: one walk per statement finds every node that a fact or a rule subscribes to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

import libcst as cst

TRIVIA = frozenset(
    {
        "lpar", "rpar", "lbrace", "rbrace", "lbracket", "rbracket", "comma", "dot", "equal", "semicolon", "colon",
        "first_colon", "second_colon", "leading_lines", "lines_after_decorators", "header", "footer", "indent",
        "operator", "asynchronous", "posonly_ind", "start", "end", "conversion", "type_parameters", "relative", "star",
    }
)  # fmt: skip
"""Fields that hold layout, never code."""

STATEMENT_LISTS = frozenset(
    {
        cst.IndentedBlock,
        cst.SimpleStatementSuite,
        cst.Else,
        cst.Finally,
        cst.ExceptHandler,
        cst.ExceptStarHandler,
        cst.MatchCase,
    }
)
"""Nodes that hold further statements: the walk over one statement stops at them."""

BINDERS = frozenset({cst.Lambda, cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp})
"""Expressions that bind names of their own."""

Binders = tuple[cst.CSTNode, ...]


@cache
def child_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    """The names of the fields of a node type that may hold code, in source order."""
    return tuple(
        field.name
        for field in fields(kind)
        if field.name not in TRIVIA and not field.name.startswith("whitespace") and field.type not in (str, bool)
    )


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    found: list[cst.CSTNode] = []
    kind: Any = type(node)
    for name in child_fields(kind):
        value = getattr(node, name)
        held: Any = type(value)
        if held is tuple or held is list:
            found.extend(value)
        elif _is_node(held):
            found.append(value)
    return found


@cache
def _is_node(kind: type) -> bool:
    return issubclass(kind, cst.CSTNode)


def expressions(statement: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, Binders]]:
    """Every node of one statement in source order, but for the statements nested in it.

    With each node come the lambdas and comprehensions around it, outermost first.
    """
    stack: list[tuple[cst.CSTNode, Binders]] = [(statement, ())]
    while stack:
        node, binders = stack.pop()
        yield node, binders
        inner = (*binders, node) if type(node) in BINDERS else binders
        stack.extend([(child, inner) for child in reversed(children(node)) if type(child) not in STATEMENT_LISTS])


def subtree(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Every node under a node, itself first, in source order."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(children(current)))
