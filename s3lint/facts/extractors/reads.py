"""Extract reads into Spark frames: by readers, and from rows in memory by `createDataFrame`."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from s3lint.facts import Fact, TableRead
from s3lint.facts.call_view import CallView
from s3lint.facts.extractor import from_calls
from s3lint.finding import Confidence
from s3lint.inference.library_values import Frame, Reader, SparkSession
from s3lint.inference.values import Reference, alternatives


@from_calls("reads")
def table_reads(view: CallView) -> Iterator[Fact]:
    """Yield a `TableRead` for each frame that a call may return."""
    for receiver, confidence in view.receivers():
        if isinstance(receiver, Reader) or (isinstance(receiver, SparkSession) and view.name == "createDataFrame"):
            value = view.callers.evaluate(view.call.node, view.place)  # type: ignore[arg-type]
            for frame in alternatives(value):
                if isinstance(frame, Frame) and frame.sources:
                    sure = Confidence.MEDIUM if isinstance(receiver, Reader) and receiver.duck_typed else confidence
                    yield _read(frame.sources[0], view, sure)


def _read(reader: Reader, view: CallView, confidence: Confidence) -> TableRead:
    method = reader.method or view.method
    return TableRead(
        method, view.place, confidence, reader.format, reader.schema, reader.options, reader.path, method,
        from_rdd=_is_rdd(view), only_for_schema=_is_only_for_schema(view),
    )  # fmt: skip


def _is_rdd(view: CallView) -> bool:
    """Tell whether a reader is given an RDD instead of a path: `spark.read.json(rdd)`."""
    written = view.arguments.written("path", 0)
    if written is None:
        return False
    value = view.callers.evaluator.evaluate(written.node, written.place)
    path = value.path if isinstance(value, Reference) else ""
    return "parallelize" in path or ".rdd" in path or "rdd" in written.name.lower()


def _is_only_for_schema(view: CallView) -> bool:
    """Tell whether the code takes only `.schema` of the frame."""
    parent = view.place.step.parents.get(id(view.call.node))
    return isinstance(parent, cst.Attribute) and parent.attr.value in ("schema", "columns")
