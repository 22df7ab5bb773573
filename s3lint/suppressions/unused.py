"""Check suppressions themselves: report those without a reason, those that suppress nothing, and those past their date.

Each finding of the last two kinds carries the edit that removes the suppression. Imports what `comments` imports, and the settings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from s3lint.config.selection import Selection
from s3lint.finding import Confidence, Edit, Finding, Fix, Location
from s3lint.project.patterns import is_test
from s3lint.registry import codes_of, nearest, rules
from s3lint.registry.codes import UNJUSTIFIED, UNREADABLE, UNUSED
from s3lint.suppressions.directives import Suppression
from s3lint.suppressions.matching import MAX_STATEMENT_ROWS

REMOVE = "remove it"

UNDATED = "has an invalid date, so it suppresses nothing: use until=YYYY-MM-DD"

MAX_EXCERPT = 60
"""Characters of a comment that a message quotes."""

MAX_CODES = 3
"""Codes that a message suggests."""

NEVER_UNUSED = frozenset({UNREADABLE, UNJUSTIFIED, UNUSED})
"""Rules whose suppressions are never reported as unused: their findings depend on what else is wrong with the file."""


def problems_of(
    path: Path, suppressions: Iterable[Suppression], findings: Iterable[Finding], selection: Selection, today: date
) -> list[Finding]:
    """Return what is wrong with the suppressions of a file.

    `findings` are all in it, including those that the settings leave out. A suppression counts as unused only for rules that were on and
    that need no other file, so that a run over a part of the rules or files reports nothing that a run over everything does not.
    """
    near = _by_row(list(findings))
    made = [finding for each in suppressions for finding in _problems(path, each, near(each), selection, today)]
    return [finding for finding in made if selection.reports(finding)]


def _by_row(findings: list[Finding]) -> Callable[[Suppression], list[Finding]]:
    """Return a function from a suppression to the findings that it may cover, by their rows.

    This is the reverse of the index in `comments`: here each suppression needs all of its findings, there each finding one suppression.
    """
    rows: dict[int, list[Finding]] = {}
    for finding in findings:
        for row in {finding.start.row, finding.noqa_row or finding.start.row}:
            rows.setdefault(row, []).append(finding)

    def near(each: Suppression) -> list[Finding]:
        # A file-wide suppression, or one of very many rows, is compared with every finding.
        if each.rows is None or len(each.rows) > len(rows):
            return findings
        around = each.statement if each.statement is not None and len(each.statement) <= MAX_STATEMENT_ROWS else each.rows
        return [finding for row in sorted({*each.rows, *around}) for finding in rows.get(row, ())]

    return near


def _problems(path: Path, each: Suppression, findings: list[Finding], selection: Selection, today: date) -> Iterator[Finding]:
    """Yield what is wrong with one suppression. A bare `noqa` is left alone: it may be meant for other linters."""
    if each.is_misspelt or not each.selectors:
        if not each.is_noqa:
            yield _finding(UNUSED, path, each, each.text, suppression=_excerpt(each.text), problem=_right_form(each, findings))
        return
    if selection.settings.require_reason and not each.reason:
        yield _finding(UNJUSTIFIED, path, each, each.text, suppression=each.shown)
    if each.undated:
        yield _finding(UNUSED, path, each, each.text, suppression=each.shown, problem=UNDATED)
        return
    if each.expired(today):
        expired = f"expired on {each.until}, so its findings are reported again: {REMOVE}"
        yield _finding(UNUSED, path, each, each.text, suppression=each.shown, problem=expired)
        return
    covered = {finding.code for finding in findings if each.covers(finding) or each.may_have_moved_from(finding)}
    for selector in dict.fromkeys(each.selectors):
        problem = _problem(selector, each, covered, selection, path)
        if problem is not None:
            yield _finding(UNUSED, path, each, selector, suppression=each.naming(selector), problem=problem)


def _excerpt(text: str) -> str:
    """Return the beginning of a comment, without its `#`."""
    words = text.lstrip("#- ")
    return words if len(words) <= MAX_EXCERPT else f"{words[: MAX_EXCERPT - 1]}…"


def _right_form(each: Suppression, findings: Iterable[Finding]) -> str:
    """Say how a suppression without a rule, or one that is misspelt, is to be written: with its codes, else those of its lines."""
    near = {finding.code for finding in findings if each.rows is not None and {finding.start.row, finding.noqa_row} & {*each.rows}}
    codes = ", ".join(each.selectors or sorted(near - NEVER_UNUSED)[:MAX_CODES] or ("CODE",))
    kind = "file-allow" if "file" in each.text.partition("[")[0].lower() else "allow"
    return f"names no rule in brackets, so it suppresses nothing: write `s3lint: {kind}[{codes}]` and a reason"


def _problem(selector: str, each: Suppression, covered: set[str], selection: Selection, path: Path) -> str | None:
    """Return what is wrong with one selector of a suppression, as the end of a sentence; None if it is used or cannot be checked."""
    codes = each.codes(selector)
    if not codes and each.is_noqa and codes_of(selector):
        return f"is not in capitals, as flake8 requires, so it suppresses nothing: write {selector.upper()}"
    if not codes:
        similar = nearest(selector)
        return f"names no rule, so it suppresses nothing: {f'did you mean {similar}?' if similar else REMOVE}"
    # A rule that was off, or that needs other files, may have had a finding here in another run.
    if codes & covered or not codes <= _checkable(selection, path):
        return None
    return f"suppresses nothing, and would hide the next finding there: {REMOVE}"


def _checkable(selection: Selection, path: Path) -> frozenset[str]:
    """Return the codes of the rules that checked a file and need no other file for their findings."""
    on = selection.codes - selection.ignored_in(path) - NEVER_UNUSED
    if is_test(path, selection.settings):
        on = frozenset(filter(selection.checks_tests, on))
    return frozenset(code for code in on if not rules()[code].whole_project)


def _finding(code: str, path: Path, each: Suppression, part: str, **details: object) -> Finding:
    rule = rules()[code]
    start = Location(each.row, each.column + 1 + _place(each.text, part))
    end = Location(each.row, start.column + len(part))
    message = rule.summary.format(**details)
    fix = _removal(each, part) if code == UNUSED else None
    return Finding(
        code, rule.name, message, path, start, end, Confidence.HIGH, rule.profile, rule.clause, fix=fix, noqa_row=each.row,
        severity=rule.severity,
    )  # fmt: skip


def _removal(each: Suppression, part: str) -> Fix | None:
    """Return the fix that removes the comment, or one code of several.

    None where codes of other linters need the comment, and where it is to be written in another way, which only its author can do.
    """
    if each.is_misspelt or not each.selectors:
        return None
    if part != each.text and len(each.written) > 1:
        start, end = (Location(each.row, each.column + 1 + place) for place in _span(each.text, part))
        return Fix(f"Remove {part} from the comment", (Edit(start, end, ""),), safe=True)
    if each.is_noqa and len(each.written) > len(each.selectors):
        return None
    pragma = OTHER_PRAGMA.search(each.text, len(each.kind))
    if pragma is not None:
        start = Location(each.row, each.column + 1)
        kept = Edit(start, Location(each.row, start.column + pragma.start()), "# ")
        return Fix("Remove the suppression; the pragma of another tool stays", (kept,), safe=True)
    if each.alone:
        return Fix("Remove the comment", (Edit(Location(each.row, 1), Location(each.row + 1, 1), ""),), safe=True)
    end = Location(each.row, each.column + 1 + len(each.text))
    return Fix("Remove the comment", (Edit(Location(each.row, each.start + 1), end, ""),), safe=True)


OTHER_PRAGMA = re.compile(r"\b(?:pylint:|type:|pragma:|nosec\b|noqa\b|fmt:|isort:|mypy:|pyright:|ruff:|yapf:)")
"""What begins a pragma of another tool, which may share a comment with a suppression."""

SEPARATORS = ", \t\f"


def _span(text: str, part: str) -> tuple[int, int]:
    """Return where one of several codes starts and ends, with the separator behind it, or the one before the last code."""
    start = _place(text, part)
    end = start + len(part)
    before = len(text[:start].rstrip(SEPARATORS))
    if before < start and text[end : end + 1] in ("", "]", *SEPARATORS[1:]):
        return before, end
    return start, len(text) - len(text[end:].lstrip(SEPARATORS))


def _place(text: str, part: str) -> int:
    """Return where a part of a comment first occurs as a whole word."""
    place = text.find(part)
    while place > 0 and (_is_word(text[place - 1]) or _is_word(text[place + len(part) : place + len(part) + 1])):
        place = text.find(part, place + 1)
    return max(0, place)


def _is_word(character: str) -> bool:
    return character.isalnum() or character in ("_", "-")
