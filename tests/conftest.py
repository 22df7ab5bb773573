"""What several test modules need."""

from __future__ import annotations

import ast
import functools
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest

from s3lint.cli import main
from s3lint.finding import Finding
from s3lint.inference.evaluator import MAX_PYTHON_FRAMES
from s3lint.linter.engine import Engine
from s3lint.linter.prefilter import Mentions
from s3lint.project.targets import targets
from s3lint.runner.run import check_all
from s3lint.settings import Settings
from s3lint.source.text import line_starts

CHECKOUT = Path(__file__).parents[1]

BUCKET_BY_NAME = """\
import boto3

BUCKET = "acme-documents"
s3 = boto3.client("s3")
s3.upload_file("report.pdf", BUCKET, "reports/2026/report.pdf")
"""
"""STO201 in its third line, by way of the fifth, where STO301 is."""

pytest_plugins = ["support.servers"]

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


def s3lint_here(*arguments: str | Path, cwd: Path, stdin: bytes = b"") -> Run:
    """The command in this process, for tests of what it says rather than of how it starts: imports take most of a start."""
    streams = [io.TextIOWrapper(io.BytesIO(given), encoding="utf-8", write_through=True) for given in (stdin, b"", b"")]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        try:
            code = main([str(part) for part in arguments])
        except SystemExit as error:
            code = int(error.code or 0)
    out, err = (stream.buffer.getvalue().decode(errors="replace") for stream in streams[1:])  # type: ignore[attr-defined]
    return Run(code, out, err)


class EverythingMentioned:
    """A filter that is switched off: every line of every file mentions every word."""

    def __init__(self, word_sets: Iterable[str]) -> None:
        self.words = frozenset(word_sets)

    def mentions(self, data: bytes) -> Mentions:
        return Mentions(self.words, list(range(1, len(line_starts(data)) + 1)))


def unfiltered(settings: Settings) -> Engine:
    """An engine that parses and inspects every line."""
    engine = Engine(settings)
    engine.prefilter = EverythingMentioned(engine.prefilter.sets)  # type: ignore[assignment]
    return engine


def fixture_files() -> list[Path]:
    return sorted((CHECKOUT / "fixtures").rglob("*.py"))


@functools.cache
def statements() -> list[str]:
    """The top-level statements of all fixtures, each as a small program."""
    texts = [path.read_text(encoding="utf-8") for path in fixture_files() if path.parent.name != "unreadable_file"]
    return sorted({statement for text in texts for statement in _statements(text)})


def _statements(text: str) -> Iterator[str]:
    lines = text.splitlines()
    for node in ast.parse(text).body:
        start = min(part.lineno for part in (node, *getattr(node, "decorator_list", ())))
        yield "\n".join(lines[start - 1 : node.end_lineno])


# Engines raise the limit when they first need it; hypothesis warns of whoever does so during an example.
sys.setrecursionlimit(max(sys.getrecursionlimit(), MAX_PYTHON_FRAMES))

hypothesis.settings.register_profile(
    "s3lint", deadline=None, derandomize=True, database=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("s3lint")
