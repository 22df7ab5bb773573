"""Replace a file whole or not at all, through a temporary file in the same folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from s3lint.support.bounded_read import read_bounded


class Changed(Exception):
    """A file changed after it was read, or exists although it should be new. The message is its path."""


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Replace the content of a file; its mode and owner stay, and the target of a symbolic link is replaced, not the link.

    Raises `Changed` if the content is no longer `before`, and `OSError` if the file cannot be written.
    """
    target = path.resolve()
    # A rename needs write access to the folder only, so it would replace a read-only file as well.
    if not os.access(target, os.W_OK):
        raise PermissionError(13, "the file is read-only", str(path))

    def check(name: str) -> None:
        shutil.copymode(target, name)
        _keep_owner(target, name)
        if not _holds(target, before):
            raise Changed(str(path))

    _put(target, after, check)


def _holds(target: Path, content: bytes) -> bool:
    try:
        return read_bounded(target, len(content)) == content
    except OSError:
        return False


def create_file(path: Path, content: bytes) -> None:
    """Write a new file. Raises `Changed` if it exists, and `OSError` if it cannot be written."""

    def check(name: str) -> None:
        # Temporary files are private to their owner; a new file gets the mode that `open` would give it.
        Path(name).chmod(0o666 & ~_umask())
        if path.exists():
            raise Changed(str(path))

    _put(path, content, check)


def _put(target: Path, content: bytes, check: Callable[[str], None]) -> None:
    """Write a temporary file, run `check` on its path, and rename it to the target; remove it if anything raises."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".s3lint", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        check(name)
        Path(name).replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise


def _umask() -> int:
    # The only way to read the mask is to set it.
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _keep_owner(target: Path, name: str) -> None:
    """Give a file the owner of another, if that is not this user and the system permits it."""
    status = target.stat()
    if hasattr(os, "chown") and (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        with suppress(PermissionError):
            os.chown(name, status.st_uid, status.st_gid)
