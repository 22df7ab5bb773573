"""Run tasks in worker processes: how many, how they start, and what happens to their tasks if one of them dies."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from itertools import chain, islice
from multiprocessing import util
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from typing import Any, NoReturn, TypeVar

PRELOADED = ["s3lint.runner.run", "s3lint.linter.checker", "s3lint.inference.analysis"]
"""Modules that every worker needs, imported once before workers are forked: libcst alone takes most of a worker's start."""


SAFE_PATH = "PYTHONSAFEPATH"

T = TypeVar("T")
R = TypeVar("R")
Start = tuple[Callable[..., None], tuple[Any, ...]]
"""A function that each worker calls first, and its arguments."""


def context() -> BaseContext:
    """Return how workers start: forked from this process where that is safe, else from a server that loaded `PRELOADED`.

    A fork copies only the calling thread, so that locks of other threads would stay locked in the worker forever.
    """
    for name in PRELOADED:
        __import__(name)
    if sys.platform == "linux" and threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    if "forkserver" in multiprocessing.get_all_start_methods():
        made = multiprocessing.get_context("forkserver")
        made.set_forkserver_preload(PRELOADED)
        return made
    return multiprocessing.get_context()


@contextmanager
def without_current_folder() -> Iterator[None]:
    """Start no Python process in the block that imports from the current folder, which may be the project that is checked.

    multiprocessing starts its processes with `python -c`, which puts that folder first on the path; they get this process's path later.
    """
    before, flags = os.environ.get(SAFE_PATH), util._args_from_interpreter_flags  # type: ignore[attr-defined]  # noqa: SLF001
    os.environ[SAFE_PATH] = "1"
    if sys.version_info < (3, 11):  # which has no variable for it, and no `-P`
        util._args_from_interpreter_flags = lambda: [*flags(), "-I"]  # type: ignore[attr-defined]  # noqa: SLF001
    try:
        yield
    finally:
        util._args_from_interpreter_flags = flags  # type: ignore[attr-defined]  # noqa: SLF001
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before


def spread(
    function: Callable[[T], R],
    tasks: Sequence[Iterator[T]],
    start: Start | None = None,
    parts: Callable[[T], list[T]] | None = None,
) -> Iterator[tuple[T, R | None]]:
    """Run a function on tasks in worker processes; yield each task with its result.

    Each worker takes its tasks from an iterator of its own, one at a time. If a worker dies, the tasks that may have killed it are tried
    once more, each part of them (`parts`) in a process of its own. The result of a part that kills this process too is None.
    """
    while True:
        pool = _begun(len(tasks), start)
        if pool is None:
            yield from _here(function, chain(*tasks), start)
            return
        lost: list[T] = []
        with _ending(pool):
            yield from _through(pool, function, tasks, lost)
        if not lost:
            return
        for task in lost:
            for part in parts(task) if parts is not None else [task]:
                yield part, _alone(function, part, start)


def _through(
    pool: ProcessPoolExecutor, function: Callable[[T], R], tasks: Sequence[Iterator[T]], lost: list[T]
) -> Iterator[tuple[T, R]]:
    """Keep each worker of a pool busy with one task; yield the tasks that end, and add to `lost` those that ran when a worker died."""
    running: dict[Future[R], tuple[Iterator[T], T]] = {}

    def go_on(own: Iterator[T]) -> None:
        for task in islice(own, 0 if lost else 1):
            running[_submit(pool, function, task)] = own, task

    for own in tasks:
        go_on(own)
    while running:
        for future in wait_for(running, return_when=FIRST_COMPLETED).done:
            own, task = running.pop(future)
            if isinstance(future.exception(), BrokenProcessPool):
                lost.append(task)
                continue
            go_on(own)  # Before the result is used, so that the worker does not wait for that.
            yield task, future.result()


def _alone(function: Callable[[T], R], task: T, start: Start | None) -> R | None:
    """Run one task in a process of its own; return None if that dies."""
    pool = _begun(1, start)
    if pool is not None:
        with _ending(pool), suppress(BrokenProcessPool):
            return _submit(pool, function, task).result()
    return None


def _here(function: Callable[[T], R], tasks: Iterable[T], start: Start | None) -> Iterator[tuple[T, R]]:
    """Run the tasks in this process, because the system refuses to start others."""
    if start is not None:
        start[0](*start[1])
    yield from ((task, function(task)) for task in tasks)


def _begun(count: int, start: Start | None) -> ProcessPoolExecutor | None:
    """Return a pool of workers, or None if the system refuses the semaphores and pipes that it needs."""
    try:
        with without_current_folder():
            return ProcessPoolExecutor(count, context(), initializer=_begin, initargs=(start,))
    except (OSError, NotImplementedError, ImportError):
        return None


def _submit(pool: ProcessPoolExecutor, function: Callable[[T], R], task: T) -> Future[R]:
    """Submit a task, which may start workers; if the pool is broken already, return a future that failed with `BrokenProcessPool`."""
    try:
        with _interrupts_blocked(), without_current_folder():
            return pool.submit(function, task)
    except (BrokenProcessPool, OSError) as error:
        failed: Future[R] = Future()
        failed.set_exception(BrokenProcessPool(str(error)))
        return failed


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block interrupts in the block, and so in workers that it starts until they ignore them: only this process handles Ctrl-C."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _ending(pool: ProcessPoolExecutor) -> Iterator[None]:
    """Shut the pool down after the block; if that raises (an interrupt, say), cancel the tasks that have not started."""
    try:
        yield
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def abandon(code: int) -> NoReturn:
    """Kill the workers and exit at once, without cleaning up."""
    for process in multiprocessing.active_children():
        process.kill()
    os._exit(code)


def _begin(start: Start | None) -> None:
    """Prepare a worker: ignore interrupts, exit with the parent, and call `start`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    if start is not None:
        function, given = start
        function(*given)


def _leave_with_parent() -> None:
    """Wait for the end of the parent process, then exit: a worker whose parent is killed learns of it in no other way."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
