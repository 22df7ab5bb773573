"""What a run prints below its findings: how many there are, of which rules, and how many can be fixed; and `--statistics`."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence

from s3lint.cli.output import counted
from s3lint.finding import Finding
from s3lint.registry import rules
from s3lint.runner.run import RunResult

LONG_REPORT = 20
"""Findings from which on a report ends with their number by rule."""


def summary(outcome: RunResult, options: argparse.Namespace) -> str:
    """Return the lines below a report for people."""
    findings = outcome.findings
    if not findings:
        return " ".join([_none(outcome, options), _checked(outcome)])
    by_rule = ["", statistics(findings)] if len(findings) >= LONG_REPORT else []
    count, files = counted(len(findings), "finding"), counted(len({finding.path for finding in findings}), "file")
    since = f" since {options.since}" if options.since else ""
    known = f" ({len(outcome.baselined)} more in the baseline)" if outcome.baselined else ""
    ends = [f"{count} in {files}{since}{known}. {_checked(outcome)}", *_fixable(findings)]
    return "\n".join([*by_rule, *([""] if options.output_format == "text" or by_rule else []), *ends])


def _none(outcome: RunResult, options: argparse.Namespace) -> str:
    known = f" ({len(outcome.baselined)} in the baseline)" if outcome.baselined else ""
    if options.since:
        return f"No new findings since {options.since}{known}."
    return f"No new findings{known}." if known else "No findings."


def _checked(outcome: RunResult) -> str:
    return f"{counted(outcome.files, 'file')} checked."


def _fixable(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield how many findings each kind of fix removes."""
    safe = sum(finding.fix is not None and finding.fix.safe for finding in findings)
    unsafe = sum(finding.fix is not None and not finding.fix.safe for finding in findings)
    if safe:
        yield f"{safe} fixable with --fix" + (f", {unsafe} more with --unsafe-fixes." if unsafe else ".")
    elif unsafe:
        yield f"{unsafe} fixable with --fix --unsafe-fixes."


def statistics(findings: Sequence[Finding]) -> str:
    """Return the number of findings of each rule, one line each."""
    counts = Counter(finding.code for finding in findings)
    width = len(str(max(counts.values(), default=0)))
    return "\n".join(f"{count:{width}}  {code}  {rules()[code].name}" for code, count in sorted(counts.items()))


def statistics_as_json(findings: Sequence[Finding]) -> str:
    """Return the number of findings of each rule as a JSON array, with its severity and the number of findings that have a fix."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    rows = [
        {
            "code": code,
            "name": found[0].name,
            "severity": str(found[0].severity),
            "count": len(found),
            "fixable": sum(finding.fix is not None for finding in found),
            "safely_fixable": sum(finding.fix is not None and finding.fix.safe for finding in found),
        }
        for code, found in sorted(by_code.items())
    ]
    return json.dumps(rows, indent=2)
