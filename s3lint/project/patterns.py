"""Match paths against patterns of the settings, which have the syntax of `.gitignore`. Imports `settings`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pathspec import GitIgnoreSpec

from s3lint.settings import Settings

NAME = re.compile(r"[\w.-]+")
"""A pattern that is a plain name of files or folders in any place."""


@cache
def spec_of(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    """Return the compiled patterns."""
    return GitIgnoreSpec.from_lines(patterns)


@cache
def split(patterns: tuple[str, ...]) -> tuple[frozenset[str], GitIgnoreSpec | None]:
    """Split patterns into plain names, which a set lookup matches, and the rest; None if there is no rest.

    A pattern with `!` takes back earlier ones, so then all stay together in their order.
    """
    names = frozenset(pattern for pattern in patterns if NAME.fullmatch(pattern))
    if any(pattern.startswith("!") for pattern in patterns):
        return frozenset(), spec_of(patterns)
    others = tuple(pattern for pattern in patterns if pattern not in names)
    return names, spec_of(others) if others else None


def matches(path: Path, patterns: tuple[str, ...], settings: Settings) -> bool:
    """Tell whether a file matches a pattern, by its path from the project's root; by its name alone outside of the project."""
    relative = path.relative_to(settings.root) if path.is_relative_to(settings.root) else Path(path.name)
    return spec_of(patterns).match_file(relative.as_posix())


def is_test(path: Path, settings: Settings) -> bool:
    """Tell whether a file is a test by `test-paths`."""
    return matches(path, settings.test_paths, settings)
