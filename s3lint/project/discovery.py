"""Find the Python files below a folder that neither git nor the settings exclude. Imports `patterns` and `settings`."""

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
    """Yield the Python files and notebooks below a folder, sorted by path. Links to folders are not followed."""
    below = folder.is_relative_to(settings.root)
    if not (below and folder != settings.root and is_excluded(folder, settings, is_folder=True)):
        start = folder.relative_to(settings.root).as_posix() if below else "."
        yield from _walk(folder, "" if start == "." else f"{start}/", _excluder(settings), _ignores_above(folder))


def is_notebook(name: str) -> bool:
    """Tell whether a file name is that of a Jupyter notebook."""
    return name.endswith(NOTEBOOK)


Excludes = Callable[[str, str], bool]
"""Takes a name and its path inside the project (a folder's ends in a slash); tells whether it is excluded."""


def _excluder(settings: Settings) -> Excludes:
    """Return a function that tells whether `exclude` or `extend-exclude` match a path."""
    names, others = split((*settings.exclude, *settings.extend_exclude))
    return lambda name, path: name in names or (others is not None and others.match_file(path))


def _walk(folder: Path, inner: str, excludes: Excludes, ignores: Sequence[tuple[Path, GitIgnoreSpec]]) -> Iterator[Path]:
    """Yield the files below a folder. `inner` is its path inside the project with a slash at the end; empty for the root."""
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
    """Tell whether `exclude` or `extend-exclude` match a path; their patterns are those of `.gitignore`."""
    relative = path.relative_to(settings.root).as_posix() if path.is_relative_to(settings.root) else path.name
    return spec_of((*settings.exclude, *settings.extend_exclude)).match_file(relative + ("/" if is_folder else ""))


def _is_ignored(path: Path, is_folder: bool, ignores: Sequence[tuple[Path, GitIgnoreSpec]]) -> bool:
    """Tell whether git ignores a path: the innermost `.gitignore` that decides wins, as in git."""
    for folder, spec in reversed(ignores):
        text = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
        decision = spec.check_file(text).include
        if decision is not None:
            return decision
    return False


def _ignores_above(folder: Path) -> list[tuple[Path, GitIgnoreSpec]]:
    """Return the `.gitignore` files from the top of the repository to a folder, outermost first; none outside of a repository."""
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
