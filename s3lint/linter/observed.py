"""Judge recorded storage calls: each becomes a statement whose arguments are constants, and the same rules check it.

A recording comes from `s3lint.observe`. It may be written by a stranger: lines are bounded, and nothing in them is run. The findings are
located at the first-party line that made the call, if the function around it is still the one that ran.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from s3lint.errors import ConfigurationError
from s3lint.finding import Confidence, Finding, Location, Observed, Related
from s3lint.linter.observed_program import Unwritable, statement_of, with_imports
from s3lint.linter.result import Result
from s3lint.project.boundary import repository_root
from s3lint.project.files import MAX_READ_BYTES
from s3lint.registry import rules
from s3lint.settings import Settings
from s3lint.support.bounded_read import read_bounded
from s3lint.suppressions.directives import suppressions

VERSION = 1
"""Of the lines that are understood: `s3lint.observe.recorder.VERSION`."""

MAX_RECORDING_BYTES = 256 * 1024 * 1024
MAX_LINE_BYTES = 131_072

MAX_CALLS_PER_FILE = 2_000
"""Different calls made from one file; later ones are ignored. The recorder keeps 200 of each line."""

MAX_STARTS = 5_000
"""Places in a file where a function is looked for that is not where it was."""

EXAMPLE_CHARACTERS = 200

Analyze = Callable[[str], Result]
"""Analyzes a program that belongs to no project."""


@dataclass(frozen=True, slots=True)
class Place:
    """The line of a first-party frame, and what identifies the function that it is in. Without `digest` it only repeats another."""

    line: int
    first: int
    lines: int
    digest: str


@dataclass(slots=True)
class Call:
    """One kind of call, where it was made, and how often."""

    operation: str
    parameters: dict[str, Any]
    place: Place
    count: int = 0


class Recordings:
    """The calls of some recordings by the file that made them; `problems` has one sentence for each thing that cannot be used."""

    def __init__(self, paths: Sequence[Path], root: Path) -> None:
        self.problems: dict[Path, str] = {}
        self._calls: dict[Path, dict[tuple[str, str, int], Call]] = {}
        for path in paths:
            lines = filter(None, _bytes_of(path).split(b"\n"))
            wrong = sum(not self._add(line, root) for line in lines)
            if wrong:
                counted = "1 line is" if wrong == 1 else f"{wrong:,} lines are"
                self.problems[path] = f"{path}: {counted} cut, or of another version of s3lint: record the calls again"

    def of(self, path: Path) -> list[Call]:
        """Return the calls that a file made."""
        return [call for call in self._calls.get(path, {}).values() if call.count and call.place.digest]

    def _add(self, line: bytes, root: Path) -> bool:
        """Add a line to the calls. Return False for one that is not understood."""
        try:
            data = json.loads(line) if len(line) <= MAX_LINE_BYTES else {}
            repeats = "repeats" in data
            frame, parameters = (data["at"], data["repeats"]) if repeats else (data["frames"][0], data["parameters"])
            operation, count, text = str(data["operation"]), int(data["count"]), json.dumps(parameters, sort_keys=True)
            path, place = Path(os.path.normpath(root / str(frame["file"]))), _place(frame)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError):
            return False
        if data.get("version") != VERSION or not isinstance(parameters, dict) or count < 1 or not path.is_relative_to(root):
            return False
        calls = self._calls.setdefault(path, {})
        key = operation, text, place.line
        if key in calls or len(calls) < MAX_CALLS_PER_FILE:
            call = calls.setdefault(key, Call(operation, parameters, place))
            call.count += count
            call.place = place if place.digest else call.place
        return True


def _bytes_of(path: Path) -> bytes:
    try:
        return read_bounded(path, MAX_RECORDING_BYTES)
    except OSError as error:
        raise ConfigurationError(f"{path}: the recording cannot be read: {error.strerror or error}") from None


def _place(frame: Mapping[str, Any]) -> Place:
    return Place(int(frame["line"]), int(frame.get("first", 0)), int(frame.get("lines", 0)), str(frame.get("digest", "")))


def recordings_of(settings: Settings) -> Recordings:
    """Return the recordings that the settings name, read once for each state of the files. Raises `ConfigurationError`."""
    return _recordings(settings.observed, repository_root(settings.root) or settings.root, tuple(map(_state_of, settings.observed)))


def _state_of(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=8)
def _recordings(paths: tuple[Path, ...], root: Path, _: tuple[tuple[int, int], ...]) -> Recordings:
    return Recordings(paths, root)


def with_observed(result: Result, settings: Settings, analyze: Analyze) -> Result:
    """Add the findings of recorded calls to the result of their file. Raises `ConfigurationError` for a recording that cannot be read.

    A static finding of the same rule in the same lines is confirmed instead.
    """
    recordings = recordings_of(settings)
    calls = recordings.of(result.path)
    if not calls:
        return result
    text = _text_of(result.path)
    lines = text.splitlines()
    located = [(call, row) for call in calls if (row := _row(call.place, lines))]
    if len(located) < len(calls):
        recordings.problems[result.path] = _stale(result.path, len(calls) - len(located))
    observed = [
        _at(finding, call, result.path, row, lines[row - 1]) for call, row, finding in _found_in_program(located, settings, analyze)
    ]
    confirmed, left = _confirmed(result.findings, _joined(observed))
    # A file that mentions no storage was not parsed, so its suppressions were not read.
    return replace(result, findings=(*confirmed, *left), suppressions=result.suppressions or tuple(suppressions(text)))


def _stale(path: Path, count: int) -> str:
    calls = "1 recorded call is" if count == 1 else f"{count:,} recorded calls are"
    return f"{path}: {calls} stale, because the code around it has changed: record the calls again"


def _text_of(path: Path) -> str:
    try:
        return read_bounded(path, MAX_READ_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def _row(place: Place, lines: Sequence[str]) -> int:
    """Return the row of a recorded line in the file as it is; 0 if the function around it has another text.

    A function that has moved is found by its text, the one nearest to its old place first.
    """
    size, offset = place.lines, place.line - place.first
    if not 0 <= offset < size <= len(lines):
        return 0
    starts = sorted(range(len(lines) - size + 1), key=lambda start: abs(start + 1 - place.first))
    start = next((start for start in islice(starts, MAX_STARTS) if _digest(lines[start : start + size]) == place.digest), None)
    return start + 1 + offset if start is not None else 0


def _digest(lines: Sequence[str]) -> str:
    """Return what `s3lint.observe.frames.digest_of` does. The recorder runs in programs without the linter, and shares nothing with it."""
    return hashlib.sha256("\n".join(line.rstrip() for line in lines).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _found_in_program(
    located: Sequence[tuple[Call, int]], settings: Settings, analyze: Analyze
) -> Iterator[tuple[Call, int, Finding]]:
    """Yield the findings in the program that makes these calls, each with the call that it is about and its row."""
    statements: list[str] = []
    made: list[tuple[Call, int]] = []
    for call, row in located:
        try:
            statements.append(statement_of(call.operation, call.parameters, settings.dynamodb_max_bytes))
        except Unwritable:  # no rule judges the operation
            continue
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
        unfixed="it was seen in a recorded call", observed=Observed(call.count, _example(call.parameters)),
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
    return finding.code, finding.subject if rules()[finding.code].comparisons else ""


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
        rows = range(finding.start.row, max(finding.noqa_row, finding.end.row) + 1)
        same = next((each for each in left if _cause(each) == _cause(finding) and each.start.row in rows), None)
        if same is None or same.observed is None:
            made.append(finding)
        else:
            left.remove(same)
            made.append(_shown(replace(finding, confidence=Confidence.HIGH), same.observed))
    return made, left
