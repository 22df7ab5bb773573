"""Relate the items that a function writes to the objects that it uploads: which item carries the key of which object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from s3lint.facts import Fact, ItemWrite, ObjectCall
from s3lint.facts.context import Context
from s3lint.facts.queries.reach import facts_within
from s3lint.inference.values import Entry, Mapping, Parameter, Reference, Sequence, Text, Union, Unknown, Value, alternatives
from s3lint.support.cached import cached_property
from s3lint.syntax.flow import Scope
from s3lint.syntax.names import words_in

NO_NAMES = frozenset(
    {
        "", "self", "cls", "str", "int", "len", "dict", "json", "s3", "client", "table", "Table", "put_item", "Item", "boto3",
        "event", "context", "request", "body", "payload", "data", "item", "os", "environ", "S", "N",
    }
)  # fmt: skip
"""Names and literals so common that a key and an item may share them although neither is derived from the other."""


@dataclass(eq=False)
class Writes:
    """The uploads and DynamoDB writes of a function and of the helpers that it calls, each in the order of the code."""

    scope: Scope
    uploads: tuple[ObjectCall, ...]
    items: tuple[ItemWrite, ...]

    @cached_property
    def last_uploads(self) -> list[tuple[ObjectCall, Value]]:
        """The uploads under known keys behind which no item is written on every path through both, each with its key."""
        last: dict[tuple[int, ...], int] = {}
        for suite, index in (place for item in self.items for place in _suites_around(item)):
            last[suite] = max(index, last.get(suite, index))
        found = (each for each in self.uploads if all(last.get(suite, index) <= index for suite, index in _suites_around(each)))
        return [(upload, upload.key) for upload in found if not isinstance(upload.key, Unknown)]

    @classmethod
    def of(cls, scope: Scope, context: Context) -> Writes:
        """Return the writes of a function and its helpers. Presigned uploads do not count: another program makes them, or none."""
        uploads = [fact for fact in _facts(scope, context, "objects", "files") if isinstance(fact, ObjectCall)]
        items = [fact for fact in _facts(scope, context, "items") if isinstance(fact, ItemWrite)]
        return cls(scope, tuple(fact for fact in uploads if fact.writes and not fact.presigned), tuple(items))


def _facts(scope: Scope, context: Context, *extractors: str) -> Iterator[Fact]:
    for extractor in extractors:
        yield from facts_within(scope, extractor, context)


def writes_around(fact: ItemWrite, context: Context) -> Writes | None:
    """Return the writes of the innermost function that makes this one and uploads something, itself or through a helper."""
    if fact.scope.kind != "function":
        return None
    callers = [site.place.scope for site in context.callers.of(fact.scope)]
    for scope in dict.fromkeys((fact.scope, *callers)):
        if scope.kind == "function":
            found = Writes.of(scope, context)
            if found.uploads and found.items:
                return found
    return None


def points_to(item: ItemWrite, upload: ObjectCall) -> bool | None:
    """Tell whether an item carries the key or bucket of an object, or what the key was derived from; None if unknown."""
    if _has_pointer_name(item):
        return True
    sources = Sources()
    for value in (upload.key, upload.bucket):
        sources.add(value)
    # Names in the expressions count as well: a key whose value is unknown may still be built from what the item stores.
    for name in ("Key", "Bucket"):
        written = upload.parameters.written(name)
        if written is not None:
            sources.names.update(words_in(written.node))
    stored = Sources()
    stored.add(item.item)
    stored.names.update(words_in(item.site.node))
    if sources.shares(stored):
        return True
    return None if stored.unknown or sources.unknown else False


POINTERS = ("key", "url", "uri", "path", "location", "bucket", "arn", "prefix", "href", "link")
"""Suffixes of the names of attributes that point to an object."""


def _has_pointer_name(item: ItemWrite) -> bool:
    names = [attribute.name.lower().lstrip(":") for attribute in item.attributes()]
    return any(name.rpartition(".")[2].endswith(POINTERS) for name in names)


def _inside(value: Union | Sequence | Mapping) -> tuple[Any, ...]:
    if isinstance(value, Union):
        return value.alternatives
    return value.items if isinstance(value, Sequence) else value.entries


class Sources:
    """The names and values that values are made of: parameters, texts, environment variables, calls of libraries.

    `unknown` is set if some part could be anything.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.values: list[Value] = []
        self.unknown = False

    def add(self, value: Any) -> None:
        """Collect the sources of a value and of all its parts."""
        if isinstance(value, (Union, Sequence, Mapping)):
            self.unknown = self.unknown or bool(getattr(value, "open", False))
            for inner in _inside(value):
                self.add(inner)
        elif isinstance(value, Entry):
            self._add_entry(value)
        elif isinstance(value, Text):
            self.values.append(value)
            for hole in value.holes:
                self.names.add(hole.name)
                self.add(hole.value)
        elif isinstance(value, Parameter):
            self.names.add(value.name)
        elif isinstance(value, Reference):
            self._add_reference(value)
        elif isinstance(value, Unknown):
            self.unknown = self.unknown or not value.parts
            for part in value.parts:
                self.add(part)

    def _add_entry(self, entry: Entry) -> None:
        self.names.add(entry.key)
        if entry.site is not None:
            self.names.update(words_in(entry.site.node))
        self.add(entry.value)

    def _add_reference(self, value: Reference) -> None:
        self.values.append(value)
        for operand in (*value.operands, value.receiver):
            self.add(operand)
        if value.arguments is not None:
            for written in value.arguments.positional():
                self.names.update(words_in(written.node))

    def shares(self, other: Sources) -> bool:
        """Tell whether both have a source in common, other than one that is common to much code."""
        if (self.names - NO_NAMES) & other.names:
            return True
        return any(one == another for one in self.values for another in other.values if not _is_common(one))


