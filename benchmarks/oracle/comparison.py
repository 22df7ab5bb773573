"""Compare the findings of static analysis with those of recorded calls."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from s3lint.registry import rules

CHECK = (
    *(sys.executable, "-m", "s3lint", "check", "--isolated", "--no-cache", "--jobs", "1", "--exit-zero"),
    *("--profile", "strict", "--lint-tests", "--output-format", "json"),
)

Line = tuple[str, int]
"""A file, relative to the project, and a row."""


class Kind(Enum):
    """What the static half says of an observed violation, and what the calls say of a static finding."""

    SAME = "at the same place"
    ELSEWHERE = "elsewhere"
    MISSED = "not at all"
    UNCONFIRMED = "ran and did not violate"


@dataclass(frozen=True, slots=True)
class Compared:
    """A finding with its kind."""

    project: str
    code: str
    file: str
    row: int
    kind: Kind
    message: str
    example: str = ""


def compared(project: str, source: Path, recording: Path) -> list[Compared]:
    """Return the observed violations of a project, and its static findings at calls that ran without violating."""
    source = source.resolve()
    static, both = _findings(source), _findings(source, "--observed", str(recording))
    calls = lines_of_calls(recording)
    return compare(project, source, static, both, calls)


def _findings(source: Path, *options: str) -> list[dict[str, Any]]:
    done = subprocess.run([*CHECK, *options], cwd=source, capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def lines_of_calls(recording: Path) -> dict[Line, set[Line]]:
    """Return for each line that made a recorded call the lines of its callers, itself included."""
    calls: dict[Line, set[Line]] = defaultdict(set)
    for text in recording.read_text(encoding="utf-8").splitlines():
        frames = json.loads(text).get("frames")
        if frames:
            chain = [(str(frame["file"]), int(frame["line"])) for frame in frames]
            calls[chain[0]].update(chain)
    return dict(calls)


def compare(
    project: str,
    source: Path,
    static: Sequence[Mapping[str, Any]],
    both: Iterable[Mapping[str, Any]],
    calls: Mapping[Line, set[Line]],
) -> list[Compared]:
    """Compare the findings of a run without the recording and of one with it."""
    observable = {rule.code for rule in rules().values() if rule.observable}
    by_code: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for finding in static:
        by_code[finding["code"]].append(finding)
    seen: list[Compared] = []
    violating: dict[str, set[Line]] = defaultdict(set)
    for finding in both:
        if finding.get("observed"):
            seen.append(_row(project, source, finding, _kind(finding, source, by_code[finding["code"]], calls)))
            violating[finding["code"]] |= _lines(finding, source)
    for finding in static:
        ran = _lines(finding, source) & calls.keys()
        if finding["code"] in observable and ran and not ran & violating[finding["code"]]:
            seen.append(_row(project, source, finding, Kind.UNCONFIRMED))
    return seen


def _kind(finding: Mapping[str, Any], source: Path, static: Sequence[Mapping[str, Any]], calls: Mapping[Line, set[Line]]) -> Kind:
    """Return what static findings of the same rule say of an observed violation."""
    place = _place(finding, source)
    if any(_key(each) == _key(finding) for each in static):
        # Where the value is written elsewhere, the report has one finding there for both.
        return Kind.SAME if _own_lines(finding, source) & calls.keys() else Kind.ELSEWHERE
    # The data flow of a static finding ends at the call, or begins with a caller of it.
    return Kind.ELSEWHERE if any(_lines(each, source) & calls.get(place, {place}) for each in static) else Kind.MISSED


def _key(finding: Mapping[str, Any]) -> tuple[Any, ...]:
    return finding["code"], finding["filename"], finding["location"]["row"], finding["location"]["column"]


def _place(finding: Mapping[str, Any], source: Path) -> Line:
    return _relative(finding["filename"], source), finding["location"]["row"]


def _own_lines(finding: Mapping[str, Any], source: Path) -> set[Line]:
    file = _relative(finding["filename"], source)
    return {(file, row) for row in range(finding["location"]["row"], finding["end_location"]["row"] + 1)}


def _lines(finding: Mapping[str, Any], source: Path) -> set[Line]:
    """Return the lines of a finding and of its data flow."""
    return _own_lines(finding, source) | {
        (_relative(each["filename"], source), each["location"]["row"]) for each in finding["related"]
    }


def _relative(filename: str, source: Path) -> str:
    path = Path(filename)
    return path.relative_to(source).as_posix() if path.is_relative_to(source) else filename


def _row(project: str, source: Path, finding: Mapping[str, Any], kind: Kind) -> Compared:
    file, row = _place(finding, source)
    return Compared(
        project, finding["code"], file, row, kind, finding["message"], (finding.get("observed") or {}).get("example", "")
    )
