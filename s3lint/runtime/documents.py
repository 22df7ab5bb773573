"""Large objects in S3 with their references in DynamoDB. Rules: the chapter on placement.

S3 and DynamoDB share no transaction. What is kept instead: an item that can be read points to an object that is complete. The object is
written before the item and deleted after it; what may be left over is an object that no item points to, and that is removed or reported.

Each function has a twin whose name ends in `_async`: it takes the clients of aioboto3 or aiobotocore, and does the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from s3lint.runtime.clients import code, default_dynamodb, default_s3, imported, is_aws, reason, store_errors, was_refused
from s3lint.runtime.errors import ArgumentError, ConflictError, IntegrityError, MissingError, OrphanError, StoreError
from s3lint.runtime.items import check_item
from s3lint.runtime.objects import (
    AccessPattern,
    Body,
    Content,
    StoredObject,
    appearing,
    check_target,
    content_of,
    create,
    fetch,
    object_details,
)
from s3lint.runtime.steps import Steps, awaiting, waiting

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client

REFERENCE = ("s3_bucket", "s3_key", "file_size", "content_type", "sha256", "created_at")
"""The attributes that lead to the object and describe it."""


@dataclass(frozen=True)
class Document:
    """An item and the object that it points to. `attributes` are all of the item's."""

    table: str
    key: Mapping[str, str]
    bucket: str
    object_key: str
    size: int
    sha256: str
    attributes: Mapping[str, Any]


def _store(
    body: Body,
    *,
    table: str,
    key: Mapping[str, str],
    bucket: str,
    object_key: str,
    access: AccessPattern,
    content_type: str | None = None,
    content_encoding: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    kms_key_id: str | None = None,
    s3: S3Client | None = None,
    dynamodb: DynamoDBClient | None = None,
) -> Steps[Document]:
    """Writes a body to a new object, then an item with its bucket, key, size, type and digest.

    `key` is the primary key of the item. Neither an object nor an item that is there already is touched. Where the item is refused, the
    object is removed again; where it is not known what became of the item, both are left and the object is named.

    Rules: large-object-in-dynamodb (STO101), item-without-object-reference (STO102), presigned-url-stored (STO103),
    reference-before-object (STO104).

    Raises `LimitError` and other `ArgumentError`s before anything is sent, `ConflictError` where the object or the item exists,
    `OrphanError` where an object may be left over, and `StoreError`.
    """
    check_target(bucket, object_key)
    with content_of(body) as content:
        details = object_details(body, object_key, access, content_type, content_encoding, None, kms_key_id)
        stored = StoredObject(bucket, object_key, content.size, details["ContentType"], content.sha256)
        item = _item(key, attributes or {}, stored)
        s3, dynamodb = s3 or default_s3(), dynamodb or default_dynamodb()
        yield from _create(s3, content, bucket, object_key, details)
    yield from _put(s3, dynamodb, table, key, item)
    return _document(table, key, item)


def _read(
    destination: Path | BinaryIO,
    *,
    table: str,
    key: Mapping[str, str],
    s3: S3Client | None = None,
    dynamodb: DynamoDBClient | None = None,
) -> Steps[Document]:
    """Reads the object that an item points to into a file or a binary stream, and checks it against the item.

    Rule: item-without-object-reference (STO102).

    Raises `MissingError` where there is no item, or no object, `IntegrityError` where the object is another than the item says, and
    `StoreError`.
    """
    s3, dynamodb = s3 or default_s3(), dynamodb or default_dynamodb()
    document = yield from _get(dynamodb, table, key)
    if isinstance(destination, Path):
        with appearing(destination) as stream:
            yield from _fetch(s3, document, stream)
    else:
        yield from _fetch(s3, document, destination)
    return document


def _delete(
    *, table: str, key: Mapping[str, str], s3: S3Client | None = None, dynamodb: DynamoDBClient | None = None
) -> Steps[Document]:
    """Deletes an item, then the object that it pointed to.

    Rule: reference-before-object (STO104).

    Raises `MissingError` where there is no item, `ConflictError` where it was changed meanwhile, `OrphanError` where the item is gone and
    the object could not be deleted, and `StoreError`.
    """
    s3, dynamodb = s3 or default_s3(), dynamodb or default_dynamodb()
    document = yield from _get(dynamodb, table, key)
    with store_errors(f"Deleting the item {dict(key)!r} from the table {table!r}"):
        try:
            yield partial(
                dynamodb.delete_item,
                TableName=table,
                Key=_serialised(key),
                ConditionExpression="attribute_not_exists(s3_key) OR s3_key = :s3_key",
                ExpressionAttributeValues=_serialised({":s3_key": document.object_key}),
            )
        except Exception as error:
            if code(error) != "ConditionalCheckFailedException":
                raise
            raise ConflictError(f"The item {dict(key)!r} of {table!r} was changed meanwhile: read it again.") from error
    yield from _remove(s3, document.bucket, document.object_key, "Its item is deleted")
    return document


store_document = waiting(_store)
store_document_async = awaiting(_store)
read_document = waiting(_read)
read_document_async = awaiting(_read)
delete_document = waiting(_delete)
delete_document_async = awaiting(_delete)