def _is_common(value: Value) -> bool:
    """Tell whether equal values prove nothing: the time of day, a fresh identifier, a text of under four characters."""
    if isinstance(value, Reference):
        return value.path.startswith(("datetime.", "time.", "uuid."))
    return isinstance(value, Text) and value.literal is not None and len(value.literal) < 4


def own_writes(scope: Scope, context: Context) -> Writes:
    """Return the writes that a function makes itself, without its helpers."""
    found: Writes | None = context.answers.get(("writes", scope))
    if found is None:
        found = context.answers["writes", scope] = _own_writes(scope, context)
    return found


def _own_writes(scope: Scope, context: Context) -> Writes:
    found = [fact for name in ("objects", "files", "items") for fact in facts_within(scope, name, context, depth=0)]
    uploads = (fact for fact in found if isinstance(fact, ObjectCall) and fact.writes and not fact.presigned)
    return Writes(scope, tuple(uploads), tuple(fact for fact in found if isinstance(fact, ItemWrite)))


def uploaded_after(item: ItemWrite, writes: Writes) -> ObjectCall | None:
    """Return an object uploaded after the item with its key was written, if no item is written after the upload; else None."""
    stored = [value for attribute in item.attributes() for value in alternatives(attribute.value)]
    return next((upload for upload, key in writes.last_uploads if key in stored and _is_before(item, upload)), None)


def _suites_around(fact: Fact) -> Iterator[tuple[tuple[int, ...], int]]:
    """Yield the path of each suite around a statement, with the index of what holds the statement in it."""
    path = fact.place.step.path
    # Paths alternate between the index of a statement and that of the suite in it.
    return ((path[:depth], path[depth]) for depth in range(0, len(path), 2))


def _is_before(one: Fact, other: Fact) -> bool:
    """Tell whether a statement comes before another on every path through both."""
    first, second = one.place.step.path, other.place.step.path
    shared = next((index for index, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)
    return shared is not None and shared % 2 == 0 and first[shared] < second[shared]
