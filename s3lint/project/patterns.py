"""Patterns for paths, everywhere as `.gitignore` reads them."""

from __future__ import annotations

import re
from functools import cache

from pathspec import GitIgnoreSpec

NAME = re.compile(r"[\w.-]+")
"""A pattern that is the name of files and folders, wherever they lie."""


@cache
def spec_of(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(patterns)


@cache
def split(patterns: tuple[str, ...]) -> tuple[frozenset[str], GitIgnoreSpec | None]:
    """The patterns that are names, which need no matching, and all the others; a pattern that takes one back needs all in order."""
    names = frozenset(pattern for pattern in patterns if NAME.fullmatch(pattern))
    if any(pattern.startswith("!") for pattern in patterns):
        return frozenset(), spec_of(patterns)
    others = tuple(pattern for pattern in patterns if pattern not in names)
    return names, spec_of(others) if others else None
