"""`s3lint report`: write a report for people as HTML or CSV, or findings for the trend of later reports as JSON."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from s3lint.cli.output import counted, print_error, write_file
from s3lint.cli.progress import with_progress
from s3lint.cli.request import RunRequest, job_count, paths_of, run_request
from s3lint.config.selection import Selection
from s3lint.errors import ConfigurationError, UsageError
from s3lint.project.targets import Target
from s3lint.reports import Report, renderer
from s3lint.reports.fingerprints import fingerprints
from s3lint.reports.history import NoReport, Snapshot, dumped, earlier, snapshot
from s3lint.reports.html import render
from s3lint.reports.html.content import Overview
from s3lint.reports.html.source_links import SourceLinks, source_links
from s3lint.runner.run import RunResult, check_all, no_progress


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code: 0, or 2 with errors. Findings do not fail it."""
    try:
        if options.html is None and options.json is None and options.csv is None:
            raise ConfigurationError("the command line: no output: give --html FILE, --json FILE or --csv FILE")
        links = source_links(paths_of(options)[0], options.repository_url) if options.html is not None else None
        past = [earlier(Path(file)) for file in options.earlier]
        request, watch = run_request(options), no_progress if options.quiet else with_progress
        outcome = check_all(request.files, job_count(options.jobs), watch, request.cache, request.context_files)
        _write(options, request, outcome, past, links)
    except (ConfigurationError, UsageError, NoReport) as error:
        print_error(error)
        return 2
    for message in outcome.errors:
        print_error(message)
    return 2 if outcome.errors else 0


def _write(
    options: argparse.Namespace, request: RunRequest, outcome: RunResult, past: list[Snapshot], links: SourceLinks | None
) -> None:
    """Write the files asked for. Raises `UsageError` for one that cannot be written."""
    today = date.today()
    report = Report(outcome.findings, Path.cwd(), suppressions=tuple(outcome.suppressions), baselined=tuple(outcome.baselined))
    marks = tuple(fingerprints(outcome.unsuppressed, report))
    if options.json is not None:
        write_file(Path(options.json), dumped(outcome, marks, today))
    if options.csv is not None:
        write_file(Path(options.csv), renderer("csv")(report))
    if options.html is None:
        return
    history = sorted([*past, snapshot(outcome.unsuppressed, today)], key=lambda each: each.date)
    overview = Overview(
        title=request.paths[0].name if len(request.paths) == 1 else Path.cwd().name,
        root=Path.cwd(),
        today=today,
        paths=[target.path for target in request.files],
        outcome=outcome,
        checked=_enabled_codes(request.files),
        history=history,
        fingerprints=marks,
        before=max((each for each in past if each.fingerprints is not None), key=lambda each: each.date, default=None),
        links=links,
    )
    write_file(Path(options.html), render(overview))
    if not options.quiet:
        known = f" ({len(outcome.baselined)} more in the baseline)" if outcome.baselined else ""
        print(f"{counted(len(outcome.findings), 'finding')}{known} in {counted(len(request.files), 'file')}: {options.html}")


def _enabled_codes(files: list[Target]) -> frozenset[str]:
    """The codes of the rules that were enabled for at least one file."""
    distinct = {id(target.settings): target.settings for target in files}
    return frozenset[str]().union(*(Selection(settings).codes for settings in distinct.values()))
