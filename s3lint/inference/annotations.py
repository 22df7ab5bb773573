"""Evaluate annotations to the values that they promise: `client: S3Client`, `"Table | None"`, `Annotated[Bucket, …]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.code_values import Class, Instance
from s3lint.inference.duck_typing import is_untyped
from s3lint.inference.library_values import (
    BucketHandle,
    Client,
    DeltaHandle,
    FileSystem,
    Frame,
    ItemTable,
    ObjectHandle,
    Session,
    SparkSession,
)
from s3lint.inference.place import Place
from s3lint.inference.values import Reference, Unknown, Value
from s3lint.syntax.literals import literal_value
from s3lint.syntax.names import last_name

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator

STUBS = ("mypy_boto3_", "types_boto3_", "types_aiobotocore_")

TRANSPARENT = frozenset({"Optional", "Annotated", "Final", "ClassVar", "Awaitable", "Type"})
"""Generic forms whose first argument is the type that matters."""

YIELDING = frozenset({"Generator", "Iterator", "Iterable", "AsyncGenerator", "AsyncIterator", "AsyncIterable"})


def annotated_value(evaluator: Evaluator, node: cst.BaseExpression, place: Place) -> Value | None:
    """Return the value that an annotation promises, or None where it says nothing that s3lint knows."""
    for part in _plain_types(evaluator, node, place):
        reference = evaluator.evaluate(part, place)
        if isinstance(reference, Reference):
            found = instance_of(reference.path)
            if found is not None:
                return found
        if isinstance(reference, Class) and not _is_protocol(reference):
            return Instance(reference.scope)
    return None


def _is_protocol(kind: Class) -> bool:
    """Tell whether a class only describes objects of other classes (`typing.Protocol`)."""
    header = kind.scope.header
    return header is not None and any(_name_of(arg.value) == "Protocol" for arg in header.bases)


def _name_of(node: cst.BaseExpression) -> str:
    """Return the name of a class without its module and its type arguments."""
    return last_name(node.value if isinstance(node, cst.Subscript) else node)


def _plain_types(evaluator: Evaluator, node: cst.BaseExpression, place: Place) -> list[cst.BaseExpression]:
    """Return the named types in an annotation, without `None` and the generic forms around them."""
    pending: list[cst.BaseExpression] = [node]
    found: list[cst.BaseExpression] = []
    while pending:
        part = pending.pop(0)
        if isinstance(part, (cst.SimpleString, cst.ConcatenatedString)):
            pending += _quoted(evaluator, part)
        elif isinstance(part, cst.BinaryOperation) and isinstance(part.operator, cst.BitOr):
            pending += [part.left, part.right]
        elif isinstance(part, cst.Subscript):
            pending += _generic(part)
        elif isinstance(part, (cst.Name, cst.Attribute)) and not (isinstance(part, cst.Name) and part.value == "None"):
            found.append(part)
    return found


def _quoted(evaluator: Evaluator, node: cst.SimpleString | cst.ConcatenatedString) -> list[cst.BaseExpression]:
    try:
        text = literal_value(node) if isinstance(node, cst.SimpleString) else node.evaluated_value
    except (SyntaxError, ValueError):
        return []
    # `client: "S3Client"`: a forward reference is an expression inside of a string.
    return [parsed] if isinstance(text, str) and (parsed := evaluator.parsed(node, text)) is not None else []


def _generic(node: cst.Subscript) -> list[cst.BaseExpression]:
    name = node.value.attr.value if isinstance(node.value, cst.Attribute) else getattr(node.value, "value", "")
    if name == "Union":
        return [element.slice.value for element in node.slice if isinstance(element.slice, cst.Index)]
    if name in TRANSPARENT or name in YIELDING:
        first = node.slice[0].slice
        return [first.value] if isinstance(first, cst.Index) else []
    return [node.value]


def promises_more(promised: Value | None, value: Value) -> bool:
    """Tell whether an annotation says more than the value that is found: it names a service, and nothing is known of the value."""
    # A `Reference` or `Instance` from an annotation tells no more than the class; the value may tell its arguments.
    return promised is not None and not isinstance(promised, (Reference, Instance)) and is_untyped(value)


def instance_of(path: str) -> Value | None:
    """Return the value of an object whose class has a dotted path."""
    package, _, name = path.rpartition(".")
    for prefix in STUBS:
        if path.startswith(prefix):
            return _stubbed(package.removeprefix(prefix).partition(".")[0], name)
    known = _KNOWN.get(path)
    if known is not None:
        return known
    if (not package and path not in ("bytes", "bytearray")) or package in ("typing", "typing_extensions", "collections.abc", "io"):
        return None
    if path.startswith("pyspark.sql.") and name == "DataFrame":
        return Frame("spark")
    return Reference(f"{path}()")


def _stubbed(service: str, name: str) -> Value | None:
    if name in ("S3Client", "DynamoDBClient", "Client"):
        return Client(service)
    if name in ("S3ServiceResource", "DynamoDBServiceResource", "ServiceResource"):
        return Client(service, resource=True)
    unknown = Unknown("given by an annotation alone")
    if name == "Bucket":
        return BucketHandle(unknown)
    if name in ("Object", "ObjectSummary"):
        return ObjectHandle(unknown, unknown)
    if name == "Table" and service == "dynamodb":
        return ItemTable(unknown)
    return Client(service) if name.endswith("Client") else None


_UNKNOWN = Unknown("given by an annotation alone")

_KNOWN: dict[str, Value] = {
    "boto3.Session": Session(),
    "boto3.session.Session": Session(),
    "aioboto3.Session": Session(),
    "s3fs.S3FileSystem": FileSystem("s3fs"),
    "s3fs.core.S3FileSystem": FileSystem("s3fs"),
    "pyarrow.fs.S3FileSystem": FileSystem("pyarrow"),
    "pyspark.sql.SparkSession": SparkSession(),
    "pyspark.sql.session.SparkSession": SparkSession(),
    "databricks.connect.DatabricksSession": SparkSession(),
    "awsglue.context.GlueContext": SparkSession(glue=True),
    "awsglue.dynamicframe.DynamicFrame": Frame("glue"),
    "pandas.DataFrame": Frame("pandas"),
    "pandas.Series": Frame("pandas"),
    "pyspark.pandas.DataFrame": Frame("pyspark.pandas"),
    "pyspark.pandas.Series": Frame("pyspark.pandas"),
    "polars.DataFrame": Frame("polars"),
    "polars.LazyFrame": Frame("polars"),
    "pyarrow.Table": Frame("pyarrow"),
    "dask.dataframe.DataFrame": Frame("dask"),
    "delta.tables.DeltaTable": DeltaHandle("spark", _UNKNOWN),
    "delta.DeltaTable": DeltaHandle("spark", _UNKNOWN),
    "deltalake.DeltaTable": DeltaHandle("delta-rs", _UNKNOWN),
    "deltalake.table.DeltaTable": DeltaHandle("delta-rs", _UNKNOWN),
}
