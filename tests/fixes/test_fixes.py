"""Fixes: what they keep, how files are written, and what becomes of shapes that are hard to edit."""

from __future__ import annotations

import ast
import gc
import io
import json
import os
import re
import stat
import tokenize
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import Write, run, s3lint_here
from s3lint.cli import decisions
from s3lint.finding import Edit, Finding, Fix, Location
from s3lint.fixes.apply import Unsettled, fix_text, with_fixes
from s3lint.linter.fix import FixSession, fix_file, fix_in
from s3lint.settings import Settings
from s3lint.support.atomic_write import Changed, replace_file
from s3lint.support.interpreter import paused_collector
from s3lint.syntax import module
from s3lint.syntax.flow import Step
from s3lint.testing import check, fixed
from support.notebooks import notebook

LONG = f"LONG = [{', '.join('1' * 36)}]\n"
"""A line of code so long that the file may have such lines, and a fix breaks none that is shorter."""

HEAD = f'import boto3\n\ns3 = boto3.client("s3")\n{LONG}'

CALL = 's3.upload_file("a.pdf", bucket, "reports/2026/a.pdf")\n'

TYPED = 's3.upload_file("a.pdf", bucket, "reports/2026/a.pdf", ExtraArgs={"ContentType": "application/pdf"})\n'


def after(text: str, *codes: str) -> str:
    return fixed(text, Settings(root=Path("/nowhere"), select=codes))


def content_type(text: str) -> str:
    return after(HEAD + text, "STO301").removeprefix(HEAD)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (CALL, TYPED),
        (CALL.replace('a.pdf")', 'a.pdf",)'), TYPED.replace("})", "},)")),
        (CALL.replace(")\n", ")  # keep\n"), TYPED.replace(")\n", ")  # keep\n")),
        ("(" + CALL[:-1] + ")\n", "(" + TYPED[:-1] + ")\n"),
        (CALL[:-1] + "; " + CALL, TYPED[:-1] + "; " + TYPED),
        ("if bucket: " + CALL, "if bucket: " + TYPED),
        (
            's3.upload_file(\n    "a.pdf",\n    bucket,\n    "reports/a.pdf",  # the key\n)\n',
            's3.upload_file(\n    "a.pdf",\n    bucket,\n    "reports/a.pdf",  # the key\n    ExtraArgs={"ContentType": "application/pdf"},\n)\n',
        ),
        (
            "s3.upload_file(\"a.pdf\", bucket, \"reports/a.pdf\", ExtraArgs={'ACL': 'private'})\n",
            "s3.upload_file(\"a.pdf\", bucket, \"reports/a.pdf\", ExtraArgs={'ACL': 'private', 'ContentType': \"application/pdf\"})\n",
        ),
        (
            's3.upload_file("a.pdf", bucket, "reports/a.pdf", ExtraArgs={})\n',
            's3.upload_file("a.pdf", bucket, "reports/a.pdf", ExtraArgs={"ContentType": "application/pdf"})\n',
        ),
        (
            's3.upload_file("a.pdf", bucket, "reports/a.pdf", ExtraArgs=None)\n',
            's3.upload_file("a.pdf", bucket, "reports/a.pdf", ExtraArgs={"ContentType": "application/pdf"})\n',
        ),
        (
            's3.put_object(Bucket=bucket, Key="reports/" "a.pdf", Body=body, **{})\n',
            's3.put_object(Bucket=bucket, Key="reports/" "a.pdf", Body=body, **{}, ContentType="application/pdf")\n',
        ),
    ],
)
def test_an_argument_is_added_where_it_belongs(before: str, expected: str) -> None:
    assert content_type(before) == expected


