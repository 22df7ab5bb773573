"""What holds for every file, whatever stands in it."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import hypothesmith
import pytest
from conftest import CHECKOUT, fixture_files, run, statements, unfiltered
from hypothesis import given, settings
from hypothesis import strategies as st

from s3lint.engine import Engine
from s3lint.finding import Finding
from s3lint.settings import Settings
from s3lint.source import Source, Unreadable

STRICT = Settings(root=Path("/nowhere"), profile="strict")

PATH = STRICT.root / "example.py"


def checked(data: bytes) -> list[Finding]:
    """The findings in a file, with and without the filter; what must hold of them is asserted."""
    findings = sound(Engine(STRICT), data)
    assert sound(Engine(STRICT), data) == findings
    return findings + sound(unfiltered(STRICT), data)


def sound(engine: Engine, data: bytes) -> list[Finding]:
    findings, errors = engine.check(PATH, data)
    assert errors == ()
    lie_inside(findings, data)
    return findings


def lie_inside(findings: list[Finding], data: bytes) -> None:
    """Every finding begins and ends at characters of the file, and is reported once."""
    try:
        lines = Source.decode(PATH, data).lines or [""]
    except Unreadable:
        assert {finding.code for finding in findings} <= {"STO900"}
        return
    for finding in findings:
        assert finding.path == PATH
        assert finding.start <= finding.end
        for place in (finding.start, finding.end, *(related.location for related in finding.related)):
            assert 1 <= place.row <= len(lines)
            assert 1 <= place.column <= len(lines[place.row - 1]) + 1
    assert len({(finding.code, finding.start) for finding in findings}) == len(findings)


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    checked(data)


@settings(max_examples=100)
@given(st.text(alphabet="s3=.put_object(Bucket,Key)'\"\\\n\r\t\f #:[]{}fäß😀\0\ufeff", max_size=200))
def test_any_text(text: str) -> None:
    checked(("import boto3\n" + text).encode())


@settings(max_examples=60)
@given(hypothesmith.from_grammar(), st.sampled_from(statements()))
def test_any_program(program: str, statement: str) -> None:
    checked(f"{statement}\n{program}".encode("utf-8", "surrogatepass"))


@settings(max_examples=150)
@given(st.sampled_from(fixture_files()), st.randoms(use_true_random=False))
def test_a_program_that_is_being_edited(path: Path, chance: random.Random) -> None:
    """Some lines of a fixture, with a few pieces of them removed, doubled or moved."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    start = chance.randrange(len(lines))
    text = "".join(lines[start : start + 25])
    for _ in range(chance.randrange(4)):
        at, length, to = chance.randrange(len(text) + 1), chance.randrange(12), chance.randrange(len(text) + 1)
        piece = text[at : at + length]
        text = chance.choice([text[:at] + text[at + length :], text[:to] + piece + text[to:]])
    checked(text.encode())


@pytest.mark.extended
def test_the_order_of_sets_does_not_matter() -> None:
    command = [sys.executable, "-m", "s3lint", "check", "--isolated", "--profile", "strict", "--output-format", "json", "fixtures"]
    outputs = {run(*command, cwd=CHECKOUT, PYTHONHASHSEED=seed).out for seed in ("1", "2")}
    assert len(outputs) == 1
    assert len(outputs.pop()) > 1000
