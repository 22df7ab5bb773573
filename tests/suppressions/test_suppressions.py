"""Suppressions, and what is said about them, through the command."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from conftest import Write, run, s3lint_here
from s3lint.linter.engine import Engine
from s3lint.registry import rules
from s3lint.settings import Settings
from s3lint.suppressions.directives import suppressions
from s3lint.testing import fixed
from support.notebooks import notebook

UPLOAD = """\
import boto3

from names import BUCKET

s3 = boto3.client("s3")
s3.upload_file("a.pdf", BUCKET, "reports/2026/a.pdf")  # s3lint: allow[STO301] raw bytes
"""

NAMES = 'BUCKET = "acme-documents"  # s3lint: allow[STO201] one account only\n'


def codes(root: Path, *arguments: str) -> list[str]:
    found = json.loads(s3lint_here("check", "--output-format", "json", *arguments, cwd=root).out)
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
    found = json.loads(s3lint_here("check", "--output-format", "json", "--select", "STO201,STO211,STO902", cwd=root).out)
    assert [(finding["code"], finding["location"]["column"]) for finding in found] == [("STO902", 59)]


READ = "import boto3\n\nboto3.client('s3').download_file('acme-documents', f'reports/{day}.pdf', 'a.pdf')"

NOQA = [
    "# noqa",
    "# noqa: STO201",
    "# noqa:STO201",
    "# NOQA: STO201",
    "# NoQA:STO201,E501",
    "# noqa: E501,STO201",
    "# noqa: E501 STO201",
    "# noqa: E501, W291 , STO201",
    "# noqa: STO2",
    "# noqa: STO",
    "# noqa: sto201",
    "# noqa: STO201 archive",
    "# noqa: STO301",
    "# noqa : STO201",
    "# noqa: hardcoded-bucket",
    "#noqa: STO201",
    "#  noqa: STO201",
    "# type: ignore # noqa: STO201",
    "# noqa: E501  # noqa: STO201",
    "# s3lint: allow[STO301] x  # noqa: STO201",
]

FILES = {f"noqa{number}.py": f"{READ}  {comment}\n" for number, comment in enumerate(NOQA)} | {
    "above.py": READ.replace("\n\n", "\n# noqa: STO201\n"),
    "inside.py": READ.replace("'acme-documents', ", "\n  'acme-documents',\n  ") + "  # noqa: STO201\n",
    "at_literal.py": READ.replace("'acme-documents', ", "\n  'acme-documents',  # noqa: STO201\n  ") + "\n",
    "in_text.py": "import boto3\nx = boto3.client('s3').list_objects_v2(Bucket='acme-documents', Prefix='''\n/a\n''')  # noqa: STO201\n",
    "backslash.py": "import boto3\nx = boto3.client('s3') \\\n  .list_objects_v2(Bucket='acme-documents') \\\n  .get('a')  # noqa: STO201\n",
    "whole.py": f"# flake8: noqa\n{READ}\n",
    "not_whole.py": f"{READ}  # flake8: noqa\n",
}


def test_noqa_is_what_flake8_takes_for_one(project: Write) -> None:
    root = project(dict(FILES))
    done = run(sys.executable, "-m", "flake8", "--select", "STO201", "-j1", ".", cwd=root)
    by_flake8 = {(Path(line.split(":")[0]).name, int(line.split(":")[1])) for line in done.out.splitlines()}
    ours = s3lint_here("check", "--select", "STO201", "--output-format", "json", cwd=root)
    by_command = {(Path(found["filename"]).name, found["location"]["row"]) for found in json.loads(ours.out)}
    assert by_flake8 == by_command
    assert 5 < len(by_flake8) < len(FILES) - 10


def about(text: str, **settings: object) -> list[str]:
    """Findings in one file as `row:column CODE`."""
    root = Path("/nowhere")
    findings, _ = Engine(Settings(root=root, **settings)).check(root / "a.py", text.encode())  # type: ignore[arg-type]
    return [f"{finding.start.row}:{finding.start.column} {finding.code}" for finding in findings]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# s3lint: allow[hardcoded-bucket] archive", []),
        ("# s3lint:allow[STO301, sto201] archive", ["3:99 STO902"]),
        ("# S3LINT: ALLOW[Hardcoded-Bucket] archive", []),
        ("# s3lint: allow[STO2] archive", []),
        ("# s3lint: allow[STO201] archive until=2099-12-31", []),
        ("# s3lint: allow[STO201] until=2099-12-31 archive", []),
        ("# s3lint: allow[STO201] archive until=2020-01-01", ["3:34 STO201", "3:84 STO902"]),
        ("# s3lint: allow[STO201] archive until=2099-13-31", ["3:34 STO201", "3:84 STO902"]),
        ("# s3lint: allow[STO201] archive until=tomorrow", ["3:34 STO201", "3:84 STO902"]),
        ("# s3lint: allow[STO201]", ["3:34 STO201", "3:84 STO901"]),
        ("# s3lint: allow[STO201] # type: ignore", ["3:34 STO201", "3:84 STO901"]),
        ("# type: ignore  # s3lint: allow[STO201] archive, see #12", []),
        ("# s3lint: allow[STO301] x # s3lint: allow[STO201] y", ["3:100 STO902"]),
        ("# s3lint: file-allow[STO201] archive", []),
        ("# noqa: sto201", ["3:34 STO201", "3:84 STO901", "3:92 STO902"]),
        ("# noqa: E501, STO301 archive", ["3:34 STO201", "3:98 STO902"]),
        ("# noqa: STO999 archive", ["3:34 STO201", "3:92 STO902"]),
        ("# noqa: E999 archive", ["3:34 STO201"]),
    ],
)
def test_what_a_directive_covers_and_what_is_said_of_it(comment: str, expected: list[str]) -> None:
    assert about(f"{READ}  {comment}\n") == expected


def test_a_statement_is_covered_by_a_comment_above_it() -> None:
    call = "s3.put_object(\n    Bucket='acme-documents',\n    Key=f'reports/{day}.pdf',\n    Body=body,\n)\n"
    text = f"import boto3\ns3 = boto3.client('s3')\n# s3lint: allow[STO201, STO301] archive\n# more words\n\n{call}{call}"
    assert about(text) == ["11:1 STO301", "12:12 STO201"]
    assert about(text.replace("# s3lint: allow", "# flake8: noqa\n# s3lint: allow")) == []
    assert about(text.replace("# s3lint: allow", "# s3lint: file-allow")) == []


def test_sql_has_comments_of_its_own(project: Write) -> None:
    sql = 'spark.sql("""\nCREATE TABLE t\nUSING parquet  -- s3lint: allow[STO501] vendor\nAS SELECT 1""")\n'
    assert about(sql) == []
    assert about(sql.replace("  -- s3lint: allow[STO501] vendor", "")) == ["3:1 STO501"]
    above = sql.replace("  -- s3lint: allow[STO501] vendor", "").replace("CREATE", "-- s3lint: allow[STO501] vendor\nCREATE")
    assert about(above) == []
    assert about(above.replace(" vendor", "")) == ["2:1 STO901", "4:1 STO501"]
    cells = notebook(
        "%sql TRUNCATE TABLE t -- s3lint: allow[STO503] staging", "%%sql\n-- s3lint: allow[STO503] staging\nTRUNCATE TABLE t"
    )
    assert codes(project({"a.ipynb": cells})) == []
    source = "# Databricks notebook source\n# MAGIC %sql\n# MAGIC -- s3lint: allow[STO503] staging\n# MAGIC TRUNCATE TABLE t\n"
    assert about(source) == []


@pytest.mark.parametrize(
    ("comment", "fixed"),
    [
        ("# type: ignore  # s3lint: allow[STO501] x  # pragma: no cover", "# type: ignore  # pragma: no cover"),
        ("# noqa: E501, STO501 x", "# noqa: E501 x"),
        ("# noqa: STO501, E501", "# noqa: E501"),
        ("# s3lint: allow[STO501, STO201] x", "# s3lint: allow[STO201] x"),
    ],
)
def test_only_what_is_unused_is_removed(project: Write, comment: str, fixed: str) -> None:
    root = project({"a.py": f"{READ}  {comment}\n"})
    s3lint_here("check", "--fix", "--select", "STO201,STO501,STO902", cwd=root)
    assert (root / "a.py").read_text() == f"{READ}  {fixed}\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_where_python_ends_them(newline: str) -> None:
    text = (
        'import boto3\nx = """\f\x1c"""\n' + UPLOAD.partition("\n\n")[2] + 'boto3.client("s3").put_object(Bucket=b, Key="x.txt")\n'
    )
    sql = 'spark.sql("""\x0b\nINSERT INTO a -- s3lint: allow[STO502] why\nSELECT 1""")  # s3lint: allow[STO211] why\n'
    root = Path("/nowhere")
    findings, _ = Engine(Settings(root=root)).check(root / "a.py", (text + sql).replace("\n", newline).encode())
    assert [(finding.start.row, finding.code) for finding in findings] == [(7, "STO211"), (9, "STO902"), (10, "STO902")]


@pytest.mark.parametrize("form", ["# s3lint: allow[{}] why", "# noqa: {}"])
def test_any_number_of_useless_codes_is_removed(form: str) -> None:
    listed = [code for code, rule in rules().items() if not rule.whole_project and not code.startswith("STO9")]
    text = f"import boto3\nx = 1  {form}  # type: ignore\n"
    done = fixed(text.format(", ".join(listed)), Settings(root=Path("/nowhere"), profile="strict"))
    assert done == "import boto3\nx = 1  # type: ignore\n"


@pytest.mark.parametrize("after", ["", "x = 1\n", "def f():\n    return (1,\n        2)\n", "\n# more\n@one\nclass A: pass\n"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "directives",
    [
        "x = 1  # s3lint: allow[STO101] why\n",
        "# noqa\n# s3lint: allow[STO101] why\n@one\n# ſ3lint: allow[STO101] why\n@two\ndef f():\n    pass\n",
        "x = [  # İ NOQA: STO101\n    1,\n    2]\n# s3lint: allow[STO101] why\npass\n",
    ],
)
def test_what_follows_the_last_directive_changes_none(directives: str, line_end: str, after: str) -> None:
    text, last = ((directives + after).replace("\n", line_end), "pass  # s3lint: allow[STO102] why\n")
    *expected, _ = suppressions(text + last)
    assert expected
    assert list(map(vars, suppressions(text))) == list(map(vars, expected))


ELSEWHERE = {
    "names.py": 'def bucket():\n    return "acme-data"  # noqa\n',
    "use.py": 'import boto3\n\nfrom names import bucket\n\nboto3.client("s3").get_object(Bucket=bucket(), Key="a/b")\n',
}


@pytest.mark.parametrize("arguments", [(), ("names.py",), ("use.py",), ("--jobs", "2")])
@pytest.mark.parametrize("comment", ["# noqa", "# noqa: STO201 it is ours", "# s3lint: allow[STO201] it is ours"])
def test_one_counts_in_a_file_without_storage(project: Write, arguments: tuple[str, ...], comment: str) -> None:
    root = project({**ELSEWHERE, "names.py": ELSEWHERE["names.py"].replace("# noqa", comment)})

    assert codes(root, *arguments) == []
    assert codes(root, *arguments) == []  # also from the cache


def test_without_it_the_finding_is_there(project: Write) -> None:
    assert codes(project({**ELSEWHERE, "names.py": ELSEWHERE["names.py"].replace("# noqa", "")})) == ["names.py:2 STO201"]
