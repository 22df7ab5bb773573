"""Make one unified diff for each rule of a commit, for `git apply`."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3lint.finding import failure
from s3lint.fixes.apply import Unsettled, diff, is_applicable
from s3lint.linter.fix import FixSession, fix_in
from s3lint.project.stored_files import StoredFiles
from s3lint.spark.checking import source_rows
from s3lint.spark.groups import KEYS, Row, by_group
from s3lint.spark.repository import (
    ROOT,
    analyze_commit,
    check_repository,
    for_repository,
    name_of,
    path_in,
    report_commit,
)
from s3lint.spark.schemas import PATCHES

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from s3lint.finding import Finding
    from s3lint.settings import Settings


def patch_frame(frame: DataFrame, settings: Settings, *, unsafe: bool = False, partitions: int | None = None) -> DataFrame:
    """Fix files given as for `check_frame`. Returns a frame with the columns of `schemas.PATCHES`: one row for each rule of a commit.

    Each patch applies to the commit without the others. `unsafe`: include unsafe fixes, which need a follow-up. A task has a whole
    repository in memory. Raises `SchemaError` for a frame of other columns.
    """
    settings = for_repository(settings)

    def patched(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
        return patches_of(rows, settings, unsafe=unsafe)

    return by_group(source_rows(frame), KEYS, patched, PATCHES, partitions)


def patches_of(rows: Iterable[Row], settings: Settings, *, unsafe: bool) -> Iterator[dict[str, Any]]:
    """Make the rows of one commit: patches, and errors of files without one. Rows that `check_frame` reports as errors are skipped."""
    contents = {}
    for row in rows:
        try:
            check_repository(row["repository"])
            contents[path_in(row["path"])] = row["content"]
        except ValueError:
            continue
    contents = {path: data for path, data in contents.items() if data is not None}
    try:
        findings = report_commit(settings, analyze_commit(settings, contents, contents).results).findings
    except Exception as error:
        yield {"files": 0, "error": failure("s3lint", error)}
        return
    by_rule: dict[str, dict[Path, list[Finding]]] = {}
    for finding in findings:
        if is_applicable(finding, unsafe=unsafe):
            by_rule.setdefault(finding.code, {}).setdefault(finding.path, []).append(finding)
    for code, by_path in sorted(by_rule.items()):
        yield from _patches_of_rule(code, by_path, contents, replace(settings, select=(code,), extend_select=()), unsafe=unsafe)


def _patches_of_rule(
    code: str, by_path: Mapping[Path, list[Finding]], contents: Mapping[Path, bytes], settings: Settings, *, unsafe: bool
) -> Iterator[dict[str, Any]]:
    parts, texts = [], dict[Path, bytes]()
    session = FixSession(settings, StoredFiles(settings, ChainMap(texts, dict(contents))), texts)
    for path in sorted(by_path):
        try:
            fixed = fix_in(session, path, contents[path], unsafe=unsafe)
        except Exception as error:
            reason = str(error) if isinstance(error, Unsettled) else f"{path}: {failure('s3lint', error)}"
            yield {"code": code, "files": 0, "error": reason.replace(f"{ROOT}/", "")}
            continue
        if fixed.after != fixed.before:
            parts.append(diff(fixed, name_of(fixed.path)))
    if parts:
        yield {"code": code, "patch": b"".join(parts), "files": len(parts)}
