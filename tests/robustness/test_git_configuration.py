"""Nothing that a repository's own configuration names is run, in any call of git."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from conftest import Write, s3lint_here
from s3lint.spark import mirrors
from s3lint.support import git as hardened
from support.repositories import commit_all, git

PROGRAM = """\
import boto3

boto3.client("s3").upload_file("a.pdf", "acme-documents", "a.pdf")  # s3lint: allow[STO201, STO211, STO301] vendor
"""

NEW = '\nboto3.client("s3").upload_file("x.pdf", "acme-new", "a/x.pdf")\n'
"""A call that the last commit does not have."""

CONFIGURATION = """\
[core]
    fsmonitor = {program}
    hooksPath = {folder}/hooks
    pager = {program}
    editor = {program}
    askPass = {program}
    sshCommand = {program}
    gitProxy = {program}
    alternateRefsCommand = {program}
    attributesFile = {folder}/attributes
[sequence]
    editor = {program}
[credential]
    helper = {program}
[diff]
    external = {program}
[diff "evil"]
    textconv = {program}
    command = {program}
[filter "evil"]
    clean = {program}
    smudge = {program}
    process = {program}
    required = true
[merge "evil"]
    driver = {program}
[gpg]
    program = {program}
[log]
    showSignature = true
[pager]
    blame = {program}
    cat-file = {program}
[alias]
    blame = !{program}
    cat-file = !{program}
    rev-parse = !{program}
[extensions]
    partialClone = origin
[remote "origin"]
    url = ext::{program}
    promisor = true
    partialclonefilter = blob:none
    uploadpack = {program}
[protocol "ext"]
    allow = always
"""
"""Every setting that makes git run a program."""

HOOKS = (
    "applypatch-msg", "fsmonitor-watchman", "post-checkout", "post-commit", "post-index-change", "post-merge", "pre-auto-gc",
    "pre-commit", "pre-push", "prepare-commit-msg", "reference-transaction", "sendemail-validate", "update",
)  # fmt: skip


@pytest.fixture
def trap(project: Write, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a repository whose settings all name a program, and the file that this program writes when it runs."""
    root = project({"app.py": PROGRAM, ".gitattributes": "*.py filter=evil diff=evil merge=evil\n"})
    commit_all(root)
    folder = tmp_path_factory.mktemp("trap")
    snapped = folder / "snapped"
    program = folder / "program"
    program.write_text(f"#!/bin/sh\ntouch {snapped}\ncat\n")
    program.chmod(0o755)
    for hooks in (folder / "hooks", root / ".git" / "hooks"):
        hooks.mkdir(exist_ok=True)
        for name in HOOKS:
            (hooks / name).write_text(program.read_text())
            (hooks / name).chmod(0o755)
    for attributes in (folder / "attributes", root / ".git" / "info" / "attributes"):
        attributes.write_text("*.py filter=evil diff=evil merge=evil\n")
    included = folder / "included"
    included.write_text(CONFIGURATION.format(program=program, folder=folder))
    with (root / ".git" / "config").open("a") as file:
        file.write(f"[include]\n    path = {included}\n")
    return root, snapped


def test_the_trap_works(trap: tuple[Path, Path]) -> None:
    root, snapped = trap
    (root / "app.py").write_text(PROGRAM.replace("a.pdf", "b.pdf"))
    with suppress(CalledProcessError):
        git(root, "status", "--porcelain")
    assert snapped.exists()


def test_waivers_run_nothing(trap: tuple[Path, Path]) -> None:
    root, snapped = trap
    (root / "app.py").write_text(f"# changed\n{PROGRAM}")
    done = s3lint_here("waivers", cwd=root)
    assert not snapped.exists()
    assert (done.code, done.err) == (0, "")
    assert "app.py:4:" in done.out
    assert "by Ada" in done.out


def test_comparing_with_a_revision_runs_nothing(trap: tuple[Path, Path]) -> None:
    root, snapped = trap
    (root / "app.py").write_text(PROGRAM + NEW)
    done = s3lint_here("check", "--since", "HEAD", "--no-cache", "--output-format", "concise", "--quiet", cwd=root)
    assert not snapped.exists()
    assert (done.code, done.err) == (1, "")
    assert "app.py:4:" not in done.out
    assert "acme-new" in done.out


def test_mirrors_run_nothing(trap: tuple[Path, Path]) -> None:
    root, snapped = trap
    folder, name = root / ".git" / "..", ".git"
    (commit,) = mirrors.commits(folder, name, None, every=True)
    assert [path for path, _ in mirrors.files(folder, name, commit)] == [b"app.py"]
    assert not snapped.exists()


def test_a_missing_object_is_fetched_from_nowhere(trap: tuple[Path, Path]) -> None:
    """Check a partial clone, whose remote may be a program."""
    root, snapped = trap
    blob = git(root, "-c", "core.fsmonitor=false", "rev-parse", "HEAD:app.py").strip()
    (root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    snapped.unlink(missing_ok=True)
    assert hardened.run(root, "cat-file", "blob", blob).returncode != 0
    assert s3lint_here("waivers", cwd=root).code == 0
    (root / "app.py").write_text(PROGRAM + NEW)
    done = s3lint_here("check", "--since", "HEAD", "--no-cache", cwd=root)
    assert (done.code, "fetch it first" in done.err) == (2, True)
    assert not snapped.exists()
