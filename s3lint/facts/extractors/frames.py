"""Extract writes of frames outside Spark: pandas, polars, dask, pyarrow, duckdb, awswrangler, delta-rs, pandas-on-Spark."""

from __future__ import annotations

from collections.abc import Iterator

from s3lint.facts import Fact, TableWrite
from s3lint.facts.call_view import CallView
from s3lint.facts.extractor import from_calls
from s3lint.facts.extractors.writes import sources_of, text
from s3lint.finding import Confidence
from s3lint.inference.library_values import Frame
from s3lint.inference.values import Absent, Constant, Reference, Text, Unknown, Value
from s3lint.storage.table_formats import written_format
from s3lint.triggers.api_names import ARROW_SINKS, DELTA_SINKS, OTHER_SINKS, PANDAS_SINKS, POLARS_SINKS

PATH_KEYWORDS = (
    "path", "path_or_buf", "path_or_buffer", "excel_writer", "buf", "filename", "url_path", "file", "target", "where", "root_path",
    "base_dir", "dest", "file_name", "table_or_uri", "s3_output", "table_location",
)  # fmt: skip

FRAME_METHODS = PANDAS_SINKS | POLARS_SINKS | OTHER_SINKS | DELTA_SINKS

ONE_POSITION = POLARS_SINKS - {"write_avro"} | {"write_delta", "sink_delta"}
"""Methods of polars that take options by keyword alone: `store.write_parquet(frame, path)` is a method of something else."""

CATALOG_METHODS = frozenset({"to_table", "to_spark_io"})
"""Methods whose first argument is a table or a format, not a path."""

FUNCTIONS = {
    "pyarrow.parquet.write_table": 1,
    "pyarrow.parquet.write_to_dataset": 1,
    "pyarrow.parquet.write_metadata": 1,
    "pyarrow.dataset.write_dataset": 1,
    "pyarrow.parquet.ParquetWriter": 0,
    "pyarrow.orc.write_table": 1,
    "pyarrow.feather.write_feather": 1,
    "deltalake.write_deltalake": 0,
    "deltalake.writer.write_deltalake": 0,
    "dask.dataframe.to_parquet": 1,
    "dask.dataframe.to_csv": 1,
    "dask.dataframe.to_json": 1,
    "dask.dataframe.to_orc": 1,
    "awswrangler.athena.unload": 1,
    "awswrangler.redshift.unload_to_files": 1,
    "awswrangler.timestream.unload_to_files": 1,
    "awswrangler.athena.create_ctas_table": 4,
    "awswrangler.athena.to_iceberg": 5,
}
"""Library functions that write, with the position of the path."""

PARQUET_BY_DEFAULT = {
    "awswrangler.athena.unload": ("file_format", 3),
    "awswrangler.athena.create_ctas_table": ("storage_format", 5),
    "awswrangler.redshift.unload_to_files": ("unload_format", 8),
    "awswrangler.timestream.unload_to_files": ("unload_format", 2),
}
"""Functions that write Parquet if no format is given, or None (awswrangler 3.17), with name and position of the format's parameter."""


@from_calls("writes")
def frame_writes(view: CallView) -> Iterator[Fact]:
    """Yield the `TableWrite` of a call, then the reads that its rows come from."""
    if view.name in FRAME_METHODS or view.name in ARROW_SINKS:
        write = _wrangler(view) or _function(view) or _method(view)
        if write is not None:
            yield write
            yield from sources_of(write)


def _wrangler(view: CallView) -> TableWrite | None:
    """Return the write of `awswrangler.s3.to_*`, which always goes to S3; None for any other call."""
    if not view.path.startswith("awswrangler.s3."):
        return None
    form = "delta" if "deltalake" in view.name else written_format(view.name)
    # An unknown path still is on S3: these functions write nowhere else.
    path = view.arguments.get("path", 1)
    return _made(view, Confidence.HIGH, "awswrangler", text(form), path if isinstance(path, Text) else text("s3://"))


def _function(view: CallView) -> TableWrite | None:
    """Return the write of a library function in `FUNCTIONS`; None for any other call."""
    position = FUNCTIONS.get(view.path)
    if position is None:
        return None
    library = view.path.partition(".")[0]
    if view.path in PARQUET_BY_DEFAULT:
        given = view.arguments.get(*PARQUET_BY_DEFAULT[view.path])
        form = text("parquet") if isinstance(given, Absent) or given == Constant(None) else given
    else:
        given = view.arguments.get("format")
        form = text("delta" if library == "deltalake" else written_format(view.name)) if isinstance(given, Absent) else given
    return _made(view, Confidence.HIGH, library, form, _path(view, position))


def _method(view: CallView) -> TableWrite | None:
    """Return the write of a method on a frame; None if its receiver is known and no frame, or if it writes nowhere."""
    if not _goes_somewhere(view):
        return None
    for receiver, confidence in view.receivers():
        if isinstance(receiver, Frame) and receiver.library != "spark":
            return _frame_write(view, receiver, confidence, receiver.library)
        if not isinstance(receiver, Reference) and view.is_untyped(receiver):
            if view.name in ONE_POSITION and view.arguments.count > 1:
                return None
            return _frame_write(view, receiver, Confidence.MEDIUM, "pandas" if view.name in PANDAS_SINKS else "polars")
        if isinstance(receiver, Reference) and receiver.path.startswith(("pandas.", "polars.", "dask.", "pyarrow.", "duckdb.")):
            return _frame_write(view, receiver, Confidence.MEDIUM, receiver.path.partition(".")[0])
    return None


def _goes_somewhere(view: CallView) -> bool:
    """Tell whether a call names a destination: without one, methods such as `to_csv` return the text instead of writing it."""
    given = view.arguments
    return view.name in CATALOG_METHODS or given.count > 0 or given.spreads or any(name in PATH_KEYWORDS for name in given.keywords)


def _frame_write(view: CallView, frame: Value, confidence: Confidence, library: str) -> TableWrite | None:
    if view.name in ARROW_SINKS:
        return None
    form: Value = text("delta" if view.name in ("write_delta", "sink_delta", "to_delta") else written_format(view.name))
    if view.name in CATALOG_METHODS:
        form = view.arguments.get("format", 1)
    return _made(view, confidence, library, form, _path(view, 0), frame)


def _path(view: CallView, position: int) -> Value:
    """Return the destination, by any of the keywords that libraries use for it, or by position."""
    for keyword in PATH_KEYWORDS:
        value = view.arguments.get(keyword)
        if not isinstance(value, Absent):
            return value
    return view.arguments.get(None, position)


def _made(view: CallView, confidence: Confidence, library: str, form: Value, path: Value, frame: Value | None = None) -> TableWrite:
    # `write_deltalake(table, data, mode)` is the only one of these that takes its mode by position.
    mode = view.arguments.get("mode", 2 if view.path.endswith("write_deltalake") else None)
    return TableWrite(
        view.site, view.place, confidence, library, form, mode, path, view.method, frame or Unknown("the frame is an argument"),
        table=view.name == "to_table", operation=view.name, arguments=view.arguments,
        file_system=view.arguments.get("filesystem"),
    )  # fmt: skip
