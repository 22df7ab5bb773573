"""Find tables that are serialised to a buffer, text or local file first, and then uploaded as an object."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import libcst as cst

from s3lint.facts import ObjectCall, TableWrite
from s3lint.facts.context import Context
from s3lint.facts.queries.reach import facts_within
from s3lint.inference.code_values import BoundMethod
from s3lint.inference.library_values import Buffer
from s3lint.inference.values import Absent, Parameter, Reference, Text, Value, alternatives
from s3lint.storage.table_formats import written_format
from s3lint.support.frozen import frozen
from s3lint.syntax.flow import Scope
from s3lint.syntax.module import Module
from s3lint.syntax.site import Site

METHOD = re.compile(r"DataFrame\(\)\.((?:to|write)_(?:csv|json|parquet|excel|feather|orc|ndjson|avro|ipc))\(\)")

BODIES = ("Body", "Fileobj", "Filename")


@frozen()
class Serialised:
    """A method that serialises a table into what is uploaded, with its site and format."""

    site: Site
    method: str
    format: str


def serialised_bodies(fact: ObjectCall, context: Context) -> Iterator[Serialised]:
    """Yield the methods that made the body of an upload from a table."""
    if not fact.writes or fact.presigned:
        return
    for name in BODIES:
        value = fact.parameters.get(name)
        if not isinstance(value, Absent):
            for choice in alternatives(value):
                yield from _made_of(choice, fact, context)


def _made_of(value: Value, fact: ObjectCall, context: Context) -> Iterator[Serialised]:
    if isinstance(value, Buffer):
        yield from _into_buffer(value, fact, context)
    elif isinstance(value, Reference):
        yield from _into_text(value)
        yield from _into_file(value, fact.scope, context)
        receiver = value.receiver
        if isinstance(receiver, (Buffer, Reference)):
            yield from _made_of(receiver, fact, context)
        for operand in value.operands:
            yield from _made_of(operand, fact, context)
    elif not isinstance(value, Text) or value.known.strip("\0"):
        yield from _into_file(value, fact.scope, context)


def _into_text(value: Reference) -> Iterator[Serialised]:
    """Yield the method if the value is what it returned, such as the text of `frame.to_csv()`."""
    match = METHOD.search(value.path)
    if match is not None and match.end() == len(value.path) and value.arguments is not None:
        written = value.arguments.call.function
        if written is not None and isinstance(written.node, cst.Attribute):
            yield Serialised(Site(written.place.block, written.node.attr), match[1], written_format(match[1]))


def _into_buffer(buffer: Buffer, fact: ObjectCall, context: Context) -> Iterator[Serialised]:
    """Yield the writes into a buffer in the function that made it and in the uploading one; for a file handle those to its path."""
    for path in alternatives(buffer.path):
        if not isinstance(path, Absent):
            yield from _made_of(path, fact, context)
    scopes = dict.fromkeys(scope for scope in (buffer.scope, fact.scope) if scope is not None)
    for scope in scopes:
        for write in _writes(scope, context):
            for target in alternatives(write.destination):
                if isinstance(target, Buffer) and _same_node(target, buffer):
                    yield Serialised(write.method, write.operation, written_format(write.operation))


def _into_file(path: Value, scope: Scope, context: Context) -> Iterator[Serialised]:
    """Yield the writes to a local file, by its path or by a handle of it, in the function that uploads it, or in those that hand its path over."""
    for handing in [scope, *(_callers(scope, path, context) if path.trace else ())]:
        for write in _writes(handing, context):
            for target in alternatives(write.destination):
                if _is_same_file(target, path) or (isinstance(target, Buffer) and _is_same_file(target.path, path)):
                    yield Serialised(write.method, write.operation, written_format(write.operation))


def _is_same_file(one: Value, other: Value) -> bool:
    """Tell whether two paths, or a path and a handle, are of one file: equal texts or parameters, or made by the same expression."""
    if isinstance(one, Parameter | Text) or isinstance(other, Parameter | Text):
        return one == other
    if isinstance(one, Reference) and isinstance(other, Reference) and one == other and one.receiver and other.receiver:
        return _same_node(one.receiver, other.receiver)  # `_, path = mkstemp()`
    return _same_node(_handle_of(one), _handle_of(other))


def _handle_of(value: Value) -> Value:
    """Return the file itself for its `.name`."""
    return value.receiver if isinstance(value, BoundMethod) and value.name == "name" else value


def _callers(scope: Scope, path: Value, context: Context) -> list[Scope]:
    """Return the functions that hand a path over to a function, by way of one other at most.

    The trace of a path names the places that it came through, so only their modules are searched.
    """
    modules = dict.fromkeys(hop.site.module for hop in path.trace if hop.site.block is not scope.block)
    found = _calling(scope, modules, context)
    for caller in [each for each in found if each.kind == "function"]:
        found |= _calling(caller, modules, context)
    return [caller for caller in found if caller is not scope]


def _calling(scope: Scope, modules: Iterable[Module], context: Context) -> dict[Scope, None]:
    """Return the functions of some modules that call a function, in order."""
    return dict.fromkeys(site.place.scope for module in modules for site in context.callers.within(scope, module))


def _writes(scope: Scope, context: Context) -> Iterator[TableWrite]:
    """Yield the writes of a scope by libraries that can write into memory or a local file."""
    for write in facts_within(scope, "writes", context):
        if isinstance(write, TableWrite) and write.library not in ("spark", "rdd", "glue", "awswrangler", "deltalake"):
            yield write


def _same_node(one: Value, other: Value) -> bool:
    """Tell whether two values were made by the same expression: equal buffers may be different objects."""
    return one.site is not None and other.site is not None and one.site.node is other.site.node
