"""What fails inside s3lint costs one line and one result; everything else stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import Write, s3lint_here
from s3lint.cli import main
from s3lint.config.selection import Selection
from s3lint.facts.extractor import CALLS
from s3lint.linter.checker import _by_kind, _wanted
from s3lint.linter.engine import Engine
from s3lint.project.targets import targets
from s3lint.registry import find, rules
from s3lint.registry.rule import Rule
from s3lint.runner.run import check_all
from s3lint.settings import Settings

BAD = 'import boto3\nboto3.client("s3").put_object(Bucket="acme-documents", Key="x.txt", Body=c)\n'

HERE = Settings(root=Path("/nowhere"))


def broken(*_: Any) -> Iterator[Any]:
    raise KeyError("first line\nsecond line")
    yield


def checked(settings: Settings = HERE) -> tuple[set[str], tuple[str, ...]]:
    findings, errors = Engine(settings).check(settings.root / "a.py", BAD.encode())
    return {finding.code for finding in findings}, errors


def test_a_rule_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = find("flat-key")
    made = _by_kind([each for each in rules().values() if each.code in Selection(HERE).codes])
    fragile = {kind: [(broken if each is rule else check, each) for check, each in listed] for kind, listed in made.items()}
    before = _wanted(Selection(HERE).codes)
    monkeypatch.setattr("s3lint.linter.checker._wanted", lambda _: replace(before, checks=fragile))
    codes, errors = checked()
    assert codes == {"STO201", "STO301"}
    assert errors == ("/nowhere/a.py: flat-key failed: KeyError: 'first line\\nsecond line'",)


def test_an_extractor_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CALLS, "objects", [broken, *CALLS["objects"]])
    codes, errors = checked()
    assert codes == {"STO201", "STO211", "STO301"}
    assert [error.partition(" failed")[0].endswith("objects") for error in errors] == [True]


def test_a_fix_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("s3lint.linter.findings._fix_of", lambda match: next(broken()) if match.plan is not None else None)
    codes, errors = checked()
    assert codes == {"STO211"}
    assert {error.partition(": KeyError")[0] for error in errors} == {
        "/nowhere/a.py: hardcoded-bucket failed",
        "/nowhere/a.py: missing-content-type failed",
    }


def test_a_comparison_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = Rule.compared

    def fragile(rule: Rule, *given: Any) -> Any:
        return list(broken()) if rule.code == "STO211" else compared(rule, *given)

    monkeypatch.setattr(Rule, "compared", fragile)
    codes, errors = checked()
    assert codes == {"STO201", "STO211", "STO301"}
    assert [error.partition(" failed")[0] for error in errors] == ["/nowhere/a.py: flat-key"]


def test_an_engine_that_raises_loses_one_file(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    look = Engine._look

    def fragile(self: Engine, path: Path, *given: Any) -> Any:
        return next(broken()) if path.name == "b.py" else look(self, path, *given)

    monkeypatch.setattr(Engine, "_look", fragile)
    root = project({"a.py": BAD, "b.py": BAD, "c.py": BAD})
    outcome = check_all(list(targets([root], lambda _: Settings(root=root))), 1)
    assert {finding.path.name for finding in outcome.findings} == {"a.py", "c.py"}
    assert outcome.errors == [f"{root / 'b.py'}: s3lint failed: KeyError: 'first line\\nsecond line'"]


def test_names_of_files_cannot_drive_the_terminal_that_shows_an_error(project: Write) -> None:
    root = project({"a.py": ""})
    done = s3lint_here("check", "no\nsuch\x1b[31m.py", cwd=root)
    assert (done.code, done.err) == (2, f"s3lint: {root}/no\\nsuch\\x1b[31m.py: no such file or folder\n")


@pytest.mark.parametrize(("cause", "code"), [(KeyboardInterrupt(), 130), (None, None)], ids=["interrupt", "failure"])
def test_an_interrupt_while_a_class_is_made_is_one(
    monkeypatch: pytest.MonkeyPatch, cause: KeyboardInterrupt | None, code: int | None
) -> None:
    """As when libcst is imported: before Python 3.12 the interrupt comes out as the cause of a `RuntimeError`."""

    def run(_: object) -> int:
        raise RuntimeError("Error calling __set_name__ on 'Field' instance") from cause

    monkeypatch.setattr("s3lint.cli.version.run", run)
    if code is None:
        with pytest.raises(RuntimeError):
            main(["version"])
    else:
        assert main(["version"]) == code
