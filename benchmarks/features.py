"""Run what linters offer for rolling out, and print the table of docs/comparison.md: `python -m benchmarks.features`.

Each cell is measured: the command of a tool is run in a small repository, and its output must show the feature. Where a tool has no command
for it, its help is searched for the words that would name one.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.table import Table

from benchmarks.environments import environment
from benchmarks.measure import run
from benchmarks.tables import show

REQUIREMENTS = ("fixit==2.1.0", "ruff==0.17.6", "semgrep==1.185.0")

HELP = {
    "s3lint": (("check", "--help"), ("report", "--help"), ("waivers", "--help"), ("--help",)),
    "ruff": (("check", "--help"), ("--help",)),
    "semgrep": (("scan", "--help"), ("ci", "--help"), ("--help",)),
    "fixit": (("lint", "--help"), ("fix", "--help"), ("--help",)),
    "rubocop": (("--help",),),
}

FILES = {
    "app.py": 'import os\nimport boto3\n\n\ndef save(body):\n    if True:\n        boto3.client("s3").put_object(Bucket="acme-documents", Key="a/b.csv", Body=body)\n',
    "unused.py": "x = 1  # noqa: F401\ny = 2  # s3lint: allow[STO201] nothing is here\n",
    "app.rb": "def save(body)\n  puts body;\nend\n# rubocop:disable Style/For\nsave('a')\n# rubocop:enable Style/For\n",
    "rules.yml": 'rules: [{id: put, languages: [python], severity: WARNING, message: put, pattern: "$S.put_object(...)"}]\n',
    "CODEOWNERS": "* @acme/lake\n",
}

PYTHON, RUBY = "app.py", "app.rb"
SEMGREP = ("scan", "--metrics=off", "--disable-version-check", "--quiet", "--config", "rules.yml")


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature: how the help of a tool would name it, and for tools that have it a command with what its output must match."""

    name: str
    words: str
    probes: Mapping[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)


FEATURES = (
    Feature(
        "safe and unsafe fixes told apart",
        "unsafe",
        {
            "s3lint": (("check", PYTHON), r"--unsafe-fixes"),
            "ruff": (("check", "--isolated", "--select=B", "--unsafe-fixes", "--help"), "--unsafe-fixes"),
            "rubocop": (("--help",), r"--autocorrect-all\s.*safe and unsafe"),
        },
    ),
    Feature(
        "SARIF",
        "(?i)sarif",
        {
            "s3lint": (("check", "--output-format=sarif", PYTHON), r'"2\.1\.0"'),
            "ruff": (("check", "--isolated", "--output-format=sarif", PYTHON), r'"2\.1\.0"'),
            "semgrep": ((*SEMGREP, "--sarif", PYTHON), r'"2\.1\.0"'),
        },
    ),
    Feature(
        "annotations in GitHub",
        r"format.*github|github.*format",
        {
            "s3lint": (("check", "--output-format=github", PYTHON), r"(?m)^::warning .*file="),
            "ruff": (("check", "--isolated", "--output-format=github", PYTHON), r"(?m)^::error .*file="),
            "rubocop": (("--cache=false", "--format=github", RUBY), r"(?m)^::error file="),
        },
    ),
    Feature(
        "code quality or SAST report of GitLab",
        "(?i)gitlab",
        {
            "s3lint": (("check", "--output-format=gitlab", PYTHON), '"fingerprint"'),
            "ruff": (("check", "--isolated", "--output-format=gitlab", PYTHON), '"fingerprint"'),
            "semgrep": ((*SEMGREP, "--gitlab-sast", PYTHON), '"vulnerabilities"'),
        },
    ),
    Feature(
        "a report for a browser",
        "(?i)html",
        {
            "s3lint": (("report", "--html", "page.html", PYTHON), r"file: page\.html"),
            "rubocop": (("--cache=false", "--format=html", RUBY), "(?i)<!doctype html"),
        },
    ),
    Feature(
        "a file of known findings",
        "(?i)baseline file|auto-gen-config",
        {
            "s3lint": (("baseline", PYTHON), r"\.s3lint-baseline\.json"),
            "rubocop": (("--cache=false", "--auto-gen-config", RUBY), r"Created \.rubocop_todo\.yml"),
        },
    ),
    Feature(
        "only what a change brings",
        "(?i)--since|baseline-commit",
        {
            "s3lint": (("check", "--since=HEAD", PYTHON), "No new findings since HEAD"),
            "semgrep": (("scan", "--help"), "--baseline-commit"),
        },
    ),
    Feature(
        "a gate by severity",
        "(?i)--fail-on|--fail-level",
        {
            "s3lint": (("check", "--fail-on=error", PYTHON), "STO201"),
            "semgrep": ((*SEMGREP, "--error", "--severity=ERROR", "--json", PYTHON), r'"results": ?\[\]'),
            "rubocop": (("--cache=false", "--fail-level=error", RUBY), "offense"),
        },
    ),
    Feature(
        "suppressions that suppress nothing are reported",
        "(?i)unused.*(noqa|suppress|disable)",
        {
            "s3lint": (("check", "unused.py"), "STO902"),
            "ruff": (("check", "--isolated", "--select=RUF100", "unused.py"), "RUF100"),
            "rubocop": (
                ("--cache=false", "--only=Lint/RedundantCopDisableDirective,Style/For", RUBY),
                "RedundantCopDisableDirective",
            ),
        },
    ),
    Feature(
        "suppressions with an end, and a list of those that end soon",
        "(?i)--ending|expir",
        {"s3lint": (("waivers", "--ending=30d"), "suppression")},
    ),
    Feature("owners by CODEOWNERS", "(?i)owner", {"s3lint": (("check", "--output-format=json", PYTHON), '"owner": "@acme/lake"')}),
    Feature(
        "a language server",
        r"(?m)^\s*(server|lsp)\b",
        {
            "s3lint": (("server", "--help"), "Language Server Protocol"),
            "ruff": (("server", "--help"), "(?i)language server"),
            "semgrep": (("lsp", "--help"), "Semgrep lsp Manual"),
        },
    ),
    Feature(
        "results are cached",
        "(?i)--(no-)?cache",
        {
            "s3lint": (("check", "--help"), "--no-cache"),
            "ruff": (("check", "--help"), "--no-cache"),
            "rubocop": (("--help",), "--cache FLAG"),
        },
    ),
    Feature(
        "the standard as rules for assistants",
        "(?i)mdc|assistants",
        {"s3lint": (("standard", "--output-format=mdc"), "alwaysApply")},
    ),
)