@pytest.mark.parametrize(
    "text",
    [
        "s3.put_object(Bucket=bucket, Key=make_key(), Body=body)\n",
        "executor.submit(s3.upload_file, path, bucket, make_key())\n",
    ],
)
def test_what_would_be_done_twice_is_not_fixed(text: str) -> None:
    assert content_type(text) == text


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ('"""Doc."""\n{}', '"""Doc."""\nimport os\n\n{}'),
        ("from __future__ import annotations\n\n{}", "from __future__ import annotations\n\nimport os\n\n{}"),
        ("import json\nimport sys\n\n{}", "import json\nimport os\nimport sys\n\n{}"),
        ("import os\n\n{}", "import os\n\n{}"),
        ("import os as system\n\n{}", "import os as system\n\n{}"),
        ("#!/usr/bin/env python\n# A comment.\n{}", "#!/usr/bin/env python\n# A comment.\nimport os\n\n{}"),
    ],
)
def test_an_import_goes_where_it_belongs(before: str, expected: str) -> None:
    code = 'import boto3\n\nboto3.client("s3").download_file({}, "a/b", "c")\n'
    name = "system" if "system" in before else "os"
    made = after(before.replace("{}", code.replace("{}", '"acme-documents"')), "STO201")
    assert made == expected.replace("{}", code.replace("{}", f'{name}.environ["S3_BUCKET_NAME"]'))


@pytest.mark.parametrize("shadow", ["os = 1\n", "def f(os):\n    global os2\n", "class os:\n    pass\n", "import system as os\n"])
def test_a_name_that_is_taken_is_not_used(shadow: str) -> None:
    text = f'import boto3\n\n{shadow}boto3.client("s3").download_file("acme-documents", "a/b", "c")\n'
    made = after(text, "STO201")
    assert ("import os as _os\n" in made) is (not shadow.startswith("def"))
    assert ("_os.environ" if "_os" in made else "(os.environ") in made


def test_a_fix_that_would_drop_a_comment_is_not_offered() -> None:
    text = (
        HEAD
        + 's3.upload_file(\n    "a.pdf", bucket, "r/a.pdf", ContentType=(  # by contract\n        "application/pdf"), Config=None,\n)\n'
    )
    settings = Settings(root=Path("/nowhere"), select=("STO304",))
    assert fix_file(Path("/nowhere/a.py"), text.encode(), settings, unsafe=True).after == text.encode()
    (found,) = check(text, settings)
    assert found.unfixed == "it would drop a comment"


def test_an_argument_on_its_own_line_goes_with_the_line_and_leaves_the_comments_of_others() -> None:
    text = (
        HEAD
        + 's3.upload_file(\n    "a.pdf",\n    bucket,\n    # never change\n    "r/a.pdf",\n    ContentType="application/pdf",\n)\n'
    )
    assert "    # never change\n" in after(text, "STO304")
    assert '    ExtraArgs={"ContentType": "application/pdf"},\n)' in after(text, "STO304")


def test_a_suppressed_finding_is_never_fixed() -> None:
    text = CALL.replace(")\n", ")  # s3lint: allow[STO301] raw bytes\n")
    assert content_type(text) == text


@pytest.mark.parametrize(
    "before",
    [
        'f(\n\fs3.upload_file(\n \f\t"a.pdf", bucket,\n\f"r/a.pdf"))\n',
        'if bucket:\n  \f    s3.upload_file("a.pdf", bucket, "r/a.pdf")\n\f    pass\n',
        'class A:\n\f    x = s3.upload_file("a.pdf", bucket, "r/a.pdf")\n \f    def f(self): s3.upload_file("a.pdf", bucket, "r/a.pdf")\n',
    ],
)
def test_form_feeds_do_not_shift_an_edit(before: str) -> None:
    assert content_type(before) == before.replace('r/a.pdf"', 'r/a.pdf", ExtraArgs={"ContentType": "application/pdf"}')


@pytest.mark.parametrize("quote", ['"', "'", "'''", '"""'])
def test_an_f_string_is_not_ended_by_new_code_within_it(quote: str) -> None:
    call = {'"': CALL.replace('"', "'"), "'": CALL}.get(quote[0], CALL).strip()
    text = f"x = f{quote}{{{call}}}{quote}\n"
    made = content_type(text)
    ast.parse(made)
    assert made.count(quote) == text.count(quote) or len(quote) > 1 or made == text


@pytest.mark.parametrize(
    "beside",
    [
        "# it's what's here, isn't it: 'a'\n",
        "\"\"\"it's 'a', 'b' and 'c'\"\"\"\n",
        "x = \"it\\\"s 'a' 'b' 'c' 'd'\"\n",
        "x = f\"{bucket}'a''b''c''d'\" r\"\\'a''b''c'\"\n",
        "x = ''' \"a\" \\''' 'a' 'b' 'c' '''\n",
    ],
)
def test_new_code_has_the_quotes_of_most_short_texts(beside: str) -> None:
    text = f'import boto3\n\ns3 = boto3.client("s3")\n{beside}s3.upload_file(name, bucket, name)\n'
    assert '"ContentType":' in after(text, "STO301")
    assert "'ContentType':" in after(text.translate(str.maketrans("\"'", "'\"")), "STO301")


