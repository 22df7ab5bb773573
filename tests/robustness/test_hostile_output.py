"""Code and names that would be commands in the log of a job, or escape sequences: no output has them."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from pathlib import Path

import pytest

from conftest import Write, run, s3lint_here
from s3lint.cli.parser import FORMATS

COMMANDS = re.compile(r"##\[|##\w+\[|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
"""What GitHub's and Azure's runners and TeamCity take for a command wherever it stands in a line, and what drives a terminal."""

PROGRAM = """\
import boto3
x = "##[stop-commands]x"; boto3.client("s3").put_object(Bucket="##[error]forged", Key="##vso[task.x]a\\x1b[2K.pdf", Body=b"##[x]")
boto3.client("s3").put_object(Bucket="b", Key="##teamcity[x]", Body=b"")  # s3lint: allow[STO201, STO211, STO301] ##[add-mask]
"""


@pytest.fixture
def root(project: Write) -> Path:
    return project({"##[error]/##vso[x].py": PROGRAM, "CODEOWNERS": "* @##[error]x\n", ".git/HEAD": ""})


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_is_a_command_in_a_log(root: Path, name: str) -> None:
    done = s3lint_here("check", "--no-cache", "--unsafe-fixes", "--output-format", name, cwd=root)
    assert done.code == 1
    assert "STO212" in done.out
    assert COMMANDS.findall(done.out.replace("\n", "")) == []
    if name in ("json", "jsonl"):
        first = json.loads(done.out.partition("\n")[0] if name == "jsonl" else done.out)
        assert "##vso[x].py" in str(first)


@pytest.mark.parametrize(
    "arguments",
    [
        ("waivers",),
        ("waivers", "--output-format", "json"),
        ("config",),
        ("check", "--show-files"),
        ("check", "--no-cache", "--statistics"),
        ("check", "--no-cache", "--explain", "##[error]/##vso[x].py:2"),
        ("check", "##[error]/missing.py"),
        ("check", "--no-cache", "--fix", "--show-fixes", "--unsafe-fixes"),
        ("baseline",),
    ],
    ids=" ".join,
)
def test_no_other_output_is_a_command_in_a_log(root: Path, arguments: tuple[str, ...]) -> None:
    done = s3lint_here(*arguments, cwd=root)
    assert COMMANDS.findall((done.out + done.err).replace("\n", "")) == []


WORDS = "::error file=a::forged ::stop-commands::x ::add-mask::a ::debug::b ::group::c ::warning::d"
"""GitHub's runner takes a line for a command that begins with one, after white space: wrapped lines too."""

LINE_COMMAND = re.compile(r"^\s*::[A-Za-z]", re.MULTILINE)


@pytest.mark.parametrize(
    "arguments", [*(("check", "--output-format", name) for name in FORMATS if name != "github"), ("check", "--show-files"), ("waivers",)],
    ids=" ".join,
)  # fmt: skip
def test_no_line_begins_with_a_command(project: Write, arguments: tuple[str, ...]) -> None:
    call = f'boto3.client("s3").put_object(Bucket="{WORDS}", Key=" {WORDS}", Body=b"x")'
    root = project(
        {f"::error file=x::{number}.py": f"import boto3\n{call}\n{call}  # s3lint: allow[STO] {WORDS}\n" for number in "ab"}
    )
    done = s3lint_here(*arguments, cwd=root)
    assert "error" in done.out
    assert LINE_COMMAND.findall(done.out + done.err) == []


def test_flake8_prints_no_command_for_a_log(project: Write) -> None:
    done = run(sys.executable, "-m", "flake8", "--select", "STO", cwd=project({"a.py": PROGRAM}))
    assert "STO212" in done.out
    assert COMMANDS.findall(done.out.replace("\n", "")) == []


def test_no_cell_of_a_table_is_a_formula(project: Write) -> None:
    root = project({f"{begin}1+1.py": PROGRAM for begin in "=+-@\t"})
    done = s3lint_here("report", "--quiet", "--csv", "a.csv", cwd=root)
    assert done.code == 0
    rows = list(csv.reader(io.StringIO((root / "a.csv").read_text(encoding="utf-8"))))
    assert {row[0] for row in rows[1:]} == {f"'{begin}1+1.py" for begin in "=+-@\t"}
