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
from s3lint.syntax.flow import Step
from s3lint.syntax.names import called_name

OF_SCHEMA = frozenset({"schema", "columns", "dtypes"})

MAKING_RDDS = frozenset({"parallelize", "textFile", "wholeTextFiles"})


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
    if isinstance(written.node, cst.Call) and called_name(written.node.func) in MAKING_RDDS:
        return True
    value = view.callers.evaluator.evaluate(written.node, written.place)
    path = value.path if isinstance(value, Reference) else ""
    return "parallelize" in path or ".rdd" in path or "rdd" in written.name.lower()


def _is_only_for_schema(view: CallView) -> bool:
    """Tell whether the code takes only the schema, or the names in the first line, of the frame, directly or by a name for it."""
    parents = view.place.step.parents
    node: cst.CSTNode = view.call.node
    parent = parents.get(id(node))
    while (
        isinstance(parent, cst.Attribute) and parent.attr.value == "limit" and isinstance(call := parents.get(id(parent)), cst.Call)
    ):
        node, parent = call, parents.get(id(call))
    if isinstance(parent, cst.Attribute):
        return parent.attr.value in OF_SCHEMA
    assigned = isinstance(parent, cst.Assign) and parent.value is node and len(parent.targets) == 1
    target = parent.targets[0].target if assigned and isinstance(parent, cst.Assign) else None
    return isinstance(target, cst.Name) and _is_asked_for_schema_alone(target.value, view.place.step)


def _is_asked_for_schema_alone(name: str, step: Step) -> bool:
    """Tell whether every use of a name in a function is `name.columns` or the like."""
    scope = step.suite.scope
    if scope.kind != "function":
        return False
    uses = [(other, node) for other in scope.walk() if other is not step for node, _ in other.nodes if _is_name(node, name)]
    owners = [other.parents.get(id(node)) for other, node in uses]
    return bool(owners) and all(isinstance(owner, cst.Attribute) and owner.attr.value in OF_SCHEMA for owner in owners)


def _is_name(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name
