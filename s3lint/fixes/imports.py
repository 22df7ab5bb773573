"""Under which name the code at a place can use a module or a name of one, and where a new import goes.

libcst's own `AddImportsVisitor` is not used: it writes a whole file anew, and here only blocks of it are parsed, knows no scopes (a name
that a function or an `except` binds is imported all the same), and puts imports in front of a `__future__` import that shares its line.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from s3lint.finding import Edit, Location
from s3lint.project.discovery import is_notebook
from s3lint.source.script_cells import DATABRICKS
from s3lint.support.frozen import frozen
from s3lint.syntax.ast_scopes import Frame, bindings_of, imported_by
from s3lint.syntax.module import once_for_module, syntax_of
from s3lint.syntax.site import locate

if TYPE_CHECKING:
    from s3lint.syntax.ast_scopes import Bindings
    from s3lint.syntax.module import Module
    from s3lint.syntax.site import Site

RESTART = re.compile(r"^(?:# MAGIC\s+%restart_python\b|%restart_python\b|dbutils\.library\.restartPython\s*\()", re.MULTILINE)
"""What ends the Python process of a notebook, and with it every import (docs.databricks.com, "Restart the Python process")."""


@frozen()
class Usable:
    """The code that names something imported, and the import that it still needs: `os`, `os as _os`, `botocore.config.Config`."""

    code: str
    imports: tuple[str, ...] = ()


def usable(site: Site, path: str) -> Usable | None:
    """How the code at a place can use `os.environ`, `mimetypes`, `botocore.config.Config`; None where every name for it is taken.

    An import counts as present only where it has run whenever the place is reached and nothing else binds its name. A name that is
    bound in any other way around the place is left alone, and the import gets another one.
    """
    if not syntax_of(site.module).body:
        return None
    bindings = bindings_of(site.module)
    frames = _since_restart(site, bindings.frames(locate(site)[0]))
    present = next(_present(path, bindings, frames), None)
    if present is not None:
        return Usable(present)
    module, name = _to_import(path)
    whole = f"{module}.{name}" if name else module
    # The usual name first, else one with an underscore; where both are taken there is no fix.
    for local in (whole.rpartition(".")[2], f"_{whole.rpartition('.')[2]}"):
        if _is_free(local, bindings, frames):
            alias = "" if local == whole.rpartition(".")[2] else f" as {local}"
            return Usable(local + path.removeprefix(whole), (whole + alias,))
    return None


def canonical_path(site: Site, code: str) -> str | None:
    """The dotted path that a name means at a place: `environ.get` is `os.environ.get` behind `from os import environ`."""
    root, _, rest = code.partition(".")
    if not code.replace(".", "").isidentifier():
        return None
    bindings = bindings_of(site.module)
    paths = {path for _, path in _imports_as(root, bindings, bindings.frames(locate(site)[0]))}
    path = paths.pop() if len(paths) == 1 else ""
    return ".".join(filter(None, (path, rest))) if path else None


def _to_import(path: str) -> tuple[str, str]:
    """The module and the name of an import: modules of the standard library are imported whole, as people do."""
    top, _, rest = path.partition(".")
    if not rest or top in sys.stdlib_module_names:
        return top, ""
    module, _, name = path.rpartition(".")
    return module, name


def _since_restart(site: Site, frames: list[Frame]) -> list[Frame]:
    """The frames without the statements that a restart of the notebook's process has undone."""
    first, _ = _process(site.module, locate(site)[0])
    frames[0].imports = [node for node in frames[0].imports if node.lineno >= first]
    return frames


def _process(module: Module, place: Location) -> tuple[int, int]:
    """The first row and the row behind the last of the code that runs in the same process as a place."""
    rows = _restarts(module)
    first = max((row + 1 for row in rows if row < place.row), default=1)
    return first, min((row for row in rows if row >= place.row), default=len(module.source.lines) + 1)


