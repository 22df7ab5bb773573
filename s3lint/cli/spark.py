"""`s3lint spark`: check the repositories of an organisation on Spark and keep the results in Delta tables."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from s3lint.cli.output import counted, print_error, write_file
from s3lint.cli.request import setting_overrides, settings_finder
from s3lint.errors import ConfigurationError, UsageError
from s3lint.runtime import StorageError
from s3lint.support.bounded_read import read_bounded

if TYPE_CHECKING:
    from s3lint.spark.job import Job, JobResult
    from s3lint.spark.sources import CommitSource


MAX_TEAMS_BYTES = 10_000_000


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code: 0, or 2 with errors. Findings do not fail it."""
    try:
        from pyspark.errors import PySparkException

        from s3lint.spark.job import Job
        from s3lint.spark.session import session
        from s3lint.spark.sources import source_of
        from s3lint.spark.tables import Tables
    except ImportError as error:
        print(f"s3lint: `s3lint spark` needs the extra spark: pip install 's3lint[spark]' ({error})", file=sys.stderr)
        return 2
    try:
        settings = settings_finder(options, setting_overrides(options), [Path.cwd()])(Path.cwd())
        teams = teams_in(Path(options.teams)) if options.teams is not None else {}
        folder = _empty(Path(options.patches)) if options.patches is not None else None
        spark = session()
        job = Job(spark, Tables(options.target), settings, date.today(), teams)
        source = source_of(spark, options.source, options.source_format, every=options.commits == "every")
        done = job.run(source)
        patches, refused = _write_patches(job, source, folder, unsafe=options.unsafe_fixes) if folder is not None else (0, [])
        if options.html is not None:
            _write_page(job, Path(options.html))
        if options.maintain:
            job.maintain()
    except (ConfigurationError, UsageError, StorageError) as error:
        print_error(error)
        return 2
    except PySparkException as error:
        print_error(f"Spark stopped the job: {_first_line(error)}")
        return 2
    print(_summary(done, patches if folder is not None else None))
    for message in (*done.errors, *refused):
        print_error(message)
    return 2 if done.errors or refused else 0


def _first_line(error: Exception) -> str:
    """The first line of an engine's error message: stack frames and query plans follow it."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def _write_patches(job: Job, source: CommitSource, folder: Path, *, unsafe: bool) -> tuple[int, list[str]]:
    from s3lint.spark.campaign import write_patches

    return write_patches(job, source, folder, unsafe=unsafe)


def _write_page(job: Job, file: Path) -> None:
    from s3lint.reports.html import render
    from s3lint.spark.overview import overview

    write_file(file, render(overview(job.spark, job.tables, job.settings, job.today)))


def teams_in(file: Path) -> dict[str, str]:
    """Read the team of each repository from a CSV file with the columns `repository` and `team`. Raises `UsageError`."""
    try:
        text = read_bounded(file, MAX_TEAMS_BYTES).decode()
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{file}: the teams cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not all(row.get("repository") and row.get("team") for row in rows):
        raise UsageError(f"{file}: no table of teams: give a CSV file with the columns repository and team, both filled")
    return {row["repository"]: row["team"] for row in rows}


def _empty(folder: Path) -> Path:
    """Check that a folder for patches is new or empty, so that patches of different runs do not mix. Raises `UsageError`."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: the folder for patches must be empty or not exist yet")
    return folder


def _summary(done: JobResult, patches: int | None) -> str:
    """One line about what was checked and written. `patches` is None if none were asked for."""
    text = f"Checked {counted(done.commits, 'commit')} with {done.files} files." if done.batches else "No new commits."
    return text if patches is None else f"{text} Wrote {counted(patches, 'patch', 'patches')}."
