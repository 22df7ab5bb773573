"""Declare the tables of a job: `findings`, `findings_batches`, `findings_repositories` and `findings_summary`, in one folder.

`findings` is a history that only grows. Its current rows are those with the commit and batch that `findings_repositories` has for the
repository. `findings_batches` is written first and plans what a batch checks, so that an interrupted batch can be finished.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from s3lint.runtime.spark import NO_TABLE, Evolution, Table
from s3lint.spark.groups import KEYS
from s3lint.spark.schemas import FINDINGS, Columns, struct

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NULLABLE_FINDINGS: Columns = tuple(column.removesuffix("!") for column in FINDINGS)
"""Nullable, because Delta Lake would scan a non-nullable column before the write, and so run the whole check twice."""

HISTORY: Columns = (*NULLABLE_FINDINGS, "team string", "batch long", "checked date", "week date")
BATCHES: Columns = ("repository string", "commit string", "ordinal int", "files long", "team string", "batch long", "checked date")
REPOSITORIES: Columns = (
    "repository string",
    "team string",
    "commit string",
    "files long",
    "findings long",
    "errors long",
    "batch long",
    "checked date",
)
SUMMARY: Columns = (
    "week date",
    "team string",
    "code string",
    "findings long",
    "repositories long",
    "severity string",
    "owner string",
)


@dataclass(frozen=True)
class Tables:
    """The tables of one target."""

    target: str

    @property
    def findings(self) -> Table:
        return self._table("", HISTORY, "week")

    @property
    def batches(self) -> Table:
        return self._table("_batches", BATCHES)

    @property
    def repositories(self) -> Table:
        return self._table("_repositories", REPOSITORIES)

    @property
    def summary(self) -> Table:
        return self._table("_summary", SUMMARY, "week")

    @property
    def all(self) -> tuple[Table, ...]:
        return self.findings, self.batches, self.repositories, self.summary

    def _table(self, ending: str, columns: Columns, *partitions: str) -> Table:
        return Table(self.target.rstrip("/") + ending, struct(columns), Evolution.ADD_COLUMNS, partitions)


def read(spark: SparkSession, table: Table) -> DataFrame:
    """Read a table; empty if it does not exist yet. Columns that an earlier version did not write are null."""
    from pyspark.sql import functions as f

    frame = _stored(spark, table)
    if frame is None:
        return spark.createDataFrame([], table.schema)
    added = {field.name: f.lit(None).cast(field.dataType) for field in table.schema if field.name not in frame.columns}
    return frame.withColumns(added) if added else frame


def lacks_columns(spark: SparkSession, table: Table) -> bool:
    """Whether an earlier version wrote a table, without all of its columns."""
    frame = _stored(spark, table)
    return frame is not None and not set(table.schema.names).issubset(frame.columns)


def _stored(spark: SparkSession, table: Table) -> DataFrame | None:
    from pyspark.errors import PySparkException

    try:
        frame = spark.read.format("delta").load(table.path)
        _ = frame.schema
    except PySparkException as error:
        if any(sign in str(error) for sign in NO_TABLE):
            return None
        raise
    return frame


def current(spark: SparkSession, tables: Tables) -> DataFrame:
    """Read the current findings and errors: those of the newest commit of each repository in its last batch."""
    latest = read(spark, tables.repositories).select(*KEYS, "batch")
    return read(spark, tables.findings).join(latest, [*KEYS, "batch"], "left_semi")
