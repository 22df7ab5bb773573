"""Items of DynamoDB that point to objects of S3, step by step, and what is left when a step fails or is interrupted.

The object is written before its item and deleted after it, so an item never points to nothing. What may be left is an object that no item
points to; each step that can leave one says so in an `OrphanError`, after any exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from s3lint.runtime.accounts import Account, Place, accounted
from s3lint.runtime.arguments import checked, having, optional, table_name, text, whole
from s3lint.runtime.clients import code, default_dynamodb, default_s3, imported, reason, store_errors, was_refused
from s3lint.runtime.errors import ArgumentError, ConflictError, IntegrityError, MissingError, StorageError
from s3lint.runtime.items import AN_ITEM, KeyValue, check_item, deserialised, primary_key, serialised
from s3lint.runtime.keys import a_bucket, a_key, any_key
from s3lint.runtime.objects import (
    AN_S3_CLIENT,
    DETAILS,
    LARGEST_OBJECT,
    AccessPattern,
    Reading,
    StoredObject,
    check_size,
    create,
    fetch,
    object_details,
)
from s3lint.runtime.steps import Steps
from s3lint.runtime.streams import Body, Destination, appearing, body_of, content_of, destination_of

REFERENCE = ("s3_bucket", "s3_key", "file_size", "content_type", "sha256", "created_at")
"""The attributes that lead to the object and describe it."""

AN_ITEM_CLIENT = optional(having("put_item", "a client for DynamoDB, as s3lint.runtime.dynamodb_client makes one"))


@dataclass(frozen=True)
class Document:
    """An item and the object that it points to. `attributes` are all of the item's."""

    table: str
    key: Mapping[str, KeyValue]
    bucket: str
    object_key: str
    size: int
    sha256: str
    attributes: Mapping[str, Any]


WRITING = {
    "body": body_of,
    "table": table_name,
    "key": primary_key,
    "bucket": a_bucket,
    "object_key": a_key,
    **DETAILS,
    "attributes": optional(AN_ITEM),
    "s3": AN_S3_CLIENT,
    "dynamodb": AN_ITEM_CLIENT,
}
FINDING = {"table": table_name, "key": primary_key, "s3": AN_S3_CLIENT, "dynamodb": AN_ITEM_CLIENT}


@checked(**WRITING)
def store(
    body: Body,
    *,
    table: str,
    key: Mapping[str, KeyValue],
    bucket: str,
    object_key: str,
    access: AccessPattern,
    content_type: str | None,
    content_encoding: str | None,
    attributes: Mapping[str, Any] | None,
    kms_key_id: str | None,
    s3: Any,
    dynamodb: Any,
) -> Steps[Document]:
    """Writes a body to a new object, then an item where there is none; returns both."""
    place = Place(*(yield from clients(s3, dynamodb)), table, key, bucket, object_key)
    details = object_details(body, object_key, access, content_type, content_encoding, None, kms_key_id)
    with accounted() as account:
        item = yield from _written(account, place, body, details, attributes or {})
        account.may_leave(place, "It is not known whether the item was written")
        request = partial(place.dynamodb.put_item, Item=serialised(item), ExpressionAttributeNames={"#key": next(iter(key))})
        yield from _point(account, place, request, "attribute_not_exists(#key)", {}, item["created_at"])
    return _document(place.table, place.key, item)


@checked(**WRITING)
def replace(
    body: Body,
    *,
    table: str,
    key: Mapping[str, KeyValue],
    bucket: str,
    object_key: str,
    access: AccessPattern,
    content_type: str | None,
    content_encoding: str | None,
    attributes: Mapping[str, Any] | None,
    kms_key_id: str | None,
    s3: Any,
    dynamodb: Any,
) -> Steps[Document]:
    """Writes a body to a new object, points an item that is there to it, and deletes the old object; returns what is there then."""
    place = Place(*(yield from clients(s3, dynamodb)), table, key, bucket, object_key)
    details = object_details(body, object_key, access, content_type, content_encoding, None, kms_key_id)
    old = yield from _get(place.dynamodb, table, key)
    if (old.bucket, old.object_key) == (bucket, object_key):
        raise ArgumentError(f"The item points to the object {object_key!r} already, which readers may be reading: pass a new key.")
    kept = {name: value for name, value in old.attributes.items() if name not in {*REFERENCE, *key}}
    before = Place(place.s3, place.dynamodb, table, key, old.bucket, old.object_key)
    with accounted() as account:
        item = yield from _written(account, place, body, details, kept if attributes is None else attributes)
        account.may_leave(place, f"It is not known whether the item points to its new object, or still to {before.object}")
        request, values = (
            partial(place.dynamodb.put_item, Item=serialised(item)),
            {":old_bucket": old.bucket, ":old_key": old.object_key},
        )
        if attributes is None:
            request, values = _update(place), {**values, **{f":{name}": item[name] for name in REFERENCE}}
        same = "s3_bucket = :old_bucket AND s3_key = :old_key"
        answer = yield from _point(account, place, request, same, values, item["created_at"])
        account.may_leave(before, "The item points to its new object, and the old one is left over")
        yield partial(place.s3.delete_object, Bucket=old.bucket, Key=old.object_key)
    return _document(table, key, deserialised(answer["Attributes"]) if attributes is None else item)


