"""The data of an organisation: counts of findings by repository, and by team, rule and week. Only some findings are listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from s3lint.reports import printable


@dataclass(frozen=True, slots=True)
class Count:
    """The number of findings of a rule that a team had at the end of a week. `week` is its Monday."""

    week: date
    team: str
    code: str
    findings: int


@dataclass(frozen=True, slots=True)
class Organisation:
    """The result of a run over many repositories. `by_repository` counts the findings of each rule in each repository."""

    repositories: dict[str, int]
    """The number of files of each repository."""
    by_repository: Counter[tuple[str, str]]
    clean: int
    """The number of files without findings."""
    counts: tuple[Count, ...]


def teams(counts: Iterable[Count]) -> dict[str, Any]:
    """For each team and rule the number of findings in every week; the team with the most comes first."""
    counts = list(counts)
    weeks = sorted({each.week for each in counts})
    at = {week: index for index, week in enumerate(weeks)}
    found: dict[str, dict[str, list[int]]] = {}
    for each in counts:
        found.setdefault(each.team, {}).setdefault(each.code, [0] * len(weeks))[at[each.week]] += each.findings
    rows = [
        {
            "team": printable(team),
            "totals": [sum(column) for column in zip(*rules.values(), strict=True)],
            "rules": [{"code": code, "counts": values} for code, values in sorted(rules.items())],
        }
        for team, rules in found.items()
    ]
    return {"weeks": [week.isoformat() for week in weeks], "rows": sorted(rows, key=_most_first)}


def _most_first(row: dict[str, Any]) -> tuple[int, str]:
    return -row["totals"][-1], row["team"]
