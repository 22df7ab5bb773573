"""Writes to DynamoDB: resource tables, batch writers, clients, transactions and PartiQL."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from s3lint.facts import Fact, ItemWrite
from s3lint.facts.call_view import CallView
from s3lint.facts.extractor import from_calls
from s3lint.facts.triggers import BINARY_ATTRIBUTES, ITEM_OPERATIONS
from s3lint.finding import Confidence
from s3lint.inference.code_values import BoundMethod
from s3lint.inference.library_values import Client, ItemTable
from s3lint.inference.values import (
    Absent,
    Entry,
    Mapping,
    Parameter,
    Reference,
    Sequence,
    Unknown,
    Value,
    alternatives,
    join_values,
)
from s3lint.syntax.names import last_name

ITEM_KEYWORDS = {
    "put_item": ("Item",),
    "update_item": ("ExpressionAttributeValues", "AttributeUpdates"),
    "batch_write_item": ("RequestItems",),
    "transact_write_items": ("TransactItems",),
    "execute_statement": ("Parameters",),
    "batch_execute_statement": ("Statements",),
    "execute_transaction": ("TransactStatements",),
}
"""The keywords that hold what is stored."""

WRAPPERS = frozenset(
    {"PutRequest", "Put", "Update", "Item", "ExpressionAttributeValues", "Parameters", "Value", "AttributeUpdates"}
)
"""Keys of requests around the items themselves."""


@from_calls("items")
def binary_attributes(view: CallView) -> Iterator[Fact]:
    """A model of PynamoDB that declares an attribute for bytes stores them with every item."""
    if view.name in BINARY_ATTRIBUTES and view.path.startswith("pynamodb."):
        node = view.place.step.node
        name = last_name(node.targets[0].target) if isinstance(node, cst.Assign) else ""
        declared = Reference(f"{view.path}()", site=view.site)
        yield ItemWrite(view.site, view.place, Confidence.HIGH, view.name, Mapping((Entry(name, declared),)))


@from_calls("items")
def item_writes(view: CallView) -> Iterator[Fact]:
    if view.name not in ITEM_OPERATIONS or view.receiver is None:
        return
    confidence = _confidence(view)
    if confidence is None:
        return
    item = join_values([value for value in _stored(view) if not isinstance(value, Absent)])
    yield ItemWrite(view.site, view.place, confidence, view.name, item)


def _confidence(view: CallView) -> Confidence | None:
    """How sure the receiver is DynamoDB's; None where it is something else."""
    best: Confidence | None = None
    for receiver, confidence in view.receivers():
        if isinstance(receiver, ItemTable):
            if receiver.batch or not view.arguments.count:
                best = max(best or confidence, confidence)
        elif isinstance(receiver, Client) and receiver.service == "dynamodb":
            if not view.arguments.count:
                best = max(best or confidence, confidence)
        elif isinstance(receiver, (Unknown, Parameter, BoundMethod)) and _has_shape(view):
            best = max(best or Confidence.MEDIUM, Confidence.MEDIUM)
    return best


def _has_shape(view: CallView) -> bool:
    wanted = ITEM_KEYWORDS[view.name]
    named = any(keyword in view.arguments.keywords for keyword in wanted)
    return named and not view.arguments.count and view.name not in ("execute_statement",)


def _stored(view: CallView) -> Iterator[Value]:
    for keyword in ITEM_KEYWORDS[view.name]:
        value = view.arguments.get(keyword, 0 if view.name == "put_item" else None)
        yield _unwrapped(value) if view.name != "put_item" else value


def _unwrapped(value: Value) -> Value:
    """The items in a request of many, without the layers around them."""
    if isinstance(value, Mapping):
        inner = [_unwrapped(entry.value) for entry in value.entries if entry.key in WRAPPERS]
        if inner:
            return join_values(inner)
        nested = [entry.value for entry in value.entries if isinstance(entry.value, Sequence) and _holds_requests(entry.value)]
        return join_values([_unwrapped(requests) for requests in nested]) if nested else value
    if isinstance(value, Sequence):
        return Sequence(tuple(_unwrapped(item) for item in value.items), value.open)
    return value


def _holds_requests(value: Sequence) -> bool:
    return any(
        isinstance(choice, Mapping) and bool(WRAPPERS & set(choice.names)) for item in value.items for choice in alternatives(item)
    )
