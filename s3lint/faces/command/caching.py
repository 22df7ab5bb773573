"""Where a command remembers results."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from s3lint.cache.folder import NAME
from s3lint.cache.results import Cache
from s3lint.settings import Settings


def cache_of(options: argparse.Namespace, paths: Sequence[Path], settings_of: Callable[[Path], Settings]) -> Cache | None:
    """The cache of a run over some paths; None where none is wanted, or none can be had, of which the user is told."""
    if options.no_cache:
        return None
    folder = folder_of(options, paths[0], settings_of)
    try:
        return Cache(folder)
    except OSError as error:
        if not getattr(options, "quiet", False):
            print(f"s3lint: warning: {folder}: nothing is remembered: {error.strerror or error}", file=sys.stderr)
        return None


def folder_of(options: argparse.Namespace, path: Path, settings_of: Callable[[Path], Settings]) -> Path:
    """The folder of the cache for a run whose first path is this one."""
    return Path(os.path.abspath(options.cache_dir)) if options.cache_dir is not None else settings_of(path).root / NAME
