"""`s3lint report`."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from s3lint.cli.asked import jobs_of
from s3lint.cli.output import write_file
from s3lint.cli.progress import watched
from s3lint.cli.request import Asked, asked_for
from s3lint.cli.saying import complain
from s3lint.config.load import ConfigurationError
from s3lint.config.selection import Selection
from s3lint.project.targets import Missing, Target
from s3lint.reports.history import NoReport, Snapshot, dumped, earlier, snapshot
from s3lint.reports.html import render
from s3lint.reports.html.content import Overview
from s3lint.runner.run import Outcome, check_all, unwatched


def run(options: argparse.Namespace) -> int:
    try:
        if options.html is None and options.json is None:
            raise ConfigurationError("the command line: say where the report goes: --html FILE, --json FILE, or both")
        past = [earlier(Path(file)) for file in options.earlier]
        asked, jobs = asked_for(options), jobs_of(options.jobs)
        outcome = check_all(asked.files, jobs, unwatched if options.quiet else watched, asked.cache, asked.company)
        _write(options, asked, outcome, past)
    except (ConfigurationError, Missing, NoReport) as error:
        complain(error)
        return 2
    for message in outcome.errors:
        complain(message)
    return 2 if outcome.errors else 0


def _write(options: argparse.Namespace, asked: Asked, outcome: Outcome, past: list[Snapshot]) -> None:
    today = date.today()
    if options.json is not None:
        write_file(Path(options.json), dumped(outcome.findings, today))
    if options.html is None:
        return
    history = sorted([*past, snapshot(outcome.findings, today)], key=lambda each: each.date)
    overview = Overview(
        title=asked.paths[0].name if len(asked.paths) == 1 else Path.cwd().name,
        root=Path.cwd(),
        today=today,
        paths=[target.path for target in asked.files],
        outcome=outcome,
        checked=_checked(asked.files),
        history=history,
    )
    write_file(Path(options.html), render(overview))
    if not options.quiet:
        print(f"{len(outcome.findings)} findings in {len(asked.files)} files: {options.html}")


def _checked(files: list[Target]) -> frozenset[str]:
    """The codes that were on in some file."""
    distinct = {id(target.settings): target.settings for target in files}
    return frozenset[str]().union(*(Selection(settings).codes for settings in distinct.values()))
