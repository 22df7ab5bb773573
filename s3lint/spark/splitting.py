"""Split large repositories into parts. Modules that exchange values with storage code are shared: they are in every part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3lint.linter.engine import Engine
from s3lint.project.import_graph import MAX_IMPORT_DISTANCE, dependents_of, reachable_from
from s3lint.project.loader import Loader
from s3lint.project.patterns import is_test
from s3lint.project.stored_files import StoredFiles
from s3lint.project.word_index import module_name
from s3lint.spark.groups import KEYS, Row, by_group
from s3lint.spark.repository import is_checked, path_in
from s3lint.spark.schemas import COMMIT, batch, struct

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from s3lint.settings import Settings

MAX_FILES_PER_PART = 2_000
MAX_BYTES_PER_PART = 32_000_000
"""The bounds of one part, without shared files."""

MAX_SHARED_BYTES = 64_000_000
"""The bound of the shared files of a repository; more files stay in their own part only."""

INDEX = (*COMMIT, "path string", "size int!", "storage boolean!", "imported strings")
SHARED = (*COMMIT, "path string")


def split_commits(rows: DataFrame, settings: Settings) -> DataFrame:
    """Add the columns `part` and `wanted`: shared files are in every part and analyzed (`wanted`) in one.

    Counts the files of each commit, which evaluates the frame once.
    """
    from pyspark.sql import functions as f

    sizes = rows.groupBy(*KEYS).agg(f.count("*").alias("files"), f.sum(f.length("content")).alias("bytes"))
    needed = f.greatest(f.ceil(f.col("files") / MAX_FILES_PER_PART), f.ceil(f.col("bytes") / MAX_BYTES_PER_PART), f.lit(1))
    large = [
        (row["repository"], row["commit"], int(row["parts"]))
        for row in sizes.select(*KEYS, needed.alias("parts")).filter("parts > 1").collect()
    ]
    if not large:
        return rows.withColumn("part", f.lit(0)).withColumn("wanted", f.lit(True))
    parts = rows.sparkSession.createDataFrame(large, struct((*COMMIT, "parts int!")))
    return _spread(rows.join(f.broadcast(parts), list(KEYS), "left"), settings)


def _spread(rows: DataFrame, settings: Settings) -> DataFrame:
    from pyspark.sql import functions as f

    shared = _shared(rows.filter("parts > 1").select(*KEYS, "path", "content"), settings).withColumn("shared", f.lit(True))
    own = f.coalesce(f.expr("cast(pmod(crc32(cast(path as binary)), parts) as int)"), f.lit(0))
    placed = rows.withColumn("own", own).join(shared, [*KEYS, "path"], "left")
    everywhere = f.expr("case when shared then sequence(0, parts - 1) else array(own) end")
    spread = placed.withColumn("part", f.explode(everywhere)).withColumn("part", f.col("part").cast("int"))
    return spread.select(*KEYS, "path", "content", "error", "part", (f.col("part") == f.col("own")).alias("wanted"))


def _shared(rows: DataFrame, settings: Settings) -> DataFrame:
    """Find the shared files of each repository."""

    def index(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        engine, loader = Engine(settings, StoredFiles(settings, {})), Loader()
        for each in batches:
            yield batch([_indexed(engine, loader, row) for row in each.to_pylist()], INDEX)

    def share(found: Iterable[Row]) -> list[dict[str, Any]]:
        return [{"path": path} for path in shared_of(list(found))]

    indexed = rows.mapInArrow(index, struct(INDEX)).filter("path is not null")
    return by_group(indexed, KEYS, share, SHARED, None)


def _indexed(engine: Engine, loader: Loader, row: dict[str, Any]) -> dict[str, Any]:
    """Index the imports of a file and whether it touches storage; without a path for tests, notebooks and files that are not checked."""
    kept = {"repository": row["repository"], "commit": row["commit"], "size": 0, "storage": False}
    try:
        path = path_in(row["path"])
    except ValueError:
        return kept
    data = row["content"]
    if data is None or not is_checked(path, engine.settings) or path.suffix == ".ipynb" or is_test(path, engine.settings):
        return kept
    return {
        **kept,
        "path": row["path"],
        "size": len(data),
        "storage": bool(engine.prefilter.mentions(data)),
        "imported": sorted(loader.imported_names(path, data)),
    }


def shared_of(rows: list[dict[str, Any]]) -> list[str]:
    """Return the paths of modules reachable from storage code, then of its dependents, up to `MAX_SHARED_BYTES`."""
    imported = {Path(row["path"]): frozenset(row["imported"] or ()) for row in rows}
    storage = {module_name(Path(row["path"])) for row in rows if row["storage"]}
    reachable = reachable_from(storage, imported, MAX_IMPORT_DISTANCE)
    related = reachable | dependents_of(storage, imported, MAX_IMPORT_DISTANCE)

    def importance(row: Row) -> tuple[bool, bool, str]:
        return module_name(Path(row["path"])) not in reachable, not row["storage"], row["path"]

    wanted = sorted((row for row in rows if module_name(Path(row["path"])) in related), key=importance)
    totals = accumulate(row["size"] for row in wanted)
    return [row["path"] for row, total in zip(wanted, totals, strict=True) if total <= MAX_SHARED_BYTES]
