"""GitLab's code quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""

from __future__ import annotations

from typing import Any

from s3lint.finding import Finding, Location, Severity
from s3lint.reports import Report, as_json, in_repository, printable
from s3lint.reports.fingerprints import fingerprints

SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def render(report: Report) -> str:
    """Render a JSON array. Paths are relative to the repository."""
    report = in_repository(report)
    marks = fingerprints(report.findings, report)
    entries = [_entry(finding, mark, report) for finding, mark in zip(report.findings, marks, strict=True)]
    return as_json(entries, indent=2)


def _entry(finding: Finding, fingerprint: str, report: Report) -> dict[str, Any]:
    """Convert a finding. In a notebook the entry is put on the first line and names the cell, whose lines are not lines of the file."""
    start, end = (finding.start, finding.end) if finding.cell is None else (Location(1, 1), Location(1, 1))
    where = "" if finding.cell is None else f"cell {finding.cell}, line {finding.start.row}: "
    return {
        "description": f"{finding.code} {finding.name}: {where}{printable(finding.message)}",
        "check_name": finding.code,
        "fingerprint": fingerprint,
        "severity": SEVERITIES[finding.severity],
        "location": {
            "path": printable(report.posix(finding.path)),
            "positions": {
                "begin": {"line": start.row, "column": start.column},
                "end": {"line": end.row, "column": end.column},
            },
        },
    }
