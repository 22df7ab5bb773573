"""Which files there are: folders walked in order, what git ignores and what the settings exclude left out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from pathspec import GitIgnoreSpec

from s3lint.project.patterns import spec_of, split
from s3lint.settings import Settings

NOTEBOOK = ".ipynb"

SUFFIXES = (".py", ".pyi", NOTEBOOK)


def python_files(folder: Path, settings: Settings) -> Iterator[Path]:
    """The Python files and notebooks under a folder, in order of their paths; only regular files, and no folder twice."""
    below = folder.is_relative_to(settings.root)
    if not (below and folder != settings.root and is_excluded(folder, settings, is_folder=True)):
        start = folder.relative_to(settings.root).as_posix() if below else "."
        yield from _walk(folder, "" if start == "." else f"{start}/", _excluder(settings), _ignores_above(folder))


def is_notebook(name: str) -> bool:
    return name.endswith(NOTEBOOK)


Excludes = Callable[[str, str], bool]
"""Whether a name, and the path that it ends, are passed over; a folder's path ends in a slash."""


def _excluder(settings: Settings) -> Excludes:
    names, others = split((*settings.exclude, *settings.extend_exclude))
    return lambda name, path: name in names or (others is not None and others.match_file(path))


def _walk(folder: Path, inner: str, excludes: Excludes, ignores: Sequence[tuple[Path, GitIgnoreSpec]]) -> Iterator[Path]:
    """`inner` is the path of the folder inside the project, with a slash behind it."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    own = _ignore_file(folder) if any(entry.name == ".gitignore" for entry in entries) else None
    ignores = [*ignores, (folder, own)] if own is not None else ignores
    for entry in entries:
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            is_file = not is_folder and entry.name.endswith(SUFFIXES) and entry.is_file()
        except OSError:
            continue
        path = f"{inner}{entry.name}{'/' if is_folder else ''}"
        if not (is_folder or is_file) or excludes(entry.name, path):
            continue
        found = folder / entry.name
        if ignores and _is_ignored(found, is_folder, ignores):
            continue
        if is_folder:
            yield from _walk(found, path, excludes, ignores)
        else:
            yield found


def is_excluded(path: Path, settings: Settings, *, is_folder: bool = False) -> bool:
    """Whether `exclude` or `extend-exclude`, patterns as in `.gitignore`, name a path."""
    relative = path.relative_to(settings.root).as_posix() if path.is_relative_to(settings.root) else path.name
    return spec_of((*settings.exclude, *settings.extend_exclude)).match_file(relative + ("/" if is_folder else ""))


def _is_ignored(path: Path, is_folder: bool, ignores: Sequence[tuple[Path, GitIgnoreSpec]]) -> bool:
    for folder, spec in reversed(ignores):
        text = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
        decision = spec.check_file(text).include
        if decision is not None:
            return decision
    return False


def _ignores_above(folder: Path) -> list[tuple[Path, GitIgnoreSpec]]:
    """The `.gitignore` files between the top of the repository and a folder, outermost first."""
    found = []
    for parent in folder.parents:
        if (folder / ".git").exists():
            break
        spec = _ignore_file(parent)
        if spec is not None:
            found.append((parent, spec))
        if (parent / ".git").exists():
            return found[::-1]
    return []


@cache
def _ignore_file(folder: Path) -> GitIgnoreSpec | None:
    try:
        text = (folder / ".gitignore").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return GitIgnoreSpec.from_lines(text.splitlines())
