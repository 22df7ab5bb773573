"""Reviewdog's diagnostics: https://github.com/reviewdog/reviewdog/tree/master/proto/rdf"""

from __future__ import annotations

from typing import Any

from s3lint import SITE
from s3lint.finding import Edit, Finding, Location, Severity
from s3lint.registry import rules
from s3lint.reports import Report, as_json, in_repository, printable
from s3lint.reports.excerpts import line_of

SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def render(report: Report) -> str:
    """Render one result with a diagnostic for each finding. Paths are relative to the repository."""
    report = in_repository(report)
    source = {"name": "s3lint", "url": SITE}
    return as_json({"source": source, "diagnostics": [_diagnostic(finding, report) for finding in report.findings]}, indent=2)


def _diagnostic(finding: Finding, report: Report) -> dict[str, Any]:
    """Convert a finding. In a notebook it is put on the first line and names the cell, whose lines are not lines of the file."""
    where = "" if finding.cell is None else f"Cell {finding.cell}, line {finding.start.row}: "
    made: dict[str, Any] = {
        "message": f"{where}{printable(finding.message)}",
        "location": {"path": printable(report.posix(finding.path))} | _range(finding, finding.start, finding.end),
        "severity": SEVERITIES[finding.severity],
        "code": {"value": finding.code} | ({"url": rules()[finding.code].url} if rules()[finding.code].url else {}),
    }
    # A suggestion is one range of lines of the diagnostic's file that a click replaces: several edits make no suggestion.
    if finding.fix is not None and finding.cell is None and len(finding.fix.edits) == 1:
        made["suggestions"] = [_suggestion(finding, finding.fix.edits[0])]
    return made


def _suggestion(finding: Finding, edit: Edit) -> dict[str, Any]:
    return {**_range(finding, edit.start, edit.end), "text": edit.content}


def _range(finding: Finding, start: Location, end: Location) -> dict[str, Any]:
    if finding.cell is not None:
        return {"range": {"start": {"line": 1}}}
    return {"range": {"start": _position(finding, start), "end": _position(finding, end)}}


def _position(finding: Finding, place: Location) -> dict[str, int]:
    """Convert a place: reviewdog counts columns in bytes of UTF-8, from 1."""
    before = (line_of(finding.path, place.row) or "")[: place.column - 1]
    return {"line": place.row, "column": len(before.encode("utf-8", "surrogatepass")) + 1}
