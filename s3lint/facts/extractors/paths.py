"""Extract paths that code uses as Delta tables, and accesses to the plain files under a path."""

from __future__ import annotations

from collections.abc import Iterator

from s3lint.facts import DeltaPath, Fact, FileAccess
from s3lint.facts.call_view import CallView
from s3lint.facts.extractor import from_calls
from s3lint.finding import Confidence
from s3lint.inference.library_values import DeltaHandle, FileSystem, Reader
from s3lint.inference.queries import texts
from s3lint.inference.values import Absent, Value, alternatives
from s3lint.storage.table_formats import format_name, is_delta
from s3lint.triggers.api_names import PATH_READERS

READ_FUNCTIONS = {
    "pandas.read_parquet": ("path", 0),
    "polars.read_parquet": ("source", 0),
    "polars.scan_parquet": ("source", 0),
    "pyarrow.parquet.read_table": ("source", 0),
    "pyarrow.parquet.ParquetDataset": ("path_or_paths", 0),
    "dask.dataframe.read_parquet": ("path", 0),
    "awswrangler.s3.read_parquet": ("path", 0),
}
"""Library functions that read Parquet files, with the keyword and position of the path."""

FILE_SYSTEM_DELETES = frozenset({"rm", "rmdir", "delete"})


@from_calls("paths")
def delta_paths(view: CallView) -> Iterator[Fact]:
    """Yield the path of a Delta table that a call opens or converts, or that a reader loads with Delta as its only format."""
    if view.name in ("forPath", "convertToDelta", "DeltaTable"):
        for made in alternatives(view.callers.evaluator.invoke(view.callee, view.arguments, view.place)):
            if isinstance(made, DeltaHandle):
                yield DeltaPath(view.site, view.place, Confidence.HIGH, made.location)
    elif view.name == "load":
        for reader, confidence in view.receivers():
            if isinstance(reader, Reader) and _formats(reader, view) == {"delta"}:
                yield DeltaPath(view.site, view.place, confidence, view.arguments.get("path", 0))


@from_calls("paths")
def file_accesses(view: CallView) -> Iterator[Fact]:
    """Yield a `FileAccess` for a call that reads Parquet files or deletes files under a path."""
    if view.path in READ_FUNCTIONS:
        name, position = READ_FUNCTIONS[view.path]
        yield FileAccess(view.site, view.place, Confidence.HIGH, "read", view.arguments.get(name, position))
    elif view.path == "awswrangler.s3.delete_objects":
        yield FileAccess(view.site, view.place, Confidence.HIGH, "delete", view.arguments.get("path", 0))
    # Methods; the names in `PATH_READERS` are functions of libraries that were not found above.
    elif view.name not in PATH_READERS:
        for receiver, confidence in view.receivers():
            yield from _by_receiver(receiver, confidence, view)


def _by_receiver(receiver: Value, confidence: Confidence, view: CallView) -> Iterator[FileAccess]:
    if isinstance(receiver, FileSystem) and view.name in FILE_SYSTEM_DELETES:
        yield FileAccess(view.site, view.place, confidence, "delete", view.arguments.get("path", 0))
    elif isinstance(receiver, Reader) and (view.name == "parquet" or _formats(receiver, view) == {"parquet"}):
        path = view.arguments.get("path" if view.name == "load" else "paths", 0)
        yield FileAccess(view.site, view.place, confidence, "read", path)


def _formats(reader: Reader, view: CallView) -> set[str]:
    """Return the formats that `load` may read; empty if one of them is unknown, or for another method."""
    if view.name != "load":
        return set()
    given = view.arguments.get("format", 1)
    form = reader.format if isinstance(given, Absent) else given
    known = [text.literal for text, _ in texts(form)]
    return {"delta" if is_delta(name) else format_name(name) for name in known if name} if all(known) else set()
