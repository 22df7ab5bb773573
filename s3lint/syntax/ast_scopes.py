"""Which scope binds a name at a place of a module, and what is certain to run before that place.

`symtable` of the standard library tells scopes and names apart too, but neither where a name is bound nor in which order.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from s3lint.source.text import Columns
from s3lint.support.frozen import frozen
from s3lint.syntax.module import once_for_module, syntax_of

if TYPE_CHECKING:
    from s3lint.finding import Location
    from s3lint.syntax.module import Module

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
PLACED = (ast.stmt, ast.expr, ast.ExceptHandler, ast.keyword, ast.arg)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

Position = tuple[int, int]
"""A row (from 1) and a column in bytes of UTF-8 (from 0), as `ast` counts."""


@frozen()
class Imported:
    """A name that a statement imports: `import a.b` binds `a` to the module `a`. `path` is empty for a relative import."""

    local: str
    path: str


@dataclass(slots=True)
class Scope:
    """A module, class, function, lambda or comprehension with the nodes that bind its names."""

    node: ast.AST
    binds: dict[str, list[ast.AST]] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    """Names that it declares `global` or `nonlocal`."""
    has_star: bool = False
    """Whether a star import may bind any name."""


@dataclass(slots=True)
class Frame:
    """A scope around a place, and its imports before the place."""

    scope: Scope
    imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)
    """The imports that have run whenever the place is reached: they precede, in their own suite, a statement that holds the place."""


class Bindings:
    """The scopes of one module, each read once."""

    def __init__(self, tree: ast.Module, lines: list[str]) -> None:
        self._tree = tree
        self._lines = lines
        self._columns: dict[int, Columns] = {}
        self._scopes: dict[int, Scope] = {}
        self._starts: dict[int, list[Position] | None] = {}
        self._imports: dict[int, list[tuple[int, ast.Import | ast.ImportFrom]]] = {}
        declares = any("global" in line or "nonlocal" in line for line in lines)  # Few files do, and a walk costs much more.
        nodes = ast.walk(tree) if declares else ()
        self.foreign = {name for node in nodes if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
        """Names that some function binds in a scope around it, at a time that is not known."""

    def frames(self, place: Location) -> list[Frame]:
        """The scopes around a place, from the module inwards."""
        position = (place.row, self._count_bytes(place))
        frames = [Frame(self._scope(self._tree))]
        node: ast.AST | None = self._tree
        while node is not None:
            node = self._inner(node, position, frames)
        return frames

    def _count_bytes(self, place: Location) -> int:
        """The bytes before a place in its row."""
        line = self._lines[place.row - 1] if place.row <= len(self._lines) else ""
        if line.isascii():
            return min(place.column - 1, len(line))
        columns = self._columns.get(place.row)
        if columns is None:
            columns = self._columns[place.row] = Columns(line)
        return columns.count_bytes(place.column - 1)

    def _inner(self, node: ast.AST, position: Position, frames: list[Frame]) -> ast.AST | None:
        """The child of a node that holds a position. Adds the scope that begins between the two, if one does, to the frames."""
        for name, value in ast.iter_fields(node):
            children = value if isinstance(value, list) else [value]
            index = self._index(children, position) if value is children else _first_holding(children, position)
            if index is not None:
                if _opens_scope(node, name, children[index], position):
                    frames.append(Frame(self._scope(node)))
                if isinstance(children[index], ast.stmt):
                    frames[-1].imports += [node for place, node in self._imports_in(children) if place < index]
                child: ast.AST = children[index]
                return child
        return None

    def _index(self, children: list[Any], position: Position) -> int | None:
        """Return which of the nodes in a list of the tree holds a position."""
        if id(children) not in self._starts:
            self._starts[id(children)] = _ascending(children)
        starts = self._starts[id(children)]
        if starts is None:
            return _first_holding(children, position)
        # A module of thousands of statements, or a call of as many arguments, is not walked for each place.
        index = bisect_right(starts, position) - 1
        return index if index >= 0 and _holds(children[index], position) else None

    def _imports_in(self, suite: list[ast.stmt]) -> list[tuple[int, ast.Import | ast.ImportFrom]]:
        """Return the imports of a suite with their places in it. Each suite is walked once: one of thousands has many places."""
        if id(suite) not in self._imports:
            self._imports[id(suite)] = [(i, node) for i, node in enumerate(suite) if isinstance(node, ast.Import | ast.ImportFrom)]
        return self._imports[id(suite)]

    def _scope(self, node: ast.AST) -> Scope:
        if id(node) not in self._scopes:
            self._scopes[id(node)] = _read_scope(node)
        return self._scopes[id(node)]

    def resolve(self, name: str, frames: list[Frame]) -> tuple[Frame, list[ast.AST]]:
        """The frame whose scope binds a name at a place, and the nodes that bind it there; the module's, and none, for a free name."""
        for number, frame in enumerate(reversed(frames)):
            # A name that is `global` or `nonlocal` here is bound further out.
            if name in frame.scope.elsewhere and isinstance(frame.scope.node, FUNCTIONS):
                continue
            # Names of a class are seen by its own statements, not by the functions inside it.
            if isinstance(frame.scope.node, ast.ClassDef) and number:
                continue
            if name in frame.scope.binds:
                return frame, frame.scope.binds[name]
        return frames[0], []


