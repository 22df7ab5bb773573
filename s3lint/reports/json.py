"""A JSON array of findings, with the field names of Ruff."""

from __future__ import annotations

from typing import Any, Literal

from s3lint.finding import Edit, Finding, Fix, Location, Related
from s3lint.project.owners import owners_of
from s3lint.registry import rules
from s3lint.registry.standard import clauses
from s3lint.reports import Report, as_json


def render(report: Report) -> str:
    return as_json([as_dict(finding) for finding in report.findings], indent=2)


State = Literal["open", "baselined", "suppressed"]
"""Where a finding stands: reported, listed in the baseline, or under a suppression."""


def as_dict(finding: Finding, state: State = "open") -> dict[str, Any]:
    """Convert a finding to JSON. Rows and columns start at 1; columns count characters."""
    clause = clauses().get(finding.clause) if finding.clause is not None else None
    return {
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "filename": str(finding.path),
        "cell": finding.cell,
        "location": _location(finding.start),
        "end_location": _location(finding.end),
        "confidence": str(finding.confidence),
        "severity": str(finding.severity),
        "profile": finding.profile,
        "state": state,
        "owner": " ".join(owners_of(finding.path)) or None,
        "fix": _fix(finding.fix) if finding.fix is not None else None,
        "related": [_related(related) for related in finding.related],
        "clause": clause.text if clause is not None else None,
        "url": rules()[finding.code].url,
        "noqa_row": finding.noqa_row,
        **({"observed": {"count": finding.observed.count, "example": finding.observed.example}} if finding.observed else {}),
    }


def _location(location: Location) -> dict[str, int]:
    return {"row": location.row, "column": location.column}


def _cell(number: int | None) -> dict[str, int]:
    """The key `cell`, which only places in notebooks have."""
    return {"cell": number} if number is not None else {}


def _related(related: Related) -> dict[str, Any]:
    return {
        "filename": str(related.path),
        **_cell(related.cell),
        "location": _location(related.location),
        "message": related.message,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": "safe" if fix.safe else "unsafe",
        "message": fix.message,
        "edits": [_edit(edit) for edit in fix.edits],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {
        **_cell(edit.cell),
        "location": _location(edit.start),
        "end_location": _location(edit.end),
        "content": edit.content,
    }
