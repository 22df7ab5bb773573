"""The commands of docs/recipes.md and docs/rolling-out.md, run as they are written."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from conftest import BUCKET_BY_NAME as BAD
from conftest import CHECKOUT, Run, Write, run

ELSEWHERE = ("docker ", "python -m pip ", "| reviewdog ")
"""Parts of commands that need an image, the network, or a server."""

WHO = {f"GIT_{who}_{what}": "somebody@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

CSV = 'def export(df, path):\n    df.write.csv(f"s3://acme-lake/{path}")\n'


def commands(page: str) -> list[str]:
    """The commands of a page, but those that need what tests have not."""
    blocks = re.findall(r"```console\n(.*?)```", (CHECKOUT / "docs" / page).read_text(encoding="utf-8"), re.DOTALL)
    found = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in found if not any(part in line for part in ELSEWHERE)]


@pytest.fixture
def repository(project: Write) -> Path:
    """A clone whose branch has a change that is not committed yet."""
    root = project({"src/a.py": BAD, "src/lake.py": CSV, "s3lint.toml": ""})
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=x")
    git(root, "update-ref", "refs/remotes/origin/main", "HEAD")
    return project({"src/new.py": BAD})


def git(root: Path, *arguments: str) -> None:
    done = run("git", *arguments, cwd=root, **WHO)
    assert done.code == 0, done.err


def shell(command: str, root: Path) -> Run:
    """Run a command line with the `s3lint`, the `flake8` and the `python` of the tests."""
    home = root.parent / f"{root.name}-home"
    (home / ".local/share/bash-completion/completions").mkdir(parents=True, exist_ok=True)
    programs = home / "bin"
    programs.mkdir(exist_ok=True)
    for name, arguments in (("s3lint", "-m s3lint "), ("flake8", "-m flake8 "), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {arguments}"$@"\n')
        (programs / name).chmod(0o755)
    bash = shutil.which("bash") or "bash"
    return run(bash, "-o", "pipefail", "-c", command, cwd=root, PATH=f"{programs}:/usr/bin:/bin", HOME=str(home))


@pytest.mark.extended
@pytest.mark.parametrize("command", dict.fromkeys([*commands("recipes.md"), *commands("rolling-out.md")]))
def test_a_command_runs_as_it_is_written(repository: Path, command: str) -> None:
    if "completion" in command:
        pytest.importorskip("shtab")
    if command.startswith("s3lint baseline --check"):
        assert shell("s3lint baseline", repository).code == 0
    done = shell(command, repository)
    assert done.code in (0, 1), done.err
    assert done.code == 0 or "src/" in done.out or "Fixed" in done.out


def test_the_command_after_an_edit_leads_to_the_fix(repository: Path, project: Write) -> None:
    [command] = [each for each in commands("recipes.md") if each.startswith("git ls-files")]
    done = shell(command, repository)
    assert done.code == 1
    assert {line.split(":")[0] for line in done.out.splitlines() if ": STO" in line} == {"src/new.py"}
    assert "[*]" in done.out
    row = done.out.split(":")[1]
    for step in ("s3lint check --fix src/new.py", "s3lint rule STO201", f"s3lint check --explain src/new.py:{row}"):
        assert shell(step, repository).code in (0, 1)
    assert "[*]" not in shell(command, repository).out
    (repository / "src" / "new.py").unlink()
    assert shell(command, repository).code == 0
    project({"s3lint.toml": "profil = 'strict'\n", "src/new.py": BAD})
    assert shell(command, repository).code == 2
