"""`s3lint clean`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from s3lint.cli.asked import changes_of, settings_finder
from s3lint.cli.request import folder_of
from s3lint.cli.saying import complain
from s3lint.config.load import ConfigurationError
from s3lint.project.targets import Missing
from s3lint.reports import Report
from s3lint.runner.cache.folder import removed


def run(options: argparse.Namespace) -> int:
    try:
        paths = [Path(os.path.abspath(path)) for path in options.paths or ["."]]
        finder = settings_finder(options, changes_of(options), paths)
        for folder in dict.fromkeys(folder_of(options, path, finder) for path in paths):
            _clean(folder)
    except (ConfigurationError, Missing) as error:
        complain(error)
        return 2
    return 0


def _clean(folder: Path) -> None:
    """Raises `Missing` where something cannot be removed."""
    shown = Report([], Path.cwd()).shown(folder)
    try:
        print(f"{shown} removed." if removed(folder) else f"{shown}: there is no cache.")
    except OSError as error:
        raise Missing(f"{folder}: cannot be removed: {error.strerror or error}") from None
