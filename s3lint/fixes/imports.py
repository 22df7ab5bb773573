"""Insert imports where isort would put them, and find the name under which an imported module can be used."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from s3lint.finding import Edit, Location
from s3lint.project.discovery import is_notebook
from s3lint.source.notebooks import DATABRICKS
from s3lint.syntax.module import syntax_of
from s3lint.syntax.site import locate

if TYPE_CHECKING:
    from s3lint.syntax.module import Module
    from s3lint.syntax.site import Site


def local_name(site: Site, path: str) -> str | None:
    """Return the name by which code at a site can use a module, or a name of one; None if another binding has taken the name."""
    if not syntax_of(site.module).body:
        return None
    parent, _, name = path.rpartition(".")
    for item in site.module.outline.imports:
        whole = f"{item.module}.{item.name}" if item.name is not None else item.module
        if whole == path and not item.level and (item.name is not None or item.local == path or "." not in path):
            free = item.local not in site.module.bound and _is_imported_before(site, item.local)
            return item.local if free else None
    wanted = name if parent else path
    return None if _is_bound(site, wanted) else wanted


def _is_bound(site: Site, name: str) -> bool:
    """Return whether anything in the file binds a name, an import or other code."""
    return name in site.module.bound or any(item.local == name for item in site.module.outline.imports)


def _is_imported_before(site: Site, name: str) -> bool:
    """Return whether a name is imported above a site, so that it is bound when the site runs."""
    rows = [
        node.lineno
        for node in syntax_of(site.module).body
        if isinstance(node, ast.Import | ast.ImportFrom) and name in _locals(node)
    ]
    return not rows or min(rows) <= locate(site)[0].row


def _locals(node: ast.Import | ast.ImportFrom) -> set[str]:
    return {alias.asname or alias.name.partition(".")[0] for alias in node.names}


def added_imports(module: Module, paths: Iterable[str]) -> Iterator[Edit]:
    """Yield the edits that import what is not imported yet."""
    for path in paths:
        parent, _, name = path.rpartition(".")
        known = {f"{item.module}.{item.name}" if item.name is not None else item.module for item in module.outline.imports}
        if path not in known:
            yield _added(module, parent, name) if parent else _added(module, path, None)


def _added(module: Module, parent: str, name: str | None) -> Edit:
    imports = list(_leading_imports(module))
    written = f"from {parent} import {name}" if name is not None else f"import {parent}"
    newline = newline_of(module)
    if not imports:
        return _first(module, syntax_of(module).body, written, newline)
    same = [node for node in imports if _group(node) == _group_of(parent)]
    if not same:
        first = imports[0]
        if _group_of(parent) > _group(imports[-1]):
            return _below(module, imports[-1], f"{newline}{newline}{written}")
        return _above(first, f"{written}{newline}{newline}")
    key = (name is not None, parent.lower())
    later = next((node for node in same if _order(node) > key), None)
    return _above(later, f"{written}{newline}") if later is not None else _below(module, same[-1], f"{newline}{written}")


def _leading_imports(module: Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports above all other code, where a new one is in time for every use."""
    for node in syntax_of(module).body:
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


def _above(node: ast.stmt, text: str) -> Edit:
    place = Location(node.lineno, 1)
    return Edit(place, place, text)


def _below(module: Module, node: ast.stmt, text: str) -> Edit:
    row = _end_row(node)
    place = Location(row, len(module.source.lines[row - 1].rstrip("\r\n")) + 1)
    return Edit(place, place, text)


def _first(module: Module, statements: list[ast.stmt], written: str, newline: str) -> Edit:
    """Insert the first import of a file: behind the docstring and `__future__`, before everything else."""
    last = None
    for node in statements:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        if not (docstring and node is statements[0]) and not _is_future(node):
            break
        last = node
    if last is not None:
        return _below(module, last, f"{newline}{newline}{written}")
    if is_notebook(module.path.name) or module.source.data.startswith(DATABRICKS):
        first = next((node for node in statements if not isinstance(node, ast.Pass)), statements[0])
        return _above(first, f"{written}{newline}{newline}")
    row = 1 + next((index for index, line in enumerate(module.source.lines) if not line.startswith("#")), 0)
    return Edit(Location(row, 1), Location(row, 1), f"{written}{newline}{newline}")


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
    """Return isort's section of a module: 0 for the standard library, 1 for everything else; relative imports (2) come last."""
    return 0 if path.partition(".")[0] in sys.stdlib_module_names else 1


def newline_of(module: Module) -> str:
    first = module.source.lines[0] if module.source.lines else "\n"
    return "\r\n" if first.endswith("\r\n") else "\r" if first.endswith("\r") else "\n"
