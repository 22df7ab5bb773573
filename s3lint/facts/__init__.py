"""Facts: what a call or statement does to storage, as one frozen dataclass for each kind. Rules subscribe to these classes.

A parameter is evaluated when a rule reads it; parameters of the enclosing function take the values that its callers pass.
Imports `inference` and `syntax`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from typing import TYPE_CHECKING, Literal

from s3lint.finding import Confidence
from s3lint.inference.values import Absent, Hop, Mapping, Sequence, Text, Union, Value, alternatives
from s3lint.support.frozen import frozen
from s3lint.syntax.site import Site

if TYPE_CHECKING:
    from s3lint.inference.arguments import Arguments, Written
    from s3lint.inference.library_values import Client
    from s3lint.inference.place import Place
    from s3lint.storage.sql import SqlAction
    from s3lint.syntax.flow import Scope


@frozen()
class Fact:
    """Base of all facts. `site` is where a report points, `place` is where its values are evaluated.

    `confidence` is HIGH if the receiver is certain, MEDIUM if it is one of several or recognised by its method's shape.
    """

    site: Site
    place: Place
    confidence: Confidence

    @property
    def scope(self) -> Scope:
        return self.place.scope


@frozen()
class Parameters:
    """The parameters of a storage call by boto3's names, whether passed by keyword, by position, in `ExtraArgs` or in `Params`.

    `positions` names the positional parameters in order, `nested` the parameter whose mapping contains further ones, `bound` the
    values that the receiver fixes, such as the bucket of `bucket.put_object(…)`.
    """

    arguments: Arguments
    positions: tuple[str, ...] = ()
    nested: str | None = None
    bound: dict[str, Value] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """The library's own name of a parameter, by boto3's name."""
    on_get: Callable[[str, Value], object] | None = field(default=None, compare=False, repr=False)
    """Called with each parameter that a rule asks for, to explain what the rule made of the call."""

    def get(self, name: str) -> Value:
        """Return the value of a parameter; `Absent` only if no way to the call passes it."""
        value = self._value_of(name)
        if self.on_get is not None:
            self.on_get(name, value)
        return value

    def _value_of(self, name: str) -> Value:
        if name in self.bound:
            return self.bound[name]
        name = self.aliases.get(name, name)
        direct = self.arguments.get(name, self.positions.index(name) if name in self.positions else None)
        if not isinstance(direct, Absent) or self.nested is None or name in self.positions:
            return direct
        return self.arguments.entry(self.nested, self.positions.index(self.nested), name)

    def written(self, name: str) -> Written | None:
        """Return the expression passed for a parameter; None if the call itself does not contain it."""
        name = self.aliases.get(name, name)
        return self.arguments.written(name, self.positions.index(name) if name in self.positions else None)

    def names(self) -> tuple[str, ...]:
        """Return the names that are certainly passed, each once, by the library's spelling."""
        found = list(self.arguments.names)
        if self.nested is not None:
            for choice in alternatives(self.arguments.get(self.nested, self.positions.index(self.nested))):
                found += choice.names if isinstance(choice, Mapping) else ()
        return tuple(dict.fromkeys([*self.bound, *found]))


@frozen()
class ObjectCall(Fact):
    """A call on S3 objects or buckets. `operation` is boto3's name for it, also if `library` is another one."""

    library: str
    operation: str
    parameters: Parameters
    presigned: bool = False
    on_aws: bool = True
    """Whether the client's endpoint is not known to be another vendor's, which has no storage classes and encryption of AWS."""

    @property
    def writes(self) -> bool:
        """Tell whether the call creates an object; a presigned URL for an upload counts."""
        return self.operation in WRITES

    @property
    def by_boto(self) -> bool:
        """Tell whether boto3 or its transfer library makes the call, so that every parameter of S3 can be passed."""
        return self.library in ("boto3", "s3transfer")

    @property
    def writes_itself(self) -> bool:
        """Tell whether the program itself creates an object through boto3, not a client that is given a presigned URL."""
        return self.writes and self.by_boto and not self.presigned

    @property
    def bucket(self) -> Value:
        return self.parameters.get("Bucket")

    @property
    def key(self) -> Value:
        return self.parameters.get("Key")


WRITES = frozenset(
    {
        "put_object",
        "upload_file",
        "upload_fileobj",
        "copy_object",
        "copy",
        "create_multipart_upload",
        "generate_presigned_post",
    }
)
"""Operations that create an object."""


@frozen()
class Presign(Fact):
    """A presigned URL or post. `expires` is its lifetime in seconds; if `Absent`, boto3's default of 3 600 applies."""

    operation: str
    arguments: Arguments
    expires: Value
    clients: tuple[Client, ...] = ()
    """All clients that may presign; empty unless every possible receiver is a known client."""


@frozen()
class BucketName(Fact):
    """A value used as a bucket's name. `use` is `call` (passed to one) or `name` (assigned to a name such as `RAW_BUCKET`)."""

    value: Value
    use: Literal["call", "name"]
    label: str


@frozen()
class BucketAddress(Fact):
    """A bucket inside a URI, an ARN or an endpoint's URL. `site` is the literal with the bucket's name, or the whole address."""

    bucket: Text
    written: Site
    """The literal with the bucket's name; it may be a constant elsewhere."""


