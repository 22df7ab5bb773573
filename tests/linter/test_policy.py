"""One planted project, and the same findings in it through every front end."""

from __future__ import annotations

import json
import pickle
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import libcst as cst
import pytest
from libcst.codemod import CodemodContext

import s3lint.codemod
from conftest import Write, run, s3lint_here
from s3lint.config.load import settings_for
from s3lint.linter.engine import Engine
from s3lint.lsp.analysis import Analysis
from s3lint.lsp.documents import Document, DocumentPart
from s3lint.spark.checking import analyze_rows, report_rows
from s3lint.spark.repository import for_repository
from s3lint.suppressions.baseline import NAME, Baseline, with_contents

UPLOADS = """\
import boto3
from names import BUCKET

s3 = boto3.client("s3")


def save(bucket, name, body, legacy):
    s3.put_object(Bucket=bucket, Key=f"reports/{name}", Body=body)
    s3.put_object(Bucket=bucket, Key=f"reports/{name}/2", Body=body)  # s3lint: allow[STO301] the vendor's type
    s3.put_object(Bucket=bucket, Key=f"reports/{name}/3", Body=body)  # s3lint: allow[STO301] for now until=2020-01-31
    s3.put_object(Bucket=bucket, Key=f"reports/{name}/4", Body=body)  # noqa: STO301 - by hand
    s3.put_object(Bucket=bucket, Key=f"reports/{name}/5", Body=body, ContentType="text/x")  # s3lint: allow[STO301] once
    s3.put_object(Bucket=bucket, Key=f"reports/{name}/6", Body=body)  # s3lint: allow[STO301]
    s3.put_object(Bucket=bucket, Key=f"reports/{name}/7", Body=legacy)
    s3.put_object(Bucket=BUCKET, Key=f"reports/{name}/8", Body=body, ContentType="text/x")
"""

COMPARED = """\
import boto3

s3 = boto3.client("s3")
PDF = {"ContentType": "application/pdf"}


def send(path, bucket, name):
    s3.upload_file(path, bucket, f"user-uploads/{name}/1.pdf", ExtraArgs=PDF)
    s3.upload_file(path, bucket, f"user-uploads/{name}/2.pdf", ExtraArgs=PDF)
    s3.upload_file(path, bucket, f"user_uploads/{name}/3.pdf", ExtraArgs=PDF)
"""

MASKED = """\
# Databricks notebook source
# MAGIC %sql
# MAGIC CREATE TABLE t USING parquet
"""

FILES = {
    "s3lint.toml": f'extend-select = ["STO215"]\nbaseline = "{NAME}"\n',
    "names.py": 'BUCKET = "acme-documents"\n',
    "uploads.py": UPLOADS,
    "compared.py": COMPARED,
    "masked.py": MASKED,
}

IN_BASELINE = ("uploads.py", 14, "STO301")

REPORTED = {
    ("names.py", 1, "STO201"),
    ("uploads.py", 8, "STO301"),
    ("uploads.py", 10, "STO301"),
    ("uploads.py", 10, "STO902"),
    ("uploads.py", 12, "STO902"),
    ("uploads.py", 13, "STO301"),
    ("uploads.py", 13, "STO901"),
    ("compared.py", 10, "STO215"),
    ("masked.py", 3, "STO501"),
}

Places = set[tuple[str, int, str]]


@pytest.fixture
def planted(project: Write) -> Path:
    root = project(dict(FILES))
    path = root / "uploads.py"
    settings = settings_for(root / "s3lint.toml", root, {"baseline": None})
    found, _ = Engine(settings).check(path, path.read_bytes())
    (known,) = [each for each in found if (each.path.name, each.start.row, each.code) == IN_BASELINE]
    baseline = Baseline(root / NAME)
    entries = Counter(baseline.entry(*each) for each in with_contents([known]))
    (root / NAME).write_text(Baseline(baseline.path, entries).written(), encoding="utf-8")
    return root


def by_command(root: Path) -> list[dict[str, Any]]:
    done = s3lint_here("check", "--no-cache", "--output-format", "json", cwd=root)
    assert (done.code, done.err) == (1, "")
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


def test_the_command_reports_it(planted: Path) -> None:
    found = by_command(planted)
    assert {(Path(each["filename"]).name, each["location"]["row"], each["code"]) for each in found} == REPORTED
    related = {each["code"]: [Path(place["filename"]).name for place in each["related"]] for each in found}
    assert related["STO201"] == ["uploads.py"]
    (fix,) = (each["fix"] for each in found if each["code"] == "STO501")
    assert [(edit["location"], edit["content"]) for edit in fix["edits"]] == [({"row": 3, "column": 30}, "delta")], (
        "as the file has it"
    )


def test_the_command_reports_it_of_single_files(planted: Path) -> None:
    found: Places = set()
    for name in ("names.py", "uploads.py", "compared.py", "masked.py"):
        done = s3lint_here("check", "--no-cache", "--output-format", "json", name, cwd=planted)
        found |= {(Path(each["filename"]).name, each["location"]["row"], each["code"]) for each in json.loads(done.out)}
    assert found == REPORTED


@pytest.mark.parametrize("paths", [["."], ["names.py", "uploads.py", "compared.py", "masked.py"]], ids=["folder", "files"])
def test_flake8_reports_it(planted: Path, paths: list[str]) -> None:
    done = run(sys.executable, "-m", "flake8", "--isolated", "--select", "STO", "--jobs", "1", *paths, cwd=planted)
    lines = [re.fullmatch(r"(?:\./)?(\w+\.py):(\d+):\d+: (STO\d+) .*", line) for line in done.out.splitlines()]
    assert {(line[1], int(line[2]), line[3]) for line in lines if line is not None} == REPORTED
    assert len([line for line in lines if line is not None]) == len(REPORTED)


def test_an_editor_shows_it(planted: Path) -> None:
    analysis = Analysis((planted,), "utf-16")
    found: Places = set()
    for path in sorted(planted.glob("*.py")):
        document = Document(path.as_uri(), path, 1, (DocumentPart(path.as_uri(), path.read_text(encoding="utf-8"), 1),))
        analysis.update(document)
        shown = analysis.check(path)
        assert not shown.error
        found |= {(path.name, each.range.start.line + 1, str(each.code)) for each in shown.diagnostics[document.uri]}
    assert found == REPORTED


def test_spark_reports_it(planted: Path) -> None:
    """An organisation's job knows no baseline of a checkout, so it reports one finding more."""
    settings = for_repository(settings_for(planted / "s3lint.toml", planted))
    commit = {"repository": "acme/uploads", "commit": "1", "wanted": True, "error": None}
    rows = [{**commit, "path": path.name, "content": path.read_bytes()} for path in planted.glob("*.py")]
    analyzed = {"results": pickle.dumps(analyze_rows(rows, settings))}
    found = report_rows([analyzed], settings)
    assert {(each["path"], each["row"], each["code"]) for each in found} == REPORTED | {IN_BASELINE}
    assert [each["fix"].partition(";")[0] for each in found if each["code"] == "STO501"] == ["Write Delta"]


def test_a_codemod_fixes_what_is_reported(planted: Path) -> None:
    path = planted / "uploads.py"
    context = CodemodContext(filename=str(path))
    fixed = s3lint.codemod.MissingContentType(context).transform_module(cst.parse_module(path.read_bytes())).code  # type: ignore[attr-defined]
    kept = fixed.splitlines()
    changed = {row for row, line in enumerate(UPLOADS.splitlines(), 1) if line not in kept}
    assert changed == {row for name, row, code in REPORTED if (name, code) == ("uploads.py", "STO301")}