@checked(destination=destination_of, **FINDING)
def read(destination: Destination, *, table: str, key: Mapping[str, KeyValue], s3: Any, dynamodb: Any) -> Steps[Document]:
    """Reads the object that an item points to into a file or a stream, and checks it; returns both."""
    s3, dynamodb = yield from clients(s3, dynamodb)
    document = yield from _get(dynamodb, table, key)
    with ExitStack() as kept:
        sink: Any = destination
        if isinstance(destination, Path):
            sink = yield partial(kept.enter_context, appearing(destination))
        reading = Reading(s3, document.bucket, document.object_key)
        yield from fetch(reading, sink)
        check_read(document, reading)
        yield kept.close
    return document


@checked(**FINDING)
def opened(*, table: str, key: Mapping[str, KeyValue], s3: Any, dynamodb: Any) -> Steps[tuple[Document, Reading]]:
    """Returns an item with its object, and the reading of that object, which has not begun."""
    s3, dynamodb = yield from clients(s3, dynamodb)
    document = yield from _get(dynamodb, table, key)
    return document, Reading(s3, document.bucket, document.object_key)


@checked(**FINDING)
def delete(*, table: str, key: Mapping[str, KeyValue], s3: Any, dynamodb: Any) -> Steps[Document]:
    """Deletes an item, then the object that it pointed to; returns what was there."""
    s3, dynamodb = yield from clients(s3, dynamodb)
    document = yield from _get(dynamodb, table, key)
    place = Place(s3, dynamodb, table, key, document.bucket, document.object_key)
    with accounted() as account:
        account.may_leave(place, f"It is not known whether {place.item} was deleted, and its object is left")
        yield from _delete_item(account, place)
        account.may_leave(place, "The item is deleted, and its object is left over")
        yield partial(s3.delete_object, Bucket=document.bucket, Key=document.object_key)
    return document


def clients(s3: Any, dynamodb: Any) -> Steps[tuple[Any, Any]]:
    """Returns the clients given, or those that are made where none is; making one, and the first import, take a while."""
    yield partial(imported, "boto3.dynamodb.types", "runtime")
    return (yield default_s3) if s3 is None else s3, (yield default_dynamodb) if dynamodb is None else dynamodb


def read_on(document: Document, reading: Reading) -> Steps[bytes]:
    """Returns the next bytes of a document, none at its end. Raises `IntegrityError` where it is not what its item says."""
    chunk = yield from reading.next_chunk()
    if not chunk:
        check_read(document, reading)
    return chunk


def check_read(document: Document, reading: Reading) -> None:
    """Raises `IntegrityError` where what was read of an object is not what its item says."""
    if (reading.result().size, reading.sha256) != (document.size, document.sha256):
        raise IntegrityError(
            f"The object {document.object_key!r} is not the one that its item describes: restore it from another version."
        )


def _written(
    account: Account, place: Place, body: Body, details: dict[str, Any], attributes: Mapping[str, Any]
) -> Steps[dict[str, Any]]:
    """Writes the object, and returns the item that is to point to it. All that can be refused is refused before the first request."""
    with ExitStack() as kept:
        content = yield partial(kept.enter_context, content_of(body))
        check_size(content, place.object_key)
        stored = StoredObject(place.bucket, place.object_key, content.size, details["ContentType"], content.sha256)
        item = _item(place, attributes, stored)
        serialised(item)
        account.may_leave(place, "It is not known whether the object was written, and no item points to it")
        try:
            yield from create(place.s3, content, place.bucket, place.object_key, details)
        except StorageError as error:
            if isinstance(error, ConflictError) or was_refused(error.__cause__, "PutObject") or content.stream.is_incomplete:
                account.leaves_nothing()
            raise
        account.may_leave(place, "The object was written, and no item points to it")
    return item


