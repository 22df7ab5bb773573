"""Read and write snapshots of runs, for the trend of a report: files of `s3lint report --json` or `check --output-format json`."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

from s3lint import __version__
from s3lint.finding import Finding
from s3lint.reports import as_json
from s3lint.reports.json import as_dict
from s3lint.runner.run import RunResult
from s3lint.support.bounded_read import read_bounded
from s3lint.support.frozen import frozen

MAX_REPORT_BYTES = 100_000_000
"""Bytes of an earlier report that is read: a hundred thousand findings."""

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class NoReport(Exception):
    """A file that is no earlier report: one sentence that names it."""


@frozen()
class Snapshot:
    """The number of findings of each rule on a day, with those of the baseline. `date` is in ISO 8601."""

    date: str
    counts: dict[str, int]
    fingerprints: frozenset[str] | None = None
    """Of its findings; None for an earlier report without them."""


def snapshot(findings: Iterable[Finding], today: date) -> Snapshot:
    """Count the findings of a run by rule."""
    return Snapshot(today.isoformat(), dict(Counter(finding.code for finding in findings)))


def dumped(outcome: RunResult, fingerprints: Sequence[str], today: date) -> str:
    """Write a run as the JSON that `earlier` reads: each finding with its state and its fingerprint, those of `outcome.unsuppressed`."""
    baselined = set(map(id, outcome.baselined))
    listed = [
        as_dict(finding, "baselined" if id(finding) in baselined else "open") | {"fingerprint": mark}
        for finding, mark in zip(outcome.unsuppressed, fingerprints, strict=True)
    ]
    document = {"s3lint": __version__, "date": today.isoformat(), "findings": listed}
    return as_json(document, indent=2)


def earlier(path: Path) -> Snapshot:
    """Read the snapshot of an earlier run. A bare list of findings gets the date in the file's name, else the date of its last change.

    Raises `NoReport`.
    """
    try:
        document = json.loads(read_bounded(path, MAX_REPORT_BYTES))
        found = document["findings"] if isinstance(document, dict) else document
        day = document["date"] if isinstance(document, dict) else _day(path)
        counts = Counter(_code(finding) for finding in found)
        marks = [finding.get("fingerprint") for finding in found]
        whole = isinstance(document, dict) and all(isinstance(mark, str) for mark in marks)
        return Snapshot(date.fromisoformat(day).isoformat(), dict(counts), frozenset(marks) if whole else None)
    except IsADirectoryError:
        raise NoReport(f"{path}: a folder is no earlier report: give the paths to check before --earlier") from None
    except OSError as error:
        raise NoReport(f"{path}: the earlier report cannot be read: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NoReport(
            f"{path}: not an earlier report: give a file written by `s3lint report --json` or `s3lint check --output-format json`"
        ) from None


def _code(finding: Any) -> str:
    code = finding["code"]
    if not isinstance(code, str):
        raise TypeError
    return code


def _day(path: Path) -> str:
    named = DATE.search(path.name)
    return named[0] if named else datetime.fromtimestamp(path.stat().st_mtime, timezone.utc).date().isoformat()
