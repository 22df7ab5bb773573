"""A frame of files to a frame of findings: a look at each part of a commit, then one judgement over all that was found in the commit."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3lint.finding import failure
from s3lint.linter.policy import Reported
from s3lint.runtime import SchemaError
from s3lint.spark import schemas
from s3lint.spark.groups import KEYS, Row, by_group
from s3lint.spark.repository import Looked, look, name_of, path_in, settle, stored
from s3lint.spark.schemas import COMMIT, FINDINGS, SOURCE
from s3lint.spark.splitting import parted
from s3lint.support.collector import paused_collector

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from s3lint.finding import Finding
    from s3lint.settings import Settings

LOOKED = (*COMMIT, "looked binary!")
"""What was found in a part of a commit, on its way to the judgement."""

LOOKS_TO_JUDGE = 8
"""For so many tasks that look at files one judges what they found, which is little work."""


def check_frame(frame: DataFrame, settings: Settings, *, partitions: int | None = None) -> DataFrame:
    """The findings in files given as rows (repository, commit, path, content), with the columns of `schemas.FINDINGS`.

    The files of one repository and commit are one project: what a name in one of them means is looked up in the others. A row that
    cannot be checked becomes a row with an error. `partitions` is how many tasks share the work; Spark decides where it is None.

    The files are counted at once, the rest is done when the result is asked for. Raises `SchemaError` for a frame of other columns.
    """
    settings = stored(settings)

    def looked(rows: Iterable[Row]) -> list[dict[str, Any]]:
        with paused_collector():
            return [{"looked": pickle.dumps(look_at(rows, settings))}]

    parts = parted(source_rows(frame), settings)
    found = by_group(parts, (*KEYS, "part"), looked, LOOKED, partitions)
    judges = -(-partitions // LOOKS_TO_JUDGE) if partitions is not None else None
    return by_group(found, KEYS, lambda rows: settled_rows(rows, settings), FINDINGS, judges)


def source_rows(frame: DataFrame, *besides: str) -> DataFrame:
    """The columns that are read and those named besides, with content as bytes. Raises `SchemaError` where one is missing or of another type."""
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
    return frame.select(*named, "path", f.col("content").cast("binary").alias("content"), error.alias("error"), *besides)


def look_at(rows: Iterable[Row], settings: Settings) -> Looked:
    """What is found in the rows of one part."""
    contents, wanted, errors = dict[Path, bytes](), list[Path](), list[tuple[str | None, str]]()
    for row in rows:
        try:
            path = _path_of(row, contents)
        except ValueError as error:
            errors.append((row["path"], str(error)))
            continue
        contents[path] = row["content"]
        if row["wanted"]:
            wanted.append(path)
    looked = look(settings, contents, wanted)
    looked.errors += errors
    return looked


def _path_of(row: Row, contents: dict[Path, bytes]) -> Path:
    """Raises `ValueError` for a row that cannot be checked."""
    if row["error"]:
        raise ValueError(row["error"])
    if not row["repository"] or not row["commit"]:
        raise ValueError("the row names no repository or no commit")
    path = path_in(row["path"])
    if row["content"] is None:
        raise ValueError("the row has no content")
    if path in contents:
        raise ValueError("the path stands in several rows of its commit: one of them is checked")
    return path


def settled_rows(rows: Iterable[Row], settings: Settings) -> list[dict[str, Any]]:
    """The findings and errors of one commit."""
    looked = Looked()
    for row in rows:
        looked.add(pickle.loads(row["looked"]))  # noqa: S301 - `looked` above wrote it
    try:
        reported = settle(settings, looked.results)
    except Exception as error:
        reported = Reported(errors=[*(line for result in looked.results for line in result.errors), failure("s3lint", error)])
    errors = [
        {"path": path, "error": text} for path, text in dict.fromkeys([*looked.errors, *((None, line) for line in reported.errors)])
    ]
    return [row_of(finding) for finding in reported.findings] + errors


def row_of(finding: Finding) -> dict[str, Any]:
    """A finding as a row of `FINDINGS`, without its commit."""
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
        "profile": finding.profile,
        "clause": finding.clause,
        "related": related,
        "fix": finding.fix.message if finding.fix is not None else None,
        "fix_is_safe": finding.fix.safe if finding.fix is not None else None,
    }
