"""One line for each finding: `path:row:column: CODE message`."""

from __future__ import annotations

from s3lint.reports import Report, printable


def render(report: Report) -> str:
    lines = [
        f"{report.place(finding.path, finding.start, finding.cell)}: {finding.code} {printable(finding.message)}"
        for finding in report.findings
    ]
    return "\n".join(lines)
