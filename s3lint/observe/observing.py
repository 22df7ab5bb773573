"""Start and stop a recorder, with everything that it observes."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import boto, origins, spark, tables
from .recorder import Recorder

HOOKS = (boto, origins, tables, spark)


def root_of(folder: Path) -> Path:
    """Return the repository that a folder is in, else the folder."""
    folder = folder.resolve()
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)


@contextmanager
def observing(
    path: str | os.PathLike[str], root: str | os.PathLike[str] | None = None, *, redact: bool = False
) -> Iterator[Recorder]:
    """Record the storage calls of this process to a file while the context is open.

    `root` is the folder of first-party code (default: the repository of the current folder). With `redact` letters and digits of keys are
    masked. Clients and sessions of boto3 that were made before are not observed.
    """
    recorder = start(Path(path), Path(root) if root is not None else root_of(Path.cwd()), redact=redact)
    try:
        yield recorder
    finally:
        stop(recorder)


def start(path: Path, root: Path, *, redact: bool = False) -> Recorder:
    """Start to record, until `stop` or the end of the process. Raises `OSError` if the file cannot be written."""
    with path.open("ab"):
        pass
    recorder = Recorder(path, root, redact=redact)
    for hooks in HOOKS:
        hooks.install(recorder)
    atexit.register(recorder.finish)
    return recorder


def stop(recorder: Recorder) -> None:
    """Stop to record, and write the counts."""
    for hooks in HOOKS:
        hooks.remove(recorder)
    atexit.unregister(recorder.finish)
    recorder.finish()
    recorder.failed = True  # clients that are made by now keep its handlers, which do nothing from here on
