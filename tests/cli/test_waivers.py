"""Suppressions that are written by the command, and their list."""

from __future__ import annotations

import ast
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from conftest import Run, Write, fixture_files, run, s3lint, s3lint_here
from s3lint.cli import main
from s3lint.linter.engine import Engine
from s3lint.settings import Settings
from s3lint.source.notebook_edits import cell_source
from s3lint.suppressions.insert import allow_in_file
from support.notebooks import notebook

HEAD = "import boto3\n\ns3 = boto3.client('s3')\n"
READ = "s3.download_file('acme-documents', f'reports/{day}.pdf', 'a.pdf')\n"
ALLOW = "s3lint: allow[STO201] legacy"


def left(path: Path, data: bytes) -> set[str]:
    findings, errors = Engine(Settings(root=path.parent, profile="strict", lint_tests=True)).check(path, data)
    assert errors == ()
    return {finding.code for finding in findings}


@pytest.mark.parametrize("path", [path for path in fixture_files() if path.name == "bad.py"], ids=lambda path: path.parent.name)
def test_every_finding_can_be_allowed_and_no_code_changes(path: Path) -> None:
    data = path.read_bytes()
    found, _ = Engine(Settings(root=path.parent, profile="strict", lint_tests=True)).check(path, data)
    after = allow_in_file(path, data, found, "legacy").after
    assert left(path, after) <= {"STO900", "STO902"}
    if "STO900" not in {finding.code for finding in found}:
        assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(data))
    lines = [
        line.partition("  # s3lint: allow[")[0]
        for line in after.decode().splitlines()
        if not line.lstrip().startswith("# s3lint: allow[")
    ]
    before = [
        line.partition("  # s3lint: allow[")[0]
        for line in data.decode().splitlines()
        if not line.lstrip().startswith("# s3lint: allow[")
    ]
    assert lines == before or path.parent.name == "unjustified_suppression"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (READ, f"{READ.rstrip()}  # {ALLOW}\n"),
        (f"{READ.rstrip()}  # type: ignore\n", f"{READ.rstrip()}  # type: ignore  # {ALLOW}\n"),
        (f"{READ.rstrip()}  # s3lint: allow[STO201]\n", f"{READ.rstrip()}  # {ALLOW}\n"),
        (f"# s3lint: allow[STO201]\n{READ}", f"# {ALLOW}\n{READ}"),
        (f"{READ.rstrip()}  # noqa: STO201\n", f"{READ.rstrip()}  # noqa: STO201 - legacy\n"),
        (f"{READ.rstrip()}  # s3lint: allow[STO301] other\n", f"{READ.rstrip()}  # s3lint: allow[STO301] other  # {ALLOW}\n"),
        ("if day:\n    x = s3.get_object(Bucket='acme-documents') \\\n", None),
        (
            "if day:\r\n\tx = s3.get_object(Bucket='acme-documents') \\\r\n\t\t.y\r\n",
            f"if day:\r\n\t# {ALLOW}\r\n\tx = s3.get_object(Bucket='acme-documents') \\\r\n\t\t.y\r\n",
        ),
        (READ.rstrip(), f"{READ.rstrip()}  # {ALLOW}"),
        ("s3.get_object(\n  Bucket='acme-documents',\n)\n", f"s3.get_object(\n  Bucket='acme-documents',  # {ALLOW}\n)\n"),
        (
            "x = f'''{\ns3.get_object(Bucket='acme-documents')\n}'''\n",
            f"# {ALLOW}\nx = f'''{{\ns3.get_object(Bucket='acme-documents')\n}}'''\n",
        ),
        (
            'if day:\n\tprint("""\na\n""", \\\n s3.get_object(Bucket=\'acme-documents\'), """\n""" + \\\n day)\n',
            f'if day:\n\t# {ALLOW}\n\tprint("""\na\n""", \\\n s3.get_object(Bucket=\'acme-documents\'), """\n""" + \\\n day)\n',
        ),
    ],
)
def test_the_comment_goes_where_it_covers_the_finding(before: str, after: str | None) -> None:
    path = Path("/nowhere/a.py")
    found, _ = Engine(Settings(root=path.parent)).check(path, f"{HEAD}{before}".encode())
    made = allow_in_file(path, f"{HEAD}{before}".encode(), found, "legacy").after.decode()
    assert made == f"{HEAD}{after if after is not None else before}"


def test_cells_get_comments_of_their_language(project: Write) -> None:
    root = project({"a.ipynb": notebook(HEAD, f"%matplotlib inline\n{READ}", "%sql TRUNCATE TABLE t", "%%sql\nTRUNCATE TABLE t\n")})
    project(
        {"b.py": "# Databricks notebook source\n# MAGIC %sql\n# MAGIC TRUNCATE TABLE t\n\n# COMMAND ----------\n\n" + HEAD + READ}
    )
    before = (root / "a.ipynb").read_bytes()
    done = s3lint_here("check", "--add-allow", "legacy", cwd=root)
    assert (done.code, done.out, done.err) == (0, "No findings. 2 files checked.\nAllowed 5 findings in 2 files.\n", "")
    after = (root / "a.ipynb").read_bytes()
    assert cell_source(after, 2) == f"%matplotlib inline\n{READ.rstrip()}  # {ALLOW}\n"
    assert cell_source(after, 3) == "%sql TRUNCATE TABLE t  -- s3lint: allow[STO503] legacy"
    assert cell_source(after, 4) == "%%sql\nTRUNCATE TABLE t  -- s3lint: allow[STO503] legacy\n"
    assert len(after.splitlines()) == len(before.splitlines())
    assert (root / "b.py").read_text() == (
        "# Databricks notebook source\n# MAGIC %sql\n# MAGIC TRUNCATE TABLE t  -- s3lint: allow[STO503] legacy\n\n"
        f"# COMMAND ----------\n\n{HEAD}{READ.rstrip()}  # {ALLOW}\n"
    )