def repository(folder: Path) -> None:
    """Make the repository that the tools run in, with one commit."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    author = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    for arguments in (("init", "--quiet"), ("add", "."), (*author, "commit", "--quiet", "--message=x")):
        subprocess.run(["git", *arguments], cwd=folder, check=True)


def output(program: Sequence[str | Path], arguments: Sequence[str], folder: Path) -> str:
    done = run([*program, *arguments], folder)
    return re.sub(r"\x1b\[[\d;]*m|.\x08", "", done.out + done.err)


def cells(feature: Feature, programs: Mapping[str, Sequence[str | Path]], folder: Path) -> Iterator[str]:
    """Yield "yes" or "no" for each tool. Raises `SystemExit` where its help names a feature that no probe runs."""
    for name, program in programs.items():
        if name in feature.probes:
            arguments, pattern = feature.probes[name]
            yield "yes" if re.search(pattern, output(program, arguments, folder)) else "no"
        elif any(re.search(feature.words, output(program, arguments, folder)) for arguments in HELP[name]):
            raise SystemExit(f"{name} names {feature.name!r} in its help: add a probe")
        else:
            yield "no"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.features", description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path(__file__).parent / ".cache", help="where environments are kept")
    options = parser.parse_args(arguments)
    made = environment(options.cache.resolve() / "features")
    made.install(*REQUIREMENTS)
    os.environ["PATH"] = f"{made.programs}{os.pathsep}{os.environ['PATH']}"  # semgrep looks for its core there
    programs: dict[str, Sequence[str | Path]] = {"s3lint": (sys.executable, "-m", "s3lint")}
    programs |= {name: (made.programs / name,) for name in ("ruff", "semgrep", "fixit")}
    if (rubocop := shutil.which("rubocop")) is not None:
        programs["rubocop"] = (rubocop,)
    else:
        print("rubocop is left out: it is not installed (apt-get install rubocop)", file=sys.stderr)
    table = Table("", *programs, title="What linters offer for rolling out")
    with tempfile.TemporaryDirectory() as folder:
        repository(Path(folder))
        for feature in FEATURES:
            table.add_row(feature.name, *cells(feature, programs, Path(folder)))
    show(table)


if __name__ == "__main__":
    main()
