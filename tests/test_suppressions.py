"""Suppressions, and what is said about them, through the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Write, s3lint

UPLOAD = """\
import boto3

from names import BUCKET

s3 = boto3.client("s3")
s3.upload_file("a.pdf", BUCKET, "reports/2026/a.pdf")  # s3lint: allow[STO301] raw bytes
"""

NAMES = 'BUCKET = "acme-documents"  # s3lint: allow[STO201] one account only\n'


def codes(root: Path, *arguments: str) -> list[str]:
    found = json.loads(s3lint("check", "--output-format", "json", *arguments, cwd=root).out)
    return [f"{Path(finding['filename']).name}:{finding['location']['row']} {finding['code']}" for finding in found]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("names.py",),
        ("upload.py",),
        ("--select", "STO301,STO902"),
        ("--select", "STO5,STO902"),
        ("--ignore", "STO201"),
        ("--min-confidence", "high"),
        ("--jobs", "2"),
        ("--profile", "strict", "--ignore", "STO214,STO313"),
    ],
    ids=" ".join,
)
def test_a_used_suppression_is_never_called_unused(project: Write, arguments: tuple[str, ...]) -> None:
    assert codes(project({"upload.py": UPLOAD, "names.py": NAMES}), *arguments) == []


def test_an_unused_one_is(project: Write) -> None:
    root = project({"names.py": NAMES.replace("STO201", "STO211"), "upload.py": UPLOAD})
    assert codes(root) == ["names.py:1 STO201", "names.py:1 STO902"]
    assert codes(root, "names.py") == ["names.py:1 STO201", "names.py:1 STO902"]


def test_one_in_a_file_without_storage_is_unused(project: Write) -> None:
    assert codes(project({"a.py": "x = 1  # s3lint: allow[STO201] one account only\n"})) == ["a.py:1 STO902"]


def test_one_without_a_reason_does_not_count(project: Write) -> None:
    root = project({"names.py": NAMES.replace(" one account only", ""), "upload.py": UPLOAD})
    assert codes(root) == ["names.py:1 STO201", "names.py:1 STO901"]
    assert codes(root, "--config", "require-reason=false") == []


def test_a_file_that_is_not_read_whole_is_not_judged(project: Write) -> None:
    root = project({"names.py": NAMES.replace("STO201", "STO211") + "def broken(:\n    pass\n", "upload.py": UPLOAD})
    assert "names.py:1 STO902" not in codes(root)


def test_a_position_is_that_of_the_code(project: Write) -> None:
    root = project({"names.py": NAMES.replace("STO201", "STO201, STO20, STO211"), "upload.py": UPLOAD})
    found = json.loads(s3lint("check", "--output-format", "json", "--select", "STO201,STO211,STO902", cwd=root).out)
    assert [(finding["code"], finding["location"]["column"]) for finding in found] == [("STO902", 59)]
