"""Files are replaced whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
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
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".s3lint", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, name)
        _keep_owner(target, name)
        if target.read_bytes() != before:
            raise Changed(str(path))
        Path(name).replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise


def _keep_owner(target: Path, name: str) -> None:
    status = target.stat()
    if hasattr(os, "chown") and (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        with suppress(PermissionError):
            os.chown(name, status.st_uid, status.st_gid)
