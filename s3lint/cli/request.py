"""Where a command remembers results."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from s3lint.cli.asked import changes_of, jobs_of, settings_finder
from s3lint.project.targets import Target, targets, with_company
from s3lint.runner.cache.folder import NAME
from s3lint.runner.cache.results import Cache, cache_for
from s3lint.settings import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """The files of a run, those that are looked at besides, and what earlier runs know of them."""

    paths: list[Path]
    files: list[Target]
    company: list[Target]
    cache: Cache | None

    @property
    def all(self) -> list[Target]:
        return [*self.files, *self.company]


def asked_for(options: argparse.Namespace) -> Asked:
    """Raises `ConfigurationError` and `Missing`."""
    jobs_of(options.jobs)
    paths = [Path(os.path.abspath(path)) for path in options.paths or ["."]]
    finder = settings_finder(options, changes_of(options), paths)
    files, company = with_company(targets(paths, finder))
    return Asked(paths, files, company, cache_of(options, paths, finder) if files else None)


def cache_of(options: argparse.Namespace, paths: Sequence[Path], settings_of: Callable[[Path], Settings]) -> Cache | None:
    """The cache of a run over some paths; None where none is wanted, or none can be had, of which the user is told."""
    if options.no_cache:
        return None
    return cache_for(folder_of(options, paths[0], settings_of), paths, quiet=getattr(options, "quiet", False))


def folder_of(options: argparse.Namespace, path: Path, settings_of: Callable[[Path], Settings]) -> Path:
    """The folder of the cache for a run whose first path is this one."""
    return Path(os.path.abspath(options.cache_dir)) if options.cache_dir is not None else settings_of(path).root / NAME