def test_a_plain_call_is_fixed_without_a_parse_by_libcst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "parse_tree", None)
    text = "def f(name):\n    " + CALL + "    s3.put_object(Bucket=bucket, Key=f'a/{name}/{name[0]}.pdf', Body=(data))\n"
    assert content_type(text) == text.replace(CALL, TYPED).replace("(data)", "(data), ContentType='application/pdf'")


def test_code_that_libcst_does_not_write_as_it_is_stays_unless_python_tells_its_place() -> None:
    text = f"try: x\nexcept* OSError  : {CALL}"
    assert content_type(text) == text.replace(CALL, TYPED)
    # Only libcst makes the nodes of `match`.
    text = f"match x:\n  case 1:\n    try: x\n    except* OSError  : {CALL}"
    assert content_type(text) == text
    assert content_type(text.replace("  :", ":")) != text.replace("  :", ":")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_bytes_outside_the_edits_stay(project: Write, encoding: str, newline: str) -> None:
    cookie = "# -*- coding: latin-1 -*-\n" if encoding == "latin-1" else ""
    text = f"{cookie}{HEAD}# Größe\f\n{CALL}"
    root = project({"a.py": text.replace("\n", newline).encode(encoding)})
    assert s3lint_here("check", "--fix", "--select", "STO301", cwd=root).code == 0
    assert (root / "a.py").read_bytes() == text.replace(CALL, TYPED).replace("\n", newline).encode(encoding)


def test_safe_fixes_are_applied_and_unsafe_ones_wait(project: Write) -> None:
    root = project({"a.py": HEAD + CALL.replace("bucket", '"acme-documents"')})
    done = s3lint_here("check", "--fix", cwd=root)
    assert done.code == 1
    assert "Fixed 1 finding in 1 file." in done.out
    assert 'ExtraArgs={"ContentType"' in (root / "a.py").read_text()
    assert '"acme-documents"' in (root / "a.py").read_text()
    done = s3lint_here("check", "--fix", "--unsafe-fixes", "--show-fixes", cwd=root)
    assert done.code == 0
    assert "STO201 Read it from the environment; set S3_BUCKET_NAME wherever the program runs, " in done.out
    assert 'os.environ["S3_BUCKET_NAME"]' in (root / "a.py").read_text()


def test_each_of_several_buckets_gets_a_variable(project: Write) -> None:
    use = 'import boto3\n\nboto3.client("s3").download_file("{}", "a/b", "c")\n'
    root = project({"a.py": use.replace("{}", "acme-raw"), "b.py": use.replace("{}", "acme-docs-bucket")})
    assert s3lint_here("check", "--fix", "--unsafe-fixes", cwd=root).code == 0
    assert 'os.environ["ACME_RAW_BUCKET"]' in (root / "a.py").read_text()
    assert 'os.environ["ACME_DOCS_BUCKET"]' in (root / "b.py").read_text()


@pytest.mark.parametrize("paths", [("a.ipynb", "b.ipynb", "c.py"), (".",), ("a.ipynb",)])
def test_the_buckets_of_notebooks_get_variables_of_their_own(project: Write, paths: tuple[str, ...]) -> None:
    use = 'import boto3\n\nboto3.client("s3").download_file("{}", "a/b", "c")\n'
    root = project(
        {
            "a.ipynb": notebook(use.format("acme-raw")),
            "b.ipynb": notebook(use.format("acme-docs")),
            "c.py": use.format("acme-cold"),
        }
    )
    diff = s3lint_here("check", "--diff", "--unsafe-fixes", *paths, cwd=root).out
    reported = json.loads(s3lint_here("check", "--output-format", "json", *paths, cwd=root).out)
    for out in (diff, json.dumps([finding["fix"] for finding in reported])):
        assert "S3_BUCKET_NAME" not in out
        assert "ACME_RAW_BUCKET" in out


