"""Files that are no Python, or hardly."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pytest

from conftest import BUCKET_BY_NAME, Write, check_project, run, summary
from s3lint.testing import check

CALL = 'import boto3\nboto3.client("s3").put_object(Bucket=b, Key="x.txt", Body=c)\n'


def only(data: bytes) -> tuple[str, str, int]:
    """The code, the message and the row of the only finding."""
    findings = check(data)
    assert len(findings) == 1, findings
    return findings[0].code, findings[0].message, findings[0].start.row


@pytest.mark.parametrize(
    ("data", "message", "row"),
    [
        pytest.param(CALL.encode() + b"x = '\xff'\n", "byte 0xff is not utf-8", 3, id="undecodable"),
        pytest.param(b"# coding: ascii\n" + CALL.encode() + "ä\n".encode(), "byte 0xc3 is not ascii", 4, id="wrong cookie"),
        pytest.param(b"# coding: rot13\n" + CALL.encode(), "rot13 is no encoding of text", 1, id="no text encoding"),
        pytest.param(b"# coding: klingon\n" + CALL.encode(), "unknown encoding: klingon", 1, id="unknown cookie"),
        pytest.param(CALL.encode() + b"x = '\0'\n", "NUL byte", 3, id="NUL"),
        pytest.param(CALL.encode("utf-16"), "UTF-16 or UTF-32", 1, id="UTF-16"),
        pytest.param(CALL.encode("utf-32"), "UTF-16 or UTF-32", 1, id="UTF-32"),
        pytest.param(CALL.encode() + b"def broken(:\n", "invalid syntax", 3, id="syntax"),
        pytest.param(CALL.encode() + b"print 'python 2'\n", "Missing parentheses", 3, id="Python 2"),
        pytest.param(CALL.encode() + b"x = '''never closed\n", "unterminated", 3, id="unterminated"),
        pytest.param(CALL.encode() + b"if x:\n\ty\n        z\n", "inconsistent use of tabs", 5, id="mixed tabs"),
    ],
)
def test_what_cannot_be_read_is_one_finding_that_says_where(data: bytes, message: str, row: int) -> None:
    code, said, at = only(data)
    assert code == "STO900"
    assert message in said
    assert at == row


@pytest.mark.parametrize(
    "nested",
    [
        pytest.param("(" * 5000 + "1" + ")" * 5000, id="parentheses"),
        pytest.param("[" * 5000 + "]" * 5000, id="lists"),
        pytest.param("f" + "()" * 5000, id="calls"),
        pytest.param("a" + ".b()" * 5000, id="chained calls"),
        pytest.param("a" + "[0]" * 5000, id="subscripts"),
        pytest.param("lambda: " * 5000 + "1", id="lambdas"),
        pytest.param("not " * 5000 + "1", id="nots"),
        pytest.param("-" * 5000 + "1", id="signs"),
        pytest.param("1" + " + 1" * 20000, id="sum"),
        pytest.param("1" + " and 1" * 20000, id="ands"),
        pytest.param("1 if a else " * 5000 + "1", id="conditionals"),
        pytest.param("'a' " * 20000, id="adjacent strings"),
        pytest.param("1" + " ** 1" * 5000, id="powers"),
    ],
)
def test_deep_nesting_is_one_finding(nested: str) -> None:
    code, message, _ = only(f"{CALL}x = {nested}  # put_object\n".encode().replace(b'Key="x.txt"', b'Key="a/b", ContentType="a"'))
    assert code == "STO900"
    assert "nested" in message or "parts" in message


def test_deep_code_next_to_a_call_leaves_the_call_checked() -> None:
    findings = check(f"{CALL}y = {' + '.join(['1'] * 900)}\n")
    assert {finding.code for finding in findings} == {"STO211", "STO301"}


def test_many_branches_and_deep_blocks() -> None:
    branches = "if a:\n    pass\n" + "elif b:\n    pass\n" * 500
    blocks = "".join(" " * i + "if a:\n" for i in range(90)) + " " * 90 + "pass\n"
    assert {finding.code for finding in check(CALL + branches + blocks)} == {"STO211", "STO301"}


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf", b"#", b"\r", b"\f"])
def test_nothing_is_nothing(data: bytes) -> None:
    assert check(data) == []


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_newline_counts_as_one(newline: str) -> None:
    assert {finding.start.row for finding in check(CALL.replace("\n", newline))} == {2}


def test_other_encodings_are_read() -> None:
    text = "# -*- coding: latin-1 -*-\n# ä ö ü\n" + CALL.replace("x.txt", "ä.txt")
    findings = check(text.encode("latin-1"))
    assert "`ä.txt`" in next(finding.message for finding in findings if finding.code == "STO211")


def test_columns_count_characters() -> None:
    findings = check('import boto3\ns3 = boto3.client("s3")\n"😀ä"; s3.delete_object(Bucket="acme-emoji", Key="a/b")\n')
    assert [(finding.start.row, finding.start.column) for finding in findings] == [(3, 31)]


def test_syntax_newer_than_the_running_python_is_read_by_libcst() -> None:
    findings = check('import boto3\ntype Names = list[str]\nboto3.client("s3").put_object(Bucket=b, Key="x.txt", Body=c)\n')
    assert {finding.code for finding in findings} == {"STO211", "STO301"}


def test_a_place_behind_the_end_of_a_line_is_at_its_end() -> None:
    start = check(b"s3.upload_file(\na\\\r\\3")[0].start
    assert (start.row, start.column) == (3, 3)


@pytest.mark.parametrize("literal", ["'a/\\d'", "b'\\d'", "f'{a}/\\d'", '"""\\d"""'])
def test_warnings_of_the_parser_are_not_passed_on(literal: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check(f"x = {literal}\nboto3.client('s3').put_object(Bucket={literal}, Key={literal}, Body={literal} + y)\n")
    assert [str(warning.message) for warning in caught] == []


def test_what_nobody_mentions_is_never_parsed() -> None:
    assert check("def broken(:\n") == []


def test_the_other_files_are_still_checked(project: Write) -> None:
    root = project({"a.py": CALL, "b.py": b"boto3.client('s3').put_object(Bucket=\xff)", "c.py": CALL})
    found = summary(check_project(root))
    assert found == ["a.py:2 STO301", "a.py:2 STO211", "b.py:1 STO900", "c.py:2 STO301", "c.py:2 STO211"]


def test_a_folder_named_like_a_file(project: Write) -> None:
    root = project({"x.py/inner.py": CALL})
    assert {finding.path.name for finding in check_project(root)} == {"inner.py"}


def test_links_that_go_round(project: Write, tmp_path: Path) -> None:
    root = project({"a/x.py": CALL})
    (root / "a" / "loop").symlink_to(root / "a")
    (root / "self.py").symlink_to(root / "self.py")
    assert {finding.path.name for finding in check_project(root)} == {"x.py"}


def test_of_a_file_over_the_bound_only_the_mentions_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    data = f"# a\n{CALL}".encode()
    monkeypatch.setattr("s3lint.linter.engine.MAX_SOURCE_BYTES", len(data) - 1)
    code, message, row = only(data)
    assert (code, row) == ("STO900", 3)
    assert f"{len(data)} bytes, more than {len(data) - 1}, and was not parsed; storage is mentioned in 1 of its lines" in message
    monkeypatch.setattr("s3lint.linter.engine.MAX_SOURCE_BYTES", len(data))
    assert {finding.code for finding in check(data)} == {"STO211", "STO301"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("redirected", ["> /dev/full", "> /dev/full 2>&1", "> /dev/full 2>&-"])
def test_a_full_disk_behind_the_streams_is_an_error(project: Write, redirected: str, *, buffered: bool) -> None:
    root = project({"a.py": BUCKET_BY_NAME})
    command = f'"$@" {redirected}'
    done = run(
        "sh", "-c", command, "sh", sys.executable, "-m", "s3lint", "check", ".", cwd=root, PYTHONUNBUFFERED="" if buffered else "1"
    )
    assert done.code == 2
    assert "Traceback" not in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_messages_that_cannot_be_written_change_no_exit_code(project: Write) -> None:
    root = project({"a.py": "x = 1\n", "pyproject.toml": "[tool.s3lint]\nnonsense = 1\n"})
    codes = [
        run(
            "sh", "-c", f'"$@" {redirected}', "sh", sys.executable, "-m", "s3lint", "check", ".", cwd=root, PYTHONUNBUFFERED=""
        ).code
        for redirected in ("", "2>/dev/full", "2>&-")
    ]
    assert codes == [codes[0]] * 3
