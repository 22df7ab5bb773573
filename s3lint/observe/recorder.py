"""Keep the storage calls of a program, each kind of call once with its count, and append them to a file of JSON lines."""

from __future__ import annotations

import json
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from .frames import Chain, FirstParty

VERSION = 1
"""Of the lines. A reader refuses others."""

MAX_LINE = 65_536
"""Bytes of a line. A longer call is recorded without its parameters."""

MAX_CALLS_PER_PLACE = 200
"""Different calls that are kept of one line of code. A loop over a million keys repeats the first ones in kind."""

_inside: ContextVar[bool] = ContextVar("inside", default=False)
"""Whether a recorded call is running: what it calls in turn is its own business."""

_handed_over: ContextVar[Chain] = ContextVar("handed_over", default=())
"""The first-party code that made this task, or ran its coroutine on the loop of another thread."""

_thread = threading.local()
"""Has the first-party code that handed to this thread what it runs: a function may run in a context of its own there."""


Described = tuple[str, Mapping[str, Any]]
"""An operation, such as `s3.put_object`, and its reduced parameters."""

_encode = json.JSONEncoder(sort_keys=True, default=str).encode


class Recorder:
    """Appends the calls of this process to a file. Threads and processes may share the file: each line is written at once."""

    def __init__(self, path: Path, root: Path, *, redact: bool = False) -> None:
        self.path, self.root, self.redact = Path(os.path.abspath(path)), os.path.realpath(root), redact
        self._project = FirstParty(self.root)
        self.failed = False
        self._lock = threading.Lock()
        self._counts: dict[tuple[Any, ...], dict[str, int]] = {}
        """For each operation and place the calls with their counts beyond what is written already."""
        self._process = os.getpid()

    def record(self, describe: Callable[[], Iterable[Described]]) -> None:
        """Keep the calls that `describe` gives, if first-party code made them. Never raises."""
        if self.failed or _inside.get():
            return
        try:
            frame = self._project.innermost(sys._getframe(1))  # noqa: SLF001 - as inspect does, without reading sources
            origin = () if frame is not None else _origin()
            if frame is not None or origin:
                for operation, parameters in describe():
                    self._keep(operation, dict(parameters), frame, origin)
        except Exception as error:
            self._fail(error)

    def here(self, work: object) -> Chain:
        """Return the first-party code that hands over work, a function or coroutine; nothing where the work needs none. Never raises."""
        if self.failed or _inside.get():
            return ()
        try:
            code = getattr(work, "__code__", None) or getattr(work, "cr_code", None)
            if isinstance(code, CodeType) and self._project.file(code) is not None:
                return ()  # its own frame will be on the stack
            return self._project.chain(sys._getframe(2)) or _origin()  # noqa: SLF001
        except Exception as error:
            self._fail(error)
            return ()

    def _keep(self, operation: str, parameters: dict[str, Any], frame: FrameType | None, origin: Chain) -> None:
        code, row = (frame.f_code, frame.f_lineno) if frame is not None else origin[0]
        place = operation, self._project.file(code), row
        text = _encode(parameters)
        with self._lock:
            self._after_fork()
            calls = self._counts.setdefault(place, {})
            if text not in calls and len(calls) >= MAX_CALLS_PER_PLACE:
                text = next(iter(calls))
            if text in calls:
                calls[text] += 1
                return
            calls[text] = 0
            frames = self._project.as_json(self._project.chain(frame) or origin)
            kept = text if len(text) <= MAX_LINE - 16_384 else "{}"  # the frames have the rest
            self._write(f'{_start(operation)}, "parameters": {kept}, "frames": {frames}, "count": 1}}')

    def _after_fork(self) -> None:
        """Forget counts that a forked child has from its parent, which writes them itself."""
        if os.getpid() != self._process:
            self._process = os.getpid()
            for calls in self._counts.values():
                calls.update(dict.fromkeys(calls, 0))

    def _write(self, line: str) -> None:
        # Opened for each line: a program may close what it did not open, fork, or change to another folder.
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o644)
        try:
            os.write(handle, line.encode() + b"\n")
        finally:
            os.close(handle)

    def finish(self) -> None:
        """Write how often each call was repeated."""
        if self.failed:
            return
        try:
            with self._lock:
                self._after_fork()
                for (operation, file, row), calls in self._counts.items():
                    for text, count in calls.items():
                        if count:
                            at = json.dumps({"file": file, "line": row})
                            self._write(f'{_start(operation)}, "repeats": {text}, "at": {at}, "count": {count}}}')
                        calls[text] = 0
        except Exception as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self.failed = True
        message = f"s3lint stopped recording storage calls: {type(error).__name__}: {error}"
        try:
            warnings.warn(message, RuntimeWarning, stacklevel=2)
        except RuntimeWarning:  # where warnings are errors, this one must not become the program's
            print(message, file=sys.stderr)


@contextmanager
def running() -> Iterator[None]:
    """While it is open, calls are not recorded: they belong to one that is."""
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


def _start(operation: str) -> str:
    return f'{{"version": {VERSION}, "operation": {json.dumps(operation)}'


def _origin() -> Chain:
    return _handed_over.get() or getattr(_thread, "chain", ())


@contextmanager
def handed_over_by(chain: Chain) -> Iterator[None]:
    """While it is open, tasks that are made, and what they call, are the work of this first-party code."""
    token = _handed_over.set(chain or _handed_over.get())
    try:
        yield
    finally:
        _handed_over.reset(token)


@contextmanager
def working_for(chain: Chain) -> Iterator[None]:
    """While it is open, what this thread runs is the work of this first-party code."""
    before = getattr(_thread, "chain", ())
    _thread.chain = chain
    try:
        yield
    finally:
        _thread.chain = before
