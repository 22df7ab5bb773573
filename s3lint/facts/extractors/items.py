"""Extract writes to DynamoDB: by tables of the resource, batch writers, clients, transactions and PartiQL."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from s3lint.facts import Fact, ItemWrite
from s3lint.facts.call_view import CallView
from s3lint.facts.extractor import from_calls
from s3lint.finding import Confidence
from s3lint.inference.library_values import Client, ItemTable
from s3lint.inference.values import (
    Absent,
    Entry,
    Mapping,
    Reference,
    Sequence,
    Value,
    alternatives,
    join_values,
)
from s3lint.syntax.names import last_name
from s3lint.triggers.api_names import BINARY_ATTRIBUTES, ITEM_OPERATIONS

ITEM_KEYWORDS = {
    "put_item": ("Item",),
    "update_item": ("ExpressionAttributeValues", "AttributeUpdates"),
    "batch_write_item": ("RequestItems",),
    "transact_write_items": ("TransactItems",),
    "execute_statement": ("Parameters",),
    "batch_execute_statement": ("Statements",),
    "execute_transaction": ("TransactStatements",),
}
"""Keywords by which each operation takes what it stores."""

WRAPPERS = frozenset(
    {"PutRequest", "Put", "Update", "Item", "ExpressionAttributeValues", "Parameters", "Value", "AttributeUpdates"}
)
"""Keys of requests that wrap the items."""


@from_calls("items")
def binary_attributes(view: CallView) -> Iterator[Fact]:
    """Yield an `ItemWrite` for an attribute of bytes in a PynamoDB model, which every saved item stores."""
    if view.name in BINARY_ATTRIBUTES and view.path.startswith("pynamodb."):
        node = view.place.step.node
        name = last_name(node.targets[0].target) if isinstance(node, cst.Assign) else ""
        declared = Reference(f"{view.path}()", site=view.site)
        yield ItemWrite(view.site, view.place, Confidence.HIGH, view.name, Mapping((Entry(name, declared),)))


@from_calls("items")
def item_writes(view: CallView) -> Iterator[Fact]:
    """Yield the `ItemWrite` of a call on DynamoDB, with all that it stores joined into one value."""
    if view.name not in ITEM_OPERATIONS or view.receiver is None:
        return
    confidence = _confidence(view)
    if confidence is None:
        return
    item = join_values([value for value in _stored(view) if not isinstance(value, Absent)])
    yield ItemWrite(view.site, view.place, confidence, view.name, item)


def _confidence(view: CallView) -> Confidence | None:
    """Return how sure the receiver is DynamoDB's; None if it is something else.

    boto3's clients and tables take keywords only, batch writers also positions: a positional call is no write of the former.
    """
    best: Confidence | None = None
    for receiver, confidence in view.receivers():
        if isinstance(receiver, ItemTable):
            # `batch.put_item({…})` may be positional; boto3's own operations refuse positions.
            if receiver.batch or not view.arguments.count:
                best = max(best or confidence, confidence)
        elif isinstance(receiver, Client) and receiver.service == "dynamodb":
            if not view.arguments.count:
                best = max(best or confidence, confidence)
        elif _has_shape(view) and view.is_untyped(receiver):
            best = max(best or Confidence.MEDIUM, Confidence.MEDIUM)
    return best


def _has_shape(view: CallView) -> bool:
    """Tell whether a call has DynamoDB's keywords alone. `execute_statement` does not count: the Redshift Data API has one too."""
    wanted = ITEM_KEYWORDS[view.name]
    named = any(keyword in view.arguments.keywords for keyword in wanted)
    return named and not view.arguments.count and view.name not in ("execute_statement",)


def _stored(view: CallView) -> Iterator[Value]:
    """Yield what a call stores; `Absent` for each keyword that it does not pass."""
    for keyword in ITEM_KEYWORDS[view.name]:
        value = view.arguments.get(keyword, 0 if view.name == "put_item" else None)
        # An attribute of a stored item may itself be called `Item` or `Value`: only requests are unwrapped.
        yield _unwrapped(value) if view.name != "put_item" else value


def _unwrapped(value: Value) -> Value:
    """Return the items in a request without the mappings that wrap them."""
    if isinstance(value, Mapping):
        inner = [_unwrapped(entry.value) for entry in value.entries if entry.key in WRAPPERS]
        if inner:
            return join_values(inner)
        nested = [entry.value for entry in value.entries if isinstance(entry.value, Sequence) and _contains_requests(entry.value)]
        return join_values([_unwrapped(requests) for requests in nested]) if nested else value
    if isinstance(value, Sequence):
        return Sequence(tuple(_unwrapped(item) for item in value.items), value.open)
    return value


def _contains_requests(value: Sequence) -> bool:
    """Tell whether the items of a list are requests such as `{"PutRequest": …}`, as they are in `batch_write_item`."""
    return any(
        isinstance(choice, Mapping) and bool(WRAPPERS & set(choice.names)) for item in value.items for choice in alternatives(item)
    )
