"""Write a libcst tree out, and record at which offsets each node starts and ends."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

# Private to libcst, which offers no other way to hear of each node while it writes a tree: `PositionProvider` derives its own state
# from the same class. Where this import fails, `positions` falls back to that provider.
from libcst._nodes.internal import CodegenState

if TYPE_CHECKING:
    import libcst as cst


class WrittenTree(CodegenState):
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

    def __init__(self, written: WrittenTree, node: cst.CSTNode, start: cst.CSTNode | None, end: cst.CSTNode | None) -> None:
        self._written, self._node, self._start, self._end = written, node, start, end

    def __enter__(self) -> None:
        self._begun = self._written.offset

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        ranges = self._written.ranges
        start = self._begun if self._start is None else ranges[id(self._start)][0]
        ranges[id(self._node)] = start, self._written.offset if self._end is None else ranges[id(self._end)][1]