def test_a_diff_changes_nothing_and_applies(project: Write) -> None:
    before = HEAD + CALL
    root = project({"src/a.py": before, "clean.py": "x = 1\n"})
    done = s3lint_here("check", "--diff", cwd=root)
    assert done.code == 1
    assert (root / "src" / "a.py").read_text() == before
    run("git", "init", "--quiet", cwd=root)
    assert run("git", "apply", "-", cwd=root, stdin=done.out.encode()).code == 0
    assert (root / "src" / "a.py").read_text() == HEAD + TYPED
    assert s3lint_here("check", "--diff", cwd=root) == s3lint_here("check", "--diff", "clean.py", cwd=root)


def test_standard_input_comes_out_fixed(project: Write) -> None:
    done = s3lint_here("check", "--fix", "-", cwd=project({}), stdin=(HEAD + CALL).encode())
    assert (done.code, done.out) == (0, HEAD + TYPED)


def test_fix_only_reports_nothing(project: Write) -> None:
    root = project({"a.py": HEAD + CALL.replace("bucket", '"acme-documents"')})
    done = s3lint_here("check", "--fix-only", "--quiet", cwd=root)
    assert (done.code, done.out) == (0, "")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write every file")
def test_a_read_only_file_is_said_and_the_others_go_on(project: Write) -> None:
    root = project({"a.py": HEAD + CALL, "b.py": HEAD + CALL})
    (root / "a.py").chmod(0o444)
    done = s3lint_here("check", "--fix", cwd=root)
    assert done.code == 2
    assert "a.py: cannot be written: the file is read-only" in done.err
    assert (root / "b.py").read_text() == HEAD + TYPED


def test_mode_and_links_are_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "real.py", tmp_path / "link.py"
    target.write_bytes(b"old")
    target.chmod(0o750)
    link.symlink_to(target)
    replace_file(link, b"old", b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o750
    assert [path.name for path in tmp_path.iterdir()].sort() == ["real.py", "link.py"].sort()


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"somebody else's")
    with pytest.raises(Changed):
        replace_file(path, b"old", b"new")
    assert path.read_bytes() == b"somebody else's"
    assert [left.name for left in tmp_path.iterdir()] == ["a.py"]


def finding(*edits: Edit) -> Finding:
    from s3lint.finding import Confidence

    start = edits[0].start
    fix = Fix("", edits)
    return Finding("STO301", "missing-content-type", "", Path("a.py"), start, start, Confidence.HIGH, "default", None, fix=fix)


def edit(start: int, end: int, content: str) -> Edit:
    return Edit(Location(1, start), Location(1, end), content)


def test_fixes_that_touch_wait_for_the_next_round() -> None:
    shared = edit(1, 1, "I")
    findings = [finding(edit(3, 5, "x"), shared), finding(edit(4, 6, "y")), finding(edit(8, 9, "z"), shared)]
    text, done = with_fixes(Path("a.py"), b"abcdefghij", findings)
    assert text == b"Iabxefgzij"
    assert done == [findings[0], findings[2]]


def found_by(*made: Finding) -> Callable[[bytes], list[Finding]]:
    return lambda _: list(made)


def test_a_fix_that_never_settles_takes_only_itself_away() -> None:
    done = fix_text(Path("a.py"), b"x = 1\n", found_by(finding(edit(1, 1, "#"))), unsafe=True)
    assert (done.after, done.applied) == (done.before, ())
    assert done.left_out == ("a.py: the fixes of STO301 do not settle; they were left out",)


def test_a_fix_that_breaks_the_code_takes_only_itself_away() -> None:
    good, bad = finding(edit(5, 6, "2")), finding(edit(1, 1, "("))

    def findings(data: bytes) -> list[Finding]:
        return [good, bad] if b"1" in data else [bad]

    done = fix_text(Path("a.py"), b"x = 1\n", findings, unsafe=True)
    assert (done.after, done.applied) == (b"x = 2\n", (good,))
    assert done.left_out == ("a.py:1: the fix of STO301 leaves code that does not parse; it was left out",)


