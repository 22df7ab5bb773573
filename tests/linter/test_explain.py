"""`check --explain FILE:LINE`: what is believed about the calls of a line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import s3lint_here

CONFIG = 'BUCKET = "acme-raw"\n'

APP = """\
import boto3
from config import BUCKET

s3 = boto3.client("s3")

def store(path, name, extra=None):
    s3.upload_file(path, BUCKET, f"{name}.pdf", ExtraArgs=extra)

store("/tmp/x", "report", extra={"ContentType": "application/pdf"})
s3.put_object(
    Bucket=BUCKET,
    Key=KEY, Body=b"x")  # s3lint: allow[missing-content-type] raw bytes by contract
s3.delete_object(Bucket=BUCKET, Key="a/b")
"""


@pytest.fixture
def said(tmp_path: Path) -> Callable[[int], str]:
    """What is said of a row of the program."""
    (tmp_path / "config.py").write_text(CONFIG)
    (tmp_path / "app.py").write_text(APP)

    def ask(row: int) -> str:
        done = s3lint_here("check", "--explain", f"app.py:{row}", cwd=tmp_path)
        assert (done.code, done.err) == (0, "")
        return done.out

    return ask


def test_values_are_shown_with_their_way(said: Callable[[int], str]) -> None:
    text = said(7)
    assert '  Bucket: "acme-raw"\n    config.py:1:10 written here' in text
    assert '  Key: "report.pdf"' in text
    assert "  receiver: s3 client\n    app.py:4:6 written here" in text
    assert "passed as `name` here" in text
    assert "  STO211 flat-key: reports app.py:7:34 Key `report.pdf` has no prefix" in text
    assert "  STO301 missing-content-type: silent (read ContentType" in text
    assert "off (" in text


def test_a_call_of_several_lines_is_found_by_each_of_them(said: Callable[[int], str]) -> None:
    assert said(10) == said(12)
    assert "suppressed by a comment" in said(11)


def test_a_line_without_storage_calls_says_so(said: Callable[[int], str]) -> None:
    assert said(5).startswith("No storage call on line 5")


@pytest.mark.parametrize(
    ("place", "message"),
    [("app.py", "--explain takes FILE:LINE"), ("app.py:x", "--explain takes FILE:LINE"), ("nothing.py:1", "cannot be read")],
)
def test_a_wrong_place_is_refused(tmp_path: Path, place: str, message: str) -> None:
    (tmp_path / "app.py").write_text("")
    done = s3lint_here("check", "--explain", place, cwd=tmp_path)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err
