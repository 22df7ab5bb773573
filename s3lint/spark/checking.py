"""Turn a frame of files into a frame of findings: analyze each part of a commit, then decide on the results of the whole commit."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3lint.finding import failure
from s3lint.linter.policy import Reported
from s3lint.project.owners import PLACES
from s3lint.runtime import SchemaError
from s3lint.spark import schemas
from s3lint.spark.groups import KEYS, Row, by_group
from s3lint.spark.repository import CommitResults, analyze_commit, check_repository, for_repository, name_of, path_in, report_commit
from s3lint.spark.schemas import COMMIT, FINDINGS, SOURCE
from s3lint.spark.splitting import split_commits
from s3lint.support.interpreter import paused_collector

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from s3lint.finding import Finding
    from s3lint.settings import Settings

ANALYZED = (*COMMIT, "results binary!")
"""The pickled results of one part of a commit, between the two steps."""

ANALYSES_PER_REPORT = 8
"""Tasks of the first step for each task of the second, which is little work."""


def check_frame(frame: DataFrame, settings: Settings, *, partitions: int | None = None) -> DataFrame:
    """Check files given as rows (repository, commit, path, content). Returns a frame with the columns of `schemas.FINDINGS`.

    The files of one repository and commit are one project: names that one imports are resolved in the others. A row that cannot be
    checked becomes a row with an error. `partitions` is the number of tasks; None leaves it to Spark.

    Counts the files at once; the rest is computed when the result is used. Raises `SchemaError` for a frame of other columns.
    """
    settings = for_repository(settings)

    def analyzed(rows: Iterable[Row]) -> list[dict[str, Any]]:
        with paused_collector():
            return [{"results": pickle.dumps(analyze_rows(rows, settings))}]

    parts = split_commits(source_rows(frame), settings)
    found = by_group(parts, (*KEYS, "part"), analyzed, ANALYZED, partitions)
    reporting_tasks = -(-partitions // ANALYSES_PER_REPORT) if partitions is not None else None
    return by_group(found, KEYS, lambda rows: report_rows(rows, settings), FINDINGS, reporting_tasks)


def source_rows(frame: DataFrame, *others: str) -> DataFrame:
    """Select the columns of `SOURCE`, `error` and `others`, with content as bytes. Raises `SchemaError` for missing or mistyped ones."""
    from pyspark.sql import functions as f

    given = dict(frame.dtypes)
    for name in schemas.names(SOURCE):
        if given.get(name) != "string" and (name != "content" or given.get(name) != "binary"):
            raise SchemaError(
                f"The column {name!r} of the source is {given.get(name, 'missing')}: give the text columns repository, commit and path, "
                "and content as text or binary."
            )
    named = [f.coalesce(f.col(name), f.lit("")).alias(name) for name in KEYS]
    error = f.col("error") if given.get("error") == "string" else f.lit(None).cast("string")
    return frame.select(*named, "path", f.col("content").cast("binary").alias("content"), error.alias("error"), *others)


def analyze_rows(rows: Iterable[Row], settings: Settings) -> CommitResults:
    """Analyze the rows of one part of a commit."""
    contents, wanted, errors, owners = dict[Path, bytes](), list[Path](), list[tuple[str | None, str]](), dict[str, bytes]()
    for row in rows:
        if row["path"] in PLACES:
            owners[row["path"]] = row["content"] or b""
            continue
        try:
            path = _path_of(row, contents)
        except ValueError as error:
            errors.append((row["path"], str(error)))
            continue
        contents[path] = row["content"]
        if row["wanted"]:
            wanted.append(path)
    results = analyze_commit(settings, contents, wanted)
    results.errors += errors
    results.owners = owners
    return results


def _path_of(row: Row, contents: dict[Path, bytes]) -> Path:
    """The path of a row in its repository. Raises `ValueError` for a row that cannot be checked."""
    if row["error"]:
        raise ValueError(row["error"])
    if not row["repository"] or not row["commit"]:
        raise ValueError("the row names no repository or no commit")
    check_repository(row["repository"])
    path = path_in(row["path"])
    if row["content"] is None:
        raise ValueError("the row has no content")
    if path in contents:
        raise ValueError("several rows of the commit have this path: one of them is checked")
    return path


def report_rows(rows: Iterable[Row], settings: Settings) -> list[dict[str, Any]]:
    """Make the rows of one commit: its findings, then its errors."""
    commit = CommitResults()
    for row in rows:
        commit.add(pickle.loads(row["results"]))  # noqa: S301 - `analyzed` above wrote it
    try:
        reported = report_commit(settings, commit.results)
    except Exception as error:
        reported = Reported(errors=[*(line for result in commit.results for line in result.errors), failure("s3lint", error)])
    errors = [
        {"path": path, "error": text} for path, text in dict.fromkeys([*commit.errors, *((None, line) for line in reported.errors)])
    ]
    return [row_of(finding) | {"owner": commit.owner_of(finding.path)} for finding in reported.findings] + errors


def row_of(finding: Finding) -> dict[str, Any]:
    """Convert a finding to a row of `FINDINGS`, without its commit and its owner."""
    related = [f"{name_of(each.path)}:{each.location.row}:{each.location.column}: {each.message}" for each in finding.related]
    return {
        "path": name_of(finding.path),
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "cell": finding.cell,
        "row": finding.start.row,
        "column": finding.start.column,
        "end_row": finding.end.row,
        "end_column": finding.end.column,
        "confidence": str(finding.confidence),
        "severity": str(finding.severity),
        "profile": finding.profile,
        "clause": finding.clause,
        "related": related,
        "fix": finding.fix.message if finding.fix is not None else None,
        "fix_is_safe": finding.fix.safe if finding.fix is not None else None,
    }
