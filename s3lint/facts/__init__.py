"""What s3lint knows of storage calls: one small class for each kind of fact. Rules subscribe to them.

Values are resolved when a rule asks, with the arguments that callers pass in place of parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from s3lint.finding import Confidence
from s3lint.inference.values import Absent, Hop, Mapping, Sequence, Text, Union, Value, alternatives
from s3lint.syntax.site import Site

if TYPE_CHECKING:
    from s3lint.inference.arguments import Arguments, Written
    from s3lint.inference.library_values import Client
    from s3lint.inference.place import Place
    from s3lint.storage.sql import SqlAction
    from s3lint.syntax.flow import Scope


@dataclass(frozen=True, slots=True)
class Fact:
    """`site` is the call or statement, `method` the name in it that a report points to, `confidence` that of the receiver."""

    site: Site
    place: Place
    confidence: Confidence

    @property
    def scope(self) -> Scope:
        return self.place.scope


@dataclass(frozen=True, slots=True)
class Parameters:
    """The named parameters of a storage call, wherever the call takes them from: keywords, positions, `ExtraArgs`, `Params`."""

    arguments: Arguments
    positions: tuple[str, ...] = ()
    nested: str | None = None
    bound: dict[str, Value] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """What the library calls a parameter that boto3 calls otherwise."""
    on_get: Callable[[str, Value], object] | None = field(default=None, compare=False, repr=False)
    """Called with each parameter that a rule asks for, to explain what the rule made of the call."""

    def get(self, name: str) -> Value:
        """The value of a parameter: `Absent` only where every way to the call leaves it out."""
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
        """The expression of a parameter, where the call itself holds it."""
        name = self.aliases.get(name, name)
        return self.arguments.written(name, self.positions.index(name) if name in self.positions else None)

    def names(self) -> tuple[str, ...]:
        """The names that are certainly passed."""
        found = list(self.arguments.names)
        if self.nested is not None:
            for choice in alternatives(self.arguments.get(self.nested, self.positions.index(self.nested))):
                found += choice.names if isinstance(choice, Mapping) else ()
        return tuple(dict.fromkeys([*self.bound, *found]))


@dataclass(frozen=True, slots=True)
class ObjectCall(Fact):
    """A call on S3 objects or buckets. `operation` is boto3's name of it, whatever library makes it."""

    library: str
    operation: str
    parameters: Parameters
    presigned: bool = False

    @property
    def writes(self) -> bool:
        """Whether it creates an object (a presigned URL for an upload included)."""
        return self.operation in WRITES

    @property
    def by_boto(self) -> bool:
        """Whether boto3 or its transfer library makes the call, so that every parameter of S3 can be passed."""
        return self.library in ("boto3", "s3transfer")

    @property
    def writes_itself(self) -> bool:
        """Whether the program itself creates an object through boto3, not whoever gets a presigned URL."""
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


@dataclass(frozen=True, slots=True)
class Presign(Fact):
    """A presigned URL or post: how long it lives, in seconds (`Absent`: boto3's 3 600)."""

    operation: str
    arguments: Arguments
    expires: Value
    clients: tuple[Client, ...] = ()
    """Whatever may presign, where it is resolved."""


@dataclass(frozen=True, slots=True)
class BucketName(Fact):
    """A value used as a bucket's name. `use` says how: `call`, `name` (by what it is assigned to), `default`."""

    value: Value
    use: str
    label: str


@dataclass(frozen=True, slots=True)
class BucketAddress(Fact):
    """A bucket inside a URI, an ARN or an endpoint's URL. `site` is the address, or the literal in it that holds the name."""

    bucket: Text
    written: Site
    """The literal that holds the name; it may be a constant elsewhere."""


