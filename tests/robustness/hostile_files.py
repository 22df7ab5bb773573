"""Make pipes, devices, sparse files and broken links, for tests of code that reads files."""

from __future__ import annotations

import os
from pathlib import Path

SPARSE_BYTES = 3_000_000_000

KINDS = ("pipe", "device", "sparse", "dangling link")


def make(path: Path, kind: str) -> None:
    """Make a named pipe, a link to a device without an end, a sparse file of 3 GB, or a link to nothing."""
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "sparse":
        path.touch()
        os.truncate(path, SPARSE_BYTES)
    else:
        path.symlink_to("nothing")