@pytest.mark.parametrize(
    ("before", "edited", "why"),
    [
        ("f(a=1)\n", edit(6, 6, ", a=2"), "does not compile"),
        ("import os\nos.x\n", edit(8, 10, "re"), "uses a name that nothing binds \\(os\\)"),
        ("x = 1\n", edit(1, 1, ""), "changes nothing"),
    ],
)
def test_a_fix_that_does_harm_is_left_out(before: str, edited: Edit, why: str) -> None:
    done = fix_text(Path("a.py"), before.encode(), found_by(finding(edited)), unsafe=True)
    assert done.after == done.before
    assert re.search(why, done.left_out[0])


def test_an_import_that_a_fix_leaves_unused_is_removed() -> None:
    use = 'import os\n\nimport boto3\n\nboto3.client("s3").upload_file(path, bucket, os.path.join("a", name), ExtraArgs=extra)\n'
    made = after(use, "STO213")
    assert made.startswith("import posixpath\n\nimport boto3\n")
    assert after(use.replace("import os\n", "import os  # kept\n"), "STO213").startswith("import os  # kept\n")
    assert after(use + "print(os.name)\n", "STO213").startswith("import os\nimport posixpath\n")


@pytest.mark.parametrize(
    "text", [b"\xef\xbb\xbf%s", b"# coding: latin-1\n# Gr\xf6\xdfe\n%s", b"# \x0c a \xe2\x80\xa8 b\n%s", b"%s\rx = 1\r\n"]
)
def test_a_diff_applies_whatever_the_bytes(project: Write, text: bytes) -> None:
    root = project({"a.py": (text % (HEAD + CALL).encode()).rstrip(b"\n")})
    patch = s3lint_here("check", "--isolated", "--select", "STO301", "--diff", "a.py", cwd=root).raw
    assert run("git", "apply", "-", cwd=root, stdin=patch).code == 0
    applied = (root / "a.py").read_bytes()
    assert b"ExtraArgs" in applied
    (root / "a.py").write_bytes((text % (HEAD + CALL).encode()).rstrip(b"\n"))
    s3lint_here("check", "--isolated", "--select", "STO301", "--fix", "a.py", cwd=root)
    assert (root / "a.py").read_bytes() == applied


def test_what_is_not_fixed_says_why(project: Write) -> None:
    root = project(
        {"a.py": 'import boto3\n\n\ndef read(bucket="acme-documents"):\n    boto3.client("s3").download_file(bucket, "a/b", "c")\n'}
    )
    done = s3lint_here("check", "--fix", "--unsafe-fixes", "--show-fixes", cwd=root)
    assert (
        "a.py:4:17: STO201 is not fixed: it is a default, and the lookup would run also where another value is given." in done.out
    )


def bad_lines() -> list[str]:
    """Lines of the fixtures that hold a finding, as statements of one function."""
    folder = Path(__file__).parents[2] / "fixtures"
    lines = [
        line for path in folder.glob("*/*/bad.py") for line in path.read_text(encoding="utf-8").splitlines() if "#: STO" in line
    ]
    return [line for line in lines if _is_statement(line.strip())]


def _is_statement(line: str) -> bool:
    try:
        ast.parse(line)
    except SyntaxError:
        return False
    return not line.startswith(("def ", "class ", "return", "async ", "with ", "@"))


def comments(data: bytes) -> list[str]:
    tokens = tokenize.tokenize(io.BytesIO(data).readline)
    return sorted(token.string for token in tokens if token.type == tokenize.COMMENT)


LINES = sorted({line.strip() for line in bad_lines()})

IMPORTS = "import boto3\nimport polars as pl\nimport awswrangler as wr\ns3 = boto3.client('s3')\nresource = boto3.resource('s3')\n"


@settings(max_examples=40)
@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=8, unique=True), st.booleans())
def test_fixed_programs_parse_settle_and_keep_their_comments(lines: list[str], unsafe: bool) -> None:
    text = f"{IMPORTS}def program(bucket, key, body, path, name, df):\n" + "".join(f"    {line}\n" for line in lines)
    settings = Settings(root=Path("/nowhere"), profile="strict", ignore=("STO902",))
    done = fix_file(Path("/nowhere/a.py"), text.encode(), settings, unsafe=unsafe)
    ast.parse(done.after)
    assert comments(done.after) == comments(text.encode())
    assert fix_file(Path("/nowhere/a.py"), done.after, settings, unsafe=unsafe).after == done.after