@dataclass(frozen=True, slots=True)
class KeyTemplate(Fact):
    """A value used as an object's key: of a write, or (`named`) assigned to a name that says so."""

    value: Value
    label: str
    named: bool = False


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an item, nested ones with a dotted name."""

    name: str
    value: Value
    site: Site | None = None
    """The expression that stands in the item."""


@dataclass(frozen=True, slots=True)
class ItemWrite(Fact):
    """A write to DynamoDB. `items` holds what is written, `values` the expression values of an update or of PartiQL."""

    operation: str
    item: Value

    def attributes(self) -> Iterator[Attribute]:
        """Every attribute of the item whose value is known in some way, typed wrappers (`{"S": …}`) opened."""
        yield from _attributes("", self.item, None)


def made_at(value: Value, used: Site) -> tuple[Hop, ...]:
    """The way of a value to the place that uses it, with where it is made, if that is elsewhere."""
    elsewhere = value.site is not None and value.site.node is not used.node
    return (*((Hop(value.site, "made here"),) if elsewhere and value.site is not None else ()), *value.trace)


TYPE_TAGS = frozenset({"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"})


def _attributes(name: str, value: Value, site: Site | None) -> Iterator[Attribute]:
    if isinstance(value, Union):
        for choice in value.alternatives:
            yield from _attributes(name, choice, site)
    elif isinstance(value, Mapping):
        for item in value.entries:
            tagged = item.key in TYPE_TAGS and len(value.entries) == 1 and name
            yield from _attributes(name if tagged else f"{name}.{item.key}".lstrip("."), item.value, item.site or site)
    elif isinstance(value, Sequence):
        for element in value.items:
            yield from _attributes(name, element, site)
    else:
        yield Attribute(name, value, site)


@dataclass(frozen=True, slots=True)
class TableRead(Fact):
    """A read into a frame whose schema must come from somewhere."""

    format: Value
    schema: Value
    options: Mapping
    source: Value
    method: Site
    reaches: TableWrite | None = None
    """A write that the rows reach."""
    from_rdd: bool = False
    only_for_schema: bool = False
    """Whether nothing but the schema of the frame is taken."""


@dataclass(frozen=True, slots=True)
class TableWrite(Fact):
    """A write of a frame. `method` is the name that fixes the format; `table` is set where the destination is a table's name."""

    library: str
    format: Value
    mode: Value
    destination: Value
    method: Site
    frame: Value
    table: bool = False
    options: Mapping = field(default_factory=Mapping)
    partitions: Value = field(default_factory=Absent)
    kind: str = "batch"
    operation: str = ""
    arguments: Arguments | None = None
    file_system: Value = field(default_factory=Absent)


@dataclass(frozen=True, slots=True)
class DeltaPath(Fact):
    """A path that code uses as a Delta table."""

    path: Value


@dataclass(frozen=True, slots=True)
class FileAccess(Fact):
    """Plain files that code reads (`read`) or deletes (`delete`) under a path."""

    action: str
    path: Value


@dataclass(frozen=True, slots=True)
class DeltaOperation(Fact):
    """A call on a Delta table."""

    library: str
    operation: str
    arguments: Arguments
    location: Value


@dataclass(frozen=True, slots=True)
class DeltaBuild(Fact):
    """A Delta builder: how it was started, which clauses it has, whether it is executed (None: not known)."""

    library: str
    kind: str
    clauses: tuple[str, ...]
    executed: bool | None
    chain: Site
    name: str = ""
    """The method that starts it."""


@dataclass(frozen=True, slots=True)
class StringColumn(Fact):
    """A column of a schema that is declared as text."""

    name: str


@dataclass(frozen=True, slots=True)
class SqlStatement(Fact):
    """One SQL statement that runs where tables are data on S3. `engine` is spark, databricks, athena, redshift or duckdb."""

    engine: str
    text: Value
    action: SqlAction


@dataclass(frozen=True, slots=True)
class ClientSetup(Fact):
    """The making of an S3 or DynamoDB client, or of a file system on S3."""

    service: str
    arguments: Arguments
    endpoint: Value


@dataclass(frozen=True, slots=True)
class SessionSetting(Fact):
    """A key of a Spark session's or a Hadoop configuration, of storage options, or an environment variable that they come from.

    The key is in lower case and without `spark.hadoop.`.
    """

    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class ObjectUrl(Fact):
    """A plain `https://` URL of an object that is built from a bucket or a key, and returned, stored or sent."""

    url: Text
