"""Which files there are: folders walked in order, what git ignores and what the settings exclude left out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from pathspec import GitIgnoreSpec

from s3lint.patterns import spec_of
from s3lint.settings import Settings

NOTEBOOK = ".ipynb"

SUFFIXES = (".py", ".pyi", NOTEBOOK)


def python_files(folder: Path, settings: Settings) -> Iterator[Path]:
    """The Python files and notebooks under a folder, in order of their paths; only regular files, and no folder twice."""
    yield from _walk(folder, settings, _ignores_above(folder))


def is_notebook(name: str) -> bool:
    return name.endswith(NOTEBOOK)


def _walk(folder: Path, settings: Settings, ignores: Sequence[tuple[Path, GitIgnoreSpec]]) -> Iterator[Path]:
    own = _ignore_file(folder)
    ignores = [*ignores, (folder, own)] if own is not None else ignores
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        path = folder / entry.name
        try:
            is_folder, is_file = entry.is_dir(follow_symlinks=False), entry.is_file()
        except OSError:
            continue
        if not (is_folder or (is_file and entry.name.endswith(SUFFIXES))):
            continue
        if is_excluded(path, settings, is_folder=is_folder) or _is_ignored(path, is_folder, ignores):
            continue
        if is_folder:
            yield from _walk(path, settings, ignores)
        else:
            yield path


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
