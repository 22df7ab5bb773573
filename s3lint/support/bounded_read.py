"""Read files that a stranger may have written: regular files only, and never more bytes than a limit."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_OPTIONAL_FLAGS = ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")
"""Without O_NONBLOCK, opening a named pipe waits for a writer. O_BINARY keeps line ends on Windows. No system has them all."""

PIECE = 65_536
"""Bytes that are asked for once a file has turned out to be no longer, or longer, than its size."""

_FLAGS = sum({getattr(os, name, 0) for name in _OPTIONAL_FLAGS}, os.O_RDONLY)


def read_bounded(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes.

    Raises `OSError`, also for pipes, devices and larger files, before it reads anything. A sparse file counts with its full size.
    """
    try:
        handle = os.open(path, _FLAGS)
    except ValueError as error:  # a NUL in the name
        raise OSError(errno.EINVAL, str(error), str(path)) from None
    try:
        status = os.fstat(handle)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        parts, size = list[bytes](), 0
        # The size is asked for first, and the bytes are counted too: files of /proc have size 0, and any file may grow meanwhile.
        if status.st_size <= limit:
            asked = status.st_size + 1
            while size <= limit and (part := os.read(handle, min(asked, limit + 1 - size))):
                parts.append(part)
                size, asked = size + len(part), PIECE
        if max(status.st_size, size) > limit:
            raise OSError(errno.EFBIG, f"larger than {limit:,} bytes", str(path))
        return b"".join(parts)
    finally:
        os.close(handle)
