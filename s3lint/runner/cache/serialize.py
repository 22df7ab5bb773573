"""Results as JSON lists, in the order of their fields.

The fingerprint of s3lint is part of every key of the cache, so this format may change with each version.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from s3lint.finding import Confidence, Edit, Finding, Fix, Location, Related, Severity
from s3lint.linter.result import Result
from s3lint.source.notebooks import Cells, Masks
from s3lint.source.text import Unreadable
from s3lint.suppressions.directives import Suppression


def serialize(result: Result) -> str:
    """Return a result as text, without its path and its dependencies; empty for a result with nothing in it."""
    # Suppressions elsewhere belong to findings.
    if not (result.findings or result.suppressions or result.cells or result.masks.rows):
        return ""
    return json.dumps(
        [
            [_finding(each) for each in result.findings],
            [_comment(each) for each in result.suppressions],
            _cells(result.cells) if result.cells is not None else None,
            _masks(result.masks),
            [[str(path), [_comment(each) for each in suppressions]] for path, suppressions in result.elsewhere],
        ]
    )


def deserialize(path: Path, text: str) -> Result:
    """Return the result of a file that `serialize` has written."""
    if not text:
        return Result(path)
    findings, comments, cells, masks, elsewhere = json.loads(text)
    return Result(
        path,
        tuple(map(_read_finding, findings)),
        tuple(map(_read_comment, comments)),
        cells=_read_cells(cells) if cells is not None else None,
        masks=_read_masks(masks),
        elsewhere=tuple((Path(place), tuple(map(_read_comment, written))) for place, written in elsewhere),
    )


def _at(location: Location) -> list[int]:
    return [location.row, location.column]


def _finding(finding: Finding) -> list[Any]:
    return [
        finding.code, finding.name, finding.message, str(finding.path), _at(finding.start), _at(finding.end),
        int(finding.confidence), finding.profile, finding.clause,
        [[str(place.path), _at(place.location), place.message, place.cell] for place in finding.related],
        _fix(finding.fix) if finding.fix is not None else finding.unfixed or None,
        finding.cell, finding.noqa_row, finding.subject, int(finding.severity),
    ]  # fmt: skip


def _read_finding(made: list[Any]) -> Finding:
    code, name, message, path, start, end, confidence, profile, clause, related, fix, cell, noqa_row, subject, severity = made
    return Finding(
        code, name, message, Path(path), Location(*start), Location(*end), Confidence(confidence), profile, clause,
        tuple(Related(Path(place), Location(*at), said, within) for place, at, said, within in related),
        _read_fix(fix) if isinstance(fix, list) else None,
        cell, noqa_row, subject, fix if isinstance(fix, str) else "", Severity(severity),
    )  # fmt: skip


def _fix(fix: Fix) -> list[Any]:
    return [fix.message, [[_at(edit.start), _at(edit.end), edit.content, edit.cell] for edit in fix.edits], fix.safe]


def _read_fix(made: list[Any]) -> Fix:
    message, edits, safe = made
    return Fix(message, tuple(Edit(Location(*start), Location(*end), content, cell) for start, end, content, cell in edits), safe)


def _comment(comment: Suppression) -> list[Any]:
    return [
        comment.row, comment.column, comment.text, comment.kind, comment.written, comment.selectors, comment.reason,
        comment.until.isoformat() if comment.until is not None else None,
        [comment.rows.start, comment.rows.stop] if comment.rows is not None else None,
        comment.start, comment.alone, comment.undated,
        [comment.statement.start, comment.statement.stop] if comment.statement is not None else None,
    ]  # fmt: skip


def _read_comment(made: list[Any]) -> Suppression:
    row, column, text, kind, as_written, selectors, reason, until, rows, start, alone, undated, statement = made
    return Suppression(
        row, column, text, kind, tuple(as_written), tuple(selectors), reason,
        date.fromisoformat(until) if until is not None else None,
        range(*rows) if rows is not None else None,
        start, alone, undated, range(*statement) if statement is not None else None,
    )  # fmt: skip


def _cells(cells: Cells) -> list[Any]:
    broken = [[each.message, each.row, each.column] for each in cells.broken]
    return [cells.numbers, cells.starts, broken, list(cells.shifts.items()), _masks(cells.masks)]


def _read_cells(made: list[Any]) -> Cells:
    numbers, starts, broken, shifts, masks = made
    return Cells(tuple(numbers), tuple(starts), tuple(Unreadable(*each) for each in broken), dict(shifts), _read_masks(masks))


def _masks(masks: Masks) -> list[Any]:
    return list(masks.rows.items())


def _read_masks(made: list[Any]) -> Masks:
    return Masks({row: (text, line, shift) for row, (text, line, shift) in made})
