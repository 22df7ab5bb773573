"""Judge recorded storage calls: each becomes a statement whose arguments are constants, and the same rules check it.

A recording comes from `s3lint.observe`. It may be written by a stranger: lines are bounded, and nothing in them is run. The findings are
located at the first-party line that made the call, if the function around it is still the one that ran.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from s3lint.finding import Confidence, Finding, Location, Observed, Related
from s3lint.linter.findings import by_file
from s3lint.linter.observed_program import Unwritable, statement_of, with_imports
from s3lint.linter.recordings import Call, Source, recordings_of
from s3lint.linter.result import Result
from s3lint.registry import rules
from s3lint.settings import Settings
from s3lint.suppressions.directives import suppressions

EXAMPLE_CHARACTERS = 200

SEEN = "it was seen in a recorded call"
"""Why a finding that only a recording shows has no fix."""

MAX_PROGRAM_CHARACTERS = 4_000_000
"""Of the program that stands for the calls of a file; calls beyond it are ignored."""

Analyze = Callable[[str], Result]
"""Analyzes a program that belongs to no project."""


class Observes(Protocol):
    """What adds the findings of recorded calls to a result: the engine of the file."""

    def with_observed(self, result: Result) -> Result: ...


def observed_in(results: Sequence[Result], engine_of: Callable[[Path], Observes | None]) -> list[Result]:
    """Return results by file, with the findings of recorded calls. Raises `ConfigurationError` for a recording that cannot be read.

    Files that are not checked take part where a finding or its data flow leads to them: what a recorded call of theirs shows may be
    reported here, and the other way round.
    """
    checked = {result.path for result in results}
    engines: dict[Path, Observes | None] = {path: engine_of(path) for path in checked}
    for result in results:
        for finding in result.findings:
            for path in (finding.path, *(place.path for place in finding.related)):
                engines.setdefault(path, engines[result.path])
    context = [Result(path) for path in engines if path not in checked]
    placed = by_file([*results, *context])
    observed = [result if (engine := engines[result.path]) is None else engine.with_observed(result) for result in placed]
    return [result for result in confirmed_elsewhere(observed) if result.path in checked]


def with_observed(result: Result, settings: Settings, analyze: Analyze, text: bytes | None = None) -> Result:
    """Add the findings of recorded calls to the result of their file. Raises `ConfigurationError` for a recording that cannot be read.

    A static finding of the same rule in the same lines is confirmed instead. `text` is that of the file where an editor has not saved it.
    """
    recordings = recordings_of(settings)
    calls = recordings.of(result.path)
    if not calls:
        return result
    source = Source.of(result.path, text)
    located = [(call, row) for call in calls if (row := source.row(call.place))]
    if len(located) < len(calls):
        recordings.problems[result.path] = _stale(result.path, len(calls) - len(located))
    observed = [
        _at(finding, call, result.path, row, source.lines[row - 1])
        for call, row, finding in _found_in_program(located, settings, analyze)
    ]
    confirmed, left = _confirmed(result.findings, _joined(observed))
    # A file that mentions no storage was not parsed, so its suppressions were not read.
    return replace(result, findings=(*confirmed, *left), suppressions=result.suppressions or tuple(suppressions(source.text)))


def confirmed_elsewhere(results: Sequence[Result]) -> list[Result]:
    """Return the results of a project without the observed findings whose value is reported where it is written, in another file."""
    written = {
        (_cause(finding), finding.message, place.path, place.location.row): (index, finding)
        for index, result in enumerate(results)
        for finding in result.findings
        if finding.observed is None
        for place in finding.related
    }
    changes: dict[int, dict[Finding, Finding | None]] = {}
    for index, result in enumerate(results):
        for finding in result.findings:
            other = written.get((_cause(finding), finding.message, finding.path, finding.start.row))
            if finding.unfixed == SEEN and finding.observed is not None and other is not None:
                changes.setdefault(index, {})[finding] = None
                changes.setdefault(other[0], {})[other[1]] = _shown(replace(other[1], confidence=Confidence.HIGH), finding.observed)
    return [
        replace(result, findings=tuple(left for each in result.findings if (left := changes[index].get(each, each)) is not None))
        if index in changes
        else result
        for index, result in enumerate(results)
    ]


def _stale(path: Path, count: int) -> str:
    calls = "1 recorded call is" if count == 1 else f"{count:,} recorded calls are"
    return f"{path}: {calls} stale, because the code around it has changed: record the calls again"


def _found_in_program(
    located: Sequence[tuple[Call, int]], settings: Settings, analyze: Analyze
) -> Iterator[tuple[Call, int, Finding]]:
    """Yield the findings in the program that makes these calls, each with the call that it is about and its row."""
    statements: list[str] = []
    made: list[tuple[Call, int]] = []
    left = MAX_PROGRAM_CHARACTERS
    for call, row in located:
        try:
            statement = statement_of(call.operation, call.parameters, settings.dynamodb_max_bytes)
        except Unwritable:  # no rule judges the operation
            continue
        left -= len(statement)
        if left >= 0:
            statements.append(statement)
            made.append((call, row))
    text, first = with_imports(statements)
    observable = {rule.code for rule in rules().values() if rule.observable}
    for finding in analyze(text).findings:
        index = finding.start.row - first
        if finding.code in observable and 0 <= index < len(made):
            yield *made[index], finding


def _at(finding: Finding, call: Call, path: Path, row: int, line: str) -> Finding:
    """Return a finding of the recorded program as one at the line that made the call."""
    text = line.rstrip()
    start, end = Location(row, len(text) - len(text.lstrip()) + 1), Location(row, len(text) + 1)
    return replace(
        finding, path=path, start=start, end=end, noqa_row=row, confidence=Confidence.HIGH, fix=None, related=(),
        unfixed=SEEN, observed=Observed(call.count, _example(call.parameters)),
    )  # fmt: skip


def _example(parameters: Mapping[str, Any]) -> str:
    """Return the address of a recorded call, in words."""
    names = ("Bucket", "Key", "TableName", "destination")
    return ", ".join(f"{name}={parameters[name]!r}" for name in names if isinstance(parameters.get(name), str))[:EXAMPLE_CHARACTERS]


def _joined(findings: Sequence[Finding]) -> list[Finding]:
    """Return one finding for each cause and line: the first, with the counts of all."""
    groups: dict[tuple[str, str, Location], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((*_cause(finding), finding.start), []).append(finding)
    return [
        _counted(group[0], sum(each.observed.count for each in group if each.observed is not None)) for group in groups.values()
    ]


def _cause(finding: Finding) -> tuple[str, str]:
    """Return what two findings at one place have in common if they are about the same: the rule, and what it compares over the project."""
    return finding.code, finding.subject if rules()[finding.code].compares else ""


def _counted(finding: Finding, count: int) -> Finding:
    return _shown(finding, replace(finding.observed, count=count)) if finding.observed is not None else finding


def _shown(finding: Finding, observed: Observed) -> Finding:
    """Return a finding with what was observed, also as a related place, which every report shows."""
    times = "once" if observed.count == 1 else f"{observed.count:,} times"
    message = f"seen {times} in recorded calls" + (f", such as {observed.example}" if observed.example else "")
    return replace(finding, observed=observed, related=(*finding.related, Related(finding.path, finding.start, message)))


def _confirmed(static: Sequence[Finding], observed: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Return the static findings, those that a recorded call confirms with what was observed, and the observed ones that are left."""
    left, made = list(observed), list[Finding]()
    for finding in static:
        same = next((each for each in left if _confirms(each, finding)), None)
        if same is None or same.observed is None:
            made.append(finding)
        else:
            left.remove(same)
            made.append(_shown(replace(finding, confidence=Confidence.HIGH), same.observed))
    return made, left


def _confirms(observed: Finding, static: Finding) -> bool:
    """Tell whether a recorded call shows what a static finding says: in its lines, or with the same value where its data flow ends."""
    if _cause(observed) != _cause(static):
        return False
    if observed.path == static.path and static.start.row <= observed.start.row <= max(static.noqa_row, static.end.row):
        return True
    flow = {(each.path, each.location.row) for each in static.related}
    return observed.message == static.message and (observed.path, observed.start.row) in flow
