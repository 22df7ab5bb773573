"""`s3lint check --show-files`: list the files that a run checks, and what it passes over, with the reason."""

from __future__ import annotations

import argparse
from pathlib import Path

from s3lint.cli.output import print_error
from s3lint.cli.request import paths_of, setting_overrides, settings_finder
from s3lint.cli.without_effect import patterns_without_matches
from s3lint.config.load import COMMAND_LINE
from s3lint.project.discovery import EXCLUDED, is_notebook
from s3lint.project.files import MAX_READ_BYTES
from s3lint.project.targets import targets
from s3lint.reports import Report, printable
from s3lint.source.skipped import skipped_cells, skipped_rows, why_skipped
from s3lint.support.bounded_read import read_bounded


def show_files(options: argparse.Namespace) -> int:
    """Print the files that a run checks, then what it passes over: files, folders, notebooks and cells. Return the exit code."""
    here, left_out = Report([], Path.cwd()), list[tuple[Path, str]]()
    paths = paths_of(options)
    settings_of = settings_finder(options, setting_overrides(options), paths)
    found = list(targets(paths, settings_of, lambda path, reason: left_out.append((path, reason))))
    read, skipped = [], [f"{here.shown(path)}: {why}" for path, why in left_out]
    for target in found:
        why, parts = _skipped(target.path)
        if why is None:
            read.append(here.shown(target.path))
        skipped += [f"{here.shown(target.path)}{place}: {printable(reason)}" for place, reason in ([("", why)] if why else parts)]
    print("\n".join([*read, *skipped]))
    excluded = [path for path, reason in left_out if reason == EXCLUDED]
    for settings in {target.settings.source: target.settings for target in found}.values():
        for text in patterns_without_matches(settings, [target.path for target in found], excluded):
            print_error(f"warning: {settings.source or COMMAND_LINE}: {text}")
    return 0


def _skipped(path: Path) -> tuple[str | None, list[tuple[str, str]]]:
    """Return why a file is not checked as a whole, else the places of its cells that are not, each with the reason."""
    try:
        data = read_bounded(path, MAX_READ_BYTES)
    except OSError:
        return None, []
    if not is_notebook(path.name):
        return None, [(f":{row}", reason) for row, reason in skipped_rows(data)]
    why = why_skipped(data)
    return why, [(f":cell {number}", reason) for number, reason in skipped_cells(data)] if why is None else []