def _item(place: Place, attributes: Mapping[str, Any], stored: StoredObject) -> dict[str, Any]:
    taken = sorted({*map(str, attributes)} & {*REFERENCE, *place.key} | {*place.key} & {*REFERENCE})
    if taken:
        raise ArgumentError(f"The attribute {taken[0]!r} is set by store_document or by the key: choose another name.")
    item = {
        **attributes,
        **place.key,
        "s3_bucket": stored.bucket,
        "s3_key": stored.key,
        "file_size": stored.size,
        "content_type": stored.content_type,
        "sha256": stored.sha256,
        "created_at": datetime.now(timezone.utc).isoformat(),
    }
    check_item(item)
    return item


def _update(place: Place) -> partial[Any]:
    """Returns the request that points an item to another object, and leaves alone its other attributes, which may change meanwhile."""
    changes = ", ".join(f"{name} = :{name}" for name in REFERENCE)
    return partial(place.dynamodb.update_item, Key=serialised(place.key), UpdateExpression=f"SET {changes}", ReturnValues="ALL_NEW")


def _point(
    account: Account, place: Place, request: partial[Any], condition: str, values: Mapping[str, Any], created_at: str
) -> Steps[Any]:
    """Makes the item point to its object under a condition, which a repeated request that meets its own first attempt fulfils too.

    Where it is refused, the object is removed again. Raises `ConflictError` and `StoreError`.
    """
    try:
        return (
            yield partial(
                request,
                TableName=place.table,
                ConditionExpression=f"({condition}) OR s3_key = :s3_key AND created_at = :created_at",
                ExpressionAttributeValues=serialised({**values, ":s3_key": place.object_key, ":created_at": created_at}),
            )
        )
    except Exception as error:
        is_conflict = code(error) == "ConditionalCheckFailedException"
        if not is_conflict and not was_refused(error, "PutItem") and not was_refused(error, "UpdateItem"):
            raise
        account.may_leave(place, f"The item was refused ({reason(error)}), and its object is left over")
        yield partial(place.s3.delete_object, Bucket=place.bucket, Key=place.object_key)
        account.leaves_nothing()
        _raise_refusal(error, f"Writing {place.item}", f"{_capital(place.item)} is there already, or was changed meanwhile")


def _delete_item(account: Account, place: Place) -> Steps[None]:
    """Deletes the item while it points to the object. Raises `ConflictError` and `StoreError`, which leave both as they are."""
    try:
        yield partial(
            place.dynamodb.delete_item,
            TableName=place.table,
            Key=serialised(place.key),
            ConditionExpression="attribute_not_exists(s3_key) OR s3_bucket = :s3_bucket AND s3_key = :s3_key",
            ExpressionAttributeValues=serialised({":s3_bucket": place.bucket, ":s3_key": place.object_key}),
        )
    except Exception as error:
        if not was_refused(error, "DeleteItem"):
            raise
        account.leaves_nothing()
        _raise_refusal(error, f"Deleting {place.item}", f"{_capital(place.item)} was changed meanwhile")


def _raise_refusal(error: Exception, doing: str, conflict: str) -> None:
    if code(error) == "ConditionalCheckFailedException":
        raise ConflictError(f"{conflict}: read it, and decide.") from error
    with store_errors(doing):
        raise error


def _get(dynamodb: Any, table: str, key: Mapping[str, KeyValue]) -> Steps[Document]:
    with store_errors(f"Reading the item {dict(key)!r} of the table {table!r}"):
        answer = yield partial(dynamodb.get_item, TableName=table, Key=serialised(key), ConsistentRead=True)
    if "Item" not in answer:
        raise MissingError(f"There is no item {dict(key)!r} in the table {table!r}: check its key.")
    return _document(table, key, deserialised(answer["Item"]))


def _document(table: str, key: Mapping[str, KeyValue], item: Mapping[str, Any]) -> Document:
    """Returns the document of an item. Raises `MissingError` where it points to nothing that can be an object."""
    try:
        found = a_bucket("s3_bucket", item["s3_bucket"]), any_key("s3_key", item["s3_key"])
        size, sha256 = whole(0, LARGEST_OBJECT)("file_size", _whole(item["file_size"])), text("sha256", item["sha256"])
    except (ArgumentError, KeyError) as error:
        raise _pointless(table, key) from error
    return Document(table, dict(key), *found, size, sha256, item)


def _whole(value: Any) -> Any:
    """Returns a Decimal without a fraction as an int, and everything else as it is."""
    return int(value) if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value() else value


def _pointless(table: str, key: Mapping[str, KeyValue]) -> MissingError:
    return MissingError(f"The item {dict(key)!r} of the table {table!r} points to no object: write it with store_document.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