def test_bytes_that_would_be_written_in_another_way_are_left_alone(tmp_path: Path) -> None:
    data = b"# coding: utf-7\n# +AGE- is an a\nimport boto3\nboto3.client('s3').put_object(Bucket=b, Key='a/b.txt', Body=c)\n"
    with pytest.raises(Unsettled, match="in another way"):
        fix_file(tmp_path / "a.py", data, Settings(root=tmp_path), unsafe=True)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (200, TYPED),
        (
            90,
            's3.upload_file(\n    "a.pdf", bucket, "reports/2026/a.pdf", ExtraArgs={"ContentType": "application/pdf"}\n)\n',
        ),
        (
            58,
            (
                's3.upload_file(\n    "a.pdf",\n    bucket,\n    "reports/2026/a.pdf",\n'
                '    ExtraArgs={"ContentType": "application/pdf"},\n)\n'
            ),
        ),
        (50, TYPED),
    ],
)
def test_a_line_stays_as_short_as_the_project_asks(project: Write, limit: int, expected: str) -> None:
    head = 'import boto3\n\ns3 = boto3.client("s3")\n'
    root = project({"a.py": head + CALL, "pyproject.toml": f"[tool.ruff]\nline-length = {limit}\n"})
    assert s3lint_here("check", "--fix", "--select", "STO301", "a.py", cwd=root).code == 0
    made = (root / "a.py").read_text().removeprefix(head)
    assert made == expected


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        ("%matplotlib inline\n# os\n", False),
        ("!ls {os.getcwd()}\n", True),
        ("%run ./setup.ipynb\n", True),
        ("x = !echo {os.name}\n", True),
        ("%%bash\nls os\n", True),
        ("if os.name:\n", True),  # a broken cell
    ],
)
def test_an_import_that_a_fix_leaves_unused_is_removed_from_its_cell(project: Write, other: str, *, kept: bool) -> None:
    cells = ["import os\n", "import boto3\n", 'boto3.client("s3").upload_file(p, b, os.path.join("a", n), ExtraArgs=e)\n', other]
    root = project({"a.ipynb": notebook(*cells).replace('"cells": [', '"cells": [{"cell_type": "markdown", "source": "os"}, ')})
    assert s3lint_here("check", "--fix", "--select", "STO213", "a.ipynb", cwd=root).code == 0
    made = (root / "a.ipynb").read_text()
    assert ("import os" in made) == kept
    assert "posixpath.join" in made


@pytest.mark.parametrize(("other", "kept"), [("x = 1", False), ("# MAGIC %run ./setup", True), ("# MAGIC %sh ls os", True)])
def test_a_notebook_of_databricks_keeps_what_its_magics_may_use(other: str, *, kept: bool) -> None:
    code = (
        "# Databricks notebook source\nimport os\nimport boto3\n\n# COMMAND ----------\n\n"
        'boto3.client("s3").upload_file(p, b, os.path.join("a", n), ExtraArgs=e)\n\n# COMMAND ----------\n\n' + other + "\n"
    )
    assert ("import os" in after(code, "STO213")) == kept


