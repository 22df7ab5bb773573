"""Count what linters report of forty seeded violations of the standard, with all their rules for Python on: `make peers`."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from benchmarks.environments import Environment, environment
from benchmarks.measure import Command, Run, run
from benchmarks.tables import show
from s3lint.testing import expected

SEEDED = Path(__file__).parent / "seeded" / "storage.py"

REQUIREMENTS = (
    "bandit==1.9.4", "boto3-stubs[dynamodb,s3]==1.43.126", "databricks-labs-pylint==0.5.0", "mypy==2.4.1", "pylint==4.1.4",
    "pyspark-antipattern==0.4.1", "ruff==0.17.6",
)  # fmt: skip

SEMGREP = "semgrep==1.185.0"

SAME = frozenset({("F019", "STO502"), ("arg-type", "STO311")})
"""Pairs of a peer's rule and ours that report the same thing, judged by reading both."""

Seen = set[tuple[int, str]]
"""The row of each finding with the code of its rule."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A linter: its name, its command, and the function that reads its output."""

    name: str
    command: Command
    read: Callable[[Run], Iterator[tuple[int, str]]]


def peers(made: Environment) -> list[Peer]:
    here = made.programs
    pylint = (here / "pylint", "--load-plugins=databricks.labs.pylint.all", "--enable=all", "--output-format=json", SEEDED)
    return [
        Peer("bandit", (here / "bandit", "--quiet", "--format", "json", SEEDED), _bandit),
        Peer("mypy with boto3-stubs", (here / "mypy", "--strict", "--ignore-missing-imports", SEEDED), _mypy),
        Peer("pylint with databricks-labs-pylint", pylint, _pylint),
        Peer("pyspark-antipattern", (here / "pyspark-antipattern", "check", SEEDED), _antipattern),
        Peer("ruff", (here / "ruff", "check", "--isolated", "--select=ALL", "--preview", "--output-format=json", SEEDED), _ruff),
        Peer(
            "s3lint",
            (sys.executable, "-m", "s3lint", "check", "--isolated", "--profile=strict", "--output-format=json", SEEDED),
            _ruff,
        ),
    ]


def semgrep(cache: Path, rules: Path) -> Peer:
    """Return Semgrep with the `python` folder of https://github.com/semgrep/semgrep-rules."""
    made = environment(cache / "semgrep")
    made.install(SEMGREP)
    options = ("scan", "--metrics=off", "--disable-version-check", "--json", "--config", rules.resolve())
    return Peer("semgrep with its community rules", (made.programs / "semgrep", *options, SEEDED), _semgrep)


def _bandit(done: Run) -> Iterator[tuple[int, str]]:
    return ((each["line_number"], each["test_id"]) for each in json.loads(done.out)["results"])


def _mypy(done: Run) -> Iterator[tuple[int, str]]:
    return ((int(row), code) for row, code in re.findall(r"^\S+?:(\d+): error: .*\[([\w-]+)\]$", done.out, re.MULTILINE))


def _pylint(done: Run) -> Iterator[tuple[int, str]]:
    return ((each["line"], each["message-id"]) for each in json.loads(done.out))


def _antipattern(done: Run) -> Iterator[tuple[int, str]]:
    plain = re.sub(r"\x1b\[[\d;]*m", "", done.err)
    return ((int(row), code) for code, row in re.findall(r"\[([A-Z]+\d+)\].*\n\s*--> .*:(\d+):\d+", plain))


def _ruff(done: Run) -> Iterator[tuple[int, str]]:
    return ((each["location"]["row"], each["code"]) for each in json.loads(done.out))


def _semgrep(done: Run) -> Iterator[tuple[int, str]]:
    return ((each["start"]["line"], each["check_id"].rpartition(".")[2]) for each in json.loads(done.out)["results"])


def seen(peer: Peer) -> Seen:
    """Run a peer; return what it reports. Raises `SystemExit` if its output cannot be read."""
    done = run(peer.command, SEEDED.parent)
    try:
        return set(peer.read(done))
    except (ValueError, KeyError) as error:
        raise SystemExit(f"{peer.name} failed: {done.err or done.out or error}") from error


def row(peer: Peer, found: Seen, wanted: Seen) -> tuple[str, str, str, str]:
    """Return a row of the table: name, seeded violations reported as such, seeded lines with any report, all other reports."""
    marked = dict(wanted)
    touched = {(line, code) for line, code in found if line in marked}
    hits = {(line, code) for line, code in touched if code == marked[line] or (code, marked[line]) in SAME}
    codes = ", ".join(sorted({code for _, code in touched - hits}))
    return peer.name, f"{len(hits)}/{len(wanted)}", str(len({line for line, _ in touched})), codes


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.detection", description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path(__file__).parent / ".cache", help="where environments are kept")
    parser.add_argument(
        "--semgrep-rules", metavar="FOLDER", type=Path, help="the folder `python` of semgrep-rules; without it, no semgrep"
    )
    options = parser.parse_args(arguments)
    made = environment(options.cache.resolve() / "detection")
    made.install(*REQUIREMENTS)
    chosen = peers(made)
    if options.semgrep_rules is not None:
        chosen.append(semgrep(options.cache.resolve(), options.semgrep_rules))
    else:
        print("semgrep is left out: --semgrep-rules names the folder of its rules", file=sys.stderr)
    wanted = expected(SEEDED.read_text(encoding="utf-8"))
    table = Table("", "violations reported", "their lines reported", "by rules about something else", title="Seeded violations")
    for peer in sorted(chosen, key=lambda each: each.name):
        table.add_row(*row(peer, seen(peer), wanted))
    show(table)


if __name__ == "__main__":
    main()
