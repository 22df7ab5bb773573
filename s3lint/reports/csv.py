"""A table for spreadsheets: a row for each finding, with those of the baseline and suppressed ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from s3lint.finding import Finding
from s3lint.project.owners import owners_of
from s3lint.reports import Report, printable
from s3lint.reports.json import State

COLUMNS = ("path", "cell", "row", "column", "code", "name", "severity", "confidence", "state", "owners", "message", "fix", "reason")

FORMULA = ("=", "+", "-", "@", "\t")
"""Beginnings of cells that spreadsheets evaluate (https://owasp.org/www-community/attacks/CSV_Injection)."""


def render(report: Report) -> str:
    """Render the table with a header. No cell is a formula, whatever the checked code contains."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows([_plain(cell) for cell in row] for row in _rows(report))
    return text.getvalue().rstrip("\n")


def _rows(report: Report) -> Iterator[tuple[object, ...]]:
    for finding in report.findings:
        yield _row(finding, "open", "", report)
    for finding in report.baselined or ():
        yield _row(finding, "baselined", "", report)
    for applied in report.suppressions:
        for finding in applied.suppressed:
            yield _row(finding, "suppressed", applied.suppression.reason, report)


def _row(finding: Finding, state: State, reason: str, report: Report) -> tuple[object, ...]:
    fix = "" if finding.fix is None else "safe" if finding.fix.safe else "unsafe"
    place = (report.posix(finding.path), "" if finding.cell is None else finding.cell, finding.start.row, finding.start.column)
    sureness = (str(finding.severity), str(finding.confidence))
    return (*place, finding.code, finding.name, *sureness, state, " ".join(owners_of(finding.path)), finding.message, fix, reason)


def _plain(cell: object) -> str:
    text = printable(str(cell))
    return f"'{text}" if text.startswith(FORMULA) else text
