"""One description of what is done, run by a caller that waits or by one that awaits."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Generator
from functools import wraps
from typing import Any, ParamSpec, TypeVar

R = TypeVar("R")
P = ParamSpec("P")

Steps = Generator[Callable[[], Any], Any, R]
"""Yields each request as a call without arguments, and is sent its answer, or thrown its error."""


def run(steps: Steps[R]) -> R:
    """Runs the steps one after another."""
    try:
        step = next(steps)
        while True:
            try:
                answer = step()
            except Exception as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]


async def run_async(steps: Steps[R]) -> R:
    """Runs the steps one after another, and awaits those answers that can be awaited."""
    try:
        step = next(steps)
        while True:
            try:
                answer = step()
                if inspect.isawaitable(answer):
                    answer = await answer
            except Exception as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]


def waiting(describe: Callable[P, Steps[R]]) -> Callable[P, R]:
    """The function that runs what another describes."""

    @wraps(describe)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return run(describe(*args, **kwargs))

    return _returning_result(call, describe)


def awaiting(describe: Callable[P, Steps[R]]) -> Callable[P, Awaitable[R]]:
    """The coroutine function that runs what another describes."""

    @wraps(describe)
    async def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return await run_async(describe(*args, **kwargs))

    return _returning_result(call, describe)


F = TypeVar("F", bound=Callable[..., Any])


def _returning_result(call: F, describe: Callable[..., Any]) -> F:
    """The call, whose signature says what the steps come to."""
    signature = inspect.signature(describe)
    result = str(signature.return_annotation).removeprefix("Steps[").removesuffix("]")
    call.__signature__ = signature.replace(return_annotation=result)  # type: ignore[attr-defined]
    return call
