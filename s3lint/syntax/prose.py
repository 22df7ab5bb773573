"""Tell the rows of a file that hold code from those with comments between statements, docstrings and other texts that nothing uses."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, cast

from s3lint.source.text import Unreadable
from s3lint.support.frozen import frozen
from s3lint.syntax.module import program_of, syntax_of
from s3lint.syntax.recent_trees import file_of, first_row, last_row, recent_tree

if TYPE_CHECKING:
    from s3lint.syntax.module import Module
    from s3lint.syntax.outline import Part


def rows_of_code(module: Module, rows: Iterable[int]) -> list[int]:
    """Return those of some rows that may hold code, in their order."""
    by_holder = groupby(rows, lambda row: _holder(module.outline.parts, row))
    return [row for holder, inside in by_holder if holder is not None for row in _code_within(module, holder, inside)]


@frozen()
class Holder:
    """The part of a module that holds a row: a member of a class, or what stands by itself."""

    part: Part
    is_member: bool
    is_code: bool
    """Whether no text in it is parsed to tell: the row lies in the header of a class, or libcst alone reads the module."""


def _holder(parts: Sequence[Part], row: int) -> Holder | None:
    """Return what holds a row; None for one between the parts."""
    member = False
    while True:
        index = bisect_left(parts, row, key=attrgetter("end"))
        part = parts[index] if index < len(parts) else None
        if part is None or row < part.start:
            return None
        if part.kind != "class" or row <= part.header:
            return Holder(part, member, part.kind in ("class", "whole"))
        parts, member = part.members, True


def _code_within(module: Module, holder: Holder, rows: Iterable[int]) -> Iterable[int]:
    if holder.is_code:
        return rows
    body, shift = _statements(module, holder)
    return [row for row in rows if not _is_prose(body, row + shift)]


def _statements(module: Module, holder: Holder) -> tuple[list[ast.stmt], int]:
    """Return the statements of a part, and how many rows further down they lie in their tree than in the file."""
    part, file = holder.part, recent_tree(module.file.text)
    cut = file.on_rows(part.start, part.end) if file is not None else None
    if cut is not None:
        return cut.nodes, 0
    try:
        body = file_of(program_of(module.file.rows(part.start, part.end), member=holder.is_member)).tree.body
    except Unreadable:
        return syntax_of(module).body, 0
    if holder.is_member:
        body = cast("ast.ClassDef", body[0]).body
    return body, first_row(body[0]) - part.start


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