@once_for_module
def _restarts(module: Module) -> list[int]:
    """The rows in which a notebook restarts its process."""
    text = module.source.text
    return [text.count("\n", 0, match.start()) + 1 for match in RESTART.finditer(text)] if "estart" in text else []


def _present(path: str, bindings: Bindings, frames: list[Frame]) -> Iterator[str]:
    """The code by which imports that are there already name a path."""
    for frame in reversed(frames):
        for node in frame.imports:
            for item in imported_by(node):
                if item.path and f"{path}.".startswith(f"{item.path}.") and _loads(node, item.path, path):
                    known = _imports_as(item.local, bindings, frames)
                    if any(one is run for one, _ in known for run in frame.imports) and {made for _, made in known} == {item.path}:
                        yield item.local + path.removeprefix(item.path)


def _loads(node: ast.Import | ast.ImportFrom, imported: str, path: str) -> bool:
    """Whether an import loads the module that a path lies in: `import botocore` alone does not load `botocore.config`."""
    module, _ = _to_import(path)
    # The dots keep `boto` from being the beginning of `boto3`.
    return f"{imported}.".startswith(f"{module}.") or any(alias.name == module for alias in node.names)


def _imports_as(local: str, bindings: Bindings, frames: list[Frame]) -> list[tuple[ast.AST, str]]:
    """The imports that bind a name at a place, each with the path that it means; none where anything else may bind the name."""
    frame, binders = bindings.resolve(local, frames)
    if local in bindings.foreign or frame.scope.has_star:
        return []
    found: list[tuple[ast.AST, str]] = []
    for node in binders:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            return []
        found += [(node, item.path) for item in imported_by(node) if item.local == local]
    return found if all(path for _, path in found) else []


def _is_free(name: str, bindings: Bindings, frames: list[Frame]) -> bool:
    """Whether a new import at the top may bind a name: nothing else in the scopes around the place does."""
    _, binders = bindings.resolve(name, frames)
    if binders or name in frames[0].scope.binds or name in bindings.foreign or hasattr(builtins, name):
        return False
    # A star import may bind any name but those that begin with an underscore.
    return name.startswith("_") or not frames[0].scope.has_star


def added_imports(module: Module, imports: Iterable[str], used: Location) -> Iterator[Edit]:
    """The edits that import what a fix needs, above the place that uses it."""
    for each in imports:
        path, _, alias = each.partition(" as ")
        parent, name = _to_import(path)
        written = f"from {parent} import {name}" if name else f"import {parent}"
        yield _added(module, parent, f"{written} as {alias}" if alias else written, used)


def _added(module: Module, parent: str, written: str, used: Location) -> Edit:
    first, last = _process(module, used)
    body = syntax_of(module).body
    # Lazily, since the imports are at the top: a module of thousands of statements may have as many fixes.
    begun = islice(body, bisect_left(body, first, key=lambda node: node.lineno), None)
    imports = list(_leading_imports(takewhile(lambda node: node.lineno < last, begun), used))
    newline = newline_of(module)
    if not imports:
        return _first(module, [node for node in body if first <= node.lineno < last], written, first)
    same = [node for node in imports if _group(node) == _group_of(parent)]
    if not same:
        # No import of this section yet: it goes below or above all others, with an empty line between.
        if _group_of(parent) > _group(imports[-1]):
            return _below(module, imports[-1], written, newline)
        return _above(module, imports[0], written, newline)
    key = (written.startswith("from"), parent.lower())
    later = next((node for node in same if _order(node) > key), None)
    return _above(module, later, written, "") if later is not None else _below(module, same[-1], written, "")


