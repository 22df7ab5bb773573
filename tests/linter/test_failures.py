"""What fails inside s3lint costs one line and one result; everything else stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import s3lint.facts.register
from conftest import Write, s3lint, s3lint_here
from s3lint.cli import main
from s3lint.facts.extractor import CALLS
from s3lint.linter.engine import Engine
from s3lint.project.targets import targets
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


def test_an_extractor_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CALLS, "objects", [broken, *CALLS["objects"]])
    codes, errors = checked()
    assert codes == {"STO201", "STO211", "STO301"}
    assert [error.partition(" failed")[0].endswith("objects") for error in errors] == [True]


PACK = {
    "site/acme_rules-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n",
    "site/acme_rules-1.0.dist-info/entry_points.txt": "[s3lint.rules]\nacme = acme_rules\n",
    "site/acme_rules/__init__.py": "",
    "site/acme_rules/broken/__init__.py": "",
    "src/a.py": BAD,
}

RULE = '''\
"""{name}: a rule that fails."""

from s3lint.facts import ObjectCall
from s3lint.registry.rule import Rule

rule = Rule(__name__, code="{code}", clause=None, summary="fires")


class Broken:
    def __getattr__(self, name):
        raise KeyError("first line\\nsecond line")


@rule.on(ObjectCall)
def check(fact, context):
    {body}
'''

BROKEN = {
    "check": ("ACM001", "Broken().anything\n    yield"),
    "fix": ("ACM002", "yield rule.match(fact.site, fact.confidence, plan=Broken())"),
    "comparison": (
        "ACM003",
        "yield rule.match(fact.site, fact.confidence)\n\n\n@rule.together\ndef compare(findings, settings):\n    Broken().anything\n    return []",
    ),
}


def test_rules_that_raise_in_a_check_a_fix_or_a_comparison(project: Write) -> None:
    """A failing check or fix costs its finding, a failing comparison nothing; other rules go on."""
    files = {
        f"site/acme_rules/broken/{name}_raises.py": RULE.format(name=f"{name}-raises", code=code, body=body)
        for name, (code, body) in BROKEN.items()
    }
    root = project({**PACK, **files})
    done = s3lint("check", "--output-format", "json", cwd=root / "src", PYTHONPATH=str(root / "site"))
    assert {finding["code"] for finding in json.loads(done.out)} == {"STO201", "STO211", "STO301", "ACM003"}
    failed = "failed: KeyError: 'first line\\nsecond line'"
    assert done.err.splitlines() == [f"s3lint: {root}/src/a.py: {name}-raises {failed}" for name in sorted(BROKEN)]
    assert done.code == 2


def test_an_engine_that_raises_loses_one_file(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    module = Engine.module

    def fragile(self: Engine, path: Path, *given: Any) -> Any:
        return next(broken()) if path.name == "b.py" else module(self, path, *given)

    monkeypatch.setattr(Engine, "module", fragile)
    root = project({"a.py": BAD, "b.py": BAD, "c.py": BAD})
    outcome = check_all(list(targets([root], lambda _: Settings(root=root))), 1)
    assert {finding.path.name for finding in outcome.findings} == {"a.py", "c.py"}
    assert outcome.errors == [f"{root / 'b.py'}: s3lint failed: KeyError: 'first line\\nsecond line'"]


def test_names_of_files_cannot_drive_the_terminal_that_shows_an_error(project: Write) -> None:
    root = project({"a.py": ""})
    done = s3lint_here("check", "no\nsuch\x1b[31m.py", cwd=root)
    assert (done.code, done.err) == (2, f"s3lint: {root}/no\\nsuch\\x1b[31m.py: no such file or folder\n")


@pytest.mark.parametrize(("cause", "code"), [(KeyboardInterrupt(), 130), (None, 2)], ids=["interrupt", "failure"])
def test_an_interrupt_while_a_class_is_made_is_one(
    monkeypatch: pytest.MonkeyPatch, cause: KeyboardInterrupt | None, code: int
) -> None:
    """As when libcst is imported: before Python 3.12 the interrupt comes out as the cause of a `RuntimeError`."""

    def run(_: object) -> int:
        raise RuntimeError("Error calling __set_name__ on 'Field' instance") from cause

    monkeypatch.setattr("s3lint.cli.version.run", run)
    assert main(["version"]) == code