VARIABLE = re.compile(r"[A-Z][A-Z0-9_]+_(?:BUCKET|NAME)(?:_\d)?")
NAMED = 'import boto3\n\nboto3.client("s3").list_objects_v2(Bucket="{}")\n'
ADDRESSED = 'import pandas\n\nframe = pandas.read_parquet("s3://{}/a/b.parquet")\n'
READ = 'import os\n\nprint(os.environ["S3_BUCKET_NAME"])\n'
SUPPRESSED = NAMED.rstrip() + "  # s3lint: allow[STO201] it moves in May\n"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NAMED.format("acme-raw"), NAMED.format("acme-cold")),
        (NAMED.format("acme-raw"), ADDRESSED.format("acme-cold")),
        (NAMED.format("acme-raw"), ADDRESSED.format("acme-raw")),
        (NAMED.format("acme-raw"), READ),
        (NAMED.format("acme-raw"), SUPPRESSED.format("acme-cold")),
        (NAMED.format("acme-raw"), NAMED.format("acme.raw")),
        (NAMED.format("acme-raw"), NAMED.format("acme-raw-bucket")),
        (ADDRESSED.format("acme-raw"), READ.replace("S3_BUCKET_NAME", "ACME_RAW_BUCKET")),
    ],
    ids=["two", "another address", "its address", "read already", "suppressed", "a dot", "an ending", "an address, read already"],
)
@pytest.mark.parametrize("paths", [("one.py",), ("one.py", "other.py"), (".",)], ids=["one file", "both", "all"])
@pytest.mark.parametrize("select", ["STO2", *(pytest.param(code, marks=pytest.mark.extended) for code in ("STO201", "STO202"))])
def test_a_report_names_the_variable_that_its_fix_writes(
    project: Write, one: str, other: str, paths: tuple[str, ...], select: str
) -> None:
    root = project({"pyproject.toml": "[project]\nname = 'acme'\n", "one.py": one, "other.py": other})
    reported = json.loads(s3lint_here("check", "--select", select, "--output-format", "json", *paths, cwd=root).out)
    diff = s3lint_here("check", "--select", select, "--unsafe-fixes", "--diff", *paths, cwd=root).out
    written = {word for line in diff.splitlines() if line.startswith("+") for word in VARIABLE.findall(line)}
    named = {
        word for each in reported if each["fix"] for edit in each["fix"]["edits"] for word in VARIABLE.findall(edit["content"])
    }
    assert named == written


def test_the_buckets_of_tests_change_no_variable(project: Write) -> None:
    root = project({"s3lint.toml": "", "a.py": NAMED.format("acme-raw"), "tests/test_a.py": NAMED.format("acme-test")})
    reported = json.loads(s3lint_here("check", "--select", "STO2", "--output-format", "json", ".", cwd=root).out)
    diff = s3lint_here("check", "--select", "STO2", "--unsafe-fixes", "--diff", ".", cwd=root).out
    assert [each["fix"]["edits"][-1]["content"] for each in reported if each["fix"]] == ['os.environ["S3_BUCKET_NAME"]']
    assert diff.count('os.environ["S3_BUCKET_NAME"]') == 1


def test_each_project_of_a_run_has_its_own_variables(project: Write) -> None:
    root = project(
        {
            f"{name}/{file}": text
            for name in ("one", "two")
            for file, text in (("s3lint.toml", ""), ("a.py", NAMED.format(name * 2)))
        }
    )
    reported = json.loads(s3lint_here("check", "--select", "STO2", "--output-format", "json", ".", cwd=root).out)
    diff = s3lint_here("check", "--select", "STO2", "--unsafe-fixes", "--diff", ".", cwd=root).out
    assert diff.count('os.environ["S3_BUCKET_NAME"]') == 2
    assert [each["fix"]["edits"][-1]["content"] for each in reported if each["code"] == "STO201"] == [
        'os.environ["S3_BUCKET_NAME"]'
    ] * 2


@pytest.mark.parametrize("names", [("raw", "cold"), ("raw",)], ids=["several buckets", "no address"])
def test_a_report_that_nothing_else_can_change_analyses_the_project_once(
    project: Write, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    root = project({f"{name}.py": NAMED.format(f"acme-{name}") for name in names})
    monkeypatch.setattr(decisions, "analyze_files", None)
    assert s3lint_here("check", "--no-cache", ".", cwd=root).code == 1


def test_settings_of_other_projects_are_not_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    every = {Settings(root=tmp_path / f"{number}"): number for number in range(100)}
    compared = []
    equal = Settings.__eq__
    monkeypatch.setattr(Settings, "__eq__", lambda one, other: compared.append(one.root) or equal(one, other))
    assert every[Settings(root=tmp_path / "7")] == 7
    assert compared == [tmp_path / "7"]


def test_fixing_more_files_keeps_no_more_statements_alive(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(ROUNDS, encoding="utf-8")
    session = FixSession.on_disk(Settings(root=tmp_path, profile="strict"))

    def alive() -> int:
        assert fix_in(session, program, program.read_bytes(), unsafe=True).applied
        return sum(type(each) is Step for each in gc.get_objects())

    with paused_collector():
        first = alive()
        assert [alive(), alive()] == [first, first]


ROUNDS = """\
import boto3

s3 = boto3.client("s3")


class Store:
    def save(self, rows):
        s3.upload_file(rows, "acme-orders", "orders/rows.csv")
        self.rows = rows
"""
