"""Whatever results depend on besides files and settings: s3lint, its rule packs, libcst and Python."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import s3lint.rules
from s3lint import __version__
from s3lint.reads import digest
from s3lint.registry import packs

DATA = (".py", ".json", ".toml", ".so", ".pyd")
"""How the files end that a package works with."""


@cache
def versions() -> str:
    """Changes with each installed version of what makes results, and with each edit of a package that is worked on."""
    parts = [__version__, sys.implementation.name, *map(str, sys.version_info[:2]), _version("libcst")]
    for place in (Path(s3lint.__file__).parent, *map(Path, s3lint.rules.__path__)):
        parts += _state(place)
    for pack in packs():
        parts += [pack.name, pack.value, pack.dist.version if pack.dist is not None else "", *_source(pack.module)]
    return digest("\n".join(parts).encode("utf-8", "surrogateescape"))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _source(module: str) -> Iterator[str]:
    """The files of the package that a module belongs to, which is not imported."""
    try:
        spec = find_spec(module.partition(".")[0])
    except (ImportError, ValueError):
        return
    for place in (spec.submodule_search_locations or [spec.origin or ""]) if spec is not None else ():
        yield from _state(Path(place))


def _state(place: Path) -> Iterator[str]:
    """The files of a package, or one module, with their sizes and times."""
    try:
        if place.is_file():
            yield f"{place} {place.stat().st_size} {place.stat().st_mtime_ns}"
            return
        for entry in sorted(os.scandir(place), key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                yield from _state(Path(entry.path))
            elif entry.name.endswith(DATA):
                yield f"{entry.path} {entry.stat().st_size} {entry.stat().st_mtime_ns}"
    except OSError:
        return
