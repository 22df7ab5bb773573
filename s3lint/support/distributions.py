"""Ask about installed distributions without `importlib.metadata`, whose import takes longer than most runs need for a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

METADATA = (".dist-info", ".egg-info")

EGG = ".egg"

FIND = "find_distributions"
"""The method by which a finder of imports offers distributions that lie elsewhere than in folders of the path."""


def may_offer(group: str) -> bool:
    """Tell whether a distribution may have entry points of a group. False is certain."""
    if _has_other_finders():
        return True
    return any(group.encode() in _content(folder / "entry_points.txt") for folder in _metadata(tuple(sys.path)))


def version_of(name: str) -> str:
    """Return the version of a distribution; empty if it is not installed."""
    for folder in _metadata(tuple(sys.path)):
        found, _, version = folder.name.removesuffix(METADATA[0]).partition("-")
        if found.lower() == name and version and folder.name.endswith(METADATA[0]):
            return version
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _has_other_finders() -> bool:
    """Tell whether distributions may come from elsewhere than from folders: from archives, or from finders of other packages."""
    builtin = ("_frozen_importlib", "_frozen_importlib_external")
    if any(hasattr(finder, FIND) and getattr(finder, "__module__", "") not in builtin for finder in sys.meta_path):
        return True
    return any(Path(each).is_file() for each in sys.path)


@cache
def _metadata(path: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the folders and files of metadata on a path, in its order."""
    return tuple(found for each in dict.fromkeys(path) for found in _metadata_in(Path(each)))


def _metadata_in(folder: Path) -> Iterator[Path]:
    if folder.name.endswith(EGG):
        yield folder / "EGG-INFO"
    with suppress(OSError):
        for entry in os.scandir(folder):
            if entry.name.endswith(METADATA):
                yield folder / entry.name
            elif entry.name.endswith(EGG):
                yield folder / entry.name / "EGG-INFO"


def _content(file: Path) -> bytes:
    with suppress(OSError):
        return file.read_bytes()
    return b""
