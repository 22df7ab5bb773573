"""Turn matches of rules into findings: locate them, render their fixes, and merge those of one rule at one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from s3lint.finding import Confidence, Finding, Fix, Location, Related
from s3lint.registry import rules
from s3lint.registry.codes import UNREADABLE
from s3lint.source.text import Unreadable
from s3lint.syntax.site import locate

if TYPE_CHECKING:
    from s3lint.linter.result import Result
    from s3lint.registry.rule import Match
    from s3lint.suppressions.directives import Suppression

MAX_RELATED = 8
"""Related locations of one finding. A merged finding may have passed through any number of places; people read the first few."""


def finding_of(match: Match) -> Finding:
    """Return the finding of a match, with its rows and columns and its fix."""
    start, end = locate(match.site)
    rule = match.rule
    fix, unfixed = _fix_of(match)
    return Finding(
        rule.code, rule.name, match.message, match.site.module.path, start, end, match.confidence, rule.profile, rule.clause,
        related_places(match), fix, noqa_row=end.row, subject=match.subject, unfixed=unfixed, severity=rule.severity,
    )  # fmt: skip


def unreadable(path: Path, error: Unreadable, part: Literal["file", "cell"] = "file") -> Finding:
    """Return the finding of a file, or a cell of it, that cannot be read."""
    rule = rules()[UNREADABLE]
    start = Location(error.row, error.column)
    message = rule.summary.format(part=part, reason=error.message)
    return Finding(
        rule.code, rule.name, message, path, start, start, Confidence.HIGH, rule.profile, rule.clause, noqa_row=error.row,
        severity=rule.severity,
    )  # fmt: skip


def is_template(path: Path) -> bool:
    """Tell whether a file lies in the template of a project: cookiecutter and copier fill in a folder's name, so the code has fields too."""
    return any("{{" in part and "}}" in part for part in path.parts)


def related_places(match: Match) -> tuple[Related, ...]:
    """Return the places that the value passed on its way to the call, each once, without the place of the finding itself."""
    found: dict[Related, None] = {}
    for hop in match.hops:
        # The literal itself is often the last hop; a related place that repeats the finding's own helps no reader.
        if hop.site.node is not match.site.node:
            start, _ = locate(hop.site)
            found[Related(hop.site.module.path, start, hop.message)] = None
    return tuple(found)


def _fix_of(match: Match) -> tuple[Fix | None, str]:
    """Return the fix of a match, or why it has none. By the shape of a call alone no fix is safe."""
    if match.plan is None:
        return None, ""
    from s3lint.fixes.changes import NoFix
    from s3lint.fixes.edits import Unfixable, fix_of

    if isinstance(match.plan, NoFix):
        return None, match.plan.reason
    try:
        fix = fix_of(match.plan, match.site.module)
    except Unfixable as reason:
        return None, str(reason)
    return (fix if match.confidence is Confidence.HIGH else replace(fix, safe=False)), ""


def fixed_together(findings: list[Finding]) -> list[Finding]:
    """Return the findings of a file without the fixes of a subject that its rule could fix only in a part of its places.

    Rules that such a rule yields to find the same subjects in other spellings, which change with it or stay with it.
    """
    partly: set[tuple[str, str]] = set()
    for code in {finding.code for finding in findings if rules()[finding.code].fixes_together}:
        codes, subjects = (code, *rules()[code].yields_to), {finding.subject for finding in findings if finding.code == code}
        same = [finding for finding in findings if finding.code in codes and finding.subject in subjects]
        partly |= {(each, finding.subject) for finding in same if finding.fix is None for each in codes}
    return [
        replace(finding, fix=None, unfixed="the file names it in other ways too, which cannot be fixed")
        if finding.fix is not None and (finding.code, finding.subject) in partly
        else finding
        for finding in findings
    ]


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Return one finding for each rule and place: the one of the highest confidence, with the related places of all. Sorted."""
    found: dict[tuple[str, Path, Location], Finding] = {}
    for finding in findings:
        key = (finding.code, finding.path, finding.start)
        found[key] = _joined(found[key], finding) if key in found else finding
    return sorted(found.values(), key=lambda finding: finding.order)


def _joined(one: Finding, other: Finding) -> Finding:
    # By message where both are as sure, so that the result does not depend on the order of files.
    best, rest = sorted((one, other), key=lambda finding: (-finding.confidence, finding.message))
    related = sorted(
        dict.fromkeys((*best.related, *rest.related)), key=lambda place: (str(place.path), place.location, place.message)
    )
    return replace(best, related=tuple(related[:MAX_RELATED]))


def by_file(results: Iterable[Result]) -> Iterator[Result]:
    """Yield each result with the findings of all results that are located in its own file, merged.

    Findings in files that have no result, because they are not checked, are dropped.
    """
    results = list(results)
    found: dict[Path, list[Finding]] = {result.path: [] for result in results}
    for result in results:
        for finding in result.findings:
            if finding.path in found:
                found[finding.path].append(finding)
    suppressions = suppressions_in(results)
    for result in results:
        # Most files of a run have no findings: their results are passed on as they are.
        own = tuple(merged(found[result.path])) if found[result.path] else ()
        if own or result.findings:
            yield replace(result, findings=own, suppressions=suppressions.get(result.path, ()), elsewhere=())
        else:
            yield result


def suppressions_in(results: Iterable[Result]) -> dict[Path, tuple[Suppression, ...]]:
    """Return the suppressions of each file that has any, also of files that others have findings in."""
    found: dict[Path, tuple[Suppression, ...]] = {}
    for result in results:
        for path, suppressions in ((result.path, result.suppressions), *result.elsewhere):
            if suppressions:
                found.setdefault(path, suppressions)
    return found
