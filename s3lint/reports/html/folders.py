"""The tree of folders with the findings below each, as rows of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from s3lint.registry import rules


@dataclass(slots=True)
class Folder:
    """A folder: files and findings at any depth (`own`: files directly in it), and its subfolders by name."""

    path: str
    files: int = 0
    own: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    inside: dict[str, Folder] = field(default_factory=dict)


def folders(files: Iterable[str], findings: Iterable[tuple[str, str]], chapters: Sequence[str]) -> list[dict[str, Any]]:
    """Make one row for each folder, above its subfolders. A folder that contains only one other folder shares its row.

    `files` are paths with `/`; `findings` are pairs of such a path and a code.
    """
    top = Folder("")
    for path in files:
        way = list(_way(top, path))
        way[-1].own += 1
        for folder in way:
            folder.files += 1
    for path, code in findings:
        for folder in _way(top, path):
            folder.counts[rules()[code].chapter] += 1
    rows: list[dict[str, Any]] = []
    _add(rows, top, -1, 0, chapters)
    return rows


def _way(top: Folder, path: str) -> Iterator[Folder]:
    folder = top
    yield folder
    names = path.split("/")[:-1]
    for index, name in enumerate(names, 1):
        folder = folder.inside.setdefault(name, Folder("/".join(names[:index])))
        yield folder


def _add(rows: list[dict[str, Any]], folder: Folder, parent: int, depth: int, chapters: Sequence[str]) -> None:
    while len(folder.inside) == 1 and not folder.own:
        (folder,) = folder.inside.values()
    above = rows[parent]["path"] if parent >= 0 else ""
    index = len(rows)
    rows.append(
        {
            "path": folder.path,
            "label": folder.path.removeprefix(above).removeprefix("/") or "all files",
            "parent": parent,
            "depth": depth,
            "files": folder.files,
            "children": len(folder.inside),
            "counts": [folder.counts[chapter] for chapter in chapters],
        }
    )
    for name in sorted(folder.inside):
        _add(rows, folder.inside[name], index, depth + 1, chapters)
