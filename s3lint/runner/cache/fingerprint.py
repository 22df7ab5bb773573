"""Fingerprint of the tool: s3lint, its rule packs, libcst and Python, on which results depend beside files and settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import s3lint.rules
from s3lint import __version__
from s3lint.project.dependencies import digest
from s3lint.registry import packs
from s3lint.support.distributions import version_of

if TYPE_CHECKING:
    from s3lint.runner.cache.contents import Contents

DATA = (".py", ".json", ".toml", ".so", ".pyd")
"""Suffixes of the files of a package that may change results."""


def fingerprint(contents: Contents) -> str:
    """Return a digest that changes with each version of the tool and its packs, and with each edit of their files."""
    parts = [__version__, sys.implementation.name, *map(str, sys.version_info[:2]), version_of("libcst")]
    for place in (Path(s3lint.__file__).parent, *map(Path, s3lint.rules.__path__)):
        parts += _state(place, contents)
    for pack in packs():
        parts += [pack.name, pack.value, pack.dist.version if pack.dist is not None else ""]
        for place in _source(pack.module):
            parts += _state(place, contents)
    return digest("\n".join(parts).encode("utf-8", "surrogateescape"))


def _source(module: str) -> list[Path]:
    """Return the folders or the file of the package that a module belongs to, without importing it."""
    try:
        spec = find_spec(module.partition(".")[0])
    except (ImportError, ValueError):
        return []
    return [Path(place) for place in spec.submodule_search_locations or [spec.origin or ""]] if spec is not None else []


def _state(place: Path, contents: Contents) -> Iterator[str]:
    """Yield the files of a package, or one module, with their digests."""
    for path in (place,) if place.is_file() else _files(place):
        content = contents.of(path)
        yield f"{path.relative_to(place)} {content.raw if content is not None else ''}"


def _files(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        elif entry.name.endswith(DATA):
            yield Path(entry.path)
