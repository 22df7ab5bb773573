"""From a node to rows and columns. Computed only for blocks that hold a finding.

libcst's `PositionProvider` gives the same ranges (a test compares them) at five times the cost: it splits each token into lines and
walks the tree twice.
"""

from __future__ import annotations

import re
import sys
import threading
from bisect import bisect_right

import libcst as cst

try:
    from s3lint.syntax.codegen import WrittenTree
except ImportError:
    # libcst has moved what is private to it: slower, but right.
    WrittenTree = None  # type: ignore[assignment, misc]

DEEP_STACK_BYTES = 512 * 1024 * 1024
"""Bytes of stack for code so nested that writing it out needs more than a thread usually has."""

NEWLINE = re.compile(r"\r\n?|\n")


class Positions:
    """The ranges of the nodes of one tree, in rows (from 1) and columns (from 0) of the text that it was made of.

    There are none where libcst writes another text: it forgets some of the white space of `except*` and of type parameters with stars.
    """

    def __init__(self, written: WrittenTree, text: str) -> None:
        code = "".join(written.tokens)
        # Positions in another text would edit the wrong code. Without any, a finding is reported at its block and not fixed.
        self._ranges = written.ranges if code.rstrip() == text.rstrip() else {}
        self._starts = [0, *(match.end() for match in NEWLINE.finditer(code))]

    def of(self, node: cst.CSTNode) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Return where a node starts, and where it ends (behind its last character); None where it is no part of the tree."""
        found = self._ranges.get(id(node))
        return (self._place(found[0]), self._place(found[1])) if found is not None else None

    def _place(self, offset: int) -> tuple[int, int]:
        row = bisect_right(self._starts, offset)
        return row, offset - self._starts[row - 1]


class ProvidedPositions(Positions):
    """The same ranges, from libcst's public provider."""

    def __init__(self, tree: cst.Module, text: str) -> None:
        from libcst.metadata import MetadataWrapper, PositionProvider

        wrapper = MetadataWrapper(tree, unsafe_skip_copy=True)
        found = wrapper.resolve(PositionProvider) if tree.code.rstrip() == text.rstrip() else {}
        self._places = {
            id(node): ((place.start.line, place.start.column), (place.end.line, place.end.column)) for node, place in found.items()
        }

    def of(self, node: cst.CSTNode) -> tuple[tuple[int, int], tuple[int, int]] | None:
        return self._places.get(id(node))


def positions_of(tree: cst.Module, text: str) -> Positions:
    """Return the range of each node of a tree. `text` is what it was made of."""
    try:
        return _made(tree, text)
    except RecursionError:
        return _resolve_deep(tree, text)


def _made(tree: cst.Module, text: str) -> Positions:
    return Positions(WrittenTree(tree), text) if WrittenTree is not None else ProvidedPositions(tree, text)


def _resolve_deep(tree: cst.Module, text: str) -> Positions:
    found: list[Positions] = []
    limit, size = sys.getrecursionlimit(), threading.stack_size(DEEP_STACK_BYTES)
    try:
        # The limit holds for all threads, the size of the stack only for those that start now.
        sys.setrecursionlimit(200_000)
        thread = threading.Thread(target=lambda: found.append(_made(tree, text)))
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    return found[0] if found else _made(cst.Module(()), "")
