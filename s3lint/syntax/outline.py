"""The outline of a module: its top-level blocks and the names that each binds, without libcst.

`ast.parse` is ten times cheaper than libcst, so it decides what libcst must parse. A class is split into its members: a method is
parsed alone.
"""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from s3lint.source.text import Source, Unreadable, split_lines
from s3lint.support.frozen import frozen

MEMBER_HEADER = "class _:\n"
"""What makes the member of a class a module."""

MUTATORS = frozenset(
    {"append", "add", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort", "update"}
)
"""Methods of dicts, lists and sets that change their receiver."""

CHAINED = frozenset(
    {"format", "mode", "option", "options", "partitionBy", "outputMode", "using", "schema", "trigger", "tableProperty"}
)
"""Methods of Spark readers and writers that change their receiver and return it."""


@frozen()
class Import:
    """One imported name: `from ..module import name as local` has level 2; a plain `import a.b` binds `a`."""

    local: str
    module: str
    name: str | None
    level: int

    def may_name(self, module: str) -> bool:
        """Tell whether a module that files import by this name, without its packages, may be what is imported or where it is from."""
        return module in (self.name, self.module.rpartition(".")[2])


@dataclass(slots=True)
class Part:
    """A run of lines that libcst parses alone: top-level statements, or one member of a class."""

    start: int
    end: int
    kind: str
    binds: frozenset[str]
    imports: tuple[Import, ...] = ()
    name: str = ""
    header: int = 0
    members: tuple[Part, ...] = ()
    number: int = 0
    """Its place among all parts of the module, those inside of classes included."""

    def parts(self) -> Iterator[Part]:
        """Yield this part, and the members of a class at any depth."""
        yield self
        for member in self.members:
            yield from member.parts()


@dataclass(slots=True)
class Outline:
    parts: list[Part]
    binds: dict[str, list[int]] = field(default_factory=dict)
    globals: dict[str, list[int]] = field(default_factory=dict)
    imports: tuple[Import, ...] = field(init=False)
    every: list[Part] = field(init=False)
    """The parts, and the members of classes at any depth, in order."""

    def __post_init__(self) -> None:
        self.every = [inner for part in self.parts for inner in part.parts()]
        for number, part in enumerate(self.every):
            part.number = number
        self.imports = tuple(item for part in self.parts for item in part.imports)
        for index, part in enumerate(self.parts):
            for name in part.binds:
                self.binds.setdefault(name, []).append(index)


class TooDeep(Unreadable):
    """Code that is nested too deeply for any parser."""


def parse(text: str) -> ast.Module:
    """Raises `Unreadable` where Python's own parser refuses the text."""
    try:
        return ast.parse(text)
    except SyntaxError as error:
        if "too many nested parentheses" in str(error.msg):
            raise TooDeep("brackets are nested too deeply", *_place(error, text)) from None
        raise Unreadable(error.msg or "invalid syntax", *_place(error, text)) from None
    except (RecursionError, MemoryError):
        raise TooDeep("the code is nested too deeply to be parsed") from None
    except ValueError as error:
        raise Unreadable(str(error)) from None


def _place(error: SyntaxError, text: str) -> tuple[int, int]:
    """Return where the text is refused. Python names places behind the end of a text or of a line where a statement goes on there."""
    lines = split_lines(text) or [""]
    row = min(max(1, error.lineno or 1), len(lines))
    return row, min(max(1, error.offset or 1), len(lines[row - 1]) + 1)


def outline(tree: ast.Module, source: Source) -> Outline:
    """Return the blocks of a module, in order. `tree` may be the one that flake8 hands over."""
    walrus = Rows(source, ":=")
    # `ast` parses a file some ten times faster than libcst, so the outline is made with it and libcst sees only blocks that matter.
    found = Outline(_merged([_part(statement, walrus) for statement in tree.body]))
    _find_globals(tree, found, Rows(source, "global "))
    return found


def attributes_set(statements: Iterable[ast.stmt]) -> frozenset[str]:
    """Return the names of the attributes that a function itself binds or alters: the first in some statements."""
    nodes = (node for statement in statements for node in ast.walk(statement))
    own = next(node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    changed = (name for statement in own.body for name in _changes(statement))
    return frozenset(name.partition(".")[2] for name in changed)


class Rows:
    """The rows of a module on which a text stands. Most statements need no walk, because none of theirs does."""

    def __init__(self, source: Source, wanted: str) -> None:
        self._rows: list[int] = []
        place = source.text.find(wanted)
        while place >= 0:
            self._rows.append(bisect_right(source.starts, place))
            place = source.text.find(wanted, place + 1)

    def within(self, statement: ast.stmt) -> bool:
        """Tell whether the text stands on a row of a statement."""
        if not self._rows:
            return False
        index = bisect_left(self._rows, statement.lineno)
        return index < len(self._rows) and self._rows[index] <= (statement.end_lineno or statement.lineno)

    def nodes(self, statement: ast.stmt) -> Iterator[ast.AST]:
        """Yield the nodes under a statement, but for those of statements without the text."""
        pending: list[ast.AST] = [statement]
        while pending:
            node = pending.pop()
            yield node
            pending.extend(filter(self._may_hold, ast.iter_child_nodes(node)))

    def _may_hold(self, node: ast.AST) -> bool:
        # The rows of decorators are not those of what they decorate.
        return not isinstance(node, ast.stmt) or self.within(node) or hasattr(node, "decorator_list")


def _part(statement: ast.stmt, walrus: Rows) -> Part:
    kind = type(statement)
    end = statement.end_lineno or statement.lineno
    binds = frozenset(_changes(statement, walrus))
    if kind is ast.ClassDef or kind is ast.FunctionDef or kind is ast.AsyncFunctionDef:
        node = cast("ast.ClassDef | ast.FunctionDef", statement)
        # `lineno` of a function is the row of `def`; its decorators lie above.
        start = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        if isinstance(node, ast.ClassDef):
            return _class(node, start, end, binds, walrus)
        return Part(start, end, "function", binds, name=node.name)
    return Part(statement.lineno, end, "statement", binds, tuple(_imports(statement)))


def _class(statement: ast.ClassDef, start: int, end: int, binds: frozenset[str], walrus: Rows) -> Part:
    members = _merged([_part(member, walrus) for member in statement.body])
    header = members[0].start - 1
    # `class A: x = 1` on one row cannot be split into header and members.
    if header < statement.lineno:
        return Part(start, end, "statement", binds, name=statement.name)
    return Part(start, end, "class", binds, (), statement.name, header, tuple(members))


def _merged(parts: list[Part]) -> list[Part]:
    """Join parts that share a line, since they cannot be parsed apart."""
    merged: list[Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if last and part.start <= last.end:
            last.end = max(last.end, part.end)
            # `x = 1; y = 2`
            last.kind, last.members = "statement", ()
            last.binds |= part.binds
            last.imports += part.imports
        else:
            merged.append(part)
    return merged


def _imports(statement: ast.stmt) -> Iterator[Import]:
    for node in _statements(statement):
        if type(node) is ast.Import:
            for alias in node.names:
                local = alias.asname or alias.name.partition(".")[0]
                yield Import(local, alias.name, None, 0)
        elif type(node) is ast.ImportFrom:
            for alias in node.names:
                yield Import(alias.asname or alias.name, node.module or "", alias.name, node.level)


def _statements(statement: ast.stmt) -> Iterable[ast.stmt]:
    """Return the statement and those nested in it, but for the bodies of functions and classes."""
    return _nested(statement) if type(statement) in COMPOUND else (statement,)


def _nested(statement: ast.stmt) -> Iterator[ast.stmt]:
    pending = [statement]
    while pending:
        node = pending.pop()
        yield node
        if type(node) not in COMPOUND:
            continue
        for suite in ("body", "orelse", "finalbody"):
            pending.extend(getattr(node, suite, ()))
        for clause in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            pending.extend(clause.body)


def _changes(statement: ast.stmt, walrus: Rows | None = None) -> Iterator[str]:
    """Yield the names that a statement binds or alters; `*` for a star import."""
    for node in _statements(statement):
        function = _CHANGES.get(type(node))
        if function is not None:
            yield from function(node)
    if walrus is not None and walrus.within(statement):
        for part in walrus.nodes(statement):
            if type(part) is ast.NamedExpr and type(part.target) is ast.Name:
                yield part.target.id


def changed_by(node: Any, *, walrus: bool) -> frozenset[str]:
    """Return the names that a statement itself binds or alters, without the statements nested in it; `walrus` if it may hold one."""
    function = _CHANGES.get(type(node))
    found = frozenset(function(node)) if function is not None else frozenset()
    if isinstance(node, (ast.Assign, ast.Expr)) and type(node.value) is ast.Await:
        found = found.union(_mutated(node.value))
    return found.union(_walruses(node)) if walrus else found


def _walruses(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that the expressions of a statement itself bind, those of lambdas left out."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        if type(node) is ast.NamedExpr and type(node.target) is ast.Name:
            yield node.target.id
        pending += (child for child in ast.iter_child_nodes(node) if not isinstance(child, (ast.stmt, ast.Lambda)))


def _assigned(node: ast.Assign) -> Iterator[str]:
    yield from _targets(node.targets)
    yield from _mutated(node)


def _mutated(node: ast.Assign | ast.Expr | ast.Await) -> Iterator[str]:
    value = node.value
    if (
        type(value) is ast.Call
        and type(value.func) is ast.Attribute
        and (value.func.attr in MUTATORS or value.func.attr in CHAINED)
    ):
        yield from _targets([value.func.value])


def _target(node: ast.AugAssign | ast.AnnAssign | ast.For | ast.AsyncFor) -> Iterator[str]:
    return _targets([node.target])


def _defined(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterable[str]:
    return (node.name,)


def _imported(node: ast.Import | ast.ImportFrom) -> Iterable[str]:
    return [alias.asname or alias.name.partition(".")[0] for alias in node.names]


def _opened(node: ast.With | ast.AsyncWith) -> Iterator[str]:
    return _targets(item.optional_vars for item in node.items if item.optional_vars)


def _caught(node: ast.Try) -> Iterable[str]:
    return [handler.name for handler in node.handlers if handler.name]


def _captures(node: ast.Match) -> Iterator[str]:
    for case in node.cases:
        for part in ast.walk(case.pattern):
            name = getattr(part, "name", None) or getattr(part, "rest", None)
            if isinstance(name, str):
                yield name


def _targets(targets: Iterable[ast.expr]) -> Iterator[str]:
    pending: list[Any] = list(targets)
    while pending:
        target = pending.pop()
        kind = type(target)
        if kind is ast.Name:
            yield target.id
        elif kind is ast.Attribute:
            if type(target.value) is ast.Name:
                yield f"{target.value.id}.{target.attr}"
        elif kind is ast.Tuple or kind is ast.List:
            pending.extend(target.elts)
        elif kind is ast.Starred or kind is ast.Subscript:
            pending.append(target.value)
        # `writer.mode("append").option(…)` changes `writer`.
        elif kind is ast.Call and type(target.func) is ast.Attribute:
            pending.append(target.func.value)


# By exact type: Python's own classes of nodes have no others below them, and a table is asked faster than `match` compares.
_CHANGES: dict[type, Callable[[Any], Iterable[str]]] = {
    ast.Assign: _assigned, ast.AugAssign: _target, ast.AnnAssign: _target, ast.For: _target, ast.AsyncFor: _target,
    ast.FunctionDef: _defined, ast.AsyncFunctionDef: _defined, ast.ClassDef: _defined, ast.Import: _imported,
    ast.ImportFrom: _imported, ast.With: _opened, ast.AsyncWith: _opened, ast.Try: _caught, ast.Match: _captures,
    ast.Delete: lambda node: _targets(node.targets), ast.Expr: _mutated,
}  # fmt: skip
"""Functions that find the names which a statement itself binds or alters."""

COMPOUND = {ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match}
"""Statements in which others are nested, but for functions and classes."""

if hasattr(ast, "TryStar"):
    _CHANGES[ast.TryStar] = _caught
    COMPOUND.add(ast.TryStar)


def _find_globals(tree: ast.Module, found: Outline, rows: Rows) -> None:
    starts = [part.start for part in found.parts]
    for statement in filter(rows.within, tree.body):
        for node in rows.nodes(statement):
            if isinstance(node, ast.Global):
                index = max(i for i, start in enumerate(starts) if start <= node.lineno)
                for name in node.names:
                    found.globals.setdefault(name, []).append(index)
