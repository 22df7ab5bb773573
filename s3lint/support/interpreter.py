"""Settings of the running interpreter while code is parsed: garbage collection paused, the parser's warnings suppressed."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

STACK_WORDS = 2**17
"""Words of the frame below which `on_one_stack` calls: CPython then allocates twice as much, and as many are left for what is called."""

PARSER_WARNINGS = (SyntaxWarning, DeprecationWarning)


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pause garbage collection while syntax trees are made: libcst then parses three times faster, `ast` five times.

    Nested uses are harmless: only the outermost one turns the collector on again.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            # The trees move to the oldest generation: otherwise the next collection of the young one would visit each of their nodes.
            # `unfreeze` would age objects that someone else froze as well, so nothing is done where there are any.
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def on_one_stack(compute: Callable[[], T]) -> T:
    """Return what a function returns, with all Python frames that it needs in one piece of memory.

    CPython keeps frames in pieces of 16 KB, and maps and unmaps one at each call that does not fit into the last: where a deep recursion
    rests at the end of a piece, that costs more than the calls themselves. A frame that is larger than a piece gets one of its own
    size, rounded up to a power of two, and what it calls uses the rest (`push_chunk` in `Python/pystate.c`).
    """
    return compute()


on_one_stack.__code__ = on_one_stack.__code__.replace(co_stacksize=STACK_WORDS)


@contextmanager
def without_parser_warnings() -> Iterator[None]:
    r"""Suppress the warnings that `ast.parse` emits for the checked code.

    Since Python 3.12 a literal such as `"\d"` makes it warn, under a file name (`<unknown>`) that helps no reader.
    """
    if _are_suppressed():
        yield
        return
    with warnings.catch_warnings():
        for category in PARSER_WARNINGS:
            warnings.simplefilter("ignore", category)
        yield


def _are_suppressed() -> bool:
    """Tell whether an outer block does it already: to change the filters for each file of a run costs more than most files do."""
    first = warnings.filters[: len(PARSER_WARNINGS)]
    return [(action, category) for action, message, category, *_ in first if message is None] == [
        ("ignore", category) for category in reversed(PARSER_WARNINGS)
    ]
