"""Fixes that depend on the whole project, while a bucket's name is typed: what did not change is not analysed again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import Write
from s3lint.linter.engine import Engine
from s3lint.linter.result import Result
from s3lint.lsp.session import ProjectSession, UnsavedTexts
from s3lint.settings import Settings

UPLOAD = 'import boto3\n{more}\ns3 = boto3.client("s3")\ns3.upload_file("report.pdf", {bucket}, "reports/2026/report.pdf")\n'

FILES = {
    "a.py": UPLOAD.format(more="", bucket='"acme-raw"'),
    "config.py": 'BUCKET = "acme-clean"\n',
    "uses.py": UPLOAD.format(more="from config import BUCKET\n", bucket="BUCKET"),
    "other.py": UPLOAD.format(more="", bucket='"acme-other"'),
}


class Typist:
    """Changes texts in an editor, and sees the fixes of hardcoded buckets."""

    def __init__(self, root: Path, unsaved: dict[str, str]) -> None:
        self.root = root
        self.texts = UnsavedTexts()
        self.session = ProjectSession(Settings(root=root), self.texts)
        for name, text in unsaved.items():
            self.type(name, text)

    def type(self, name: str, text: str) -> list[str]:
        """Change a file; return what the fixes in it write."""
        path, data = self.root / name, text.encode()
        if self.session.parses(path, data):
            self.texts.put(path, data)
            self.session.refresh([path])
        found, _ = self.session.check(path, data)
        self.session.drop_findings(self.session.related_files(path, data))
        return [edit.content for finding in found if finding.fix and finding.code == "STO201" for edit in finding.fix.edits]


@pytest.fixture
def analysed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are analysed from now on for what the rules decide."""
    names: list[str] = []
    analyze = Engine.analyze

    def noted(engine: Engine, path: Path, data: bytes) -> Result:
        names.append(path.name)
        return analyze(engine, path, data)

    monkeypatch.setattr(Engine, "analyze", noted)
    return names


def test_only_the_file_that_is_typed_in_is_analysed_again(project: Write, analysed: list[str]) -> None:
    typist = Typist(project(FILES), {"a.py": FILES["a.py"]})
    assert {"uses.py", "other.py"} <= set(analysed)
    analysed.clear()
    fixes = typist.type("a.py", UPLOAD.format(more="", bucket='"acme-ra"'))
    assert any('"ACME_RA_BUCKET"' in text for text in fixes)
    assert "a.py" in analysed
    assert not {"uses.py", "other.py"} & set(analysed)


@pytest.mark.parametrize("bucket", ["acme.raw", "acme-raw", "acme-new", "reports"])
def test_what_changes_in_related_files_counts(project: Write, bucket: str) -> None:
    root = project(FILES)
    config = f'BUCKET = "{bucket}"\n'
    typed = UPLOAD.format(more="", bucket='"acme.raw"')
    typist = Typist(root, {"a.py": FILES["a.py"], "config.py": config})
    assert typist.type("a.py", typed) == Typist(root, {"config.py": config}).type("a.py", typed)
    # A file that did not use the constant uses it now.
    renamed = UPLOAD.format(more="from config import BUCKET\n", bucket="BUCKET")
    assert typist.type("a.py", renamed) == Typist(root, {"config.py": config}).type("a.py", renamed)


def test_a_bucket_that_is_gone_counts_no_more(project: Write) -> None:
    one = UPLOAD.format(more="", bucket='"acme-raw"')
    typist = Typist(project({"a.py": one}), {})
    first = typist.type("a.py", one)
    assert any("S3_BUCKET" in text for text in first)
    assert typist.type("a.py", one + 's3.delete_object(Bucket="acme-other", Key="a/b")\n') != first
    assert typist.type("a.py", one) == first


def test_files_that_come_and_go_count(project: Write) -> None:
    root = project(FILES)
    typist = Typist(root, {"a.py": FILES["a.py"]})
    (root / "other.py").unlink()
    project({"twin.py": UPLOAD.format(more="", bucket='"acme.raw"')})
    typist.session.refresh([root / "other.py", root / "twin.py"])
    typist.session.drop_all_findings()
    typed = UPLOAD.format(more="", bucket='"acme-other"') + 's3.delete_object(Bucket="acme-raw", Key="a/b")\n'
    assert typist.type("a.py", typed) == Typist(root, {}).type("a.py", typed)


def test_a_bucket_is_typed_in_a_notebook(project: Write) -> None:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": FILES["a.py"]}
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    root = project({**FILES, "a.ipynb": text})
    session = ProjectSession(Settings(root=root), UnsavedTexts())
    for bucket in ("acme-raw", "acme-ra", "acme.ra"):
        found, errors = session.check(root / "a.ipynb", text.replace("acme-raw", bucket).encode())
        assert not errors
        assert [finding.subject for finding in found if finding.code == "STO201"] == [bucket]
