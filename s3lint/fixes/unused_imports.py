"""Imports that fixes have left without a use: they are removed, as the project's own checks would ask for (F401)."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from s3lint.finding import Edit, Location
from s3lint.source.text import Source, Unreadable
from s3lint.syntax.recent_trees import tree_of

WORD = re.compile(r"\w+")

Import = ast.Import | ast.ImportFrom


def unused_imports(before: Source, after: Source, unparsed: str, is_used_elsewhere: Callable[[str], bool]) -> list[Edit]:
    """Return the edits of `after` that remove the imports that `before` uses and `after` does not.

    What a package exports, a star import may export, or a comment on the line keeps, stays. `unparsed` is the code of a notebook that is
    no Python: magics and shell commands use names too, and `%run` may run another notebook with all of them. `is_used_elsewhere` tells
    whether other files may use a name of this one.
    """
    if after.path.name == "__init__.py" or "%run" in unparsed:
        return []
    try:
        new = tree_of(after.text)
        imports = [(index, node) for index, node in enumerate(new.body) if isinstance(node, Import) and not _is_future(node)]
        lost = {_bound(alias) for _, node in imports for alias in node.names} - _words(new) - set(WORD.findall(unparsed))
        # Most fixes leave all imports in use, and then nothing depends on the text before.
        lost = lost & _words(tree_of(before.text)) if lost else lost
    except Unreadable:
        return []
    found: list[Edit] = []
    for index, node in imports:
        names = [alias for alias in node.names if _bound(alias) in lost]
        if not names or any(map(is_used_elsewhere, map(_bound, names))):
            continue
        if "." not in "".join(alias.name for alias in names if isinstance(node, ast.Import) and not alias.asname):
            found += _removal(after, new.body, index, names)
    return found


def _is_future(node: Import) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _words(tree: ast.Module) -> set[str]:
    """The names that a module reads, and the words of its texts: annotations in quotes and `__all__` name imports too."""
    read = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            read.add(node.id)
        # Long texts are prose or SQL: a word in them is no use of a name.
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
            read.update(WORD.findall(node.value))
    return read


def _removal(source: Source, body: list[ast.stmt], index: int, names: list[ast.alias]) -> Iterator[Edit]:
    node = body[index]
    assert isinstance(node, Import)
    end_row = node.end_lineno or node.lineno
    rows = source.lines[node.lineno - 1 : end_row]
    neighbours = [*body[max(0, index - 1) : index], *body[index + 1 : index + 2]]
    alone = not any(each.lineno <= end_row and (each.end_lineno or each.lineno) >= node.lineno for each in neighbours)
    # A comment on the line may ask for it to stay: `# re-exported`, or a suppression for another linter.
    if any("#" in row for row in rows) or not alone:
        return
    if len(names) < len(node.names):
        yield from _part(node, names)
        return
    below = source.lines[end_row] if end_row < len(source.lines) else ""
    above = source.lines[node.lineno - 2] if node.lineno > 1 else ""
    # The blank line behind an import that was the only one of its group goes with it.
    last = end_row + (2 if not below.strip() and below and not above.strip() else 1)
    yield Edit(Location(node.lineno, 1), Location(last, 1), "")


def _part(node: Import, names: list[ast.alias]) -> Iterator[Edit]:
    """One name of several, with the comma that separates it from the next one, or from the one before where it is the last."""
    for number, alias in enumerate(node.names):
        if alias in names and len(names) == 1 and alias.lineno == alias.end_lineno:
            other = node.names[number + 1 if number + 1 < len(node.names) else number - 1]
            # Names over several rows have a layout of their own, which cutting one out would break.
            if other.lineno != alias.lineno:
                return
            if number + 1 < len(node.names):
                yield Edit(_location(alias), _location(other), "")
            else:
                yield Edit(
                    Location(other.lineno, (other.end_col_offset or 0) + 1),
                    Location(alias.lineno, (alias.end_col_offset or 0) + 1),
                    "",
                )


def _location(alias: ast.alias) -> Location:
    return Location(alias.lineno, alias.col_offset + 1)
