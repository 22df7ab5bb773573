"""Findings about suppressions themselves: one without a reason, one that suppresses nothing, one past its date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from s3lint.config.selection import Selection
from s3lint.finding import Confidence, Edit, Finding, Fix, Location
from s3lint.project.patterns import is_test
from s3lint.registry import rules
from s3lint.registry.codes import UNJUSTIFIED, UNREADABLE, UNUSED
from s3lint.suppressions.comments import Suppression, codes_of

UNDATED = "ends on no date (`until=YYYY-MM-DD`), so it holds no more"
IN_SMALL_LETTERS = "is not written in capitals, as flake8 reads it, so it suppresses nothing"

NEVER_JUDGED = frozenset({UNREADABLE, UNJUSTIFIED, UNUSED})
"""Rules whose suppressions are not asked for their use."""


def reviewed(path: Path, found: Iterable[Suppression], seen: Iterable[Finding], selection: Selection, today: date) -> list[Finding]:
    """What is wrong with the suppressions of a file.

    `seen` are all findings in it, those included that the settings leave out. Only rules that were on are judged, and none that needs
    the whole project, so that a run over a part of the rules or files reports nothing that the whole run does not.
    """
    near = _by_row(list(seen))
    made = [finding for each in found for finding in _about(path, each, near(each), selection, today)]
    return [finding for finding in made if selection.reports(finding)]


def _by_row(findings: list[Finding]) -> Callable[[Suppression], list[Finding]]:
    """Which findings a suppression may cover, without a look at all of them for each."""
    rows: dict[int, list[Finding]] = {}
    for finding in findings:
        for row in {finding.start.row, finding.noqa_row or finding.start.row}:
            rows.setdefault(row, []).append(finding)

    def near(each: Suppression) -> list[Finding]:
        if each.rows is None or len(each.rows) > len(rows):
            return findings
        return [finding for row in each.rows for finding in rows.get(row, ())]

    return near


def _about(path: Path, each: Suppression, findings: list[Finding], selection: Selection, today: date) -> Iterator[Finding]:
    if not each.selectors:
        return
    if selection.settings.require_reason and not each.reason:
        yield _finding(UNJUSTIFIED, path, each, each.text, suppression=each.shown)
    if each.undated:
        yield _finding(UNUSED, path, each, each.text, suppression=each.shown, problem=UNDATED)
        return
    if each.expired(today):
        yield _finding(
            UNUSED, path, each, each.text, suppression=each.shown, problem=f"ended on {each.until}, so its findings are back"
        )
        return
    covered = {finding.code for finding in findings if each.covers(finding)}
    for selector in dict.fromkeys(each.selectors):
        problem = _problem(selector, each, covered, selection, path)
        if problem is not None:
            yield _finding(UNUSED, path, each, selector, suppression=each.naming(selector), problem=problem)


def _problem(selector: str, each: Suppression, covered: set[str], selection: Selection, path: Path) -> str | None:
    codes = each.codes(selector)
    if not codes:
        return "names no rule, so it suppresses nothing" if not (each.is_noqa and codes_of(selector)) else IN_SMALL_LETTERS
    if codes & covered or not codes <= _judged(selection, path):
        return None
    return "suppresses nothing, and would hide the next finding there"


def _judged(selection: Selection, path: Path) -> frozenset[str]:
    """The codes of the rules that looked at a file, and needed no other for it."""
    on = selection.codes - selection.ignored_in(path) - NEVER_JUDGED
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
        code, rule.name, message, path, start, end, Confidence.HIGH, rule.profile, rule.clause, fix=fix, noqa_row=each.row
    )


def _removal(each: Suppression, part: str) -> Fix | None:
    """Takes out the comment, or one code of several."""
    if part != each.text and len(each.written) > 1:
        start, end = (Location(each.row, each.column + 1 + place) for place in _span(each.text, part))
        return Fix(f"Remove {part} from the comment", (Edit(start, end, ""),), safe=True)
    if each.is_noqa and len(each.written) > len(each.selectors):
        return None
    if each.alone:
        return Fix("Remove the comment", (Edit(Location(each.row, 1), Location(each.row + 1, 1), ""),), safe=True)
    end = Location(each.row, each.column + 1 + len(each.text))
    return Fix("Remove the comment", (Edit(Location(each.row, each.start + 1), end, ""),), safe=True)


SEPARATORS = ", \t\f"


def _span(text: str, part: str) -> tuple[int, int]:
    """One of several codes and what separates it from the next one, or from the one before it where it is the last."""
    start = _place(text, part)
    end = start + len(part)
    before = len(text[:start].rstrip(SEPARATORS))
    if before < start and text[end : end + 1] in ("", "]", *SEPARATORS[1:]):
        return before, end
    return start, len(text) - len(text[end:].lstrip(SEPARATORS))


def _place(text: str, part: str) -> int:
    """Where a part of a comment first stands that is not itself a part of a longer word."""
    place = text.find(part)
    while place > 0 and (_goes_on(text[place - 1]) or _goes_on(text[place + len(part) : place + len(part) + 1])):
        place = text.find(part, place + 1)
    return max(0, place)


def _goes_on(character: str) -> bool:
    return character.isalnum() or character in ("_", "-")
