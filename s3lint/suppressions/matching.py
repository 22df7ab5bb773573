"""Match findings with the suppressions that cover them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from s3lint.finding import Finding
from s3lint.suppressions.directives import EVERY, Suppression

MAX_INDEXED_ROWS = 100
"""Rows that one suppression adds to the index by row. A longer one is indexed by blocks of as many rows, so that the index stays small."""

MAX_STATEMENT_ROWS = 100
"""Rows of the longest statement in which a comment may have been moved. Longer ones are tables, in which a comment belongs to its line."""


def match(
    findings: Iterable[Finding], found: Sequence[Suppression], *, today: date, require_reason: bool
) -> Iterator[tuple[Finding, Suppression | None]]:
    """Yield each finding of one file with the first suppression that covers it, or None.

    A suppression that covers no finding of a code in its own lines covers those of its statement.
    """
    in_force = [suppression for suppression in found if _is_in_force(suppression, today, require_reason=require_reason)]
    index, asked = _Index(in_force), list(findings)
    covering = [next((each for each in index.near(finding) if each.covers(finding)), None) for finding in asked]
    used = {(id(by), finding.code) for finding, by in zip(asked, covering, strict=True) if by is not None}
    moved = _by_statement(in_force) if None in covering else {}
    for finding, by in zip(asked, covering, strict=True):
        near = [each for each in moved.get(finding.start.row, ()) if (id(each), finding.code) not in used] if by is None else []
        yield finding, by or next((each for each in near if each.may_have_moved_from(finding)), None)


def _by_statement(suppressions: Iterable[Suppression]) -> dict[int, list[Suppression]]:
    """Return the suppressions that a formatter may have moved, by each row of their statement."""
    moved: dict[int, list[Suppression]] = {}
    for each in suppressions:
        if each.statement is not None and 1 < len(each.statement) <= MAX_STATEMENT_ROWS:
            for row in each.statement:
                moved.setdefault(row, []).append(each)
    return moved


class _Index:
    """Suppressions by the rows that they cover, or by code where they cover the whole file.

    Generated files have thousands of both findings and suppressions: comparing each with each would be quadratic.
    """

    def __init__(self, suppressions_: Sequence[Suppression]) -> None:
        self._suppressions = suppressions_
        self._by_row: dict[int, list[int]] = {}
        self._by_block: dict[int, list[int]] = {}
        self._by_code: dict[str, int] = {}
        for number, each in enumerate(suppressions_):
            if each.rows is None:
                for code in each.named:
                    self._by_code.setdefault(code, number)
            elif len(each.rows) <= MAX_INDEXED_ROWS:
                for row in each.rows:
                    self._by_row.setdefault(row, []).append(number)
            else:
                for block in range(each.rows.start // MAX_INDEXED_ROWS, each.rows.stop // MAX_INDEXED_ROWS + 1):
                    self._by_block.setdefault(block, []).append(number)

    def near(self, finding: Finding) -> Iterator[Suppression]:
        """Yield those that may cover a finding, in source order."""
        numbers = {self._by_code[code] for code in (finding.code, EVERY) if code in self._by_code}
        for row in {finding.start.row, finding.noqa_row or 0}:
            numbers.update(self._by_row.get(row, ()), self._by_block.get(row // MAX_INDEXED_ROWS, ()))
        return (self._suppressions[number] for number in sorted(numbers))


def _is_in_force(suppression: Suppression, today: date, *, require_reason: bool) -> bool:
    """Return whether a suppression applies. A wrong date ends it at once: its author meant it to end some day."""
    if suppression.is_misspelt or suppression.expired(today) or suppression.undated:
        return False
    return suppression.is_noqa or bool(suppression.reason) or not require_reason
