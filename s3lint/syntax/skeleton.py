"""Make the libcst nodes of a block without layout, each statement when it is asked for, at a tenth of the cost of a parse by libcst.

The nodes are those that libcst makes of the same code, field by field, but for layout: parentheses, commas, white space and comments
have their defaults. `layout.add_layout` gives these nodes the layout that libcst reads, when a position, a fix or a rule needs it.
"""

from __future__ import annotations

import ast
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from s3lint.source.text import Unreadable
from s3lint.syntax import bare_nodes as bare
from s3lint.syntax.maker import COMPOUND, SIMPLE, Maker
from s3lint.syntax.recent_trees import Statements, file_of, first_row

MAX_FRAMES = 20_000
"""Calls within calls to make an expression as deep as `nesting` lets through."""

WORD = re.compile(r"\w+")

JOINED = ("\\\n", "\\\r", "\\\r\n")
"""Ends of a row that goes on in the next."""


class Unsupported(Exception):
    """Code whose nodes only libcst makes."""


def skeleton_of(text: str, written: Statements | None = None) -> Skeleton | None:
    """Return the skeleton of a text; None where only libcst makes it. `written` are its statements, if they are at hand."""
    # libcst cannot store form feeds, and `ast` normalizes identifiers.
    if "\f" in text or not (text.isascii() or all(map(_is_normalized, WORD.findall(text)))):
        return None
    try:
        return Skeleton(text, written if written is not None else statements_in(text))
    except (Unsupported, Unreadable):
        return None


def statements_in(text: str) -> Statements:
    """Return the statements of a program by itself. Raises `Unreadable`."""
    file = file_of(text)
    return Statements(file.tree.body, file)


def _is_normalized(word: str) -> bool:
    return unicodedata.is_normalized("NFKC", word)


