"""SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from s3lint import SITE, __version__
from s3lint.finding import Edit, Finding, Location, Severity
from s3lint.registry import rules
from s3lint.registry.rule import Rule
from s3lint.registry.standard import clauses
from s3lint.reports import Report, as_json, in_repository, printable
from s3lint.reports.excerpts import line_of
from s3lint.reports.fingerprints import fingerprints

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "SRCROOT"
FINGERPRINT = "s3lint/v1"

MAX_SNIPPET = 10_000
"""Characters of a line that each finding on it quotes: thousands of findings may stand on a longer one."""

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

Object = dict[str, Any]


def render(report: Report) -> str:
    """Render one run: findings, with those of the baseline, then suppressed ones.

    Paths are relative to the repository, which `originalUriBaseIds` names.
    """
    report = in_repository(report)
    # Sorted together, so that identical lines keep their fingerprints when the baseline changes.
    found = sorted([*report.findings, *(report.baselined or ())], key=lambda finding: finding.order)
    shown: list[tuple[Finding, str | None]] = [(finding, None) for finding in found]
    shown += [(finding, waiver.suppression.reason) for waiver in report.suppressions for finding in waiver.suppressed]
    used = {code: index for index, code in enumerate(sorted({finding.code for finding, _ in shown}))}
    marks = list(fingerprints([finding for finding, _ in shown], report))
    results = [
        _result(finding, reason, used[finding.code], mark, report) for (finding, reason), mark in zip(shown, marks, strict=True)
    ]
    if report.baselined is not None:
        # All results of a run have the property, or none has.
        listed = {id(finding) for finding in report.baselined}
        for result, (finding, _) in zip(results, shown, strict=True):
            result["baselineState"] = "unchanged" if id(finding) in listed else "new"
    run = {
        "tool": {"driver": _driver([rules()[code] for code in used])},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"uri": f"{_file_uri(report.root)}/"}},
        "invocations": [_invocation(report.errors)],
        "results": results,
    }
    return as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _driver(used: Sequence[Rule]) -> Object:
    return {
        "name": "s3lint",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": SITE,
        "rules": [_rule(rule) for rule in used],
    }


def _rule(rule: Rule) -> Object:
    clause = clauses().get(rule.clause or "")
    first, _, rest = rule.page.partition("\n")
    summary = first.partition(": ")[2]
    described = summary[:1].upper() + summary[1:]
    made = {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": described},
        "fullDescription": {"text": f"{described} The standard: {clause.text}." if clause is not None else described},
        "help": {"text": rest.strip() or described, "markdown": rest.strip() or described},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"tags": [rule.chapter, rule.profile], "fix": rule.fix},
    }
    return made | ({"helpUri": rule.url} if rule.url else {})


def _invocation(errors: Sequence[str]) -> Object:
    notes = [{"level": "error", "message": {"text": printable(error)}} for error in errors]
    return {"executionSuccessful": not errors} | ({"toolExecutionNotifications": notes} if notes else {})


def _result(finding: Finding, reason: str | None, index: int, fingerprint: str, report: Report) -> Object:
    """Convert a finding. `reason` is the reason of its suppression (which may be empty); None if it is not suppressed."""
    location = _location(finding.path, finding.start, finding.end, finding.cell, report)
    where = "" if finding.cell is None else f"Cell {finding.cell}, line {finding.start.row}: "
    made: Object = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": where + printable(finding.message)},
        "locations": [location],
        "partialFingerprints": {FINGERPRINT: fingerprint},
        "properties": {"confidence": str(finding.confidence), "profile": finding.profile},
    }
    if finding.related:
        steps = list(_steps(finding, report))
        made["codeFlows"] = [{"threadFlows": [{"locations": [{"location": step} for step in [*steps, location]]}]}]
        made["relatedLocations"] = [{"id": number, **step} for number, step in enumerate(steps, 1)]
    if finding.fix is not None and finding.cell is None:
        made["fixes"] = [_fix(finding, report)]
    if reason is not None:
        made["suppressions"] = [
            {"kind": "inSource", "status": "accepted"} | ({"justification": printable(reason)} if reason else {})
        ]
    return made


def _steps(finding: Finding, report: Report) -> Iterator[Object]:
    for related in finding.related:
        place = _location(related.path, related.location, None, related.cell, report)
        yield place | {"message": {"text": printable(related.message)}}


def _location(path: Path, start: Location, end: Location | None, cell: int | None, report: Report) -> Object:
    """Convert a place. In a notebook the region is the first line and the cell a logical location: lines of cells are not of the file."""
    physical: Object = {"artifactLocation": _artifact(path, report)}
    if cell is not None:
        name = f"cell {cell}"
        return {
            "physicalLocation": physical | {"region": {"startLine": 1}},
            "logicalLocations": [{"name": name, "fullyQualifiedName": f"{name}, line {start.row}", "kind": "cell"}],
        }
    line = line_of(path, start.row)
    region = _region(start, end) | ({"snippet": {"text": line}} if line is not None and len(line) <= MAX_SNIPPET else {})
    return {"physicalLocation": physical | {"region": region}}


def _region(start: Location, end: Location | None) -> Object:
    region = {"startLine": start.row, "startColumn": start.column}
    return region if end is None else region | {"endLine": end.row, "endColumn": end.column}


def _artifact(path: Path, report: Report) -> Object:
    if path.is_relative_to(report.root):
        return {"uri": _quoted(path.relative_to(report.root).as_posix()), "uriBaseId": ROOT}
    return {"uri": _file_uri(path)}


def _file_uri(path: Path) -> str:
    posix = path.as_posix()
    return "file://" + _quoted(posix if posix.startswith("/") else f"/{posix}")


def _quoted(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"))


def _fix(finding: Finding, report: Report) -> Object:
    assert finding.fix is not None
    change = {
        "artifactLocation": _artifact(finding.path, report),
        "replacements": [_replacement(edit) for edit in finding.fix.edits],
    }
    safety = "safe" if finding.fix.safe else "unsafe: needs a follow-up"
    return {"description": {"text": f"{printable(finding.fix.message)} ({safety})"}, "artifactChanges": [change]}


def _replacement(edit: Edit) -> Object:
    return {"deletedRegion": _region(edit.start, edit.end)} | ({"insertedContent": {"text": edit.content}} if edit.content else {})
