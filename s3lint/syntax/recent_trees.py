"""Keep the trees that `ast` made of the last few files: blocks are cut out of them, instead of being parsed once more."""

from __future__ import annotations

import ast
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from s3lint.source.text import split_lines
from s3lint.syntax.outline import MEMBER_HEADER, parse

MAX_TREES = 6
"""How many files: a tree is some ten times the size of its text, and a file is done soon after it was read."""


class Statements(NamedTuple):
    """Some statements of a file by `ast`, and all lines of the file, in which their positions count."""

    nodes: list[ast.stmt]
    lines: list[str]

    def as_member(self) -> Statements:
        """Return a class with the statements as its body, since a member of a class is parsed below a header."""
        holder = parse(f"{MEMBER_HEADER} pass\n").body[0]
        assert isinstance(holder, ast.ClassDef)
        holder.body = self.nodes
        return Statements([ast.copy_location(holder, self.nodes[0])], self.lines)


@dataclass(eq=False)
class FileTree:
    """The tree of one file."""

    text: str
    tree: ast.Module

    @cached_property
    def lines(self) -> list[str]:
        return split_lines(self.text)

    def on_rows(self, start: int, end: int) -> Statements | None:
        """Return the statements of a module or of a class that fill some rows; None if no such can be parsed alone."""
        body = self.tree.body
        while True:
            index = bisect_left(body, start, key=_last_row)
            first = body[index] if index < len(body) else None
            if not isinstance(first, ast.ClassDef) or first.lineno >= start:
                break
            body = first.body
        found = body[index : bisect_left(body, end + 1, index, key=_first_row)]
        if not found or _first_row(found[0]) != start or _last_row(found[-1]) != end:
            return None
        return Statements(found, self.lines)


def _first_row(node: ast.stmt) -> int:
    # `lineno` of a function is the row of `def`; its decorators lie above.
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _last_row(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


_RECENT: dict[str, FileTree] = {}


def keep_tree(text: str, tree: ast.Module) -> None:
    """Keep the tree of a file, and forget that which was used least recently."""
    _RECENT[text] = FileTree(text, tree)
    if len(_RECENT) > MAX_TREES:
        del _RECENT[next(iter(_RECENT))]


def recent_tree(text: str) -> FileTree | None:
    """Return the tree of a file if it is kept."""
    found = _RECENT.pop(text, None)
    if found is not None:
        _RECENT[text] = found
    return found
