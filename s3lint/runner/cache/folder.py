"""Where the cache lies, and whether it can be trusted. A checked project cannot be: a commit may bring a cache that hides findings.

The cache belongs to the user: one folder for each project in the platform's cache folder, for its owner alone. With `--cache-dir` it may lie
anywhere, also in the project, where git must not track it. Every row is authenticated with a key that never lies in the project.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from s3lint.project.boundary import encloses, leads_out_now, repository_root
from s3lint.project.dependencies import digest
from s3lint.support.bounded_read import read_bounded

RESULTS = "results.sqlite"

KEY = "key"

KEY_BYTES = 32

APPLICATION_ID = 0x53334C31
"""`S3L1`: what SQLite writes into the header of s3lint's databases, bytes 68 to 71 (https://sqlite.org/fileformat.html)."""

SQLITE = b"SQLite format 3\0"

TAG = "CACHEDIR.TAG"

MARKS = {
    ".gitignore": b"# Written by s3lint.\n*\n",
    TAG: b"Signature: 8a477f597d28d172789f06886806bc55\n# This folder holds results of s3lint (https://bford.info/cachedir/).\n",
}
"""Files by which git and backup programs recognise the folder."""

LOOSE = 0o077
"""The permissions of others than the owner."""


def project_folder(root: Path) -> Path:
    """Return the folder of a project in the user's cache folder."""
    return _user_folder() / digest(os.fsencode(root))


def open_folder(folder: Path | None, root: Path) -> tuple[Path, bytes]:
    """Create the cache folder if it is missing, and return the path of its file of results and the key of its rows.

    `folder` is None for the project's own in the user's cache folder. Raises `OSError` where a cache cannot be had or not be trusted.
    """
    base = _user_folder()
    if encloses(root, base) and not _is_untracked(base, root):
        raise PermissionError(errno.EPERM, "the user's cache folder lies in the project that is checked", str(base))
    _make_private(base)
    own = folder is None
    if folder is None:
        folder = project_folder(root)
        _make_private(folder)
    else:
        _refuse_foreign(folder, root)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in MARKS.items():
        with suppress(FileExistsError):
            _create(folder / name, text, 0o644)
    _check(folder / RESULTS, own=own)
    return folder / RESULTS, _key(base / KEY)


def remove(folder: Path) -> bool:
    """Remove what s3lint made from a cache folder, and the folder if nothing else is in it. Return whether there was a cache.

    Raises `OSError` where something cannot be removed.
    """
    file = folder / RESULTS
    made = [folder / name for name, text in MARKS.items() if _holds(folder / name, text)]
    if folder.is_symlink() or folder / TAG not in made:
        return False
    if _is_ours(file):
        made += [Path(f"{file}{suffix}") for suffix in ("", "-journal", "-wal", "-shm")]
    for path in made:
        path.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()
    return True


def _user_folder() -> Path:
    from platformdirs import user_cache_path  # imported here: a run without a cache does not pay for it

    return user_cache_path("s3lint", appauthor=False)


def _make_private(folder: Path) -> None:
    """Create a folder for its owner alone; one that is there already must be the user's, and is closed to others."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.stat()
    if not _is_own(status):
        raise PermissionError(errno.EPERM, "the folder belongs to another user", str(folder))
    if status.st_mode & LOOSE and hasattr(os, "geteuid"):
        folder.chmod(0o700)


def _is_own(status: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or status.st_uid == os.geteuid()


def _refuse_foreign(folder: Path, root: Path) -> None:
    """Raise `OSError` for a folder in the project that came with it, or is a link to another place."""
    if leads_out_now(folder / RESULTS, repository_root(root) or root):
        raise PermissionError(errno.EPERM, "a link that leads out of the project", str(folder))
    if encloses(root, folder) and repository_root(root) is not None and not _is_untracked(folder, root):
        raise PermissionError(errno.EPERM, "git tracks the folder, so it came with the project", str(folder))


def _is_untracked(folder: Path, root: Path) -> bool:
    """Whether git says that it tracks nothing in a folder of a repository. False without git or a repository."""
    from s3lint.support import git

    repository = repository_root(root)
    try:
        done = git.run(repository, "--literal-pathspecs", "ls-files", "-z", "--", str(folder)) if repository is not None else None
    except OSError:
        return False
    return done is not None and done.returncode == 0 and not done.stdout


def _check(file: Path, *, own: bool) -> None:
    """Raise `OSError` where a database, or a file that SQLite keeps beside it, is not s3lint's. `own`: it lies where only s3lint writes."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        path = Path(f"{file}{suffix}")
        with suppress(FileNotFoundError):
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1 or not _is_own(status):
                raise PermissionError(errno.EPERM, "a link, no file, or a file of another user", str(path))
    if not file.exists() or _is_ours(file):
        return
    if not own:
        raise PermissionError(errno.EPERM, "no database of s3lint; it is left alone", str(file))
    file.unlink()  # damaged


def _is_ours(file: Path) -> bool:
    """Whether a file is empty or a database with the application ID of s3lint."""
    with suppress(OSError):
        if not file.is_file():  # opening a pipe would wait for its writer
            return False
        with file.open("rb") as opened:
            header = opened.read(100)
        return not header or (header.startswith(SQLITE) and header[68:72] == APPLICATION_ID.to_bytes(4, "big"))
    return False


def _key(file: Path) -> bytes:
    """Read the key of all caches of the user, which is made at the first run."""
    with suppress(FileExistsError):
        _create(file, os.urandom(KEY_BYTES), 0o600)
    status = file.lstat()
    key = read_bounded(file, KEY_BYTES)
    if len(key) != KEY_BYTES or not stat.S_ISREG(status.st_mode) or not _is_own(status):
        raise PermissionError(errno.EPERM, "no key of s3lint: delete it", str(file))
    return key


def _create(file: Path, content: bytes, mode: int) -> None:
    """Write a file that is not there, as a whole. Raises `FileExistsError`, also for a link to nothing."""
    written = Path(f"{file}.{os.getpid()}")
    handle = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
        if os.path.lexists(file):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(file))
        written.replace(file)
    finally:
        written.unlink(missing_ok=True)


def _holds(file: Path, content: bytes) -> bool:
    try:
        return not file.is_symlink() and read_bounded(file, len(content)) == content
    except OSError:
        return False
