"""Tell where the expressions of a skeleton stand by Python's own tree, so that libcst need not parse their block for it.

Where this tells a range, it is the one that `positions` reads off libcst's tree; it tells fewer.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import libcst as cst

from s3lint.source.text import Columns, split_lines
from s3lint.syntax.recent_trees import Statements
from s3lint.syntax.skeleton import Skeleton, statements_in
from s3lint.syntax.walk import subtree

Range = tuple[tuple[int, int], tuple[int, int]]
"""Where a node starts, and where it ends (behind its last character), in rows (from 1) and columns (from 0)."""

OTHERWISE_ENDED = (ast.Tuple, ast.GeneratorExp)
"""Expressions to which `ast` counts the parentheses around them, libcst does not."""


class Found(NamedTuple):
    """The nodes of `ast` with which a node begins and ends, and the call whose argument it is."""

    first: Any
    last: Any
    call: ast.Call | None = None


class Places:
    """The ranges of the expressions and items of one skeleton in its text."""

    def __init__(self, text: str, made: Sequence[cst.CSTNode]) -> None:
        self._lines = split_lines(text)
        self._columns: dict[int, Columns] = {}
        self._found: dict[int, Found] = {}
        again = _Placing(text, statements_in(text))
        # The same text makes the same nodes, in the same order.
        for node, twin in zip(_nodes_of(made), _nodes_of(again.complete()), strict=True):
            if id(twin) in again.found:
                self._found[id(node)] = again.found[id(twin)]

    def of(self, node: cst.CSTNode) -> Range | None:
        """Return the range of a node; None where only libcst's tree tells it."""
        found = self._found.get(id(node))
        # Parentheses around a value are a part of the item that holds it, not of the value.
        if found is None or (not isinstance(node, cst.BaseExpression) and self._may_be_enclosed(found)):
            return None
        return self._start(found.first), self._end(found.last)

    def is_bare(self, node: cst.CSTNode) -> bool:
        """Return whether an expression certainly stands without parentheses of its own."""
        found = self._found.get(id(node))
        return found is not None and not self._may_be_enclosed(found)

    def _may_be_enclosed(self, found: Found) -> bool:
        """Return whether parentheses may stand around the first or the last node alone."""
        return any(self._is_between(node, found.call) for node in {found.first, found.last})

    def _is_between(self, node: Any, call: ast.Call | None) -> bool:
        """Return whether parentheses of its own may stand on both sides of a node."""
        if isinstance(node, (ast.keyword, ast.Starred)):
            return False  # Their ranges hold the parentheses around their values.
        row, column = self._start(node)
        before = self._lines[row - 1][:column].rstrip()
        row, column = self._end(node)
        behind = self._lines[row - 1][column:].lstrip()
        if (before and before[-1] != "(") or (behind and behind[0] not in ")#\\"):
            return False
        closed = row, len(self._lines[row - 1]) - len(behind) + 1
        return call is None or not behind or closed != self._end(call)

    def _start(self, node: Any) -> tuple[int, int]:
        return self._place(node.lineno, node.col_offset)

    def _end(self, node: Any) -> tuple[int, int]:
        return self._place(node.end_lineno, node.end_col_offset)

    def _place(self, row: int, column: int) -> tuple[int, int]:
        """Return a place that `ast` counts in bytes."""
        line = self._lines[row - 1]
        if line.isascii():
            return row, column
        columns = self._columns.get(row)
        if columns is None:
            columns = self._columns[row] = Columns(line)
        return row, columns.characters(column)


def _nodes_of(statements: Sequence[cst.CSTNode]) -> chain[cst.CSTNode]:
    return chain.from_iterable(map(subtree, statements))


class _Placing(Skeleton):
    """Makes nodes, and notes where each begins and ends."""

    def __init__(self, text: str, written: Statements) -> None:
        super().__init__(text, written)
        self.found: dict[int, Found] = {}

    def of(self, node: ast.expr) -> Any:
        made = super().of(node)
        if not isinstance(node, OTHERWISE_ENDED):
            self.found[id(made)] = Found(node, node)
        if isinstance(node, ast.Call):
            self._note_arguments(made, node)
        elif isinstance(node, ast.Dict):
            for item, key, value in zip(made.elements, node.keys, node.values, strict=True):
                if key is not None:
                    self.found[id(item)] = Found(key, value)
        elif isinstance(node, ast.List):
            for item, value in zip(made.elements, node.elts, strict=True):
                self.found[id(item)] = Found(value, value)
        return made

    def _note_arguments(self, made: cst.Call, node: ast.Call) -> None:
        written: list[Any] = [*node.args, *node.keywords]
        # The order in which they are written, as in the call.
        for arg, item in zip(made.args, sorted(written, key=lambda each: (each.lineno, each.col_offset)), strict=True):
            # A generator that is the only argument shares the parentheses of the call.
            if not isinstance(item, ast.GeneratorExp):
                self.found[id(arg)] = Found(item, item, node)
            if id(arg.value) in self.found:
                self.found[id(arg.value)] = self.found[id(arg.value)]._replace(call=node)
