"""Whether a changed text is as sound as the one before: it compiles, and every name that was bound is bound still."""

from __future__ import annotations

import ast
import builtins
from pathlib import Path

from s3lint.project.discovery import is_notebook
from s3lint.source.notebooks import read
from s3lint.source.script_cells import plain
from s3lint.source.text import Source, Unreadable
from s3lint.support.interpreter import without_parser_warnings
from s3lint.syntax.ast_scopes import names_bound
from s3lint.syntax.module import Module
from s3lint.syntax.recent_trees import tree_of


def damage(path: Path, before: bytes, after: bytes) -> str | None:
    """Return what a change would do to a file, in words that follow "the fix"; None where it does no harm."""
    if before == after:
        return "changes nothing"
    broken = unparsable(path, after)
    if broken and broken > unparsable(path, before):
        return "leaves code that does not parse"
    if is_notebook(path.name):
        return None
    old, new = _text(path, before), _text(path, after)
    if old is None or new is None:
        return None
    tree = _compiled(new)
    if tree is None:
        return "leaves code that does not compile" if _compiled(old) is not None else None
    missing = _unbound(tree)
    if missing and (known := _compiled(old)) is not None:
        # Names that were unbound before are no harm of this fix.
        missing -= _unbound(known)
        if missing:
            return f"uses a name that nothing binds ({', '.join(sorted(missing))})"
    return None


def unparsable(path: Path, data: bytes) -> int:
    """Count what does not parse: cells of a notebook, otherwise 1 or 0 for the file. A fix must not raise the count."""
    try:
        if is_notebook(path.name):
            opened = read(data)
            return len(opened[1].broken) if opened is not None else 1
        Module.load(Source.decode(path, data))
    except Unreadable:
        return 1
    return 0


def _text(path: Path, data: bytes) -> str | None:
    try:
        return Source.decode(path, plain(data)).text
    except Unreadable:
        return None


@without_parser_warnings()
def _compiled(text: str) -> ast.Module | None:
    """The tree of a text that Python compiles. Its parser alone takes a repeated keyword and a late `__future__` import."""
    try:
        tree = tree_of(text)
        compile(tree, "<fixed>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (Unreadable, SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return None
    return tree


def _unbound(tree: ast.Module) -> set[str]:
    """The names that a module reads and binds nowhere; none where a star import may bind them."""
    read, bound = set[str](), set(dir(builtins))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            read.add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            return set()
        else:
            bound.update(names_bound(node))
        bound.update(parameter.name for parameter in getattr(node, "type_params", ()))
    return read - bound
