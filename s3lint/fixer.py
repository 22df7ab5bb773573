"""Applies the fixes of a file, round after round, until nothing changes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from s3lint.engine import Engine
from s3lint.files import ProjectFiles
from s3lint.finding import Edit, Finding, Fix, Location
from s3lint.settings import Settings
from s3lint.source import UTF8_BOM, Source, Unreadable, split_lines

ROUNDS = 10
"""How often a file is fixed and checked again; what has not settled by then never will."""


class Unsettled(Exception):
    """Fixes that undo each other, or that leave code behind that does not parse. Names the rules."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A file after its fixes. `applied` are the findings that they removed."""

    path: Path
    before: bytes
    after: bytes
    applied: tuple[Finding, ...] = ()


def fix_file(path: Path, data: bytes, settings: Settings, *, unsafe: bool) -> Fixed:
    """Every applicable fix of a file. Raises `Unsettled`, and then nothing of the file may be changed."""
    current, applied = data, list[Finding]()
    for _ in range(ROUNDS):
        found = _applicable(path, current, settings, unsafe=unsafe)
        if not found:
            return Fixed(path, data, current, tuple(applied))
        changed, done = with_fixes(path, current, found)
        if changed == current or not _parses(path, changed):
            raise Unsettled(
                f"{path}: the fixes of {_names(done or found)} leave code that does not parse; the file stays as it was"
            )
        current = changed
        applied += done
    raise Unsettled(f"{path}: the fixes of {_names(found)} do not settle; the file stays as it was")


def _names(findings: Iterable[Finding]) -> str:
    return ", ".join(sorted({finding.code for finding in findings}))


def _applicable(path: Path, data: bytes, settings: Settings, *, unsafe: bool) -> list[Finding]:
    engine = Engine(settings, ProjectFiles(settings, {path: data}))
    findings, _ = engine.check(path, data)
    return [finding for finding in findings if is_applicable(finding, settings, unsafe=unsafe)]


def is_applicable(finding: Finding, settings: Settings, *, unsafe: bool) -> bool:
    """Whether a run applies the fix of a finding."""
    return finding.fix is not None and (unsafe or finding.fix.safe)


def _parses(path: Path, data: bytes) -> bool:
    try:
        ast.parse(Source.decode(path, data).text)
    except (Unreadable, SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def with_fixes(path: Path, data: bytes, findings: Iterable[Finding]) -> tuple[bytes, list[Finding]]:
    """The bytes of a file after as many of the fixes as do not touch each other, and the findings that these remove."""
    source = Source.decode(path, data)
    lines = split_lines(source.text)
    taken: dict[Edit, None] = {}
    done = []
    for finding in findings:
        assert finding.fix is not None
        if _fits(finding.fix, taken):
            taken |= dict.fromkeys(finding.fix.edits)
            done.append(finding)
    starts = [0, *accumulate(map(len, lines))]
    text = source.text
    for edit in sorted(taken, key=lambda edit: (edit.start, edit.end), reverse=True):
        start, end = (_offset(place, starts, len(source.text)) for place in (edit.start, edit.end))
        content = edit.content if start < len(source.text) or not lines or lines[-1][-1:] in "\r\n" else f"\n{edit.content}"
        text = f"{text[:start]}{content}{text[end:]}"
    encoded = text.encode(source.encoding, "strict")
    return (UTF8_BOM if source.has_bom else b"") + encoded, done


def _offset(place: Location, starts: list[int], end: int) -> int:
    return min(starts[place.row - 1] + place.column - 1, end) if place.row <= len(starts) else end


def _fits(fix: Fix, taken: Iterable[Edit]) -> bool:
    """Whether no edit of a fix touches another's. The same edit, such as an import, may be made by several."""
    known = list(taken)
    return all(edit in known or not any(_touch(edit, other) for other in known) for edit in fix.edits)


def _touch(one: Edit, other: Edit) -> bool:
    return one.start <= other.end and other.start <= one.end


def diffs(fixed: Iterable[Fixed], root: Path) -> Iterator[str]:
    """Unified diffs, as `git apply` reads them."""
    import difflib

    for each in fixed:
        name = each.path.relative_to(root).as_posix() if each.path.is_relative_to(root) else str(each.path)
        before, after = (Source.decode(each.path, data).text for data in (each.before, each.after))
        rows = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}")
        yield "".join(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)
