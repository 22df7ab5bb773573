"""Find where a project ends: at its repository. Files outside are not its own, even if a link in it leads there."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from s3lint.support import git


@cache
def repository_root(folder: Path) -> Path | None:
    """The nearest folder with a repository of git or Mercurial at or above a folder."""
    above = (folder, *folder.parents)
    of_git = next((parent for parent in above if _has(parent, ".git")), None)
    inside = above if of_git is None else above[: above.index(of_git)]
    of_mercurial = next((parent for parent in inside if _has(parent, ".hg")), None)
    return of_git if of_mercurial is None or (of_git is not None and _is_tracked(of_mercurial, ".hg")) else of_mercurial


@cache
def _has(folder: Path, name: str) -> bool:
    return os.path.lexists(folder / name)


@cache
def _is_tracked(folder: Path, name: str) -> bool:
    """Whether git tracks a file or folder, or does not tell. It refuses to track a `.git`, but tracks a `.hg` as anything else."""
    try:
        done = git.run(folder, "ls-files", "-z", "--cached", "--", name)
    except OSError:
        return True
    return bool(done.stdout) or done.returncode != 0


def leads_out(path: Path, root: Path) -> bool:
    """Whether a path below a project's root is, or lies behind, a link to a place outside of its repository (without one: of the root)."""
    inside, out = _way_to(str(path.parent), root)
    return inside and (out or (path.is_symlink() and not encloses(root, path)))


def leads_out_now(path: Path, root: Path) -> bool:
    """Whether `leads_out` holds at this moment, to be asked before something is written: a folder may have become a link since the walk."""
    return path.is_relative_to(root) and not encloses(root, path)


@cache
def _way_to(folder: str, root: Path) -> tuple[bool, bool]:
    """Return whether a folder is below a root, and whether it leads out of it. Asked for each file that is read: hence a text."""
    inside = Path(folder).is_relative_to(root)
    return inside, inside and not encloses(root, Path(folder))


def encloses(root: Path, path: Path) -> bool:
    """Whether a path, links resolved, lies in the repository of a project (without one: below its root)."""
    return Path(os.path.realpath(path)).is_relative_to(_boundary(root))


@cache
def _boundary(root: Path) -> Path:
    return Path(os.path.realpath(repository_root(root) or root))
