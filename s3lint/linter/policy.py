"""Decide which findings are reported. The command, flake8, editors, codemods and Spark all ask this module.

`report` applies, in this order: the settings (rules, confidence, tests, per-file ignores), comparisons across the project, checks of the
suppressions themselves, rules that yield to others, suppressions, and masked code. `report_file` adds the baseline and leaves `noqa` to
flake8 where that is asked for. Imports the parts below `linter`, and no parser.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from s3lint.config.selection import Selection
from s3lint.finding import Finding, Location, failure
from s3lint.linter.findings import by_file
from s3lint.linter.result import Result
from s3lint.registry import rules
from s3lint.registry.codes import UNREADABLE
from s3lint.support.frozen import frozen
from s3lint.suppressions.directives import Suppression
from s3lint.suppressions.matching import match
from s3lint.suppressions.unused import problems_of

if TYPE_CHECKING:
    from s3lint.suppressions.baseline import Matched

Match = tuple[Finding, Suppression | None]
"""A finding, and the suppression that covers it, if one does."""


@frozen()
class AppliedSuppression:
    """A suppression, its place as users count rows, and the findings that it suppresses."""

    path: Path
    cell: int | None
    location: Location
    suppression: Suppression
    suppressed: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Reported:
    """What is reported of some files, in the order of their results. `errors` are failures inside s3lint, one line each."""

    findings: list[Finding] = field(default_factory=list)
    suppressions: list[AppliedSuppression] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def report(results: Sequence[Result], selection: Selection) -> Reported:
    """Decide on the results of one project, or of one file of it. Each result carries the findings in its own file (see `by_file`)."""
    found, failures = aggregate((finding for result in results for finding in result.findings), selection)
    left = {result.path: check_suppressions(result, selection) for result in results}
    for finding in found:
        left[finding.path].append(finding)
    reported = Reported(errors=[*(error for result in results for error in result.errors), *failures])
    for result in results:
        # Before suppressions are matched: one on a finding that yields to another would otherwise count as used.
        candidates = without_yielding(map(selection.as_set, left[result.path]))
        matched = match_suppressions(candidates, result.suppressions, selection)
        reported.findings += result.shown(finding for finding, by in matched if by is None)
        reported.suppressions += _applied(result, matched)
    return reported


def report_file(result: Result, data: bytes, selection: Selection, *, noqa: bool = True) -> tuple[list[Finding], tuple[str, ...]]:
    """Return the findings to report in one file with this content, and failures inside s3lint, one line each.

    Without `noqa` findings under such comments are reported too, because flake8 applies them itself. Raises `ConfigurationError` for a
    baseline that cannot be read.
    """
    reported = report(list(by_file((result,))), selection)
    findings, baseline = reported.findings, selection.settings.baseline
    if baseline is not None and findings:
        findings = not_in_baseline(findings, baseline, {result.path: data}).new
    if not noqa:
        # Only now, so that they use up no entry of the baseline: flake8 is to see every finding under a `noqa`.
        findings = findings + [found for each in reported.suppressions if each.suppression.is_noqa for found in each.suppressed]
    return sorted(findings, key=lambda finding: finding.order), tuple(reported.errors)


def aggregate(findings: Iterable[Finding], selection: Selection) -> tuple[list[Finding], list[str]]:
    """Keep the findings that the settings ask for, after rules that compare their findings across the project have done so.

    Return them sorted, and one line for each rule that failed; its findings stay as they were.
    """
    by_code: dict[str, list[Finding]] = {}
    for finding in filter(selection.reports, findings):
        by_code.setdefault(finding.code, []).append(finding)
    left, failures = list[Finding](), list[str]()
    for code, found in by_code.items():
        rule = rules()[code]
        try:
            left += rule.compared(found, selection.settings)
        except Exception as error:
            failures.append(failure(rule.name, error, found[0].path))
            left += found
    return sorted(left, key=lambda finding: finding.order), failures


def check_suppressions(result: Result, selection: Selection) -> list[Finding]:
    """Return what is wrong with the suppressions of a file, given all findings in it.

    Empty where a part of the file was not analyzed: a suppression there may be used by what was missed.
    """
    if result.errors or any(finding.code == UNREADABLE for finding in result.findings):
        return []
    return problems_of(result.path, result.suppressions, result.findings, selection, date.today())


def without_yielding(findings: Iterable[Finding]) -> list[Finding]:
    """Drop a finding where a rule that its own yields to reports the same place, or one on the value's way to it."""
    every = list(findings)
    places = {(finding.code, finding.path, finding.start) for finding in every}
    return [finding for finding in every if not _yields(finding, places)]


def _yields(finding: Finding, places: set[tuple[str, Path, Location]]) -> bool:
    own = [(finding.path, finding.start), *((place.path, place.location) for place in finding.related)]
    return any((code, path, start) in places for code in rules()[finding.code].yields_to for path, start in own)


def match_suppressions(findings: Iterable[Finding], suppressions: Sequence[Suppression], selection: Selection) -> list[Match]:
    """Pair each finding of one file with the suppression that covers it today, or with None."""
    settings = selection.settings
    if settings.forbid_bare_noqa:
        suppressions = [each for each in suppressions if each.selectors or not each.is_noqa]
    return list(match(findings, suppressions, today=date.today(), require_reason=settings.require_reason))


def not_in_baseline(findings: Sequence[Finding], baseline: Path, overlay: Mapping[Path, bytes] | None = None) -> Matched:
    """Compare findings with a baseline file. `overlay` are contents of files that differ from those on disk.

    Raises `ConfigurationError` where the file cannot be read.
    """
    from s3lint.suppressions.baseline import (  # Only runs with a baseline pay for hashing and reading files again.
        load,
        with_contents,
    )

    return load(baseline).match(with_contents(findings, overlay))


def _applied(result: Result, matched: Iterable[Match]) -> Iterator[AppliedSuppression]:
    """Yield the suppressions of a file with what they suppress. A bare `noqa` that suppresses nothing is meant for other linters."""
    suppressed: dict[int, list[Finding]] = {}
    for finding, by in matched:
        suppressed.setdefault(id(by), []).append(finding)
    for each in result.suppressions:
        if (each.selectors and not each.is_misspelt) or id(each) in suppressed:
            cell, location = result.place(each)
            yield AppliedSuppression(result.path, cell, location, each, tuple(result.shown(suppressed.get(id(each), ()))))
