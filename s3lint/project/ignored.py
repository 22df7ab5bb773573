"""Which files git ignores: by git's own answer, or without git by the files of patterns that it would read."""

from __future__ import annotations

import os
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from s3lint.project.boundary import repository_root
from s3lint.project.patterns import spec_of
from s3lint.support import git
from s3lint.support.bounded_read import read_bounded
from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_IGNORE_BYTES = 1_000_000
"""Bytes of a file of patterns that is read."""

LIST_IGNORED = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
"""Lists untracked files that are ignored, and folders in which all are. A tracked file is never ignored, even if a pattern matches it."""


class Ignores(Protocol):
    """What is ignored in a folder and below."""

    @property
    def folder(self) -> Path:
        """The folder."""

    @property
    def without_git(self) -> str:
        """Why git gave no answer in a repository; empty where it did."""

    def inside(self, folder: Path, names: AbstractSet[str]) -> Ignores:
        """Return what is ignored in a folder below, given its entries whose names begin with `.git`."""

    def ignore(self, path: Path, *, is_folder: bool) -> bool:
        """Return whether a file or folder is ignored."""


@frozen()
class Listed:
    """The answer of git for a folder of a repository: paths of files, and of folders without a slash at their end."""

    folder: Path
    paths: frozenset[str]
    without_git: str = ""

    def inside(self, folder: Path, names: AbstractSet[str]) -> Ignores:
        """Return the same, or the answer for a repository of its own, such as a submodule, about which git tells nothing here."""
        return ignores_of(folder).inside(folder, names) if ".git" in names and folder != self.folder else self

    def ignore(self, path: Path, *, is_folder: bool) -> bool:  # noqa: ARG002 - as `Ignores` has it
        """Return whether git lists a path."""
        return str(path) in self.paths


@frozen()
class Patterns:
    """Files of patterns, those that count least first, each with the folder that they are relative to."""

    folder: Path
    files: tuple[tuple[Path, GitIgnoreSpec], ...] = ()
    without_git: str = ""

    def inside(self, folder: Path, names: AbstractSet[str]) -> Ignores:
        """Return the patterns with those of a folder."""
        if ".git" in names and folder != self.folder:
            return ignores_of(folder).inside(folder, names)
        own = _patterns(folder / ".gitignore") if ".gitignore" in names else None
        return self if own is None else replace(self, files=(*self.files, (folder, own)))

    def ignore(self, path: Path, *, is_folder: bool) -> bool:
        """Return what the last pattern decides that matches a path."""
        for folder, spec in reversed(self.files):
            text = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
            decision = spec.check_file(text).include
            if decision is not None:
                return decision
        return False


ANSWERS: dict[Path, Listed | str] = {}
"""What git told in this run about folders, or why it told nothing. Worker processes get it from the one that started them."""


def ignores_of(folder: Path) -> Ignores:
    """Return what is ignored below a folder. Outside of a repository the `.gitignore` files below the folder alone count."""
    top = repository_root(folder)
    if top is None:
        return Patterns(folder)
    asked = next((each for each in (folder, *folder.parents) if each in ANSWERS and each.is_relative_to(top)), folder)
    if asked not in ANSWERS:
        ANSWERS[asked] = _answer(folder)
    answer = ANSWERS[asked]
    return answer if isinstance(answer, Listed) else Patterns(folder, tuple(_files_above(top, folder)), answer)


def _answer(folder: Path) -> Listed | str:
    """Return the answer of git, or why there is none: git is missing, refuses a repository, such as one of another user, or does not end."""
    try:
        done = git.run(folder, *LIST_IGNORED)
    except OSError as error:
        return error.strerror or str(error)
    if done.returncode:
        return done.stderr.decode("utf-8", "replace").partition("\n")[0]
    names = done.stdout.decode("utf-8", "surrogateescape").split("\0")
    return Listed(folder, frozenset(str(folder / name) for name in names if name))


def _files_above(top: Path, folder: Path) -> list[tuple[Path, GitIgnoreSpec]]:
    """Return the patterns that git would read for a folder of a repository, without those in the folder itself."""
    user = Path(os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")) / "git" / "ignore"  # noqa: PTH111 - a machine may have no home
    files = [(top, user), (top, top / ".git" / "info" / "exclude")]
    above = [parent for parent in reversed(folder.parents) if parent.is_relative_to(top)]
    files += [(parent, parent / ".gitignore") for parent in above]
    return [(place, spec) for place, file in files if (spec := _patterns(file)) is not None]


@cache
def _patterns(file: Path) -> GitIgnoreSpec | None:
    """Return the patterns of a file; None where git reads none either: no regular file, or a link."""
    try:
        text = read_bounded(file, MAX_IGNORE_BYTES).decode("utf-8-sig", "surrogateescape") if not file.is_symlink() else ""
    except OSError:
        return None
    # As git reads lines: other characters than line feeds, at which `splitlines` splits too, are parts of names; a NUL ends a line.
    return spec_of(tuple(line.removesuffix("\r").partition("\0")[0] for line in text.split("\n")))
