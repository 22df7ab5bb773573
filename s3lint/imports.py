"""Where a new import goes, and under which name what is imported already can be used."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from s3lint.finding import Edit, Location

if TYPE_CHECKING:
    from s3lint.inference.values import Site
    from s3lint.module import Module


def local_name(site: Site, path: str) -> str | None:
    """The name under which code at a place can use a module or a name of one, imported or not yet; None where it is taken."""
    parent, _, name = path.rpartition(".")
    for item in site.module.outline.imports:
        whole = f"{item.module}.{item.name}" if item.name is not None else item.module
        if whole == path and not item.level and (item.name is not None or item.local == path or "." not in path):
            return item.local if not _is_shadowed(site, item.local) else None
    wanted = name if parent else path
    return None if _is_bound(site, wanted) else wanted


def _is_bound(site: Site, name: str) -> bool:
    """Whether anything in the file, an import or not, binds a name."""
    return name in _bound(site.module) or any(item.local == name for item in site.module.outline.imports)


def _is_shadowed(site: Site, name: str) -> bool:
    """Whether a name that is imported is bound again, somewhere in the file."""
    return name in _bound(site.module)


def _bound(module: Module) -> set[str]:
    """The names that assignments, parameters and definitions anywhere in a file bind."""
    found = set()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
    return found


def _tree(module: Module) -> ast.Module:
    return ast.parse(module.source.text)


def added_imports(module: Module, paths: Iterable[str]) -> Iterator[Edit]:
    """The edits that import what is not imported yet."""
    for path in paths:
        parent, _, name = path.rpartition(".")
        known = {f"{item.module}.{item.name}" if item.name is not None else item.module for item in module.outline.imports}
        if path not in known:
            yield _added(module, parent, name) if parent else _added(module, path, None)


def _added(module: Module, parent: str, name: str | None) -> Edit:
    statements = _tree(module).body
    imports = [node for node in statements if isinstance(node, ast.Import | ast.ImportFrom) and not _is_future(node)]
    written = f"from {parent} import {name}" if name is not None else f"import {parent}"
    newline = newline_of(module)
    if not imports:
        return _first(module, statements, written, newline)
    same = [node for node in imports if _group(node) == _group_of(parent)]
    if not same:
        first = imports[0]
        if _group_of(parent) > _group(imports[-1]):
            row = _end_row(imports[-1]) + 1
            return Edit(Location(row, 1), Location(row, 1), f"{newline}{written}{newline}")
        return Edit(Location(first.lineno, 1), Location(first.lineno, 1), f"{written}{newline}{newline}")
    key = (name is not None, parent.lower())
    later = next((node for node in same if _order(node) > key), None)
    row = later.lineno if later is not None else _end_row(same[-1]) + 1
    return Edit(Location(row, 1), Location(row, 1), f"{written}{newline}")


def _first(module: Module, statements: list[ast.stmt], written: str, newline: str) -> Edit:
    """In a file without imports: behind the docstring and `__future__`, before everything else."""
    row = 1
    for node in statements:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        if not (docstring and node is statements[0]) and not _is_future(node):
            break
        row = _end_row(node) + 1
    if row == 1:
        row += next((index for index, line in enumerate(module.source.lines) if not line.startswith("#")), 0)
        return Edit(Location(row, 1), Location(row, 1), f"{written}{newline}{newline}")
    return Edit(Location(row, 1), Location(row, 1), f"{newline}{written}{newline}")


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


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
    """0 for the standard library, 1 for everything that is installed; relative imports come last."""
    return 0 if path.partition(".")[0] in sys.stdlib_module_names else 1


def newline_of(module: Module) -> str:
    first = module.source.lines[0] if module.source.lines else "\n"
    return "\r\n" if first.endswith("\r\n") else "\r" if first.endswith("\r") else "\n"
