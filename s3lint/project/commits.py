"""Read the Python files of a commit of the repository that a project lies in. Nothing is checked out, and nothing is fetched."""

from __future__ import annotations

import subprocess
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path

from s3lint.errors import UsageError
from s3lint.project.discovery import SUFFIXES
from s3lint.project.files import MAX_READ_BYTES
from s3lint.support import git

REGULAR = ("100644", "100755", "100664")
"""Git's modes of regular files. Links and submodules are left out."""

PIECE = 1_000_000
"""Bytes that are read from git at once."""

ENDINGS = tuple(suffix.encode() for suffix in SUFFIXES)


def base_of(repository: Path, revision: str) -> str:
    """Return the commit at which HEAD and a revision parted; that of the revision if they have none in common. Raises `UsageError`."""
    if not revision or "\0" in revision:
        raise UsageError(f"--since: {revision!r} is no revision of git")
    found = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found is None:
        raise UsageError(f"--since: {repository} has no commit {revision}: fetch it first (in CI with the whole history)")
    commit = found.decode().strip()
    shared = _git(repository, "merge-base", "HEAD", commit)
    return shared.decode().split()[0] if shared else commit


class CommitFiles(Mapping[Path, bytes]):
    """The Python files and notebooks of a commit by their paths in the work tree. A content is read from git each time it is asked for."""

    def __init__(self, repository: Path, commit: str) -> None:
        """Raises `UsageError` for a commit that git cannot list."""
        self._identities = dict(_listed(repository, commit))
        self._process = subprocess.Popen(  # noqa: S603 - the arguments are our own
            git.command(repository, "cat-file", "--batch"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=git.environment(),
        )  # fmt: skip
        weakref.finalize(self, _end, self._process)

    def __getitem__(self, path: Path) -> bytes:
        """Return the content of a file. Raises `KeyError` for one that is too large, or that this machine lacks: a clone may be partial."""
        identity = self._identities[path]
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(identity + b"\n")
        self._process.stdin.flush()
        header = self._process.stdout.readline().split()
        if len(header) != 3 or header[1] != b"blob":
            raise KeyError(path)
        left, parts = int(header[2]), list[bytes]()
        is_too_large = left > MAX_READ_BYTES
        while left > 0 and (part := self._process.stdout.read(min(left, PIECE))):
            left -= len(part)
            if not is_too_large:
                parts.append(part)
        self._process.stdout.read(1)
        if is_too_large:
            raise KeyError(path)
        return b"".join(parts)

    def __contains__(self, path: object) -> bool:
        return path in self._identities

    def __iter__(self) -> Iterator[Path]:
        return iter(self._identities)

    def __len__(self) -> int:
        return len(self._identities)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git, which stops at the end of its input."""
    process.communicate()


def _listed(repository: Path, commit: str) -> Iterator[tuple[Path, bytes]]:
    """Yield the path and the object of each file. Raises `UsageError`."""
    listed = _git(repository, "ls-tree", "-r", "-z", "--full-tree", commit)
    if listed is None:
        raise UsageError(f"--since: git cannot list the files of {commit}: fetch it again")
    for entry in filter(None, listed.split(b"\0")):
        about, _, path = entry.partition(b"\t")
        mode, _, identity = about.split()
        if mode.decode() in REGULAR and path.endswith(ENDINGS):
            yield repository / path.decode("utf-8", "surrogateescape"), identity


def _git(repository: Path, *arguments: str) -> bytes | None:
    """Return the output of git; None where it fails. Raises `UsageError` where it cannot be run."""
    try:
        done = git.run(repository, *arguments)
    except OSError as error:
        raise UsageError(f"--since: git cannot be run: {error.strerror or error}") from None
    return done.stdout if done.returncode == 0 else None
