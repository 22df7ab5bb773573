"""Extract writes of frames by Spark's writers, RDDs, catalogs, pipelines and Glue."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from s3lint.facts import Fact, TableRead, TableWrite
from s3lint.facts.call_view import CallView
from s3lint.facts.extractor import from_calls
from s3lint.finding import Confidence
from s3lint.inference.library_values import Frame, Reader, Writer
from s3lint.inference.models.spark import with_options
from s3lint.inference.values import Absent, Chunk, Constant, Mapping, Reference, Text, Unknown, Value, alternatives
from s3lint.syntax.site import Site
from s3lint.triggers.api_names import (
    CATALOG_SINKS,
    GLUE_SINKS,
    PIPELINE_SINKS,
    RDD_SINKS,
    SPARK_FORMATS,
    SPARK_SINKS,
    SPARK_SINKS_V2,
)

MODE_POSITIONS = {"save": 2, "saveAsTable": 2, "json": 1, "csv": 1, "parquet": 1, "orc": 1, "xml": 2}
"""Position of the parameter `mode` in methods of `pyspark.sql.DataFrameWriter`."""


def text(value: str) -> Text:
    """Return a known text without a site."""
    return Text((Chunk(value),))


@from_calls("writes")
def spark_writes(view: CallView) -> Iterator[Fact]:
    """Yield the `TableWrite` of a Spark writer's last call, then the reads that its rows come from."""
    # Of the v2 methods only `overwrite(condition)` takes an argument; the same names are common elsewhere.
    fits_v2 = view.name in SPARK_SINKS_V2 and len(view.call.positional) == (view.name == "overwrite")
    if view.name not in SPARK_SINKS and not fits_v2:
        return
    for writer, confidence in view.receivers():
        if isinstance(writer, Writer):
            sure = confidence if isinstance(writer.frame, Frame) else Confidence.MEDIUM
            write = _write(writer, sure, view)
            if write is not None:
                yield write
                yield from sources_of(write)


def _write(writer: Writer, confidence: Confidence, view: CallView) -> TableWrite | None:
    if writer.kind == "v2":
        return _write_v2(writer, confidence, view) if view.name in SPARK_SINKS_V2 else None
    # A `DataStreamWriter` has no methods such as `parquet`: its format is set by `format(…)`.
    if view.name not in SPARK_SINKS or (view.name in SPARK_FORMATS and writer.kind == "stream"):
        return None
    options = with_options(writer.options, view.name, view.arguments)
    table = view.name in ("saveAsTable", "toTable", "insertInto")
    path = view.arguments.get("tableName" if view.name != "saveAsTable" else "name", 0) if table else _path(view, options)
    form, method = _format(writer, view)
    return TableWrite(
        view.site, view.place, confidence, "spark", form, _mode(writer, view), path, method, writer.frame, table,
        options, writer.partitions, writer.kind, view.name,
    )  # fmt: skip


def _path(view: CallView, options: Mapping) -> Value:
    path = view.arguments.get("path", 0)
    return options.get("path") if isinstance(path, Absent) else path


def _format(writer: Writer, view: CallView) -> tuple[Value, Site]:
    if view.name in SPARK_FORMATS:
        return text(view.name), view.method
    if view.name == "insertInto":
        return Absent(), view.method
    given = view.arguments.get("format", 1)
    if not isinstance(given, Absent):
        return given, view.method
    return writer.format, writer.method or view.method


def _mode(writer: Writer, view: CallView) -> Value:
    if view.name == "insertInto":
        # Its argument `overwrite` replaces the mode that was set before.
        overwrite = view.arguments.get("overwrite", 1)
        on = isinstance(overwrite, Constant) and overwrite.value is True
        return text("overwrite").at(overwrite.site) if on else writer.mode
    given = view.arguments.get("mode", MODE_POSITIONS.get(view.name))
    return writer.mode if isinstance(given, Absent) else given


def _write_v2(writer: Writer, confidence: Confidence, view: CallView) -> TableWrite:
    """Return the write of `frame.writeTo(table)…`; what its method does to the table is the mode."""
    mode = {"overwrite": "overwrite-condition", "overwritePartitions": "overwrite-partitions"}.get(view.name, view.name)
    return TableWrite(
        view.site, view.place, confidence, "spark", writer.format, text(mode).at(view.method), writer.table,
        writer.method or view.method, writer.frame, True, writer.options, writer.partitions, "v2", view.name,
    )  # fmt: skip


