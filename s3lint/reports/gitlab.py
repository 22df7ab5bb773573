"""GitLab's code quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from s3lint.finding import Finding, Location, Severity
from s3lint.reports import Report, printable
from s3lint.reports.fingerprints import fingerprints

SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def render(report: Report) -> str:
    """Render a JSON array. Paths are relative to the repository, which in a job of GitLab is `CI_PROJECT_DIR`."""
    report = replace(report, root=Path(os.environ.get("CI_PROJECT_DIR", report.root)))
    marks = fingerprints(report.findings, report)
    entries = [_entry(finding, mark, report) for finding, mark in zip(report.findings, marks, strict=True)]
    return json.dumps(entries, indent=2)


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
