"""Remember which first-party code hands work to another thread or task: the stacks there have none of its frames.

Covered are pools of threads (`executor.submit`, `executor.map`, `asyncio.to_thread`), threads that run a method of a client, tasks made of
library coroutines (`asyncio.gather(client.put_object(…))`), and coroutines that run on the loop of another thread, as those of fsspec do.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .recorder import Recorder, handed_over_by, working_for
from .wrapping import replace

CLIENTS = frozenset({"aiobotocore", "boto3", "botocore"})
"""Packages whose methods a thread may run as its only work. Any other thread may work for many callers."""

Original = Callable[..., Any]


def install(recorder: Recorder) -> None:
    """Wrap what hands work over. `tables.remove` puts back everything that was wrapped for a recorder."""
    for module, owner, name, wrapper in (
        ("concurrent.futures.thread", "ThreadPoolExecutor", "submit", _submit),
        ("threading", "Thread", "start", _start),
        ("asyncio.base_events", "BaseEventLoop", "create_task", _create_task),
        ("asyncio.tasks", "", "run_coroutine_threadsafe", _run_elsewhere),
        ("asyncio", "", "run_coroutine_threadsafe", _run_elsewhere),
    ):
        replace(recorder, module, owner, name, functools.partial(wrapper, recorder))


def remove(recorder: Recorder) -> None:
    """Nothing is left to do: `tables.remove` puts back everything that was wrapped for a recorder."""


def _submit(recorder: Recorder, original: Original) -> Original:
    @functools.wraps(original)
    def submit(*arguments: Any, **keywords: Any) -> Any:
        if len(arguments) > 1:
            executor, function, *rest = arguments
            arguments = executor, _carrying(recorder, function), *rest
        return original(*arguments, **keywords)

    return submit


def _start(recorder: Recorder, original: Original) -> Original:
    @functools.wraps(original)
    def start(thread: Any) -> Any:
        target = getattr(thread, "_target", None)
        while isinstance(target, functools.partial):
            target = target.func
        if type(getattr(target, "__self__", None)).__module__.partition(".")[0] in CLIENTS:
            thread._target = _carrying(recorder, thread._target)  # noqa: SLF001 - where threads keep what they run
        return original(thread)

    return start


def _create_task(recorder: Recorder, original: Original) -> Original:
    @functools.wraps(original)
    def create_task(loop: Any, coroutine: Any, **keywords: Any) -> Any:
        # A task runs in a copy of the context that it is made in.
        with handed_over_by(recorder.here(coroutine)):
            return original(loop, coroutine, **keywords)

    return create_task


def _run_elsewhere(recorder: Recorder, original: Original) -> Original:
    @functools.wraps(original)
    def run_coroutine_threadsafe(coroutine: Any, loop: Any) -> Any:
        with handed_over_by(recorder.here(coroutine)):
            return original(coroutine, loop)

    return run_coroutine_threadsafe


def _carrying(recorder: Recorder, function: Any) -> Any:
    """Return a function that does the same, and knows in its thread which first-party code handed it over."""
    chain = recorder.here(function)
    if not chain:
        return function

    def carried(*arguments: Any, **keywords: Any) -> Any:
        with working_for(chain):
            return function(*arguments, **keywords)

    return carried