@frozen()
class KeyTemplate(Fact):
    """A value used as an object's key: by a write or, if `named`, by assignment to a name such as `s3_key`."""

    value: Value
    label: str
    named: bool = False


@frozen()
class Attribute:
    """One attribute of a DynamoDB item; nested ones have a dotted name."""

    name: str
    value: Value
    site: Site | None = None
    """The expression of the value in the item."""


@frozen()
class ItemWrite(Fact):
    """A write to DynamoDB. `item` is what it stores: items, expression values of an update, or parameters of PartiQL."""

    operation: str
    item: Value

    def attributes(self) -> Iterator[Attribute]:
        """Yield the attributes of the item at any depth, without the typed wrappers (`{"S": …}`) of DynamoDB's client."""
        yield from _attributes("", self.item, None)


def made_at(value: Value, used: Site) -> tuple[Hop, ...]:
    """Return the data flow of a value to its use: where it is made, if that is another expression, then each hop."""
    elsewhere = value.site is not None and value.site.node is not used.node
    return (*((Hop(value.site, "made here"),) if elsewhere and value.site is not None else ()), *value.trace)


TYPE_TAGS = frozenset({"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"})
"""Type descriptors of DynamoDB (docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html)."""


def _attributes(name: str, value: Value, site: Site | None) -> Iterator[Attribute]:
    if isinstance(value, Union):
        for choice in value.alternatives:
            yield from _attributes(name, choice, site)
    elif isinstance(value, Mapping):
        for item in value.entries:
            # Only the value of an attribute has a type descriptor: at the top of an item `S` is an attribute's name.
            tagged = item.key in TYPE_TAGS and len(value.entries) == 1 and name
            yield from _attributes(name if tagged else f"{name}.{item.key}".lstrip("."), item.value, item.site or site)
    elif isinstance(value, Sequence):
        for element in value.items:
            yield from _attributes(name, element, site)
    else:
        yield Attribute(name, value, site)


@frozen()
class TableRead(Fact):
    """A read of files or rows into a Spark frame. `source` is the path or the rows, `method` the site of the reading method's name."""

    format: Value
    schema: Value
    options: Mapping
    source: Value
    method: Site
    reaches: TableWrite | None = None
    """The write that stores the rows, if one is known."""
    from_rdd: bool = False
    only_for_schema: bool = False
    """Whether the code takes only the schema of the frame (`spark.read.json(path).schema`)."""


@frozen()
class TableWrite(Fact):
    """A write of a frame. `method` is the site of the name that decides the format; `table`: the destination is a table.

    `kind` is batch, stream, v2 (Spark's `writeTo`) or declared (a table in the catalog or of a pipeline)."""

    library: str
    format: Value
    mode: Value
    destination: Value
    method: Site
    frame: Value
    table: bool = False
    options: Mapping = field(default_factory=Mapping)
    partitions: Value = field(default_factory=Absent)
    kind: Literal["batch", "stream", "v2", "declared"] = "batch"
    operation: str = ""
    arguments: Arguments | None = None
    file_system: Value = field(default_factory=Absent)


@frozen()
class DeltaPath(Fact):
    """A path that code uses as a Delta table."""

    path: Value


@frozen()
class FileAccess(Fact):
    """An access to the plain files under a path. `action` is `read` or `delete`."""

    action: Literal["read", "delete"]
    path: Value


@frozen()
class DeltaOperation(Fact):
    """A deletion of rows (`delete`) or of old files (`vacuum`) in a Delta table. `library` is spark or delta-rs."""

    library: str
    operation: str
    arguments: Arguments
    location: Value


@frozen()
class DeltaBuild(Fact):
    """A chain of calls that builds a Delta operation. `kind` is what it builds, such as a merge; `chain` is the site of all of it.

    `clauses` are the names of the methods called on it. `executed` is None if that cannot be known."""

    library: str
    kind: str
    clauses: tuple[str, ...]
    executed: bool | None
    chain: Site
    name: str = ""
    """The name of the method that starts the chain."""


@frozen()
class StringColumn(Fact):
    """A column that a schema declares as text."""

    name: str


@frozen()
class SqlStatement(Fact):
    """One action of a SQL text that runs on an engine over S3: spark, databricks, athena, redshift or duckdb."""

    engine: str
    text: Value
    action: SqlAction


@frozen()
class ClientSetup(Fact):
    """A call that makes a client of S3 or DynamoDB, or a file system on S3. `service` is `s3` or `dynamodb`."""

    service: str
    arguments: Arguments
    endpoint: Value


@frozen()
class SessionSetting(Fact):
    """A setting of Spark, Hadoop or delta-rs: a key of a configuration, a storage option, or an environment variable.

    The key is in lower case and without `spark.hadoop.`. `endpoint` is that which statements beside it set for the same store.
    """

    key: str
    value: Value
    endpoint: Value = field(default_factory=Absent)


@frozen()
class ObjectUrl(Fact):
    """A plain `https://` URL of an object that is built from a bucket or a key, and returned, stored or sent."""

    url: Text
