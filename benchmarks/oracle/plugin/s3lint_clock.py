"""A plugin of pytest that measures how much of a suite's CPU time the recorder takes: `-p s3lint_clock`, with this folder on PYTHONPATH.

Everything that the recorder does is timed by the clock of the thread that does it, which stands still while other programs run.
"""

from __future__ import annotations

import functools
import json
import os
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

_running = threading.local()
_spent: list[float] = []


def timed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does the same and adds what it took; once, where one calls another."""

    @functools.wraps(function)
    def measured(*arguments: Any, **keywords: Any) -> Any:
        if getattr(_running, "inside", False):
            return function(*arguments, **keywords)
        _running.inside = True
        start = time.thread_time()
        try:
            return function(*arguments, **keywords)
        finally:
            _spent.append(time.thread_time() - start)
            _running.inside = False

    return measured


def pytest_addoption() -> None:
    """Wrap the recorder before its own plugin starts it: hooks look up these names when they run."""
    from s3lint.observe import boto, imported, recorder

    observing = import_module("s3lint.observe.observing")  # the package has a function of this name
    for holder, names in (
        (recorder.Recorder, ("record", "here", "finish")),
        (boto, ("_called", "_methods")),
        (observing, ("start", "stop")),
        (imported._Finder, ("find_spec",)),  # noqa: SLF001 - what imports wait for
    ):
        for name in names:
            setattr(holder, name, timed(getattr(holder, name)))


def pytest_unconfigure() -> None:
    """Write what the recorder took, and how often it ran. The recorder's plugin has stopped by now."""
    Path(os.environ["S3LINT_CLOCK"]).write_text(json.dumps([sum(_spent), len(_spent)]), encoding="utf-8")
