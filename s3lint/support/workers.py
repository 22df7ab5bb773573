"""How many processes there may be, how they start, and what becomes of their work when one of them dies."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any, NoReturn, TypeVar

CGROUP = Path("/sys/fs/cgroup")

PRELOADED = ["s3lint.runner.run", "s3lint.linter.checker", "s3lint.inference.analysis"]
"""What every worker needs; libcst is among it."""


T = TypeVar("T")
R = TypeVar("R")
Start = tuple[Callable[..., None], tuple[Any, ...]]
"""What a worker does first, and with what."""


def available_cores(cgroup: Path = CGROUP) -> int:
    """The cores that this process may use: what the system has, its affinity allows, and the quota of its container pays for."""
    if hasattr(os, "process_cpu_count"):
        count = os.process_cpu_count() or 1
    elif hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0)) or 1
    else:
        count = os.cpu_count() or 1
    quota = _quota(cgroup)
    return max(1, count if quota is None else min(count, math.ceil(quota)))


def _quota(cgroup: Path) -> float | None:
    """The cores that a container may keep busy, in version 2 or 1 of control groups; None where there is no bound."""
    with suppress(OSError, ValueError):
        quota, _, period = (cgroup / "cpu.max").read_text(encoding="ascii").partition(" ")
        return None if quota == "max" else int(quota) / int(period)
    with suppress(OSError, ValueError):
        read = [int((cgroup / "cpu" / f"cpu.cfs_{name}_us").read_text(encoding="ascii")) for name in ("quota", "period")]
        return read[0] / read[1] if read[0] > 0 else None
    return None


def context() -> BaseContext:
    """Where it is safe, workers are forked from this process, which has loaded what they need; else from a server that has."""
    for name in PRELOADED:
        __import__(name)
    if sys.platform == "linux" and threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    if "forkserver" in multiprocessing.get_all_start_methods():
        made = multiprocessing.get_context("forkserver")
        made.set_forkserver_preload(PRELOADED)
        return made
    return multiprocessing.get_context()


def spread(
    function: Callable[[T], R],
    tasks: Sequence[T],
    count: int,
    start: Start | None = None,
    parts: Callable[[T], list[T]] | None = None,
) -> Iterator[tuple[T, R | None]]:
    """Each task with its result. Where a worker dies, the tasks that it may have died of are tried once more, each part of them in a
    process of its own; None is the result of what kills that one too.
    """
    waiting = list(tasks)
    while waiting:
        pool = _begun(count, start)
        if pool is None:
            yield from _here(function, waiting, start)
            return
        lost: list[T] = []
        with _ending(pool):
            for task, future in _submitted(pool, function, waiting):
                try:
                    yield task, future.result()
                except BrokenProcessPool:
                    lost.append(task)
        # Tasks are begun in order, so those that were being done are among the first that are left.
        for task in lost[:count]:
            for part in parts(task) if parts is not None else [task]:
                yield part, _alone(function, part, start)
        waiting = lost[count:]


def _alone(function: Callable[[T], R], task: T, start: Start | None) -> R | None:
    pool = _begun(1, start)
    if pool is not None:
        with _ending(pool), suppress(BrokenProcessPool):
            return _submit(pool, function, task).result()
    return None


def _here(function: Callable[[T], R], tasks: Sequence[T], start: Start | None) -> Iterator[tuple[T, R]]:
    """In this process, where the machine has no room for others."""
    if start is not None:
        start[0](*start[1])
    yield from ((task, function(task)) for task in tasks)


def _begun(count: int, start: Start | None) -> ProcessPoolExecutor | None:
    """Workers, or None where the system refuses what they need to talk to each other."""
    try:
        return ProcessPoolExecutor(count, context(), initializer=_begin, initargs=(start,))
    except (OSError, NotImplementedError, ImportError):
        return None


def _submitted(pool: ProcessPoolExecutor, function: Callable[[T], R], tasks: Sequence[T]) -> list[tuple[T, Future[R]]]:
    """The tasks under way. The workers start meanwhile, and inherit that interrupts are for the process that runs them."""
    if not hasattr(signal, "pthread_sigmask"):
        return [(task, _submit(pool, function, task)) for task in tasks]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return [(task, _submit(pool, function, task)) for task in tasks]
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _submit(pool: ProcessPoolExecutor, function: Callable[[T], R], task: T) -> Future[R]:
    try:
        return pool.submit(function, task)
    except (BrokenProcessPool, OSError) as error:
        failed: Future[R] = Future()
        failed.set_exception(BrokenProcessPool(str(error)))
        return failed


@contextmanager
def _ending(pool: ProcessPoolExecutor) -> Iterator[None]:
    """No further task begins where an exception, such as an interrupt, ends the use of the workers."""
    try:
        yield
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def abandon(code: int) -> NoReturn:
    """Leaves at once, and takes the workers along."""
    for process in multiprocessing.active_children():
        process.kill()
    os._exit(code)


def _begin(start: Start | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    if start is not None:
        function, given = start
        function(*given)


def _leave_with_parent() -> None:
    """Nothing else tells a worker that the process which it works for was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
