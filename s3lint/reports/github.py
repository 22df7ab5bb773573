"""Annotations of GitHub Actions, as workflow commands.

Escaping: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
"""

from __future__ import annotations

from s3lint.finding import Finding, Severity
from s3lint.reports import Report, in_repository, printable

DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
PROPERTY = DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report) -> str:
    """Render a command for each finding. Paths are relative to the repository, as GitHub shows files."""
    report = in_repository(report)
    return "\n".join(_command(finding, report) for finding in report.findings)


def _command(finding: Finding, report: Report) -> str:
    """Format one annotation. In a notebook it is put on the first line and names the cell, whose lines are not lines of the file."""
    rows = (finding.start.row, finding.end.row) if finding.cell is None else (1, 1)
    properties = {
        "title": f"{finding.code} {finding.name}",
        "file": printable(report.posix(finding.path)),
        "line": str(rows[0]),
        "endLine": str(rows[1]),
    }
    if finding.cell is None and finding.start.row == finding.end.row:
        properties |= {"col": str(finding.start.column), "endColumn": str(finding.end.column)}
    shown = ",".join(f"{key}={value.translate(PROPERTY)}" for key, value in properties.items())
    message = f"{report.place(finding.path, finding.start, finding.cell)}: {finding.code} {printable(finding.message)}"
    return f"::{COMMANDS[finding.severity]} {shown}::{message.translate(DATA)}"
