"""One description of what is done, run by a caller that waits or by one that awaits."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Generator
from typing import Any, TypeVar

R = TypeVar("R")

Steps = Generator[Callable[[], Any], Any, R]
"""Yields each request, and each piece of work on files and digests, as a call without arguments; is sent its answer, or thrown its error."""


def run(steps: Steps[R]) -> R:
    """Runs the steps one after another, and returns what they come to."""
    try:
        step = next(steps)
        while True:
            try:
                answer = step()
            except BaseException as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]


async def run_async(steps: Steps[R]) -> R:
    """Runs the steps one after another, each in a thread, and awaits those answers that can be awaited in the loop.

    A client of boto3, a file and a digest stop no loop then, and the clients of aioboto3 are awaited as they must be.
    """
    try:
        step = next(steps)
        while True:
            try:
                answer = await _beside(step)
                if inspect.isawaitable(answer):
                    answer = await answer
            except BaseException as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]


async def _beside(step: Callable[[], Any]) -> Any:
    """Returns what a step returns that is run in a thread. Where it is cancelled, the thread is waited for: nothing can stop it."""
    work = asyncio.ensure_future(asyncio.to_thread(step))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        if not work.cancelled() and work.exception() is None and inspect.iscoroutine(work.result()):
            work.result().close()
        raise
