"""Fixes that depend on the whole project: a report shows those that `--fix` makes, and files that they do not concern are not analysed for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

import s3lint.linter.engine
from conftest import Write, s3lint_here

UPLOAD = 'import boto3\n\ns3 = boto3.client("s3")\ns3.upload_file("report.pdf", "{bucket}", "reports/2026/report.pdf")\n'

OTHERS = {"a.py": "acme-raw", "b.py": "acme.raw"}
"""Two buckets that want the same variable."""

FILES = {name: UPLOAD.format(bucket=bucket) for name, bucket in OTHERS.items()} | {
    "plain.py": 'import boto3\n\nboto3.client("s3").head_bucket()\n',
    "tests/test_a.py": UPLOAD.format(bucket="acme-test"),
}


@pytest.fixture
def analysed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are analysed from now on."""
    names: list[str] = []
    analyze = s3lint.linter.engine.Engine.analyze

    def noted(engine: s3lint.linter.engine.Engine, path: Path, data: bytes) -> s3lint.linter.result.Result:
        names.append(path.name)
        return analyze(engine, path, data)

    monkeypatch.setattr(s3lint.linter.engine.Engine, "analyze", noted)
    return names


def texts(root: Path, *options: str) -> list[str]:
    """What the fixes in a report write, in the order of the findings."""
    out = s3lint_here("check", "--exit-zero", "--jobs", "1", "--output-format", "json", *options, ".", cwd=root).out
    fixes = [finding["fix"] for finding in json.loads(out) if finding["code"] == "STO201"]
    return ["".join(edit["content"] for edit in fix["edits"]) for fix in fixes]


def variables(found: Sequence[str]) -> list[bool]:
    return [f'"ACME_{name}_BUCKET"' in text for name, text in zip(("RAW", "DOT_RAW"), found, strict=True)]


@pytest.mark.parametrize("profile", ["default", "strict"])
def test_a_report_names_each_buckets_variable_from_the_cache_too(project: Write, analysed: list[str], profile: str) -> None:
    root, chosen = project(FILES), ("--profile", profile)
    first = texts(root, *chosen)
    assert variables(first) == [True, True]
    analysed.clear()
    assert texts(root, *chosen) == first
    assert analysed == []
    (root / "plain.py").write_text("import boto3\n\nboto3.client('s3')\n", encoding="utf-8")
    assert texts(root, *chosen) == first
    assert set(analysed) == {"plain.py"}
    assert texts(root, "--no-cache", *chosen) == first


def test_only_files_whose_fixes_depend_on_the_project_are_analysed_again(project: Write, analysed: list[str]) -> None:
    texts(project(FILES), "--profile", "strict")
    assert sorted(analysed) == ["a.py", "a.py", "b.py", "b.py", "plain.py", "test_a.py", "test_a.py"]


def test_callers_are_found_in_files_that_are_not_analysed_again(project: Write) -> None:
    put = 'import boto3\n\n\ndef put(bucket):\n    boto3.client("s3").put_object(Bucket=bucket, Key="a/b", Body=b"")\n'
    root = project({**FILES, "helper.py": put, "calls.py": 'from helper import put\n\nput("acme-raw")\n'})
    found = texts(root, "--profile", "strict")
    assert ["ACME_RAW_BUCKET" in text for text in found] == [True, False, True]
    assert texts(root, "--profile", "strict", "--no-cache") == texts(root, "--profile", "strict") == found


def test_a_new_bucket_changes_the_fixes_of_the_other_one(project: Write) -> None:
    root = project({"a.py": UPLOAD.format(bucket="acme-raw")})
    assert ["S3_BUCKET" in text for text in texts(root)] == [True]
    project({"b.py": FILES["b.py"]})
    assert variables(texts(root)) == [True, True]


@pytest.mark.parametrize("cache", [(), ("--no-cache",)], ids=["cache", "no cache"])
def test_fixes_are_those_of_the_report(project: Write, analysed: list[str], cache: Sequence[str]) -> None:
    root = project(FILES)
    first = texts(root, "--profile", "strict", *cache)
    analysed.clear()
    made = s3lint_here("check", "--diff", "--unsafe-fixes", "--jobs", "1", "--profile", "strict", *cache, ".", cwd=root).out.split(
        "b.py"
    )
    # Once in the run, unless the cache knows it; the rules decide from that.
    assert analysed.count("plain.py") == len(cache)
    assert variables(first) == variables([made[0], made[-1]]) == [True, True]
