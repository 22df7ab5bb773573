"""What several test modules need."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from s3lint.finding import Finding
from s3lint.run import check_all, targets
from s3lint.settings import Settings

CHECKOUT = Path(__file__).parents[1]

Write = Callable[[dict[str, str | bytes]], Path]


@pytest.fixture
def project(tmp_path: Path) -> Write:
    """Writes files of a project and returns its root."""

    def write(files: dict[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write


def check_project(root: Path, *names: str, jobs: int = 1, **settings: object) -> list[Finding]:
    """The findings of a run over a whole project, or over some files of it."""
    made = Settings(root=root, **settings)  # type: ignore[arg-type]
    paths = [root / name for name in names] or [root]
    outcome = check_all(list(targets(paths, lambda _: made)), jobs)
    assert outcome.errors == []
    return outcome.findings


def summary(findings: list[Finding]) -> list[str]:
    """Findings as `file:row CODE`, which is what most tests are about."""
    return [f"{finding.path.name}:{finding.start.row} {finding.code}" for finding in findings]


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str


def run(*command: str | Path, cwd: Path, stdin: bytes = b"", **environment: str) -> Run:
    """Runs a program as a user would."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, input=stdin, capture_output=True, env={**os.environ, **environment}, check=False
    )
    return Run(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def s3lint(*arguments: str | Path, cwd: Path, stdin: bytes = b"", **environment: str) -> Run:
    """Runs the command of this checkout."""
    return run(sys.executable, "-m", "s3lint", *arguments, cwd=cwd, stdin=stdin, **environment)
