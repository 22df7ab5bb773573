"""Settings of the running interpreter while code is parsed: garbage collection paused, the parser's warnings suppressed."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

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
