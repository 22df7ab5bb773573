"""Split compound statements into their clauses: the role of each, its body, and the node that heads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import libcst as cst

Statement = cst.BaseSmallStatement | cst.BaseCompoundStatement

Clause = tuple[str, cst.BaseSuite, cst.CSTNode]


def clauses_of(node: Statement) -> Iterable[Clause]:
    """Return the role and the body of each clause of a compound statement."""
    function = _CLAUSES.get(type(node))
    return function(node) if function is not None else ()


def _if_clauses(node: cst.If) -> Iterator[Clause]:
    """Yield the branches of an `if` statement; an `elif` chain is flat."""
    branch: cst.If | cst.Else | None = node
    while isinstance(branch, cst.If):
        yield "if", branch.body, branch
        branch = branch.orelse
    if branch is not None:
        yield "else", branch.body, branch


def _loop_clauses(node: cst.For | cst.While) -> Iterator[Clause]:
    yield "loop", node.body, node
    if node.orelse is not None:
        yield "orelse", node.orelse.body, node.orelse


def _try_clauses(node: cst.Try | cst.TryStar) -> Iterator[Clause]:
    yield "try", node.body, node
    for handler in node.handlers:
        yield "handler", handler.body, handler
    if node.orelse is not None:
        yield "orelse", node.orelse.body, node.orelse
    if node.finalbody is not None:
        yield "finally", node.finalbody.body, node.finalbody


_CLAUSES: dict[type, Callable[[Any], Iterable[Clause]]] = {
    cst.If: _if_clauses,
    cst.For: _loop_clauses,
    cst.While: _loop_clauses,
    cst.Try: _try_clauses,
    cst.TryStar: _try_clauses,
    cst.With: lambda node: (("with", node.body, node),),
    cst.Match: lambda node: (("case", case.body, case) for case in node.cases),
}

COMPOUND = frozenset(_CLAUSES)
"""The types of statements that have clauses."""
