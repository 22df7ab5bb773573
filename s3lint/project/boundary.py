"""Find where a project ends: at its repository. Files outside are not its own, even if a link in it leads there."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path


@cache
def repository_root(folder: Path) -> Path | None:
    """The nearest folder with a repository of git or Mercurial at or above a folder."""
    return next((parent for parent in (folder, *folder.parents) if _is_repository(parent)), None)


@cache
def _is_repository(folder: Path) -> bool:
    return os.path.lexists(folder / ".git") or os.path.lexists(folder / ".hg")


def leads_out(path: Path, root: Path) -> bool:
    """Whether a path below a project's root is, or lies behind, a link to a place outside of its repository (without one: of the root)."""
    return path.is_relative_to(root) and (_folder_leads_out(path.parent, root) or (path.is_symlink() and not encloses(root, path)))


def leads_out_now(path: Path, root: Path) -> bool:
    """Whether `leads_out` holds at this moment, to be asked before something is written: a folder may have become a link since the walk."""
    return path.is_relative_to(root) and not encloses(root, path)


@cache
def _folder_leads_out(folder: Path, root: Path) -> bool:
    return folder.is_relative_to(root) and not encloses(root, folder)


def encloses(root: Path, path: Path) -> bool:
    """Whether a path, links resolved, lies in the repository of a project (without one: below its root)."""
    return Path(os.path.realpath(path)).is_relative_to(_boundary(root))


@cache
def _boundary(root: Path) -> Path:
    return Path(os.path.realpath(repository_root(root) or root))
