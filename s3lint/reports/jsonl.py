"""One finding as JSON on each line, as in the format `json`."""

from __future__ import annotations

from s3lint.reports import Report, as_json
from s3lint.reports.json import as_dict


def render(report: Report) -> str:
    return "\n".join(as_json(as_dict(finding)) for finding in report.findings)
