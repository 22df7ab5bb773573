"""`s3lint waivers`: list the suppressions with their reasons, end dates, owners, authors and ages."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from s3lint.cli.output import counted, print_error
from s3lint.cli.request import job_count, run_request
from s3lint.errors import ConfigurationError, UsageError
from s3lint.linter.policy import AppliedSuppression
from s3lint.project.files import MAX_READ_BYTES
from s3lint.project.owners import owners_of
from s3lint.reports import Report, as_json, printable
from s3lint.runner.run import check_all
from s3lint.source.notebook_edits import row_in_file
from s3lint.support.bounded_read import read_bounded
from s3lint.suppressions.blame import Author, authors

PERIOD = re.compile(r"(\d{1,5})([dw]?)")


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code: 0, 1 if `--fail` finds any to list, or 2 with errors."""
    try:
        last = _last_day(options.ending)
        request = run_request(options)
        outcome = check_all(request.files, job_count(options.jobs), cache=request.cache, context=request.context_files)
    except (ConfigurationError, UsageError) as error:
        print_error(error)
        return 2
    found = [each for each in outcome.suppressions if _is_asked_for(each, last, options.owner)]
    written = list(zip(found, _authors(found), strict=True))
    if options.output_format == "json":
        print(as_json([_as_dict(applied, author) for applied, author in written], indent=2))
    else:
        print(
            "\n".join(
                [*(printable(line) for line in _lines(written)), *_by_owner(found), _summary(found, len(outcome.suppressions))]
            )
        )
    for message in outcome.errors:
        print_error(message)
    if outcome.errors:
        return 2
    return 1 if options.fail and found else 0


def _last_day(ending: str | None) -> date | None:
    """Return the day that lies as far ahead as `--ending` tells. Raises `ConfigurationError`."""
    if ending is None:
        return None
    match = PERIOD.fullmatch(ending)
    if match is None:
        raise ConfigurationError(f"the command line: --ending takes a number of days or weeks, such as 30d or 4w, not {ending!r}")
    return date.today() + timedelta(days=int(match[1]) * (7 if match[2] == "w" else 1))


def _is_asked_for(applied: AppliedSuppression, last: date | None, owner: str | None) -> bool:
    until = applied.suppression.until
    if last is not None and (until is None or until > last):
        return False
    return owner is None or owner.lower() in map(str.lower, owners_of(applied.path))


def _by_owner(found: list[AppliedSuppression]) -> Iterator[str]:
    """Yield the number of suppressions of each owner, most first, if there are owners at all."""
    counts = Counter(owner for applied in found for owner in owners_of(applied.path) or ("(no owner)",))
    if counts.keys() - {"(no owner)"}:
        yield ""
        yield from (
            printable(f"{count:4}  {owner}") for owner, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        )


def _authors(suppressions: list[AppliedSuppression]) -> Iterator[Author | None]:
    """Who wrote each suppression, by `git blame`, which is run once for each file; None where git does not know."""
    rows: dict[Path, list[int]] = {}
    for applied in suppressions:
        rows.setdefault(applied.path, []).append(_row(applied))
    known = {path: authors(path, listed) for path, listed in rows.items()}
    for applied in suppressions:
        yield known[applied.path].get(_row(applied))


def _row(applied: AppliedSuppression) -> int:
    """The row in the file as git counts them; in a notebook this is not the row in the cell."""
    if applied.cell is None:
        return applied.location.row
    return row_in_file(read_bounded(applied.path, MAX_READ_BYTES), applied.cell, applied.location.row)


def _lines(written: Iterable[tuple[AppliedSuppression, Author | None]]) -> Iterator[str]:
    here = Report([], Path.cwd())
    for applied, author in written:
        each = applied.suppression
        yield f"{here.place(applied.path, applied.location, applied.cell)}: {each.shown} {each.reason or '(no reason)'}"
        ends = [_end(each.until)] if each.until is not None else ["until= has an invalid date"] if each.undated else []
        effect = f"suppresses {counted(len(applied.suppressed), 'finding')}"
        owners = owners_of(applied.path)
        owned = [f"owned by {' '.join(owners)}"] if owners else []
        yield "  " + ", ".join(
            [*ends, *owned, f"by {author.name} {_age(author)}" if author is not None else "author unknown", effect]
        )


def _end(until: date) -> str:
    days = (until - date.today()).days
    if days < 0:
        return f"expired on {until}"
    return f"until {until} ({counted(days, 'day')} left)"


def _age(author: Author) -> str:
    days = (date.today() - author.day).days
    return f"on {author.day} ({counted(days, 'day')} ago)"


def _summary(found: list[AppliedSuppression], total: int) -> str:
    if not found:
        return f"No matching suppressions ({total} in all)." if total else "No suppressions."
    today = date.today()
    counts = {
        "expired": sum(applied.suppression.expired(today) for applied in found),
        "without a reason": sum(not applied.suppression.reason for applied in found),
        "suppressing nothing": sum(not applied.suppressed for applied in found),
    }
    notes = [f"{count} {what}" for what, count in counts.items() if count]
    files = len({applied.path for applied in found})
    listed = f"{counted(len(found), 'suppression')} in {counted(files, 'file')}"
    return f"\n{listed}{': ' if notes else ''}{', '.join(notes)}."


def _as_dict(applied: AppliedSuppression, author: Author | None) -> dict[str, Any]:
    each, today = applied.suppression, date.today()
    return {
        "filename": str(applied.path),
        "cell": applied.cell,
        "location": {"row": applied.location.row, "column": applied.location.column},
        "kind": each.kind,
        "rules": list(each.selectors),
        "reason": each.reason,
        "until": each.until.isoformat() if each.until is not None else None,
        "expired": each.expired(today),
        "owners": list(owners_of(applied.path)),
        "author": author.name if author is not None else None,
        "date": author.day.isoformat() if author is not None else None,
        "age_days": (today - author.day).days if author is not None else None,
        "hidden": [finding.code for finding in applied.suppressed],
    }