class Skeleton(Maker):
    """The statements of a text by numbers, those within others included, in source order.

    The tree of `ast` is let go when its file is forgotten, and made again for a statement that is asked for later.
    """

    def __init__(self, text: str, written: Statements) -> None:
        """Raise `Unsupported` for what only libcst makes."""
        self.text = text
        self._nodes: dict[int, Any] = {}
        self._suites: dict[int, tuple[list[Any], bool]] = {}
        """For the number of its first statement, the list of a suite, and whether it stands behind a colon."""
        self._whole: list[Any] | None = None
        self._statements: list[Any] = []
        """What `ast` made, by the numbers; empty while the tree is gone."""
        self._numbers: dict[int, int] = {}
        self._take(written)
        self._require_support()
        self.top = self._numbers_of(written.nodes)

    def statement(self, number: int) -> Any:
        """Return what `ast` made of a statement."""
        if not self._statements:
            self._take(statements_in(self.text))
        return self._statements[number]

    def clauses(self, number: int) -> list[tuple[str, list[int]]]:
        """Return the role and the statements of each clause of a statement; an `elif` chain is flat."""
        node, found = self.statement(number), list[tuple[str, list[int]]]()
        while type(node) is ast.If:
            found.append(("if", self._numbers_of(node.body)))
            branch = self.elif_of(node)
            if branch is None:
                return [*found, ("else", self._numbers_of(node.orelse))] if node.orelse else found
            node = branch
        return [*found, *((role, self._numbers_of(nodes)) for role, nodes in suites_of(node))]

    def rows(self, number: int) -> tuple[int, int]:
        """Return the first and the last row of a statement in the tree at hand, its suite left out where nothing of it stands behind."""
        node = self.statement(number)
        suites = suites_of(node)
        if len(suites) != 1:
            return first_row(node), node.end_lineno
        inner = suites[0][1][0]
        return first_row(node), inner.lineno if self.follows_colon(inner) else first_row(inner) - 1

    def text_of(self, number: int) -> str:
        """Return a statement as it is written, its suite left out where nothing of it stands behind."""
        node = self.statement(number)
        suites = suites_of(node)
        end = self._start_of(suites[0][1][0]) if len(suites) == 1 else self._offset(node.end_lineno, node.end_col_offset)
        return self._text[self._start_of(node) : end]

    def _start_of(self, node: ast.stmt) -> int:
        """Return where a statement starts, or the row of its decorators."""
        row = first_row(node)
        return self._offset(row, node.col_offset if row == node.lineno else 0)

    @property
    def parts(self) -> Iterator[str]:
        """The rows from each statement to the next, that within it included."""
        starts = [self._starts[first_row(node) - 1] for node in self._statements]
        end = [self._starts[self._statements[number].end_lineno] for number in self.top[-1:]]
        return (self._text[start:stop] for start, stop in pairwise(starts + end))

    def node(self, number: int) -> Any:
        """Return the node of a statement. The suites in it are empty until `complete` is called."""
        found = self._nodes.get(number)
        if found is None:
            found = self._nodes[number] = self._made(self.statement(number))
        return found

    def complete(self) -> Sequence[Any]:
        """Return the statements with all that is in them."""
        if self._whole is None:
            self._whole = self._lines([self.statement(number) for number in self.top])
            for number, node in enumerate(self._statements):
                self.node(number)
                for _, nodes in suites_of(node):
                    self._fill(nodes)
        return self._whole

    def forget(self) -> None:
        """Let go of the tree."""
        self._statements, self._numbers = [], {}
        super().__init__("", ())

    def _take(self, written: Statements) -> None:
        super().__init__(written.file.text, written.file.starts)
        self._statements = list(_every(written.nodes))
        self._numbers = {id(node): number for number, node in enumerate(self._statements)}
        written.file.users.add(self)

    def _numbers_of(self, nodes: Iterable[ast.stmt]) -> list[int]:
        return [self._numbers[id(node)] for node in nodes]

    def _made(self, node: ast.stmt) -> Any:
        make = SIMPLE.get(type(node)) or COMPOUND[type(node)]
        try:
            return make(self, node)
        except RecursionError:
            limit = sys.getrecursionlimit()
            sys.setrecursionlimit(limit + MAX_FRAMES)
            try:
                return make(self, node)
            finally:
                sys.setrecursionlimit(limit)

    def suite(self, nodes: list[ast.stmt], *, is_inline: bool) -> list[Any]:
        return self._suites.setdefault(self._numbers[id(nodes[0])], ([], is_inline))[0]

    def branch(self, node: ast.If) -> Any:
        return self.node(self._numbers[id(node)])

    def _fill(self, nodes: list[ast.stmt]) -> None:
        """Add its statements to the list of a suite. An `elif` stands in none."""
        found, is_inline = self._suites.get(self._numbers[id(nodes[0])], ([], False))
        found += map(self.node, self._numbers_of(nodes)) if is_inline else self._lines(nodes)

    def _lines(self, nodes: Iterable[ast.stmt]) -> list[Any]:
        """Return a line for each group of simple statements that share one, and the compound statements."""
        found: list[Any] = []
        row, line = 0, list[Any]()
        for node in nodes:
            made = self.node(self._numbers[id(node)])
            if type(node) in COMPOUND:
                found.append(made)
                continue
            if node.lineno != row:
                line = []
                found.append(bare.LINE(line))
            line.append(made)
            row = node.end_lineno or 0
        return found

    def _require_support(self) -> None:
        """Raise `Unsupported` for statements that libcst alone makes, and where a backslash joins the line of one to that before."""
        backslashes = "\\" in self.text
        first = self._statements[0].lineno if self._statements else 0
        for node in self._statements:
            if type(node) not in SIMPLE and type(node) not in COMPOUND:
                raise Unsupported
            if backslashes and node.lineno > first and self._text.endswith(JOINED, 0, self._starts[node.lineno - 1]):
                raise Unsupported
            if type(node) is ast.Delete and self.raw(node).endswith(","):  # `del a,` has one target here, and a tuple there.
                raise Unsupported


def _every(nodes: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield some statements and those within them, in source order."""
    pending = [*nodes][::-1]
    while pending:
        node = pending.pop()
        yield node
        for _, suite in suites_of(node)[::-1]:
            pending += suite[::-1]


Suites = Sequence[tuple[str, list[ast.stmt]]]


def suites_of(node: Any) -> Suites:
    """Return the role and the statements of each suite in a statement."""
    if type(node) not in COMPOUND:
        return ()
    found = [(ROLES.get(type(node), "try"), node.body)]
    found += [("handler", handler.body) for handler in getattr(node, "handlers", ())]
    found += [("orelse", suite) for suite in [getattr(node, "orelse", None)] if suite]
    found += [("finally", suite) for suite in [getattr(node, "finalbody", None)] if suite]
    return found


ROLES = {
    ast.FunctionDef: "scope", ast.AsyncFunctionDef: "scope", ast.ClassDef: "scope", ast.If: "if", ast.For: "loop",
    ast.AsyncFor: "loop", ast.While: "loop", ast.With: "with", ast.AsyncWith: "with",
}  # fmt: skip
"""How control enters the body of a statement, if it is no `try`."""
