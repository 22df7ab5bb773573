"""What Python's parser thinks of the code that is checked is not ours to tell."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_parser_warnings() -> Iterator[None]:
    r"""Since Python 3.12 a literal such as `"\d"` makes `ast` print a warning, under a file name that means nothing to the reader."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        yield
