"""Keep the trees that `ast` made of the last files: blocks are cut out of them, instead of being parsed once more."""

from __future__ import annotations

import ast
from bisect import bisect_left
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, cast

from s3lint.source.text import split_lines
from s3lint.syntax.outline import MEMBER_HEADER, parse

MAX_CHARACTERS = 1_500_000
"""Characters of all texts whose trees are kept: a tree takes some 25 bytes for each."""


_HOLDER = cast("ast.ClassDef", ast.parse(f"{MEMBER_HEADER} pass\n").body[0])


class Statements(NamedTuple):
    """Some statements of a file by `ast`, and all lines of the file, in which their positions count."""

    nodes: list[ast.stmt]
    lines: list[str]

    def as_member(self) -> Statements:
        """Return a class with the statements as its body, since a member of a class is parsed below a header."""
        holder = copy(_HOLDER)
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


class RecentTrees(dict[str, FileTree]):
    """Trees by their texts, that which was used least recently first."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._room = most

    def keep(self, text: str, tree: ast.Module) -> None:
        """Keep the tree of a file, and forget others until all have room. The last one is kept however large it is."""
        self._drop(text)
        self[text] = FileTree(text, tree)
        self._room -= len(text)
        while self._room < 0 and len(self) > 1:
            self._drop(next(iter(self)))

    def used(self, text: str) -> FileTree | None:
        """Return the tree of a file if it is kept."""
        found = self.pop(text, None)
        if found is not None:
            self[text] = found
        return found

    def _drop(self, text: str) -> None:
        self._room += len(text) if self.pop(text, None) is not None else 0


_RECENT = RecentTrees(MAX_CHARACTERS)
keep_tree, recent_tree = _RECENT.keep, _RECENT.used


def tree_of(text: str) -> ast.Module:
    """Return the tree of a file, which is parsed unless it is kept. Raises `Unreadable`."""
    known = recent_tree(text)
    if known is not None:
        return known.tree
    tree = parse(text)
    keep_tree(text, tree)
    return tree
