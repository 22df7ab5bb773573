"""Read the Python files of a commit of the repository that a project lies in. Nothing is checked out, and nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from s3lint.errors import UsageError
from s3lint.project.discovery import SUFFIXES
from s3lint.project.files import MAX_READ_BYTES
from s3lint.support import git

REGULAR = ("100644", "100755", "100664")
"""Git's modes of regular files. Links and submodules are left out."""

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
        self._objects = git.ObjectReader(repository)
        self.problem = ""
        """Why git gives no content any more; empty while it does."""

    def __getitem__(self, path: Path) -> bytes:
        """Return the content of a file. Raises `KeyError` for one that is too large, or that this machine lacks: a clone may be partial."""
        identity = self._identities[path]
        try:
            found = self._objects.content(MAX_READ_BYTES) if not self.problem and self._objects.size(identity) is not None else None
        except OSError as error:
            self.problem = f"--since: {error.strerror or error}"
            found = None
        if found is None:
            raise KeyError(path)
        return found

    def __contains__(self, path: object) -> bool:
        return path in self._identities

    def __iter__(self) -> Iterator[Path]:
        return iter(self._identities)

    def __len__(self) -> int:
        return len(self._identities)


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
