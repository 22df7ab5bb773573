"""The rules that are on while fixing bring the fixes that all rules bring."""

from __future__ import annotations

import pytest

from s3lint.config.selection import Selection
from s3lint.finding import Finding
from s3lint.fixes.apply import is_applicable
from s3lint.linter.engine import Engine
from s3lint.linter.fix import FixSession, fixing_settings
from s3lint.settings import Settings
from s3lint.testing import Fixture
from support.fixtures import FIXTURES

PROGRAMS = pytest.mark.parametrize("fixture", FIXTURES, ids=[fixture.rule.name for fixture in FIXTURES])

OTHERS = ({}, {"profile": "strict"}, {"select": ("STO202", "STO301")})

OPTIONS = [
    {"profile": "strict", "extend_safe_fixes": ("STO2",)},
    *(pytest.param(options, marks=pytest.mark.extended) for options in OTHERS),
]


def applicable(findings: list[Finding], *, unsafe: bool) -> list[Finding]:
    return [finding for finding in findings if is_applicable(finding, unsafe=unsafe)]


@PROGRAMS
@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_no_fix_is_lost_and_none_is_gained(fixture: Fixture, unsafe: bool, options) -> None:
    settings = Settings(root=fixture.folder, **options)
    path, data = fixture.folder / "bad.py", fixture.read("bad.py").encode()
    every = Engine(settings).check(path, data)[0]
    session = FixSession.on_disk(settings, is_decided=True)
    assert applicable(session.findings(path, data, unsafe=unsafe), unsafe=unsafe) == applicable(every, unsafe=unsafe)
    narrow = fixing_settings(settings, unsafe=unsafe)
    assert (
        applicable(Engine(narrow).check(path, data)[0], unsafe=unsafe)
        == [finding for finding in applicable(every, unsafe=unsafe) if finding.code != "STO902"]
        or fixture.rule.chapter == "linter"
    )
    assert Selection(narrow).codes <= Selection(settings).codes
