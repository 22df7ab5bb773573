"""`s3lint report`."""

from __future__ import annotations

import argparse
import os
from datetime import date
from pathlib import Path

from s3lint.configuration import ConfigurationError
from s3lint.faces.command.check import changes_of, jobs_of, settings_finder, write_file
from s3lint.faces.command.progress import watched
from s3lint.faces.command.saying import complain
from s3lint.reports.history import NoReport, Snapshot, dumped, earlier, snapshot
from s3lint.reports.html import render
from s3lint.reports.html.content import Overview
from s3lint.run import Missing, Outcome, Target, check_all, targets
from s3lint.selection import Selection


def run(options: argparse.Namespace) -> int:
    try:
        if options.html is None and options.json is None:
            raise ConfigurationError("the command line: say where the report goes: --html FILE, --json FILE, or both")
        past = [earlier(Path(file)) for file in options.earlier]
        paths = [Path(os.path.abspath(path)) for path in options.paths or ["."]]
        files = list(targets(paths, settings_finder(options, changes_of(options), paths)))
        jobs = jobs_of(options.jobs)
        outcome = check_all(files, jobs) if options.quiet else check_all(files, jobs, watched)
        _write(options, paths, files, outcome, past)
    except (ConfigurationError, Missing, NoReport) as error:
        complain(error)
        return 2
    for message in outcome.errors:
        complain(message)
    return 2 if outcome.errors else 0


def _write(options: argparse.Namespace, paths: list[Path], files: list[Target], outcome: Outcome, past: list[Snapshot]) -> None:
    today = date.today()
    if options.json is not None:
        write_file(Path(options.json), dumped(outcome.findings, today))
    if options.html is None:
        return
    history = sorted([*past, snapshot(outcome.findings, today)], key=lambda each: each.date)
    overview = Overview(
        title=paths[0].name if len(paths) == 1 else Path.cwd().name,
        root=Path.cwd(),
        today=today,
        paths=[target.path for target in files],
        outcome=outcome,
        checked=_checked(files),
        history=history,
    )
    write_file(Path(options.html), render(overview))
    if not options.quiet:
        print(f"{len(outcome.findings)} findings in {len(files)} files: {options.html}")


def _checked(files: list[Target]) -> frozenset[str]:
    """The codes that were on in some file."""
    distinct = {id(target.settings): target.settings for target in files}
    return frozenset[str]().union(*(Selection(settings).codes for settings in distinct.values()))
