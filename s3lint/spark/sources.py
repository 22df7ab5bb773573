"""Sources of files: git mirrors, or a Delta or Parquet table. Each lists new commits and reads the files of commits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from s3lint.project.files import MAX_READ_BYTES
from s3lint.runtime import ArgumentError, SchemaError
from s3lint.spark import mirrors
from s3lint.spark.checking import source_rows
from s3lint.spark.groups import KEYS
from s3lint.spark.schemas import COMMIT, SOURCE, batch, struct

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

Kind = Literal["git", "delta", "parquet"]

FILES_PER_BATCH = 200
"""Files of a mirror in one Arrow batch."""

BYTES_PER_BATCH = 64_000_000
"""Bytes of the files of a batch, the last one aside."""

COMMITS_PER_TASK = 8
"""Commits of a mirror that one task reads."""

MIRRORS_READ_AT_ONCE = 8


@dataclass(frozen=True)
class NewCommit:
    """A commit to check. `ordinal` numbers the new commits of a repository, the newest has the highest."""

    repository: str
    commit: str
    ordinal: int
    files: int


@dataclass(frozen=True)
class CheckedCommits:
    """The commits that earlier runs checked: the last one of each repository, and all as pairs of repository and commit."""

    last: Mapping[str, str]
    all: Collection[tuple[str, str]]


class CommitSource(Protocol):
    """A source of commits and their files."""

    def new(self, known: CheckedCommits) -> tuple[list[NewCommit], list[str]]:
        """List the commits to check, and a sentence for each repository that cannot be read. Raises `ArgumentError` for an empty source."""
        ...

    def contents(self, commits: Sequence[tuple[str, str]]) -> DataFrame:
        """Read the files of commits, with the columns of `check_frame`."""
        ...


@dataclass(frozen=True)
class MirrorSource:
    """A folder of bare mirrors that every worker can read."""

    spark: SparkSession
    folder: Path
    every: bool = False

    def new(self, known: CheckedCommits) -> tuple[list[NewCommit], list[str]]:
        found, errors = list[NewCommit](), list[str]()
        names = mirrors.repositories(self.folder)
        if not names:
            raise ArgumentError(f"There is no bare git mirror in {str(self.folder)!r}: fill it with `git clone --mirror`.")
        with ThreadPoolExecutor(MIRRORS_READ_AT_ONCE) as pool:
            for result in pool.map(lambda name: self._new_in(name, known.last.get(name)), names):
                if isinstance(result, str):
                    errors.append(result)
                else:
                    found += result
        return found, errors

    def _new_in(self, name: str, since: str | None) -> list[NewCommit] | str:
        try:
            commits = mirrors.commits(self.folder, name, since, every=self.every)
            return [NewCommit(name, commit, at, mirrors.count(self.folder, name, commit)) for at, commit in enumerate(commits)]
        except mirrors.MirrorError as error:
            return str(error)

    def contents(self, commits: Sequence[tuple[str, str]]) -> DataFrame:
        folder = self.folder

        def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for each in batches:
                for row in each.to_pylist():
                    yield from _read(folder, row["repository"], row["commit"])

        plan = self.spark.createDataFrame(list(commits), struct(COMMIT))
        return plan.repartition(-(-len(commits) // COMMITS_PER_TASK)).mapInArrow(read, struct((*SOURCE, "error string")))


def _read(folder: Path, repository: str, commit: str) -> Iterator[pa.RecordBatch]:
    """Read the files of a commit in batches; an error of the mirror becomes a row with that error."""
    columns = (*SOURCE, "error string")
    key, rows, size = {"repository": repository, "commit": commit}, list[dict[str, object]](), 0
    try:
        for path, content in mirrors.files(folder, repository, commit):
            rows.append({**key, **_file(path, content)})
            size += len(content or b"")
            if len(rows) == FILES_PER_BATCH or size >= BYTES_PER_BATCH:
                yield batch(rows, columns)
                rows, size = [], 0
    except (mirrors.MirrorError, OSError) as error:
        rows.append({**key, "error": str(error)})
    yield batch(rows, columns)


def _file(path: bytes, content: bytes | None) -> dict[str, object]:
    """Make the columns of a file. A name that is not UTF-8 becomes an error: neither a table nor a patch can store it."""
    name = path.decode(errors="replace")
    if name.encode() != path:
        return {"path": name, "error": "the name of the file is not UTF-8: rename it"}
    if content is None:
        return {"path": name, "error": f"the file is larger than {MAX_READ_BYTES:,} bytes"}
    return {"path": name, "content": content}


@dataclass(frozen=True)
class TableSource:
    """A table of files: repository, commit, path and content, and `committed_at` if a repository may have several new commits."""

    spark: SparkSession
    path: str
    kind: Literal["delta", "parquet"]

    def new(self, known: CheckedCommits) -> tuple[list[NewCommit], list[str]]:
        from pyspark.sql import functions as f

        frame = self._frame()
        dated = "committed_at" in frame.columns
        counted = (
            source_rows(frame.withColumn("at", f.col("committed_at").cast("string") if dated else f.lit("")), "at")
            .groupBy(*KEYS)
            .agg(f.count("*").alias("files"), f.max("at").alias("at"))
        )
        rows = sorted((row["repository"], row["at"] or "", row["commit"], row["files"]) for row in counted.collect())
        fresh = [row for row in rows if (row[0], row[2]) not in known.all]
        return list(_numbered(fresh, dated=dated)), []

    def contents(self, commits: Sequence[tuple[str, str]]) -> DataFrame:
        from pyspark.sql import functions as f

        plan = self.spark.createDataFrame(list(commits), struct(COMMIT))
        return source_rows(self._frame()).join(f.broadcast(plan), list(KEYS))

    def _frame(self) -> DataFrame:
        return self.spark.read.format(self.kind).load(self.path)


def _numbered(rows: Iterable[tuple[str, str, str, int]], *, dated: bool) -> Iterator[NewCommit]:
    last, ordinal = None, 0
    for repository, _, commit, files in rows:
        ordinal = ordinal + 1 if repository == last else 0
        if ordinal and not dated:
            raise SchemaError(
                f"The source has several new commits of {repository!r} and no column that tells which is the newest: add committed_at."
            )
        last = repository
        yield NewCommit(repository, commit, ordinal, files)


def source_of(spark: SparkSession, place: str, kind: Kind | None, *, every: bool) -> CommitSource:
    """Open the source at a path or URL, of the kind given or detected. Raises `ArgumentError` if there is none."""
    folder = Path(place)
    local = "://" not in place
    if local and not folder.exists():
        raise ArgumentError(f"There is no source at {place!r}: give a table of files, or a folder of bare git mirrors.")
    if kind is None:
        kind = _kind_of(folder) if local else ("parquet" if place.rstrip("/").endswith(".parquet") else "delta")
    if kind == "git":
        return MirrorSource(spark, folder.absolute(), every)
    return TableSource(spark, place, kind)


def _kind_of(folder: Path) -> Kind:
    if (folder / "_delta_log").is_dir():
        return "delta"
    if folder.is_file() or any(folder.glob("*.parquet")) or any(folder.glob("*/*.parquet")):
        return "parquet"
    return "git"
