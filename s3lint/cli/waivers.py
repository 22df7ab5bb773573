"""`s3lint waivers`: list the suppressions with their reasons, end dates, authors and ages."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from s3lint.cli.output import counted, print_error
from s3lint.cli.request import job_count, run_request
from s3lint.config.load import ConfigurationError
from s3lint.linter.policy import AppliedSuppression
from s3lint.project.targets import UsageError
from s3lint.reports import Report, printable
from s3lint.runner.run import check_all
from s3lint.source.notebook_edits import row_in_file
from s3lint.suppressions.blame import Author, authors


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code: 0, or 2 with errors."""
    try:
        request = run_request(options)
        outcome = check_all(request.files, job_count(options.jobs), cache=request.cache, context=request.context_files)
    except (ConfigurationError, UsageError) as error:
        print_error(error)
        return 2
    found = outcome.suppressions
    written = list(zip(found, _authors(found), strict=True))
    if options.output_format == "json":
        print(json.dumps([_as_dict(waiver, author) for waiver, author in written], indent=2))
    else:
        print("\n".join([*(printable(line) for line in _lines(written)), _summary(found)]))
    for message in outcome.errors:
        print_error(message)
    return 2 if outcome.errors else 0


def _authors(waivers: list[AppliedSuppression]) -> Iterator[Author | None]:
    """Who wrote each suppression, by `git blame`, which is run once for each file; None where git does not know."""
    rows: dict[Path, list[int]] = {}
    for waiver in waivers:
        rows.setdefault(waiver.path, []).append(_row(waiver))
    known = {path: authors(path, listed) for path, listed in rows.items()}
    for waiver in waivers:
        yield known[waiver.path].get(_row(waiver))


def _row(waiver: AppliedSuppression) -> int:
    """The row in the file as git counts them; in a notebook this is not the row in the cell."""
    if waiver.cell is None:
        return waiver.location.row
    return row_in_file(waiver.path.read_bytes(), waiver.cell, waiver.location.row)


def _lines(written: Iterable[tuple[AppliedSuppression, Author | None]]) -> Iterator[str]:
    here = Report([], Path.cwd())
    for waiver, author in written:
        each = waiver.suppression
        yield f"{here.place(waiver.path, waiver.location, waiver.cell)}: {each.shown} {each.reason or '(no reason)'}"
        ends = [_end(each.until)] if each.until is not None else ["until= has an invalid date"] if each.undated else []
        effect = f"suppresses {counted(len(waiver.suppressed), 'finding')}"
        yield "  " + ", ".join([*ends, f"by {author.name} {_age(author)}" if author is not None else "author unknown", effect])


def _end(until: date) -> str:
    days = (until - date.today()).days
    if days < 0:
        return f"expired on {until}"
    return f"until {until} ({counted(days, 'day')} left)"


def _age(author: Author) -> str:
    days = (date.today() - author.day).days
    return f"on {author.day} ({counted(days, 'day')} ago)"


def _summary(found: list[AppliedSuppression]) -> str:
    if not found:
        return "No waivers."
    today = date.today()
    counts = {
        "expired": sum(waiver.suppression.expired(today) for waiver in found),
        "without a reason": sum(not waiver.suppression.reason for waiver in found),
        "suppressing nothing": sum(not waiver.suppressed for waiver in found),
    }
    notes = [f"{count} {what}" for what, count in counts.items() if count]
    files = len({waiver.path for waiver in found})
    total = f"{counted(len(found), 'waiver')} in {counted(files, 'file')}"
    return f"\n{total}{': ' if notes else ''}{', '.join(notes)}."


def _as_dict(waiver: AppliedSuppression, author: Author | None) -> dict[str, Any]:
    each, today = waiver.suppression, date.today()
    return {
        "filename": str(waiver.path),
        "cell": waiver.cell,
        "location": {"row": waiver.location.row, "column": waiver.location.column},
        "kind": each.kind,
        "rules": list(each.selectors),
        "reason": each.reason,
        "until": each.until.isoformat() if each.until is not None else None,
        "expired": each.expired(today),
        "author": author.name if author is not None else None,
        "date": author.day.isoformat() if author is not None else None,
        "age_days": (today - author.day).days if author is not None else None,
        "hidden": [finding.code for finding in waiver.suppressed],
    }
