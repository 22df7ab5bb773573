"""Fixes as libcst codemods, through libcst's own runner."""

from __future__ import annotations

import sys

import pytest

from conftest import Write, run
from s3lint import codemod
from s3lint.registry import rules

BEFORE = """\
import boto3

s3 = boto3.client("s3")
s3.upload_file("a.pdf", bucket, "reports/2026/a.pdf")  # keep
s3.upload_file("a.pdf", "acme-documents", "reports/2026/b.pdf")
"""


def test_a_codemod_fixes_with_libcst_s_runner(project: Write) -> None:
    root = project({"src/a.py": BEFORE, "src/b.py": BEFORE, "src/clean.py": "x = 1\n"})
    command = (
        sys.executable,
        "-m",
        "libcst.tool",
        "codemod",
        "--no-format",
        "-x",
        "s3lint.codemod.MissingContentType",
        "src",
    )
    done = run(*command, cwd=root)
    assert done.code == 0, done.err
    for name in ("a.py", "b.py"):
        text = (root / "src" / name).read_text()
        assert text.count('ExtraArgs={"ContentType": "application/pdf"}') == 2
        assert '"acme-documents"' in text
        assert "# keep" in text
    assert (root / "src" / "clean.py").read_text() == "x = 1\n"


def test_there_is_one_for_each_rule_that_fixes() -> None:
    for rule in rules().values():
        if rule.fix == "none":
            with pytest.raises(AttributeError, match="no codemod is called"):
                getattr(codemod, codemod.class_name(rule))
        else:
            assert getattr(codemod, codemod.class_name(rule)).code == rule.code


@pytest.mark.extended
def test_libcst_lists_them(project: Write) -> None:
    names = {codemod.class_name(rule) for rule in rules().values() if rule.fix != "none"}
    assert names <= set(dir(codemod))
    root = project({".libcst.codemod.yaml": "modules: [s3lint]\n"})
    done = run(sys.executable, "-m", "libcst.tool", "list", cwd=root)
    assert done.code == 0, done.err
    assert {f"codemod.{name}" for name in names} <= {line.partition(" ")[0] for line in done.out.splitlines()}
