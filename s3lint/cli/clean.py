"""`s3lint clean`: delete the caches of projects."""

from __future__ import annotations

import argparse
from pathlib import Path

from s3lint.cli.output import print_error
from s3lint.cli.request import cache_folder, paths_of, setting_overrides, settings_finder
from s3lint.errors import ConfigurationError, UsageError
from s3lint.reports import Report
from s3lint.runner.cache.folder import project_folder, remove


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    try:
        paths = paths_of(options)
        settings_of = settings_finder(options, setting_overrides(options), paths)
        for folder in dict.fromkeys(cache_folder(options) or project_folder(settings_of(path).root) for path in paths):
            _remove(folder)
    except (ConfigurationError, UsageError) as error:
        print_error(error)
        return 2
    return 0


def _remove(folder: Path) -> None:
    """Remove a cache folder and print that. Raises `UsageError` if it cannot be removed."""
    shown = Report([], Path.cwd()).shown(folder)
    try:
        print(f"{shown} removed." if remove(folder) else f"{shown}: there is no cache.")
    except OSError as error:
        raise UsageError(f"{folder}: cannot be removed: {error.strerror or error}") from None
