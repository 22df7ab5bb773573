"""Patterns for paths, everywhere as `.gitignore` reads them."""

from __future__ import annotations

from functools import cache

from pathspec import GitIgnoreSpec


@cache
def spec_of(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(patterns)
