"""From a node to rows and columns. Computed only for blocks that hold a finding.

libcst's `PositionProvider` gives the same ranges (a test compares them) at five times the cost: it splits each token into lines and
walks the tree twice.
"""

from __future__ import annotations

import re
import sys
import threading
from bisect import bisect_right
from types import TracebackType

import libcst as cst
from libcst._nodes.internal import CodegenState

DEEP_STACK_BYTES = 512 * 1024 * 1024
"""Bytes of stack for code so nested that writing it out needs more than a thread usually has."""

NEWLINE = re.compile(r"\r\n?|\n")


class Positions:
    """The ranges of the nodes of one tree, in rows (from 1) and columns (from 0) of the text that it was made of.

    There are none where libcst writes another text: it forgets some of the white space of `except*` and of type parameters with stars.
    """

    def __init__(self, written: _Written, text: str) -> None:
        code = "".join(written.tokens)
        self._ranges = written.ranges if code.rstrip() == text.rstrip() else {}
        self._starts = [0, *(match.end() for match in NEWLINE.finditer(code))]

    def of(self, node: cst.CSTNode) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Return where a node starts, and where it ends (behind its last character); None where it is no part of the tree."""
        found = self._ranges.get(id(node))
        return (self._place(found[0]), self._place(found[1])) if found is not None else None

    def _place(self, offset: int) -> tuple[int, int]:
        row = bisect_right(self._starts, offset)
        return row, offset - self._starts[row - 1]


class _Written(CodegenState):
    """Writes a tree out, and notes at which offsets each node starts and ends: where its code does, whitespace around it left out."""

    def __init__(self, tree: cst.Module) -> None:
        super().__init__(tree.default_indent, tree.default_newline)
        self.offset = 0
        self.ranges: dict[int, tuple[int, int]] = {}
        self._begun: list[int] = []
        tree._codegen(self)  # noqa: SLF001

    def add_indent_tokens(self) -> None:
        super().add_indent_tokens()
        self.offset += sum(map(len, self.indent_tokens))

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.offset += len(value)

    def before_codegen(self, node: cst.CSTNode) -> None:  # noqa: ARG002
        self._begun.append(self.offset)

    def after_codegen(self, node: cst.CSTNode) -> None:
        self.ranges.setdefault(id(node), (self._begun.pop(), self.offset))

    def pop_trailing_newline(self) -> None:
        """Keep the newline: what ends behind it is on the next row."""

    def record_syntactic_position(  # type: ignore[override]  # libcst's returns a generator's context manager
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> _Syntactic:
        return _Syntactic(self, node, start_node, end_node)


class _Syntactic:
    """The part of a node that is code. It may start and end with nodes within it."""

    __slots__ = ("_begun", "_end", "_node", "_start", "_written")

    def __init__(self, written: _Written, node: cst.CSTNode, start: cst.CSTNode | None, end: cst.CSTNode | None) -> None:
        self._written, self._node, self._start, self._end = written, node, start, end

    def __enter__(self) -> None:
        self._begun = self._written.offset

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        ranges = self._written.ranges
        start = self._begun if self._start is None else ranges[id(self._start)][0]
        ranges[id(self._node)] = start, self._written.offset if self._end is None else ranges[id(self._end)][1]


def positions_of(tree: cst.Module, text: str) -> Positions:
    """Return the range of each node of a tree. `text` is what it was made of."""
    try:
        return Positions(_Written(tree), text)
    except RecursionError:
        return _resolve_deep(tree, text)


def _resolve_deep(tree: cst.Module, text: str) -> Positions:
    found: list[Positions] = []
    limit, size = sys.getrecursionlimit(), threading.stack_size(DEEP_STACK_BYTES)
    try:
        sys.setrecursionlimit(200_000)
        thread = threading.Thread(target=lambda: found.append(Positions(_Written(tree), text)))
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    return found[0] if found else Positions(_Written(cst.Module(())), "")
