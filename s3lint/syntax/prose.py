"""Tell the rows of a file that hold code from those with comments between statements, docstrings and other texts that nothing uses."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from s3lint.syntax.recent_trees import first_row, last_row


def rows_of_code(tree: ast.Module, rows: Iterable[int]) -> list[int]:
    """Return those of some rows that may hold code, in their order."""
    return [row for row in rows if not _is_prose(tree.body, row)]


def _is_prose(body: list[ast.stmt], row: int) -> bool:
    """Tell whether a row that lies in a list of statements holds none of their code."""
    while True:
        index = bisect_right(body, row, key=first_row) - 1
        if index < 0:
            return True
        statement = body[index]
        if row > last_row(statement):
            return True
        if index and last_row(body[index - 1]) >= row:  # `put(); "text"`
            return False
        if isinstance(statement, ast.Expr):
            return isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)
        inner = next((suite for suite in _suites(statement) if first_row(suite[0]) <= row <= last_row(suite[-1])), None)
        # The head of a statement or one of its clauses, or a statement by itself.
        if inner is None:
            return False
        body = inner


def _suites(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the lists of statements that are nested in a statement."""
    for clause in (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        for name in ("body", "orelse", "finalbody"):
            suite = getattr(clause, name, ())
            if suite:
                yield suite
