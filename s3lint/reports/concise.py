"""One line for each finding: `path:row:column: CODE severity [*] message`; `[*]` where `--fix` removes it."""

from __future__ import annotations

from s3lint.finding import Finding
from s3lint.reports import Report, printable


def mark(finding: Finding) -> str:
    """Return the mark of a finding that a safe fix removes, with a space behind it; empty for others."""
    return "[*] " if finding.fix is not None and finding.fix.safe else ""


def render(report: Report) -> str:
    lines = [
        f"{report.place(finding.path, finding.start, finding.cell)}: {finding.code} {finding.severity} {mark(finding)}{printable(finding.message)}"
        for finding in report.findings
    ]
    return "\n".join(lines)
