"""Coverage-guided fuzzing of `check` and of fixes, with atheris, from a corpus that is kept.

`python -m benchmarks.fuzz check --seconds 600` feeds mutated programs to the engine; `fix` applies every fix too. What breaks an
invariant is kept as `crash-…` in the folder of the corpus, and the exit code is not 0. Without atheris, for which not every Python and
system has a wheel, it says so and does nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from s3lint.finding import Finding
from s3lint.settings import Settings
from s3lint.source import Source, Unreadable

HERE = Path(__file__).parent

CORPUS = HERE / ".cache" / "fuzz"

LONGEST = 4_096
"""Bytes of a program. Size is what the torture set is for."""

SETTINGS = Settings(root=Path("/nowhere"), profile="strict")

PROGRAM = SETTINGS.root / "program.py"


def check(data: bytes) -> None:
    """The same findings twice, inside the file, and no failure."""
    from s3lint.engine import Engine

    findings, errors = Engine(SETTINGS).check(PROGRAM, data)
    assert errors == (), errors
    assert Engine(SETTINGS).check(PROGRAM, data)[0] == findings
    inside(findings, data)


def inside(findings: list[Finding], data: bytes) -> None:
    try:
        lines = Source.decode(PROGRAM, data).lines or [""]
    except Unreadable:
        assert {finding.code for finding in findings} <= {"STO900"}
        return
    for finding in findings:
        for place in (finding.start, finding.end):
            assert 1 <= place.row <= len(lines), finding
            assert 1 <= place.column <= len(lines[place.row - 1]) + 1, finding


def fix(data: bytes) -> None:
    """Fixed programs parse where they did before, and fixing them again changes nothing."""
    import ast

    from s3lint.fixer import Unsettled, fix_file

    try:
        fixed = fix_file(PROGRAM, data, SETTINGS, unsafe=True)
    except (Unsettled, UnicodeEncodeError):
        return
    if fixed.after == data:
        return
    assert fix_file(PROGRAM, fixed.after, SETTINGS, unsafe=True).after == fixed.after
    try:
        ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    ast.parse(fixed.after)


TARGETS = {"check": check, "fix": fix}


def seeds(folder: Path) -> None:
    """The fixtures, a function or so each, are what mutation starts from."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((HERE.parent / "fixtures").rglob("*.py")):
        for number, part in enumerate(path.read_bytes().split(b"\n\n\n")):
            (folder / f"seed-{path.parent.name}-{path.stem}-{number}").write_bytes(b"import boto3\n" + part[:LONGEST] + b"\n")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=600)
    options = parser.parse_args(arguments)
    try:
        import atheris
    except ImportError:
        print("SKIPPED: fuzzing needs atheris, which has no wheel for this Python or system", file=sys.stderr)
        return 0
    with atheris.instrument_imports(include=["s3lint"]):
        import s3lint.engine
        import s3lint.fixer
        import s3lint.inspection  # noqa: F401
    folder = CORPUS / options.target
    seeds(folder)
    os.chdir(folder.parent)
    line = [sys.argv[0], f"-max_total_time={options.seconds}", f"-max_len={LONGEST}", "-timeout=30", "-rss_limit_mb=2048"]
    atheris.Setup([*line, f"-artifact_prefix={folder.parent}/", str(folder)], TARGETS[options.target])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
