"""Keep the trees that `ast` made of the last files: blocks are cut out of them, instead of being parsed once more."""

from __future__ import annotations

import ast
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple, Protocol, cast
from weakref import WeakSet

from s3lint.source.text import split_lines
from s3lint.syntax.outline import MEMBER_HEADER, parse

MAX_CHARACTERS = 2_000_000
"""Characters of all texts whose trees are kept: a tree takes some 25 bytes for each."""


_HOLDER = cast("ast.ClassDef", ast.parse(f"{MEMBER_HEADER} pass\n").body[0])


class Statements(NamedTuple):
    """Some statements of a file by `ast`, whose positions count in that file."""

    nodes: list[ast.stmt]
    file: FileTree

    def as_member(self) -> Statements:
        """Return a class with the statements as its body, since a member of a class is parsed below a header."""
        holder = copy(_HOLDER)
        holder.body = self.nodes
        return Statements([ast.copy_location(holder, self.nodes[0])], self.file)


class TreeUser(Protocol):
    """What holds parts of a tree."""

    def forget(self) -> None:
        """Let go of the tree."""


@dataclass(eq=False)
class FileTree:
    """The tree of one file, or of one block. `starts` are the offsets of its rows."""

    text: str
    tree: ast.Module
    starts: Sequence[int]
    users: WeakSet[TreeUser] = field(default_factory=WeakSet)
    """What lets go of the tree when it is forgotten. Modules with the same text share a tree, which must not keep all of them alive."""

    def on_rows(self, start: int, end: int) -> Statements | None:
        """Return the statements of a module or of a class that fill some rows; None if no such can be parsed alone."""
        body = self.tree.body
        while True:
            index = bisect_left(body, start, key=last_row)
            first = body[index] if index < len(body) else None
            if not isinstance(first, ast.ClassDef) or first.lineno >= start:
                break
            body = first.body
        found = body[index : bisect_left(body, end + 1, index, key=first_row)]
        if not found or first_row(found[0]) != start or last_row(found[-1]) != end:
            return None
        return Statements(found, self)


def first_row(node: ast.stmt) -> int:
    """Return the row where a statement starts."""
    # `lineno` of a function is the row of `def`; its decorators lie above.
    decorators: Sequence[ast.expr] = getattr(node, "decorator_list", ())
    return decorators[0].lineno if decorators else node.lineno


def last_row(node: ast.stmt) -> int:
    """Return the row where a statement ends."""
    return node.end_lineno or node.lineno


class RecentTrees(dict[str, FileTree]):
    """Trees by their texts, that which was used least recently first."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._room = most

    def keep(self, text: str, tree: ast.Module, starts: Sequence[int] | None = None) -> FileTree:
        """Keep the tree of a file, and forget others until all have room. The last one is kept however large it is."""
        self._drop(text)
        starts = starts if starts is not None else array("I", accumulate(map(len, split_lines(text)), initial=0))
        kept = self[text] = FileTree(text, tree, starts)
        self._room -= len(text)
        while self._room < 0 and len(self) > 1:
            self._drop(next(iter(self)))
        return kept

    def used(self, text: str) -> FileTree | None:
        """Return the tree of a file if it is kept."""
        found = self.pop(text, None)
        if found is not None:
            self[text] = found
        return found

    def forget(self) -> None:
        """Forget all trees but that which was used last."""
        for text in [*self][:-1]:
            self._drop(text)

    def _drop(self, text: str) -> None:
        found = self.pop(text, None)
        if found is not None:
            self._room += len(text)
            for user in list(found.users):
                user.forget()


_RECENT = RecentTrees(MAX_CHARACTERS)
keep_tree, recent_tree, forget_trees = _RECENT.keep, _RECENT.used, _RECENT.forget


def file_of(text: str, starts: Sequence[int] | None = None) -> FileTree:
    """Return the tree of a file with its text, which is parsed unless it is kept. Raises `Unreadable`."""
    return recent_tree(text) or keep_tree(text, parse(text), starts)


def tree_of(text: str, starts: Sequence[int] | None = None) -> ast.Module:
    """Return the tree of a file. Raises `Unreadable`."""
    return file_of(text, starts).tree