def _item(key: Mapping[str, str], attributes: Mapping[str, Any], stored: StoredObject) -> dict[str, Any]:
    if not key or len(key) > 2 or not all(isinstance(value, str) and value for value in key.values()):
        raise ArgumentError(f"The key {dict(key)!r} of the item is no primary key: pass one or two attributes with text.")
    taken = sorted({*attributes} & {*REFERENCE, *key} | {*key} & {*REFERENCE})
    if taken:
        raise ArgumentError(f"The attribute {taken[0]!r} is set by store_document or by the key: choose another name.")
    item = {
        **attributes,
        **key,
        "s3_bucket": stored.bucket,
        "s3_key": stored.key,
        "file_size": stored.size,
        "content_type": stored.content_type,
        "sha256": stored.sha256,
        "created_at": datetime.now(timezone.utc).isoformat(),
    }
    check_item(item)
    return item


def _create(s3: S3Client, content: Content, bucket: str, key: str, details: dict[str, Any]) -> Steps[None]:
    try:
        yield from create(s3, content, bucket, key, details)
    except StoreError as error:
        if error.__cause__ is None or was_refused(error.__cause__):
            raise
        message = (
            f"It is not known whether the object {key!r} was written to {bucket!r}, and no item points to it: {reason(error)}."
        )
        raise OrphanError(message, bucket=bucket, key=key) from error


def _put(s3: S3Client, dynamodb: DynamoDBClient, table: str, key: Mapping[str, str], item: dict[str, Any]) -> Steps[None]:
    bucket, object_key = item["s3_bucket"], item["s3_key"]
    try:
        yield partial(
            dynamodb.put_item,
            TableName=table,
            Item=_serialised(item),
            ConditionExpression="attribute_not_exists(#key) OR s3_key = :s3_key AND created_at = :created_at",
            ExpressionAttributeNames={"#key": next(iter(key))},
            ExpressionAttributeValues=_serialised({":s3_key": object_key, ":created_at": item["created_at"]}),
        )
    except Exception as error:
        if not is_aws(error):
            raise
        if not was_refused(error):
            message = f"It is not known whether the item {dict(key)!r} of {table!r} was written: {reason(error)}; its object is {object_key!r}."
            raise OrphanError(message, bucket=bucket, key=object_key) from error
        yield from _remove(s3, bucket, object_key, f"Its item was refused ({reason(error)})")
        if code(error) == "ConditionalCheckFailedException":
            raise ConflictError(
                f"There is an item {dict(key)!r} in {table!r} already: choose another key, or delete it first."
            ) from error
        with store_errors(f"Writing the item {dict(key)!r} to the table {table!r}"):
            raise


def _remove(s3: S3Client, bucket: str, key: str, why: str) -> Steps[None]:
    try:
        yield partial(s3.delete_object, Bucket=bucket, Key=key)
    except Exception as error:
        if not is_aws(error):
            raise
        message = (
            f"The object {key!r} in {bucket!r} is left over and must be deleted: {why}, and deleting it failed: {reason(error)}."
        )
        raise OrphanError(message, bucket=bucket, key=key) from error


def _get(dynamodb: DynamoDBClient, table: str, key: Mapping[str, str]) -> Steps[Document]:
    with store_errors(f"Reading the item {dict(key)!r} of the table {table!r}"):
        answer = yield partial(dynamodb.get_item, TableName=table, Key=_serialised(key), ConsistentRead=True)
    if "Item" not in answer:
        raise MissingError(f"There is no item {dict(key)!r} in the table {table!r}: check its key.")
    item = _deserialised(answer["Item"])
    if not {"s3_bucket", "s3_key", "file_size", "sha256"} <= item.keys():
        raise MissingError(f"The item {dict(key)!r} of the table {table!r} points to no object: write it with store_document.")
    return _document(table, key, item)


def _fetch(s3: S3Client, document: Document, stream: BinaryIO) -> Steps[None]:
    read = yield from fetch(s3, document.bucket, document.object_key, stream)
    if read.size != document.size or read.sha256 != document.sha256:
        raise IntegrityError(
            f"The object {document.object_key!r} is not the one that its item describes: restore it from another version."
        )


def _document(table: str, key: Mapping[str, str], item: Mapping[str, Any]) -> Document:
    return Document(table, dict(key), item["s3_bucket"], item["s3_key"], int(item["file_size"]), item["sha256"], item)


def _serialised(attributes: Mapping[str, Any]) -> dict[str, Any]:
    serialise = imported("boto3.dynamodb.types", "runtime").TypeSerializer().serialize
    try:
        return {name: serialise(list(value) if isinstance(value, tuple) else value) for name, value in attributes.items()}
    except TypeError as error:
        raise ArgumentError(f"An attribute cannot be written to DynamoDB: {reason(error)}.") from error


def _deserialised(item: Mapping[str, Any]) -> dict[str, Any]:
    deserialise = imported("boto3.dynamodb.types", "runtime").TypeDeserializer().deserialize
    return {name: deserialise(value) for name, value in item.items()}
