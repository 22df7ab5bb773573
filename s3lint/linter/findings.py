"""From matches to findings: rows and columns, fixes, one finding for each rule and place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from s3lint.finding import Confidence, Finding, Fix, Location, Related
from s3lint.syntax.site import locate

if TYPE_CHECKING:
    from s3lint.linter.result import Result
    from s3lint.registry.rule import Match

MOST_RELATED = 8
"""How many places are named with one finding."""


def finding_of(match: Match) -> Finding:
    """The finding of a match, with rows and columns."""
    start, end = locate(match.site)
    rule = match.rule
    return Finding(
        rule.code, rule.name, match.message, match.site.module.path, start, end, match.confidence, rule.profile, rule.clause,
        related_places(match), _fix_of(match), noqa_row=end.row, subject=match.subject,
    )  # fmt: skip


def related_places(match: Match) -> tuple[Related, ...]:
    """Return the places that the value passed on its way to the call, each once, without the place of the finding itself."""
    found: dict[Related, None] = {}
    for hop in match.hops:
        if hop.site.node is not match.site.node:
            start, _ = locate(hop.site)
            found[Related(hop.site.module.path, start, hop.message)] = None
    return tuple(found)


def _fix_of(match: Match) -> Fix | None:
    """The fix of a match; by the shape of a call alone none is safe."""
    if match.plan is None:
        return None
    from s3lint.fixes.edits import fix_of

    fix = fix_of(match.plan, match.site.module)
    return fix if fix is None or match.confidence is Confidence.HIGH else replace(fix, safe=False)


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each rule and place: the surest, with the related places of all. Sorted."""
    found: dict[tuple[str, Path, Location], Finding] = {}
    for finding in findings:
        key = (finding.code, finding.path, finding.start)
        found[key] = _joined(found[key], finding) if key in found else finding
    return sorted(found.values(), key=lambda finding: finding.order)


def _joined(one: Finding, other: Finding) -> Finding:
    best, rest = sorted((one, other), key=lambda finding: (-finding.confidence, finding.message))
    related = sorted(
        dict.fromkeys((*best.related, *rest.related)), key=lambda place: (str(place.path), place.location, place.message)
    )
    return replace(best, related=tuple(related[:MOST_RELATED]))


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
    for result in results:
        # Most files of a run have no findings: their results are passed on as they are.
        own = tuple(merged(found[result.path])) if found[result.path] else ()
        yield replace(result, findings=own) if own or result.findings else result