def _leading_imports(statements: Iterable[ast.stmt], used: Location) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports above all other code and above the place that uses the new one, which is in time there for everything."""
    for node in statements:
        if (node.end_lineno or node.lineno) > used.row:
            return
        if isinstance(node, ast.Import | ast.ImportFrom):
            if not _is_future(node):
                yield node
        elif not _is_preamble(node):
            return


def _is_preamble(node: ast.stmt) -> bool:
    """Return whether a statement commonly occurs among imports: docstrings, masked magics, `if TYPE_CHECKING:`, `__all__ = …`."""
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.Assign):
        return all(isinstance(target, ast.Name) and target.id.startswith("__") for target in node.targets)
    if isinstance(node, ast.If | ast.Try):
        return all(isinstance(inner, ast.Import | ast.ImportFrom | ast.Pass) for inner in node.body)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _shares_line(module: Module, node: ast.stmt, *, behind: bool) -> bool:
    """Whether another statement stands before (or behind) a statement on its line."""
    body = syntax_of(module).body
    index = next(number for number, each in enumerate(body) if each is node)
    other = body[index + 1 : index + 2] if behind else body[index - 1 : index] if index else []
    return any(_row(each) == _end_row(node) if behind else _end_row(each) == node.lineno for each in other)


def _above(module: Module, node: ast.stmt, written: str, gap: str) -> Edit:
    """An import above a statement; in its line, where the line begins with another statement."""
    if _shares_line(module, node, behind=False):
        place = _location(module, node.lineno, node.col_offset)
        return Edit(place, place, f"{written}; ")
    place = Location(_row(node), 1)
    return Edit(place, place, f"{written}{newline_of(module)}{gap}")


def _below(module: Module, node: ast.stmt, written: str, gap: str) -> Edit:
    """An import below a statement; behind it in its line, where another statement follows there."""
    row = _end_row(node)
    if _shares_line(module, node, behind=True):
        place = _location(module, row, node.end_col_offset or 0)
        return Edit(place, place, f"; {written}")
    place = Location(row, len(module.source.lines[row - 1].rstrip("\r\n")) + 1)
    return Edit(place, place, f"{newline_of(module)}{gap}{written}")


def _location(module: Module, row: int, column: int) -> Location:
    """A place that `ast` counts in bytes."""
    line = module.source.lines[row - 1].encode("utf-8", "surrogatepass")
    return Location(row, len(line[:column].decode("utf-8", "surrogatepass")) + 1)


def _first(module: Module, statements: list[ast.stmt], written: str, first: int) -> Edit:
    """In code without imports: behind the docstring and `__future__`, before everything else."""
    newline, last = newline_of(module), None
    for node in statements:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        if not (docstring and node is syntax_of(module).body[0]) and not _is_future(node):
            break
        last = node
    if last is not None:
        return _below(module, last, written, newline)
    if first > 1 or is_notebook(module.path.name) or module.source.data.startswith(DATABRICKS):
        code = next((node for node in statements if not isinstance(node, ast.Pass)), statements[0])
        return _above(module, code, written, newline)
    row = 1 + next((index for index, line in enumerate(module.source.lines) if not line.startswith("#")), 0)
    return Edit(Location(row, 1), Location(row, 1), f"{written}{newline}{newline}")


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _row(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", ())
    return decorators[0].lineno if decorators else node.lineno


def _end_row(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _order(node: ast.Import | ast.ImportFrom) -> tuple[bool, str]:
    module = node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name
    return isinstance(node, ast.ImportFrom), module.lower()


def _group(node: ast.Import | ast.ImportFrom) -> int:
    if isinstance(node, ast.ImportFrom) and node.level:
        return 2
    return _group_of(_order(node)[1])


def _group_of(path: str) -> int:
    """Return isort's section of a module: 0 for the standard library, 1 for everything else; relative imports (2) come last."""
    return 0 if path.partition(".")[0] in sys.stdlib_module_names else 1


def newline_of(module: Module) -> str:
    first = module.source.lines[0] if module.source.lines else "\n"
    return "\r\n" if first.endswith("\r\n") else "\r" if first.endswith("\r") else "\n"
