"""Tell folders that a build has made from first-party code that is called `build` or `dist`. Imports `boundary` and `support`."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from s3lint.project.boundary import repository_root
from s3lint.support import git

NAMES = frozenset({"build", "dist"})

PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
"""Beside one of these, build backends make their folders."""

MADE = ("lib", "PKG-INFO")
MADE_BEGINNINGS = ("bdist.", "lib.", "temp.", "scripts-")
MADE_ENDS = (".egg-info", ".dist-info", ".whl", ".tar.gz", ".egg")
"""What setuptools and other backends put there, and none puts beside code."""

MAX_ENTRIES = 10_000
"""Entries of a folder that are compared with those names."""


def in_build_folder(path: Path, root: Path) -> bool:
    """Tell whether a path below a root is in a folder that a build has made, or is one."""
    if NAMES.isdisjoint(path.parts):
        return False
    inside = [folder for folder in (path, *path.parents) if folder.name in NAMES and folder != root and folder.is_relative_to(root)]
    return any(map(is_build_folder, inside))


@cache
def is_build_folder(folder: Path) -> bool:
    """Tell whether a build has made a folder: it lies beside a project's file, and git tracks nothing in it.

    Without git, its content tells.
    """
    if folder.name not in NAMES or not folder.is_dir() or not any((folder.parent / name).is_file() for name in PROJECT_FILES):
        return False
    tracked = _tracked(folder)
    return not tracked if tracked is not None else _holds_built_files(folder)


def _tracked(folder: Path) -> bool | None:
    """Tell whether git tracks a file in a folder; None where git gives no answer."""
    if repository_root(folder) is None:
        return None
    try:
        done = git.run(folder, "ls-files", "-z", "--cached")
    except OSError:
        return None
    return bool(done.stdout) if done.returncode == 0 else None


def _holds_built_files(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for _, entry in zip(range(MAX_ENTRIES), entries, strict=False)]
    except OSError:
        return False
    return any(name in MADE or name.startswith(MADE_BEGINNINGS) or name.endswith(MADE_ENDS) for name in names)
