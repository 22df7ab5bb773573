"""Helpers and fixtures of several test modules: run s3lint on files, in a process or in this one, and compare findings."""

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
"""Has STO201 in its third line, because of the call in the fifth, which has STO301."""

pytest_plugins = ["support.servers"]

Write = Callable[[dict[str, str | bytes]], Path]


@pytest.fixture(scope="session", autouse=True)
def user_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The cache folder of the user who runs the tests, which is not the real one."""
    folder = tmp_path_factory.mktemp("user-cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture
def project(tmp_path: Path) -> Write:
    """Return a function that writes files, by path and content, and returns the root of their project."""

    def write(files: dict[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write


def check_project(root: Path, *names: str, jobs: int = 1, **settings: object) -> list[Finding]:
    """Check a whole project, or some files of it; return the findings. Fails if a rule or file fails."""
    made = Settings(root=root, **settings)  # type: ignore[arg-type]
    paths = [root / name for name in names] or [root]
    outcome = check_all(list(targets(paths, lambda _: made)), jobs)
    assert outcome.errors == []
    return outcome.findings


def summary(findings: list[Finding]) -> list[str]:
    """Return findings as `file:row CODE`."""
    return [f"{finding.path.name}:{finding.start.row} {finding.code}" for finding in findings]


@dataclass(frozen=True)
class Run:
    """The exit code and the two outputs of a program."""

    code: int
    out: str
    err: str
    raw: bytes = b""
    """What `out` was decoded from."""


def run(*command: str | Path, cwd: Path, stdin: bytes = b"", **environment: str) -> Run:
    """Run a program in a folder; keywords are environment variables."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, input=stdin, capture_output=True, env={**os.environ, **environment}, check=False
    )
    return Run(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"), done.stdout)


def s3lint(*arguments: str | Path, cwd: Path, stdin: bytes = b"", **environment: str) -> Run:
    """Run the command of this checkout in a new process."""
    return run(sys.executable, "-m", "s3lint", *arguments, cwd=cwd, stdin=stdin, **environment)


def s3lint_here(*arguments: str | Path, cwd: Path, stdin: bytes = b"") -> Run:
    """Run the command in this process, for tests of its output: imports take most of the time of a new process."""
    streams = [io.TextIOWrapper(io.BytesIO(given), encoding="utf-8", write_through=True) for given in (stdin, b"", b"")]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        try:
            code = main([str(part) for part in arguments])
        except SystemExit as error:
            code = int(error.code or 0)
    raw, err = (stream.buffer.getvalue() for stream in streams[1:])  # type: ignore[attr-defined]
    return Run(code, raw.decode(errors="replace"), err.decode(errors="replace"), raw)


class EverythingMentioned:
    """A prefilter that lets everything through: every line of every file triggers every extractor."""

    def __init__(self, extractors: Iterable[str]) -> None:
        self.extractors = frozenset(extractors)

    def mentions(self, data: bytes) -> Mentions:
        rows = range(1, len(line_starts(data)) + 1)
        return Mentions(dict.fromkeys(self.extractors, rows), rows)


def unfiltered(settings: Settings) -> Engine:
    """Return an engine that parses and checks every line."""
    engine = Engine(settings)
    engine.prefilter = EverythingMentioned(engine.prefilter.triggers)  # type: ignore[assignment]
    return engine


def fixture_files() -> list[Path]:
    return sorted((CHECKOUT / "fixtures").rglob("*.py"))


@functools.cache
def statements() -> list[str]:
    """Return the top-level statements of all fixtures, each as a small program."""
    texts = [path.read_text(encoding="utf-8") for path in fixture_files() if path.parent.name != "unreadable_file"]
    return sorted({statement for text in texts for statement in _statements(text)})


def _statements(text: str) -> Iterator[str]:
    lines = text.splitlines()
    for node in ast.parse(text).body:
        start = min(part.lineno for part in (node, *getattr(node, "decorator_list", ())))
        yield "\n".join(lines[start - 1 : node.end_lineno])


# Engines raise the recursion limit when they first need it, and hypothesis warns if it changes during an example.
sys.setrecursionlimit(max(sys.getrecursionlimit(), MAX_PYTHON_FRAMES))

hypothesis.settings.register_profile(
    "s3lint", deadline=None, derandomize=True, database=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("s3lint")
