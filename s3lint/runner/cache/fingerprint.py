"""Whatever results depend on besides files and settings: s3lint, its rule packs, libcst and Python."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import s3lint.rules
from s3lint import __version__
from s3lint.project.dependencies import digest
from s3lint.registry import packs

if TYPE_CHECKING:
    from s3lint.runner.cache.contents import Contents

DATA = (".py", ".json", ".toml", ".so", ".pyd")
"""How the files end that a package works with."""


def versions(contents: Contents) -> str:
    """Changes with each version of what makes results, and with each edit of a package that is worked on, wherever it is installed."""
    parts = [__version__, sys.implementation.name, *map(str, sys.version_info[:2]), _version("libcst")]
    for place in (Path(s3lint.__file__).parent, *map(Path, s3lint.rules.__path__)):
        parts += _state(place, contents)
    for pack in packs():
        parts += [pack.name, pack.value, pack.dist.version if pack.dist is not None else ""]
        for place in _source(pack.module):
            parts += _state(place, contents)
    return digest("\n".join(parts).encode("utf-8", "surrogateescape"))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _source(module: str) -> list[Path]:
    """Where the package lies that a module belongs to, which is not imported."""
    try:
        spec = find_spec(module.partition(".")[0])
    except (ImportError, ValueError):
        return []
    return [Path(place) for place in spec.submodule_search_locations or [spec.origin or ""]] if spec is not None else []


def _state(place: Path, contents: Contents) -> Iterator[str]:
    """The files of a package, or one module, with the digests of what they hold."""
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
