"""Every rule against its fixture folder."""

from __future__ import annotations

import ast
import re

import pytest

from s3lint.finding import Confidence
from s3lint.linter.fix import fix_file
from s3lint.testing import Fixture, check, expected, fixed, reported, variants
from s3lint.triggers.api_names import (
    ARROW_SINKS,
    CATALOG_SINKS,
    OTHER_SINKS,
    PANDAS_SINKS,
    PIPELINE_SINKS,
    POLARS_SINKS,
    RDD_SINKS,
    SPARK_SINKS,
    SPARK_SINKS_V2,
)
from support.fixtures import FIXTURES, FOLDER


def all_at_once(text: str) -> bytes:
    """Return a program that is written in all the ways at once; CRLF comes last, since the others go by lines that end in a newline."""
    for _, write in reversed(list(variants())):
        text = write(text).decode()
    return text.encode()


WRITINGS = [
    *(pytest.param(write, id=name, marks=[pytest.mark.extended][: name != "as it is"]) for name, write in variants()),
    pytest.param(all_at_once, id="all at once"),
]


@pytest.fixture(params=FIXTURES, ids=[fixture.rule.name for fixture in FIXTURES])
def fixture(request: pytest.FixtureRequest) -> Fixture:
    found: Fixture = request.param
    return found


@pytest.mark.parametrize("write", WRITINGS)
def test_every_marked_line_fires_and_no_other(fixture: Fixture, write) -> None:
    text = fixture.read("bad.py")
    assert any(code == fixture.rule.code for _, code in expected(text))
    assert reported(check(write(text), fixture.settings, "bad.py")) == expected(text)


@pytest.mark.parametrize("write", WRITINGS)
def test_what_looks_alike_stays_silent(fixture: Fixture, write) -> None:
    assert reported(check(write(fixture.read("good.py")), fixture.settings, "good.py")) == set()


def test_suppressed_lines_stay_silent(fixture: Fixture) -> None:
    if fixture.rule.chapter == "linter":
        pytest.skip("suppressions are what these rules are about")
    lines = []
    for line in fixture.read("bad.py").splitlines():
        code, _, marker = line.partition("#: ")
        lines.append(f"{code}# s3lint: allow[{marker}] the fixture says so" if marker and "-- #:" not in line else line)
    left = reported(check("\n".join(lines), fixture.settings, "bad.py"))
    assert all("-- #:" in lines[row - 1] for row, _ in left)


FIXABLE = [fixture for fixture in FIXTURES if fixture.rule.fix != "none"]


@pytest.fixture(params=FIXABLE, ids=[fixture.rule.name for fixture in FIXABLE])
def fixable(request: pytest.FixtureRequest) -> Fixture:
    found: Fixture = request.param
    return found


@pytest.mark.parametrize("write", WRITINGS)
def test_fixes_make_what_the_fixture_shows(fixable: Fixture, write) -> None:
    done = fix_file(fixable.folder / "bad.py", write(fixable.read("bad.py")), fixable.fixing, unsafe=True)
    assert done.after == write(fixable.read("fixed.py"))
    ast.parse(done.after)


def test_fixing_twice_changes_nothing(fixable: Fixture) -> None:
    assert fixed(fixable.read("fixed.py"), fixable.fixing) == fixable.read("fixed.py")


def test_a_rule_emits_the_fixes_that_it_declares(fixture: Fixture) -> None:
    found = check(fixture.read("bad.py"), fixture.fixing, "bad.py")
    levels = {finding.fix.safe for finding in found if finding.fix is not None and finding.confidence is Confidence.HIGH}
    declared = {"none": [set()], "safe": [{True}], "unsafe": [{False}], "sometimes": [{True}, {False}, {True, False}]}
    assert levels in declared[fixture.rule.fix]


def test_safe_fixes_alone_leave_the_unsafe_ones(fixable: Fixture) -> None:
    before = fixable.read("bad.py")
    done = fix_file(fixable.folder / "bad.py", before.encode(), fixable.fixing, unsafe=False)
    if fixable.rule.fix == "unsafe":
        assert done.after == before.encode()
    assert all(finding.fix is not None and finding.fix.safe for finding in done.applied)


WRITERS = (
    SPARK_SINKS
    | SPARK_SINKS_V2
    | RDD_SINKS
    | PANDAS_SINKS
    | POLARS_SINKS
    | ARROW_SINKS
    | OTHER_SINKS
    | CATALOG_SINKS
    | PIPELINE_SINKS
)

WITHOUT_FORMAT = frozenset({"insertInto", "saveAsHadoopDataset", "saveAsNewAPIHadoopDataset", "to_hdf", "write_json"})
"""Writers that take the format of the table, or of a configuration, or that cannot write to S3."""


@pytest.mark.parametrize("name", sorted(WRITERS - WITHOUT_FORMAT))
def test_every_writer_has_its_line(name: str) -> None:
    lines = (FOLDER / "delta" / "non_delta_format" / "bad.py").read_text(encoding="utf-8").splitlines()
    assert any(re.search(rf"[.]{name}\(.*#: STO501", line) for line in lines)
