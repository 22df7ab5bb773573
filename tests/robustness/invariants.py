"""Assert what must be true of any program: tests use it on programs that they generate, fuzzing on those that it mutates."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from s3lint.finding import Edit, Finding, Location
from s3lint.fixes.apply import Unsettled, Unwritable, is_applicable, with_fixes
from s3lint.linter.engine import Engine
from s3lint.linter.fix import fix_file
from s3lint.settings import Settings
from s3lint.source.text import UTF8_BOM, Source, Unreadable
from s3lint.support.interpreter import without_parser_warnings

STRICT = Settings(root=Path("/nowhere"), profile="strict")

KEEPING = replace(STRICT, ignore=("STO902",))
"""The fixes of all rules but the one that removes comments."""

PATH = STRICT.root / "program.py"


def holds(data: bytes) -> None:
    """Assert every invariant of this module."""
    checked(data)
    fixed(data, unsafe=False)
    fixed(data, unsafe=True)


def checked(data: bytes) -> list[Finding]:
    """Return the findings in a file; assert that nothing fails and that a second check finds the same."""
    findings = sound(Engine(STRICT), data)
    assert sound(Engine(STRICT), data) == findings
    return findings


def codes(data: bytes) -> set[str]:
    """The codes of the findings in a file."""
    return {finding.code for finding in Engine(STRICT).check(PATH, data)[0]}


def sound(engine: Engine, data: bytes) -> list[Finding]:
    """Return the findings of one check; assert that each is reported once, and lies within the file."""
    findings, errors = engine.check(PATH, data)
    assert errors == (), errors
    lie_inside(findings, data)
    return findings


def lie_inside(findings: Iterable[Finding], data: bytes) -> None:
    try:
        lines = Source.decode(PATH, data).lines or [""]
    except Unreadable:
        assert {finding.code for finding in findings} <= {"STO900"}
        return
    seen = set()
    for finding in findings:
        assert finding.path == PATH, finding
        assert finding.start <= finding.end, finding
        for place in (finding.start, finding.end, *(related.location for related in finding.related)):
            assert 1 <= place.row <= len(lines), finding
            assert 1 <= place.column <= len(lines[place.row - 1]) + 1, finding
        assert (finding.code, finding.start) not in seen, finding
        seen.add((finding.code, finding.start))


def fixed(data: bytes, *, unsafe: bool) -> bytes:
    """Return a file after its fixes; assert that it still compiles, that a second run fixes the same and a third nothing, that comments stay."""
    try:
        after = fix_file(PATH, data, KEEPING, unsafe=unsafe).after
    except Unwritable:
        return data
    except Unsettled:
        assert not compiles(data)
        return data
    assert fix_file(PATH, data, KEEPING, unsafe=unsafe).after == after
    if after == data:
        return data
    _keeps_the_rest(data, unsafe=unsafe)
    assert fix_file(PATH, after, KEEPING, unsafe=unsafe).after == after
    if compiles(data):
        assert compiles(after), after
        assert unsafe or comments(after) == comments(data), after
    return after


def _keeps_the_rest(data: bytes, *, unsafe: bool) -> None:
    """Assert that a round of fixes changes no byte outside of its edits."""
    found = [finding for finding in Engine(KEEPING).check(PATH, data)[0] if is_applicable(finding, unsafe=unsafe)]
    after, done = with_fixes(PATH, data, found)
    edits = {edit for finding in done if finding.fix is not None for edit in finding.fix.edits}
    assert after == spliced(data, edits), edits


def spliced(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return bytes after edits that do not touch each other, made from the last to the first."""
    source = Source.decode(PATH, data)
    lines = [*(line.encode(source.encoding) for line in source.lines), b""]
    mark = len(UTF8_BOM) if source.has_bom else 0

    def offset(place: Location) -> int:
        before = source.lines[place.row - 1][: place.column - 1] if place.row < len(lines) else ""
        return mark + sum(map(len, lines[: place.row - 1])) + len(before.encode(source.encoding))

    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        data = data[: offset(edit.start)] + edit.content.encode(source.encoding) + data[offset(edit.end) :]
    return data


def compiles(data: bytes) -> bool:
    """Return whether the running Python compiles a program."""
    try:
        with without_parser_warnings():
            compile(data, "program", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def comments(data: bytes) -> list[str]:
    """Return the comments of a program that compiles, sorted."""
    tokens = tokenize.generate_tokens(io.StringIO(Source.decode(PATH, data).text, newline=None).readline)
    return sorted(token.string for token in tokens if token.type == tokenize.COMMENT)
