"""Read the current state from the tables of a job, for the HTML report."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3lint.config.selection import Selection
from s3lint.finding import Confidence, Finding, Fix, Location, Severity
from s3lint.registry import rules
from s3lint.reports.history import Snapshot
from s3lint.reports.html.content import Overview
from s3lint.reports.html.organisation import Count, Organisation
from s3lint.runner.run import RunResult
from s3lint.spark.tables import Tables, current, read

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from s3lint.settings import Settings

MAX_LISTED_FINDINGS = 1_000
"""The page lists this many findings; its counts include all."""

TOP = Path("/")


def overview(spark: SparkSession, tables: Tables, settings: Settings, today: date) -> Overview:
    """Read the counts by repository, rule, team and week, and the first findings."""
    now = current(spark, tables).filter("code is not null")
    known = [row for row in now.groupBy("repository", "code").count().collect() if row["code"] in rules()]
    files = {row["repository"]: row["files"] for row in read(spark, tables.repositories).collect()}
    dirty = now.select("repository", "path").distinct().count()
    counts = tuple(
        Count(row["week"], row["team"], row["code"], row["findings"])
        for row in read(spark, tables.summary).collect()
        if row["code"] in rules()
    )
    listed = now.orderBy("repository", "path", "row", "column", "code").limit(MAX_LISTED_FINDINGS).collect()
    findings = [_finding(row) for row in listed if row["code"] in rules()]
    whole = Organisation(
        files, Counter({(row["repository"], row["code"]): row["count"] for row in known}), sum(files.values()) - dirty, counts
    )
    return Overview(
        title=tables.target,
        root=TOP,
        today=today,
        paths=[],
        outcome=RunResult(findings, files=sum(files.values())),
        checked=Selection(settings).codes,
        history=_history(counts) or [Snapshot(today.isoformat(), {})],
        organisation=whole,
    )


def _history(counts: tuple[Count, ...]) -> list[Snapshot]:
    by_week: dict[date, Counter[str]] = defaultdict(Counter)
    for each in counts:
        by_week[each.week][each.code] += each.findings
    return [Snapshot(week.isoformat(), dict(by_week[week])) for week in sorted(by_week)]


def _finding(row: Any) -> Finding:
    severity = rules()[row["code"]].severity if row["severity"] is None else Severity[row["severity"].upper()]
    fix = Fix(row["fix"], (), row["fix_is_safe"]) if row["fix"] is not None else None
    return Finding(
        row["code"], row["name"], row["message"], TOP.joinpath(*(part for part in f"{row['repository']}/{row['path']}".split("/") if part not in ("", ".", ".."))),
        Location(row["row"], row["column"]), Location(row["end_row"], row["end_column"]),
        Confidence[row["confidence"].upper()], row["profile"], row["clause"], fix=fix, severity=severity, cell=row["cell"],
    )  # fmt: skip
