"""Large objects in S3 with their references in DynamoDB. Rules: the chapter on placement.

S3 and DynamoDB share no transaction. What is kept instead: an item that can be read points to an object that is complete. The object is
written before the item and deleted after it; what may be left over is an object that no item points to, and that is removed or reported.

Each function has a twin for asyncio in `s3lint.runtime.documents_async`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from s3lint.runtime import references
from s3lint.runtime.items import KeyValue
from s3lint.runtime.objects import AccessPattern, Reading
from s3lint.runtime.references import Document
from s3lint.runtime.steps import run
from s3lint.runtime.streams import CHUNK, Body, Destination

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client


def store_document(
    body: Body,
    *,
    table: str,
    key: Mapping[str, KeyValue],
    bucket: str,
    object_key: str,
    access: AccessPattern,
    content_type: str | None = None,
    content_encoding: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    kms_key_id: str | None = None,
    s3: S3Client | None = None,
    dynamodb: DynamoDBClient | None = None,
) -> Document:
    """Writes a body to a new object, then an item under a primary `key`, with its bucket, key, size, type and digest; returns both.

    What is there already is not touched. Where the item is refused, the object is removed again.

    Rules: large-object-in-dynamodb (STO101), item-without-object-reference (STO102), presigned-url-stored (STO103), reference-before-object (STO104).

    Raises `ArgumentError` before anything is sent, `ConflictError` where the object or the item exists, `OrphanError` where an object may be
    left over, also after an interruption, and `StoreError`.
    """
    return run(
        references.store(
            body,
            table=table,
            key=key,
            bucket=bucket,
            object_key=object_key,
            access=access,
            content_type=content_type,
            content_encoding=content_encoding,
            attributes=attributes,
            kms_key_id=kms_key_id,
            s3=s3,
            dynamodb=dynamodb,
        )
    )


def replace_document(
    body: Body,
    *,
    table: str,
    key: Mapping[str, KeyValue],
    bucket: str,
    object_key: str,
    access: AccessPattern,
    content_type: str | None = None,
    content_encoding: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    kms_key_id: str | None = None,
    s3: S3Client | None = None,
    dynamodb: DynamoDBClient | None = None,
) -> Document:
    """Writes a body to a new object, points an item that is there to it, then deletes the old object; returns what is there then.

    Readers find the old document or the new one, whole. Without `attributes`, the item keeps those that it has.

    Rules: item-without-object-reference (STO102), reference-before-object (STO104), unversioned-key (STO214).

    Raises `MissingError` where there is no item, `ConflictError` where it was changed meanwhile, and what `store_document` raises.
    """
    return run(
        references.replace(
            body,
            table=table,
            key=key,
            bucket=bucket,
            object_key=object_key,
            access=access,
            content_type=content_type,
            content_encoding=content_encoding,
            attributes=attributes,
            kms_key_id=kms_key_id,
            s3=s3,
            dynamodb=dynamodb,
        )
    )


def read_document(
    destination: Destination,
    *,
    table: str,
    key: Mapping[str, KeyValue],
    s3: S3Client | None = None,
    dynamodb: DynamoDBClient | None = None,
) -> Document:
    """Reads the object that an item points to into a file or a binary stream, checks it against the item, and returns both.

    Rule: item-without-object-reference (STO102).

    Raises `MissingError` where there is no item, or no object, `IntegrityError` where the object is another than the item says, and
    `StoreError`.
    """
    return run(references.read(destination, table=table, key=key, s3=s3, dynamodb=dynamodb))


@contextmanager
def open_document(
    *, table: str, key: Mapping[str, KeyValue], s3: S3Client | None = None, dynamodb: DynamoDBClient | None = None
) -> Iterator[DocumentStream]:
    """Gives the object that an item points to as a binary stream, which is read as it comes and checked against the item at its end.

    Rule: item-without-object-reference (STO102).

    Raises what `read_document` raises; `IntegrityError` comes from the read that reaches the end, so read to the end.
    """
    document, reading = run(references.opened(table=table, key=key, s3=s3, dynamodb=dynamodb))
    with DocumentStream(document, reading) as stream:
        yield stream


class DocumentStream(io.BufferedReader):
    """The object of a `document`, from its start to its end. A connection that breaks is taken up where it broke."""

    def __init__(self, document: Document, reading: Reading) -> None:
        super().__init__(_Raw(document, reading), CHUNK)
        self.document = document


class _Raw(io.RawIOBase):
    def __init__(self, document: Document, reading: Reading) -> None:
        super().__init__()
        self._document, self._reading = document, reading
        self._rest = b""

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._reading.close()
        super().close()

    def readinto(self, buffer: Any, /) -> int:
        """Fills a buffer with the next bytes, and returns how many; none at the end, where all have been checked."""
        if not self._rest:
            self._rest = run(references.read_on(self._document, self._reading))
        part = self._rest[: len(buffer)]
        buffer[: len(part)] = part
        self._rest = self._rest[len(part) :]
        return len(part)


def delete_document(
    *, table: str, key: Mapping[str, KeyValue], s3: S3Client | None = None, dynamodb: DynamoDBClient | None = None
) -> Document:
    """Deletes an item, then the object that it pointed to; returns what was there.

    Rule: reference-before-object (STO104).

    Raises `MissingError` where there is no item, `ConflictError` where it was changed meanwhile, `OrphanError` where the item is gone, or
    may be, and the object is not, and `StoreError`.
    """
    return run(references.delete(table=table, key=key, s3=s3, dynamodb=dynamodb))
