"""Read bare git mirrors: repositories in a folder, commits, and the Python files of a commit. Nothing is checked out or fetched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from s3lint.project.discovery import SUFFIXES
from s3lint.project.files import MAX_READ_BYTES
from s3lint.project.owners import PLACES
from s3lint.support import git

FILES = ("100644", "100755", "100664")
"""Git's modes of regular files. Links and submodules are skipped."""

MAX_FILES = 250_000
"""Python files of a commit. Twelve trees that name each other a hundred times make a million files of a hundred kilobytes."""

MAX_BYTES = 4_000_000_000
"""Bytes of the Python files of a commit, those included that are too large to be read, which git unpacks too."""

ENDINGS = tuple(suffix.encode() for suffix in SUFFIXES)

OWNERS = tuple(place.encode() for place in PLACES)


class MirrorError(Exception):
    """A mirror cannot be read: one sentence."""


def repositories(folder: Path) -> list[str]:
    """List the bare repositories below a folder by name: their paths without `.git`."""
    found = []
    for current, folders, _ in os.walk(folder):
        path = Path(current)
        if is_bare(path):
            found.append(path.relative_to(folder).as_posix().removesuffix(".git"))
            folders.clear()
        folders.sort()
    return sorted(found)


def is_bare(path: Path) -> bool:
    """Whether a folder is a bare repository."""
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()


def commits(folder: Path, name: str, since: str | None, *, every: bool) -> list[str]:
    """List the commits of HEAD after `since`, oldest first: with `every` all first parents, else the newest only.

    Empty for a repository without commits. If history was rewritten, or `since` is None, only the newest is new. Raises `MirrorError`.
    """
    if not _git(folder, name, "for-each-ref", "--count=1"):
        return []
    try:
        newest = _git(folder, name, "rev-parse", "--verify", "HEAD^{commit}").decode().strip()
    except MirrorError as error:
        raise MirrorError(f"{error}: its HEAD names no commit") from None
    if newest == since:
        return []
    if since is not None and every and _is_ancestor(folder, name, since, newest):
        return _git(folder, name, "rev-list", "--first-parent", "--reverse", f"{since}..{newest}").decode().split()
    return [newest]


def _is_ancestor(folder: Path, name: str, old: str, new: str) -> bool:
    try:
        _git(folder, name, "merge-base", "--is-ancestor", old, new)
    except MirrorError:
        return False
    return True


def count(folder: Path, name: str, commit: str) -> int:
    """Count the Python files and notebooks of a commit. Raises `MirrorError`."""
    return sum(path.endswith(ENDINGS) for path, _ in _listed(folder, name, commit))


def files(folder: Path, name: str, commit: str) -> Iterator[tuple[bytes, bytes | None]]:
    """Read the path and content of each Python file and notebook of a commit, and of its files of owners; no content of one above `MAX_READ_BYTES`.

    Raises `MirrorError`, also for a commit with more bytes than `MAX_BYTES`, once so many are read.
    """
    listed = _listed(folder, name, commit)
    left = MAX_BYTES
    try:
        objects = git.ObjectReader(_place(folder, name), bare=True)
        for path, identity in listed:
            size = objects.size(identity.encode())
            if size is None:
                raise MirrorError(f"{name}: git has no content of {path.decode(errors='replace')}: fetch the mirror again")
            left -= size
            if left < 0:
                raise MirrorError(f"{name}: the Python files of commit {commit[:12]} have more than {MAX_BYTES:,} bytes")
            yield path, objects.content(MAX_READ_BYTES)
        objects.close()
    except OSError as error:
        raise MirrorError(f"{name}: the mirror cannot be read: {error.strerror or error}") from None


def _listed(folder: Path, name: str, commit: str) -> list[tuple[bytes, str]]:
    entries = _git(folder, name, "ls-tree", "-r", "-z", commit).split(b"\0")
    found = []
    for entry in filter(None, entries):
        about, _, path = entry.partition(b"\t")
        mode, _, identity = about.decode().split()
        if mode in FILES and (path.endswith(ENDINGS) or path in OWNERS):
            found.append((path, identity))
    if len(found) > MAX_FILES:
        raise MirrorError(f"{name}: commit {commit[:12]} has more than {MAX_FILES:,} Python files")
    return found


def _git(folder: Path, name: str, *arguments: str) -> bytes:
    try:
        done = git.run(_place(folder, name), *arguments, bare=True)
    except OSError as error:
        raise MirrorError(f"{name}: git cannot be run: {error.strerror or error}") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0] or f"git {arguments[0]} failed"
        raise MirrorError(f"{name}: the mirror cannot be read: {said}")
    return done.stdout


def _place(folder: Path, name: str) -> Path:
    return folder / f"{name}.git" if is_bare(folder / f"{name}.git") else folder / name
