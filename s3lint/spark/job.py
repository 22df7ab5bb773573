"""The job of `s3lint spark`: check new commits of the source, append their findings, merge the current state of each repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from s3lint.runtime.spark import Application, Table, append, maintain, merge, overwrite_partition
from s3lint.runtime.spark_frames import is_apache
from s3lint.spark.checking import check_frame
from s3lint.spark.groups import KEYS
from s3lint.spark.schemas import names, struct
from s3lint.spark.sources import CheckedCommits, CommitSource
from s3lint.spark.tables import BATCHES, REPOSITORIES, SUMMARY, Tables, current, lacks_columns, read

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from s3lint.settings import Settings

FILES_PER_TASK = 1_000
"""At least a second of work, so that starting a task (0.2 s) costs little, and little is lost with a task."""

MAX_TASKS = 20_000

NO_TEAM = "(none)"


@dataclass
class JobResult:
    """The result of a run. `errors` has one sentence for each repository that could not be read."""

    batches: list[int] = field(default_factory=list)
    commits: int = 0
    files: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Job:
    """A target and how to fill it. `teams` maps repositories to teams; the team of others is the first part of their names."""

    spark: SparkSession
    tables: Tables
    settings: Settings
    today: date
    teams: Mapping[str, str] = field(default_factory=dict)

    def run(self, source: CommitSource) -> JobResult:
        """Finish an interrupted batch, then check new commits. Running twice changes nothing more.

        Raises what the runtime's `append` and `merge` raise.
        """
        done = JobResult()
        planned, finished = self._last(self.tables.batches), self._last(self.tables.repositories)
        if planned > finished:
            self._finish(planned, source, done)
        new, done.errors = source.new(self._known())
        if new:
            number = planned + 1
            rows = [
                (each.repository, each.commit, each.ordinal, each.files, self.team_of(each.repository), number, self.today)
                for each in new
            ]
            self._append_once(self.tables.batches, self.spark.createDataFrame(rows, struct(BATCHES)), number)
            self._finish(number, source, done)
        self._summarise()
        return done

    def team_of(self, repository: str) -> str:
        """The team of a repository."""
        folder, _, name = repository.partition("/")
        return self.teams.get(repository, folder if name else NO_TEAM)

    def maintain(self) -> None:
        """Compact the tables and delete files that no reader of the last week needs."""
        for table in self.tables.all:
            maintain(table, self.spark)

    def _finish(self, number: int, source: CommitSource, done: JobResult) -> None:
        """Check a batch as planned. Steps that an interrupted run completed change nothing."""
        plan = read(self.spark, self.tables.batches).filter(f"batch = {number}").collect()
        commits = [(row["repository"], row["commit"]) for row in plan]
        files = sum(row["files"] for row in plan)
        found = check_frame(source.contents(commits), self.settings, partitions=tasks_of(files))
        self._append_once(self.tables.findings, self._dated(found, number), number)
        self._merge_state(number)
        done.batches.append(number)
        done.commits += len(plan)
        done.files += files

    def _dated(self, found: DataFrame, number: int) -> DataFrame:
        """Add the columns of the plan (team, batch, date) and the week to the findings of a batch."""
        from pyspark.sql import functions as f

        plan = read(self.spark, self.tables.batches).filter(f"batch = {number}").select(*KEYS, "team", "batch", "checked")
        week = f.date_sub("checked", f.weekday("checked")).alias("week")
        return found.join(f.broadcast(plan), list(KEYS)).select("*", week)

    def _append_once(self, table: Table, frame: DataFrame, number: int) -> None:
        """Append a batch unless the table has it. If two jobs run at the same time, only Apache Spark guarantees that."""
        if is_apache(self.spark):
            append(table, frame, application=Application(f"s3lint:{table.path}", number))
        elif not read(self.spark, table).filter(f"batch = {number}").limit(1).collect():
            append(table, frame)

    def _merge_state(self, number: int) -> None:
        """Make the newest commit of each repository of a batch its current one."""
        from pyspark.sql import functions as f

        plan = read(self.spark, self.tables.batches).filter(f"batch = {number}")
        counts = (
            read(self.spark, self.tables.findings)
            .filter(f"batch = {number}")
            .groupBy(*KEYS)
            .agg(f.count("code").alias("findings"), f.count("error").alias("errors"))
        )
        newest = plan.groupBy("repository").agg(f.max("ordinal").alias("ordinal"))
        state = (
            plan.join(newest, ["repository", "ordinal"])
            .join(counts, list(KEYS), "left")
            .na.fill(0, ["findings", "errors"])
            .select(*names(REPOSITORIES))
        )
        merge(self.tables.repositories, state, keys=["repository"])

    def _summarise(self) -> None:
        """Replace the summary of this week by counts of the current findings."""
        from pyspark.sql import functions as f

        week = monday(self.today)
        counts = (
            current(self.spark, self.tables)
            .filter("code is not null")
            .groupBy("team", "owner", "severity", "code")
            .agg(f.count("*").alias("findings"), f.countDistinct("repository").alias("repositories"))
            .withColumn("week", f.lit(week))
        )
        rows = counts.select(*names(SUMMARY))
        if lacks_columns(self.spark, self.tables.summary):
            append(self.tables.summary, rows.limit(0))  # which adds columns; an overwrite of a partition refuses new ones
        overwrite_partition(self.tables.summary, rows, where={"week": week})

    def _last(self, table: Table) -> int:
        """The highest batch number in a table; 0 if it is empty."""
        from pyspark.sql import functions as f

        return read(self.spark, table).agg(f.max("batch").alias("last")).collect()[0]["last"] or 0

    def _known(self) -> CheckedCommits:
        state = read(self.spark, self.tables.repositories).select(*KEYS).collect()
        seen = read(self.spark, self.tables.batches).select(*KEYS).distinct().collect()
        return CheckedCommits(
            {row["repository"]: row["commit"] for row in state}, {(row["repository"], row["commit"]) for row in seen}
        )


def tasks_of(files: int) -> int:
    """The number of tasks for a number of files."""
    return max(1, min(MAX_TASKS, -(-files // FILES_PER_TASK)))


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