def _first_holding(children: list[Any], position: Position) -> int | None:
    return next((i for i, child in enumerate(children) if isinstance(child, ast.AST) and _holds(child, position)), None)


def _ascending(children: list[Any]) -> list[Position] | None:
    """Return where each of some nodes starts; None where one has no place, or they stand in another order: parts of an f-string."""
    if not all(isinstance(child, PLACED) for child in children):
        return None
    starts = [_start(child) for child in children]
    return starts if all(one < next_one for one, next_one in pairwise(starts)) else None


def _start(node: ast.stmt | ast.expr | ast.ExceptHandler | ast.keyword | ast.arg) -> Position:
    # `ast` places a decorated statement at its `def`, below the decorators.
    decorators = getattr(node, "decorator_list", ())
    first = decorators[0] if decorators else node
    return first.lineno, first.col_offset


def _holds(node: ast.AST, position: Position) -> bool:
    """Whether a position lies in a node; one without a place of its own (arguments, a `case`) is asked by its children."""
    if isinstance(node, PLACED):
        return _start(node) <= position < (node.end_lineno or 0, node.end_col_offset or 0)
    return any(_holds(child, position) for child in ast.iter_child_nodes(node))


def _opens_scope(node: ast.AST, name: str, child: ast.AST, position: Position) -> bool:
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        # Decorators, defaults, bases and annotations are evaluated in the scope around.
        return name == "body"
    if not isinstance(node, COMPREHENSIONS):
        return False
    # Only the first iterable of a comprehension is evaluated in the scope around it.
    return not (child is node.generators[0] and _holds(node.generators[0].iter, position))


def _read_scope(node: ast.AST) -> Scope:
    scope = Scope(node)
    if isinstance(node, COMPREHENSIONS):
        targets = [name for part in node.generators for name in ast.walk(part.target) if isinstance(name, ast.Name)]
        scope.binds = {name.id: [name] for name in targets}
        return scope
    if isinstance(node, FUNCTIONS):
        arguments = node.args
        for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
            if arg is not None:
                scope.binds.setdefault(arg.arg, []).append(arg)
    for parameter in getattr(node, "type_params", ()):
        scope.binds.setdefault(parameter.name, []).append(parameter)
    body = node.body if isinstance(node, ast.Lambda) else getattr(node, "body", [])
    pending: list[ast.AST] = list(body) if isinstance(body, list) else [body]
    while pending:
        child = pending.pop()
        _note(child, scope)
        pending += _same_scope(child)
    return scope


def _note(node: ast.AST, scope: Scope) -> None:
    if isinstance(node, ast.Global | ast.Nonlocal):
        scope.elsewhere.update(node.names)
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        scope.has_star = True
    for name in names_bound(node):
        scope.binds.setdefault(name, []).append(node)


def names_bound(node: ast.AST) -> Iterator[str]:
    """The names that a node itself binds or unbinds in its scope, in every way that Python has."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import() | ast.ImportFrom():
            yield from (item.local for item in imported_by(node))
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name


def imported_by(node: ast.Import | ast.ImportFrom) -> Iterator[Imported]:
    """The names that an import statement binds, a star left out."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            if alias.name != "*":
                yield Imported(alias.asname or alias.name, f"{node.module}.{alias.name}" if not node.level else "")
        elif alias.asname is not None:
            yield Imported(alias.asname, alias.name)
        else:
            top = alias.name.partition(".")[0]
            yield Imported(top, top)


def _same_scope(node: ast.AST) -> Iterator[ast.AST]:
    """The children of a node that bind names in the scope that holds it."""
    if isinstance(node, COMPREHENSIONS):
        # An assignment expression in a comprehension binds its name in the function around it (PEP 572).
        yield node.generators[0].iter
        yield from (part.target for part in ast.walk(node) if isinstance(part, ast.NamedExpr))
    elif isinstance(node, FUNCTIONS):
        yield from (*getattr(node, "decorator_list", ()), *node.args.defaults)
        yield from (default for default in node.args.kw_defaults if default is not None)
    elif isinstance(node, ast.ClassDef):
        yield from (*node.decorator_list, *node.bases, *node.keywords)
    else:
        yield from ast.iter_child_nodes(node)


@once_for_module
def bindings_of(module: Module) -> Bindings:
    """The scopes of a module; those of an empty one where `ast` does not read the text."""
    return Bindings(syntax_of(module), module.source.lines)