def sources_of(write: TableWrite) -> Iterator[TableRead]:
    """Yield the reads that the written rows come from."""
    if isinstance(write.frame, Frame):
        for reader in write.frame.sources:
            if reader.method is not None:
                yield read_fact(reader, write)


def read_fact(reader: Reader, write: TableWrite) -> TableRead:
    """Return the read of a reader whose rows a write stores."""
    assert reader.method is not None
    return TableRead(
        reader.method, write.place, Confidence.HIGH, reader.format, reader.schema, reader.options, reader.path,
        reader.method, write,
    )  # fmt: skip


@from_calls("writes")
def rdd_writes(view: CallView) -> Iterator[Fact]:
    """Yield the `TableWrite` of an RDD; its format is in the method's name (`saveAsTextFile`)."""
    if view.name in RDD_SINKS and view.is_method:
        form = text(view.name.removeprefix("saveAs").removesuffix("File").lower())
        path = view.arguments.get("path", 0)
        yield TableWrite(
            view.site, view.place, Confidence.HIGH, "rdd", form, Absent(), path, view.method, Unknown(), operation=view.name
        )


@from_calls("writes")
def declared_tables(view: CallView) -> Iterator[Fact]:
    """Yield a `TableWrite` for a table of the catalog or of a declarative pipeline; its format is an argument."""
    if view.name in CATALOG_SINKS and any(_is_catalog(receiver) for receiver, _ in view.receivers()):
        path, form = view.arguments.get("path", 1), view.arguments.get("source", 2)
    elif view.path.startswith("pyspark.pipelines.") and view.name in PIPELINE_SINKS:
        options = view.arguments.get("options")
        path = options.get("path") if isinstance(options, Mapping) else Absent()
        form = view.arguments.get("format", 1 if view.name == "create_sink" else None)
    else:
        return
    yield TableWrite(
        view.site, view.place, Confidence.HIGH, "spark", form, Absent(), path, view.method, Unknown("nothing is written yet"),
        isinstance(path, Absent), kind="declared", operation=view.name,
    )  # fmt: skip


def _is_catalog(receiver: Value) -> bool:
    return isinstance(receiver, Reference) and receiver.path == "spark.catalog"


@from_calls("writes")
def glue_writes(view: CallView) -> Iterator[Fact]:
    """Yield the `TableWrite` of Glue's dynamic frames, by `from_options` or by a sink's `setFormat`."""
    if view.name not in GLUE_SINKS or not view.is_method:
        return
    if view.name == "setFormat":
        yield from _sink_format(view)
    elif view.name != "getSink" and _writes_dynamic_frame(view):
        yield from _glue_write(view)


def _writes_dynamic_frame(view: CallView) -> bool:
    if view.name in ("write_dynamic_frame_from_options", "write_from_options"):
        return True
    owner = view.function.value if isinstance(view.function, cst.Attribute) else None
    return isinstance(owner, cst.Attribute) and owner.attr.value == "write_dynamic_frame"


def _glue_write(view: CallView) -> Iterator[TableWrite]:
    kind = view.arguments.get("connection_type", 1)
    options = view.arguments.get("connection_options", 2)
    form = view.arguments.get("format", 3)
    if view.name == "from_catalog" or not any(isinstance(k, Text) and k.literal == "s3" for k in alternatives(kind)):
        return
    path = options.get("path") if isinstance(options, Mapping) else Unknown("the options are not known")
    frame = view.arguments.get("frame", 0)
    yield TableWrite(
        view.site, view.place, Confidence.HIGH, "glue", form, Absent(), _as_s3(path), view.method, frame, operation=view.name
    )


def _as_s3(path: Value) -> Value:
    """Return the path, or a bare `s3://` if it is unknown: a connection of type s3 always writes to S3."""
    return path if isinstance(path, Text) else text("s3://")


def _sink_format(view: CallView) -> Iterator[TableWrite]:
    """Yield the write of a sink when its format is set; the path was given to `getSink`."""
    for sink, confidence in view.receivers():
        if isinstance(sink, Reference) and sink.path.endswith("getSink()") and sink.arguments is not None:
            kind = sink.arguments.get("connection_type", 0)
            if isinstance(kind, Text) and kind.literal == "s3":
                form = view.arguments.get("format", 0)
                path = _as_s3(sink.arguments.get("path"))
                yield TableWrite(
                    view.site, view.place, confidence, "glue", form, Absent(), path, view.method, Unknown(), operation="setFormat"
                )
