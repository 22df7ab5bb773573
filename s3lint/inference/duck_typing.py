"""Evaluate methods of unknown receivers, where the names and literals of the call alone make the result practically certain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from s3lint.inference.arguments import Arguments, Written
from s3lint.inference.code_values import BoundMethod
from s3lint.inference.evaluator import attribute, method
from s3lint.inference.library_values import (
    MERGE_CLAUSES,
    BucketHandle,
    Client,
    DeltaBuilder,
    Frame,
    ObjectHandle,
    Reader,
    Session,
    Writer,
)
from s3lint.inference.place import Place
from s3lint.inference.values import Parameter, Reference, Text, Unknown, Value, alternatives

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator

SERVICES = frozenset({"s3", "dynamodb", "s3control", "dynamodbstreams", "athena", "redshift-data", "glue"})
"""Services whose name, given to `client` or `resource`, tells what an unknown receiver makes."""

SERIALISERS = frozenset(
    {
        "to_csv",
        "to_json",
        "to_parquet",
        "to_excel",
        "to_feather",
        "to_orc",
        "write_csv",
        "write_json",
        "write_parquet",
        "write_ndjson",
    }
)
"""Methods that only data frames have; without a path they return the text."""

PRESIGNS = frozenset({"generate_presigned_url", "generate_presigned_post"})
"""Methods that only a boto3 client has."""

COMBINING = frozenset({"join", "union", "unionAll", "unionByName", "crossJoin", "intersect"})
"""Methods that make a frame of two."""


def _frames(arguments: Arguments, written: Written) -> Iterator[Frame]:
    value = arguments.evaluator.evaluate(written.node, written.place)
    yield from (choice for choice in alternatives(value) if isinstance(choice, Frame))


@attribute(Unknown, Parameter, BoundMethod)
def duck_typed_attribute(evaluator: Evaluator, owner: Value, name: str, place: Place) -> Value:
    if name == "write":
        return Writer(owner)
    if name == "writeStream":
        return Writer(owner, "stream")
    if name in ("read", "readStream") and _says_spark(owner, place):
        return Reader(duck_typed=True)
    return BoundMethod(owner, name)


def _says_spark(owner: Value, place: Place) -> bool:
    """`self.spark.read`, `session.read`: `read` of anything else is a method of files and sockets."""
    return "spark" in _name(owner) or _name(owner) in ("session", "sqlcontext", "sql_context")


def _name(owner: Value) -> str:
    return owner.name.lower() if isinstance(owner, (BoundMethod, Parameter)) else ""


def _of_resource(name: str, arguments: Arguments) -> Value:
    """`s3.Bucket(name)`, `s3.Object(bucket, key)`: a CDK's construct of that name takes its scope first."""
    count = arguments.count + len(set(arguments.names))
    if name == "Bucket" and count == 1:
        return BucketHandle(arguments.get("name", 0), duck_typed=True)
    if name == "Object" and count == 2:
        return ObjectHandle(arguments.get("bucket_name", 0), arguments.get("key", 1), duck_typed=True)
    return Unknown(f"`{name}` of an unknown resource")


@method(Unknown, Parameter, BoundMethod)
def duck_typed_method(evaluator: Evaluator, owner: Value, name: str, arguments: Arguments, place: Place) -> Value:
    if name in ("client", "resource", "create_client"):
        service = arguments.get("service_name", 0)
        if isinstance(service, Text) and service.literal in SERVICES:
            return Client(service.literal, resource=name == "resource")
    if name in ("Session", "get_session"):
        return Session()
    if name in ("Bucket", "Object") and "s3" in _name(owner):
        return _of_resource(name, arguments)
    if name == "writeTo":
        return Writer(owner, "v2", table=arguments.get("table", 0))
    if name in COMBINING:
        frames = [frame for written in arguments.positional() for frame in _frames(arguments, written)]
        if frames:
            return Frame(frames[0].library, tuple(dict.fromkeys(source for frame in frames for source in frame.sources)))
    if name in PRESIGNS:
        return Reference(f"boto3.s3.{name}()", arguments, owner)
    if name in SERIALISERS:
        return Reference(f"DataFrame().{name}()", arguments, owner)
    if name.startswith(MERGE_CLAUSES):
        return DeltaBuilder("spark" if name[4].isupper() else "delta-rs", "merge", (name,))
    return Unknown(f"what `{name}` returns is not known", (owner,))
