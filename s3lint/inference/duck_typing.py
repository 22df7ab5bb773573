"""Evaluate methods of unknown receivers, where the names and literals of the call alone make the result practically certain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from s3lint.inference.arguments import Arguments, Written
from s3lint.inference.code_values import BoundMethod, Class, Instance, ModuleValue
from s3lint.inference.containers import context_value
from s3lint.inference.derived import SPLITS, derived, pieces, receiver_name
from s3lint.inference.handlers import attribute, method
from s3lint.inference.library_values import (
    MERGE_CLAUSES,
    BucketHandle,
    Client,
    DeltaBuilder,
    Frame,
    ObjectHandle,
    Reader,
    Session,
    SubResource,
    Writer,
)
from s3lint.inference.other_stores import is_other_package
from s3lint.inference.place import Place
from s3lint.inference.values import Fallback, Mapping, Parameter, Reference, Text, Unknown, Value, alternatives
from s3lint.syntax.names import TEXT_METHODS

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
"""Methods that only data frames have, but for `to_json`; without a path they return the text."""

FRAME_NAME = re.compile(r"(?:^|_)(?:df|pdf|frame|dataframe|table|rows|data)(?:$|_|\d)|df$", re.IGNORECASE)
"""Names that people give to frames."""

PRESIGNS = frozenset({"generate_presigned_url", "generate_presigned_post"})
"""Methods that only a boto3 client has."""

ENTERING = frozenset({"enter_context", "enter_async_context"})
"""Methods of exit stacks: they return what a `with` statement would bind."""

COMBINING = frozenset({"join", "union", "unionAll", "unionByName", "crossJoin", "intersect"})
"""Methods that make a frame of two."""


def is_untyped(value: Value) -> bool:
    """Tell whether nothing is known of a receiver, so that the shape of a call decides what it is.

    That is so for what comes from a package outside of the project, too, unless the package is another store's.
    """
    if isinstance(value, Reference):
        return not is_other_package(value.path)
    if isinstance(value, Mapping):
        return any(map(is_untyped, value.rest))
    return isinstance(value, (Unknown, Parameter, BoundMethod))


def lacks_method(evaluator: Evaluator, owner: Value, name: str, place: Place) -> bool:
    """Tell whether the project's own code does not define a method, so that `__getattr__` or an external base class provides it."""
    if not isinstance(owner, (Instance, Class, ModuleValue)):
        return False
    return all(isinstance(found, (Unknown, Reference)) for found in alternatives(evaluator.attribute(owner, name, place)))


def _serialises_rows(arguments: Arguments) -> bool:
    """Tell whether `to_json` is a frame's: models and figures have one too, which takes no argument."""
    return bool(arguments.count or arguments.keywords) or FRAME_NAME.search(receiver_name(arguments)) is not None


def _frames(arguments: Arguments, written: Written) -> Iterator[Frame]:
    value = arguments.evaluator.evaluate(written.node, written.place)
    yield from (choice for choice in alternatives(value) if isinstance(choice, Frame))


@attribute(Unknown, Parameter, BoundMethod)
def duck_typed_attribute(evaluator: Evaluator, owner: Value, name: str, place: Place) -> Value:
    # `df.write` of an unknown `df`. A file's `write` is taken for one too, which does no harm: only sinks such as `.parquet(…)` make facts.
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
    if isinstance(owner, Reference):
        return owner.path.rpartition(".")[2].removesuffix("()").lower()
    return owner.name.lower() if isinstance(owner, (BoundMethod, Parameter)) else ""


def shaped_attribute(owner: Reference, name: str) -> Value | None:
    """Return what an attribute of an object from outside of the project is, where its name tells."""
    return Reader(duck_typed=True) if name in ("read", "readStream") and "spark" in _name(owner) else None


def shaped_result(owner: Value, name: str, arguments: Arguments) -> Value | None:
    """Return what a method of an object from outside of the project returns, where its name and literals tell."""
    if name in ("client", "resource", "create_client"):
        service = arguments.get("service_name", 0)
        if isinstance(service, Text) and service.literal in SERVICES:
            return Client(service.literal, resource=name == "resource")
    if name in SPLITS and arguments.count:
        return pieces(owner, name, arguments)
    if name in ENTERING:
        return context_value(arguments.get("cm", 0))
    if name == "get":
        return _looked_up(arguments)
    if name == "Object" and arguments.count + len(set(arguments.names)) == 2:
        return ObjectHandle(arguments.get("bucket_name", 0), arguments.get("key", 1), duck_typed=True)
    return Reference(f"boto3.s3.{name}()", arguments, owner) if name in PRESIGNS else None


def _looked_up(arguments: Arguments) -> Value | None:
    """`settings.get("bucket", "name")`: what the mapping holds is not known, the default is."""
    default = arguments.get("default", 1)
    if not isinstance(default, Text) or not isinstance(arguments.get("key", 0), Text):
        return None
    return Fallback(Unknown("the mapping is not known"), default)


def _of_resource(owner: Value, name: str, arguments: Arguments) -> Value:
    """`s3.Bucket(name)`, `s3.Object(bucket, key)`: a CDK's construct of that name takes its scope first."""
    count = arguments.count + len(set(arguments.names))
    # `duck_typed` lowers the confidence to MEDIUM: another class may have such a method.
    if name == "Bucket" and count == 1:
        return BucketHandle(arguments.get("name", 0), duck_typed=True)
    if name == "Object" and count == 1 and "bucket" in _name(owner):
        return ObjectHandle(Unknown("the bucket is not known"), arguments.get("key", 0), duck_typed=True)
    return Unknown(f"`{name}` of an unknown resource")


@method(Unknown, Parameter, BoundMethod)
def duck_typed_method(evaluator: Evaluator, owner: Value, name: str, arguments: Arguments, place: Place) -> Value:
    known = shaped_result(owner, name, arguments)
    if known is not None:
        return known
    if name in ("Session", "get_session"):
        return Session()
    if name in ("Bucket", "Object") and ("s3" in _name(owner) or "bucket" in _name(owner)):
        return _of_resource(owner, name, arguments)
    if name == "writeTo":
        return Writer(owner, "v2", table=arguments.get("table", 0))
    # `unknown.join(frame)` is a frame; `", ".join(texts)` has none among its arguments.
    if name in COMBINING:
        frames = [frame for written in arguments.positional() for frame in _frames(arguments, written)]
        if frames:
            return Frame(frames[0].library, tuple(dict.fromkeys(source for frame in frames for source in frame.sources)))
    # `bucket.Acl().put(…)`: other classes of these names (IAM, CDK) take arguments.
    if name in ("Acl", "Policy") and not arguments.call.positional and not arguments.keywords:
        return SubResource(name, Unknown("the bucket is not known"), duck_typed=True)
    if name in SERIALISERS and (name != "to_json" or _serialises_rows(arguments)):
        return Reference(f"DataFrame().{name}()", arguments, owner)
    if name.startswith(MERGE_CLAUSES):
        # delta-spark has `whenMatchedUpdate`, delta-rs has `when_matched_update`.
        return DeltaBuilder("spark" if name[4].isupper() else "delta-rs", "merge", (name,))
    unknown = f"what `{name}` returns is not known"
    return derived(owner, receiver_name(arguments), unknown) if name in TEXT_METHODS else Unknown(unknown, (owner,))
