"""Compute recall and precision of s3lint from a reader's judgements: `python -m benchmarks.accuracy`, or `make accuracy`.

The judgements are those of one day; `benchmarks/sample` holds them. A row is a place in a public repository and a verdict:

- `right`, `wrong`, `arguable`: a finding of s3lint, judged with the code around it;
- `found`, `missed`: a violation that the reader wrote down before s3lint ran, in a file read whole;
- `none`: a file read whole that violates nothing.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from benchmarks.tables import show
from s3lint.registry import rules

SAMPLE = Path(__file__).parent / "sample"

PAGE = Path(__file__).parents[1] / "docs" / "accuracy.md"

START, END = "<!-- benchmarks.accuracy: start -->", "<!-- benchmarks.accuracy: end -->"

HEAD = ("Rule", "Findings judged", "Right", "Wrong", "Arguable", "Precision", "Violations read", "Found", "Recall")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict on a place. `cell` is the cell of a notebook, counted from 1, and empty elsewhere; `why` says what decided."""

    repository: str
    path: str
    cell: str
    line: str
    code: str
    verdict: str
    why: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of the sample. `files` counts its Python files and notebooks."""

    name: str
    commit: str
    files: int


def read(file: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file as mappings from column to text."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def repositories(folder: Path = SAMPLE) -> list[Repository]:
    return [Repository(row["name"], row["commit"], int(row["files"])) for row in read(folder / "repositories.csv")]


def judgements(folder: Path = SAMPLE) -> list[Judgement]:
    return [Judgement(**row) for row in read(folder / "judgements.csv")]


def share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "–"


def counts(name: str, judged: Sequence[Judgement]) -> tuple[str, ...]:
    """Return a row of the table. Arguable findings count neither for precision nor against it."""
    right, wrong, arguable, found, missed = (
        sum(each.verdict == verdict for each in judged) for verdict in ("right", "wrong", "arguable", "found", "missed")
    )
    return (
        name,
        *map(str, (right + wrong + arguable, right, wrong, arguable)),
        share(right, right + wrong),
        *map(str, (found + missed, found)),
        share(found, found + missed),
    )


def rows(judged: Sequence[Judgement]) -> list[tuple[str, ...]]:
    """Return a row for each rule that was judged, then one for each profile."""
    known = rules()
    by_code = {code: [each for each in judged if each.code == code] for code in sorted({each.code for each in judged if each.code})}
    profiles = {
        profile: [each for code, found in by_code.items() if known[code].profile == profile for each in found]
        for profile in ("default", "strict")
    }
    return [
        *(counts(f"{code} {known[code].name}", found) for code, found in by_code.items()),
        *(counts(f"all rules of the {profile} profile", found) for profile, found in profiles.items()),
    ]


def text(sampled: Sequence[Repository], judged: Sequence[Judgement]) -> str:
    """Return the generated part of the page: the size of the sample, the table, and the repositories with links to their commits."""
    whole = len({(each.repository, each.path) for each in judged if each.verdict in ("found", "missed", "none")})
    findings = sum(each.verdict in ("right", "wrong", "arguable") for each in judged)
    files = sum(each.files for each in sampled)
    lines = [
        f"{len(sampled)} repositories, {files:,} Python files and notebooks, {findings} findings judged, {whole} files read whole.",
        "",
        *("| " + " | ".join(row) + " |" for row in (HEAD, ("---",) * len(HEAD), *rows(judged))),
        "",
        "## Repositories",
        "",
        *(f"- [{each.name}](https://github.com/{each.name}/tree/{each.commit}), {each.files:,} files" for each in sampled),
    ]
    return "\n".join(lines)


def write(page: Path, generated: str) -> None:
    """Replace the generated part of the page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(START)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{START}\n{generated}\n{END}{after}", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m benchmarks.accuracy", description=__doc__.partition("\n")[0])
    parser.add_argument("--docs", action="store_true", help="write the table of docs/accuracy.md again")
    chosen = parser.parse_args(arguments)
    judged = judgements()
    found = rows(judged)
    if chosen.docs:
        write(PAGE, text(repositories(), judged))
    table = Table(*HEAD, title="Accuracy")
    for row in found:
        table.add_row(*row)
    show(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