def test_a_reason_goes_into_a_cell_where_it_belongs(project: Write) -> None:
    sql = "%sql TRUNCATE TABLE t -- s3lint: allow[STO503]"
    indented = f"  !ls\n  {READ.rstrip()}  # s3lint: allow[STO201]"
    root = project({"a.ipynb": notebook(HEAD, sql, indented)})
    assert s3lint_here("check", "--add-allow", "legacy", cwd=root).code == 0
    after = (root / "a.ipynb").read_bytes()
    assert (cell_source(after, 2), cell_source(after, 3)) == (f"{sql} legacy", f"{indented} legacy")


def test_only_what_is_selected_is_allowed_and_a_diff_writes_nothing(project: Write) -> None:
    root = project({"a.py": f"{HEAD}s3.upload_file('a.pdf', 'acme-documents', 'x/a.pdf')\n"})
    before = (root / "a.py").read_text()
    done = s3lint_here("check", "--select", "STO301", "--add-allow", "legacy", "--diff", cwd=root)
    assert done.code == 1
    assert "+s3.upload_file('a.pdf', 'acme-documents', 'x/a.pdf')  # s3lint: allow[STO301] legacy\n" in done.out
    assert (root / "a.py").read_text() == before
    assert s3lint_here("check", "--select", "STO301", "--add-allow", "legacy", cwd=root).code == 0
    assert "STO201" in s3lint_here("check", cwd=root).out
    done = s3lint_here("check", "-", "--add-allow", "legacy", cwd=root, stdin=before.encode())
    assert done.out == before.rstrip() + "  # s3lint: allow[STO201, STO301] legacy\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--add-allow", " - "), "--add-allow must be words that say why"),
        (("--add-allow", "x # noqa"), "--add-allow must be words that say why"),
        (("--add-allow", "x until=tomorrow"), "--add-allow names no date: until=tomorrow must be until=YYYY-MM-DD"),
        (("--add-allow", "x", "--fix"), "--add-allow and --fix exclude each other: fix first, then allow what is left"),
    ],
)
def test_a_reason_that_is_none_is_refused(
    project: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    root = project({"a.py": f"{HEAD}{READ}"})
    monkeypatch.chdir(root)
    assert main(["check", *arguments]) == 2
    assert capsys.readouterr().err == f"s3lint: the command line: {message}\n"
    assert (root / "a.py").read_text() == f"{HEAD}{READ}"


def git(root: Path, *arguments: str, day: str = "2026-01-02") -> Run:
    stamps = {"GIT_AUTHOR_DATE": f"{day}T12:00:00Z", "GIT_COMMITTER_DATE": f"{day}T12:00:00Z"}
    done = run("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *arguments, cwd=root, **stamps)
    assert done.code == 0, done.err
    return done


def test_waivers_are_listed_with_reason_end_author_and_age(project: Write) -> None:
    tomorrow = date.today() + timedelta(days=1)
    root = project(
        {
            "a.py": f"{HEAD}{READ.rstrip()}  # s3lint: allow[STO201] archive until={tomorrow}\n",
            "b.ipynb": notebook("#md x", HEAD, f"{READ.rstrip()}  # noqa: STO201 legacy"),
            "c.py": "x = 1  # noqa\ny = 2  # s3lint: allow[STO201] old until=2020-01-01\n",
        }
    )
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "x")
    (root / "c.py").write_text("# s3lint: file-allow[STO2]\n" + (root / "c.py").read_text())
    age = (date.today() - date(2026, 1, 2)).days
    done = s3lint_here("waivers", cwd=root)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "a.py:4:68: allow[STO201] archive",
        f"  until {tomorrow} (1 day left), by Ada on 2026-01-02 ({age} days ago), suppresses 1 finding",
        "b.ipynb:cell 3:1:68: noqa: STO201 legacy",
        f"  by Ada on 2026-01-02 ({age} days ago), suppresses 1 finding",
        "c.py:1:1: file-allow[STO2] (no reason)",
        "  author unknown, suppresses 0 findings",
        "c.py:3:8: allow[STO201] old",
        f"  expired on 2020-01-01, by Ada on 2026-01-02 ({age} days ago), suppresses 0 findings",
        "",
        "4 suppressions in 3 files: 1 expired, 1 without a reason, 2 suppressing nothing.",
    ]
    found = json.loads(s3lint_here("waivers", "--output-format", "json", "b.ipynb", cwd=root).out)
    assert found == [
        {
            "filename": str(root / "b.ipynb"),
            "cell": 3,
            "location": {"row": 1, "column": 68},
            "kind": "noqa",
            "rules": ["STO201"],
            "reason": "legacy",
            "until": None,
            "expired": False,
            "owners": [],
            "author": "Ada",
            "date": "2026-01-02",
            "age_days": age,
            "hidden": ["STO201"],
        }
    ]


def test_waivers_without_git(project: Write) -> None:
    root = project({"a.py": f"{HEAD}{READ.rstrip()}  # s3lint: allow[STO201] archive\n"})
    assert "author unknown, suppresses 1 finding" in s3lint("waivers", cwd=root, GIT_CEILING_DIRECTORIES=str(root.parent)).out
    assert "author unknown" in s3lint("waivers", cwd=root, PATH="/nowhere").out
    assert s3lint("waivers", "nowhere", cwd=root).code == 2
    assert s3lint("waivers", cwd=project({"a.py": HEAD})).out == "No suppressions.\n"
