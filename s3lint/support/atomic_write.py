"""Files are replaced whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


class Changed(Exception):
    """A file is no longer what was read from it."""


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Writes a file through a temporary one beside it, with its mode and owner kept; a symbolic link is followed.

    Raises `Changed` where the file no longer holds `before`, and `OSError` where it cannot be written.
    """
    target = path.resolve()
    if not os.access(target, os.W_OK):
        raise PermissionError(13, "the file is read-only", str(path))

    def check(name: str) -> None:
        shutil.copymode(target, name)
        _keep_owner(target, name)
        if target.read_bytes() != before:
            raise Changed(str(path))

    _put(target, after, check)


def create_file(path: Path, content: bytes) -> None:
    """Writes a file that was not there. Raises `Changed` where it is there now, and `OSError` where it cannot be written."""

    def check(name: str) -> None:
        Path(name).chmod(0o666 & ~_umask())
        if path.exists():
            raise Changed(str(path))

    _put(path, content, check)


def _put(target: Path, content: bytes, check: Callable[[str], None]) -> None:
    """Moves a temporary file of the content to its place, after a last look."""
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
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _keep_owner(target: Path, name: str) -> None:
    status = target.stat()
    if hasattr(os, "chown") and (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        with suppress(PermissionError):
            os.chown(name, status.st_uid, status.st_gid)
