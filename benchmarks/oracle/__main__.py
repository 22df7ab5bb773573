"""Run the suites, compare, and show the table: `make oracle`; WITH=--docs writes it into docs/accuracy.md."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.table import Table

from benchmarks.accuracy import PAGE
from benchmarks.oracle.comparison import Compared, Kind, compared
from benchmarks.oracle.suites import Ran, Suite, ran, suites
from benchmarks.tables import show
from s3lint.registry import rules

CACHE = Path(__file__).parents[1] / ".cache" / "oracle"

START, END = "<!-- benchmarks.oracle: start -->", "<!-- benchmarks.oracle: end -->"

HEAD = ("Rule", "Observed", *(f"Static: {kind.value}" for kind in (Kind.SAME, Kind.ELSEWHERE, Kind.MISSED)), "Static, not observed")

SUITES_HEAD = (
    "Project",
    "Version",
    "Tests that passed",
    "failed",
    "Lines that made calls",
    "Observed",
    "Not reported by static analysis",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the cache lacks, and return 0."""
    parser = argparse.ArgumentParser("python -m benchmarks.oracle", description=__doc__)
    known = suites()
    parser.add_argument("--only", metavar="NAME", choices=[suite.name for suite in known], action="append", help="a suite")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where projects and environments are kept (default: %(default)s)")
    parser.add_argument("--docs", action="store_true", help="write the table of docs/accuracy.md again")
    parser.add_argument("--misses", action="store_true", help="list what static analysis does not report, and what did not violate")
    chosen = parser.parse_args(arguments)
    cache = chosen.cache.resolve()
    done = [_compared(suite, cache) for suite in known if chosen.only is None or suite.name in chosen.only]
    found = [each for _, rows in done for each in rows]
    if chosen.misses:
        _list(found)
    show(_table("Oracle", HEAD, rule_rows(found)), _table("Suites", SUITES_HEAD, suite_rows(done)))
    if chosen.docs:
        write(PAGE, text(done))
    return 0


def _compared(suite: Suite, cache: Path) -> tuple[Ran, list[Compared]]:
    print(f"{suite.requirement} …", file=sys.stderr, flush=True)
    made = ran(suite, cache)
    return made, compared(suite.name, made.source, made.recording)


def _list(found: Iterable[Compared]) -> None:
    for each in found:
        if each.kind in (Kind.MISSED, Kind.UNCONFIRMED):
            print(f"{each.project} {each.file}:{each.row} {each.code} {each.kind.value}: {each.message} {each.example}")


def rule_rows(found: Sequence[Compared]) -> list[tuple[str, ...]]:
    """Return a row for each rule that was observed or not confirmed, then one for all."""
    known = rules()
    codes = sorted({each.code for each in found})
    return [
        *(_counts(f"{code} {known[code].name}", [each for each in found if each.code == code]) for code in codes),
        _counts("all", found),
    ]


def _counts(name: str, found: Sequence[Compared]) -> tuple[str, ...]:
    kinds = Counter(each.kind for each in found)
    observed = len(found) - kinds[Kind.UNCONFIRMED]
    return (name, str(observed), *(str(kinds[kind]) for kind in Kind))


def suite_rows(done: Sequence[tuple[Ran, Sequence[Compared]]]) -> list[tuple[str, ...]]:
    """Return a row for each suite."""
    return [
        (
            each.suite.name,
            each.suite.version,
            f"{each.passed:,}",
            f"{each.failed:,}",
            f"{each.lines:,}",
            str(sum(row.kind is not Kind.UNCONFIRMED for row in found)),
            str(sum(row.kind is Kind.MISSED for row in found)),
        )
        for each, found in done
    ]


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(*head, title=title)
    for row in rows:
        table.add_row(*row)
    return table


def text(done: Sequence[tuple[Ran, Sequence[Compared]]]) -> str:
    """Return the generated part of the page: a table by rule, and one by project."""
    found = [each for _, rows in done for each in rows]
    tables = ((HEAD, rule_rows(found)), (SUITES_HEAD, suite_rows(done)))
    return "\n\n".join(
        "\n".join("| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows)) for head, rows in tables
    )


def write(page: Path, generated: str) -> None:
    """Replace the generated part of the page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(START)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{START}\n{generated}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
