"""Values of the storage libraries: clients, buckets, items, sessions, frames, readers and writers."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal

from s3lint.inference.values import Absent, Mapping, Unknown, Value
from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    from s3lint.inference.arguments import Arguments
    from s3lint.syntax.flow import Scope
    from s3lint.syntax.site import Site

MERGE_CLAUSES = ("whenMatched", "whenNotMatched", "when_matched", "when_not_matched")
"""Beginnings of the methods that only a Delta merge has."""


@frozen()
class Session(Value):
    """`boto3.Session()` and its async twins."""


@frozen()
class Client(Value):
    """A boto3-like client, or the service resource where `resource` is set. `plain` clients take plain Python item values."""

    service: str
    resource: bool = False
    plain: bool = False
    arguments: Arguments | None = field(default=None, compare=False, repr=False)
    """Those of the call that makes it, where that is resolved."""


@frozen()
class BucketHandle(Value):
    """`resource.Bucket(name)`. `duck_typed`: the resource is known by the shape of the call alone."""

    name: Value
    duck_typed: bool = False


@frozen()
class ObjectHandle(Value):
    """`resource.Object(bucket, key)` or `ObjectSummary`."""

    bucket: Value
    key: Value
    duck_typed: bool = False


@frozen()
class SubResource(Value):
    """An argument-less sub-resource: `Acl`, `Policy`, … of a bucket or an object."""

    kind: str
    bucket: Value
    key: Value = field(default_factory=Absent)
    duck_typed: bool = False


@frozen()
class Operation(Value):
    """A paginator or waiter for an operation of a client."""

    client: Client
    name: str


@frozen()
class ItemTable(Value):
    """A DynamoDB `Table`, or its batch writer."""

    name: Value
    batch: bool = False


@frozen()
class SparkSession(Value):
    """A Spark session, or a Glue context that owns one."""

    glue: bool = False


@frozen()
class Reader(Value):
    """`spark.read…`: what its chain of calls has set so far. `schema` is `Absent` until one is given."""

    format: Value = field(default_factory=Absent)
    schema: Value = field(default_factory=Absent)
    options: Mapping = field(default_factory=Mapping)
    path: Value = field(default_factory=Absent)
    duck_typed: bool = False
    """Whether the session that reads is not resolved."""
    method: Site | None = field(default=None, compare=False)
    """The method that names the format."""


@frozen()
class Frame(Value):
    """A data frame, table or relation of a library, and the reads that its rows come from."""

    library: str
    sources: tuple[Reader, ...] = ()


@frozen()
class Writer(Value):
    """`frame.write…`, `frame.writeStream…` or `frame.writeTo(table)…`: what its chain of calls has set so far."""

    frame: Value = field(default_factory=Unknown)
    kind: Literal["batch", "stream", "v2"] = "batch"
    format: Value = field(default_factory=Absent)
    mode: Value = field(default_factory=Absent)
    options: Mapping = field(default_factory=Mapping)
    partitions: Value = field(default_factory=Absent)
    table: Value = field(default_factory=Absent)
    method: Site | None = field(default=None, compare=False)
    """The method that fixes the format."""


@frozen()
class DeltaHandle(Value):
    """A Delta table: `DeltaTable.forPath(spark, path)` (Spark) or `DeltaTable(uri)` (delta-rs)."""

    library: str
    location: Value


@frozen()
class DeltaBuilder(Value):
    """A Delta builder that does nothing until one of its `execute` methods is called."""

    library: str
    kind: str
    clauses: tuple[str, ...] = ()
    start: Site | None = field(default=None, compare=False)


@frozen()
class FileSystem(Value):
    """A file system object on S3: s3fs, fsspec or pyarrow."""

    library: str


@frozen()
class CloudPath(Value):
    """A path of cloudpathlib or universal-pathlib; `uri` is its text."""

    uri: Value


@frozen()
class Buffer(Value):
    """`io.BytesIO`, `io.StringIO`, `pyarrow.BufferOutputStream`: bytes in memory, or the handle of an open file."""

    kind: str
    path: Value = field(default_factory=Absent)
    scope: Scope | None = field(default=None, compare=False, repr=False)
    """The function that makes it."""
