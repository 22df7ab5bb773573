"""The functions of `s3lint.runtime.documents` for asyncio, with clients of aioboto3 or aiobotocore.

They do the same in the same steps. No step stops the loop: files are read and digested in threads, and so are requests where no client is
given, since boto3's own is used then. A task that is cancelled ends as an `OrphanError` where it leaves something.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from typing import Any

from s3lint.runtime import orphans, references
from s3lint.runtime.items import KeyValue
from s3lint.runtime.objects import AccessPattern, Reading
from s3lint.runtime.orphans import ANY_AGE, Orphan
from s3lint.runtime.protocols import AsyncDynamoDBClient, AsyncS3Client
from s3lint.runtime.references import Document
from s3lint.runtime.steps import run_async
from s3lint.runtime.streams import Body, Destination


async def store_document_async(
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
    s3: AsyncS3Client | None = None,
    dynamodb: AsyncDynamoDBClient | None = None,
) -> Document:
    """Writes a body to a new object, then an item that points to it; returns both: see `store_document`.

    Rules: large-object-in-dynamodb (STO101), item-without-object-reference (STO102), reference-before-object (STO104).

    Raises what `store_document` raises.
    """
    return await run_async(
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


async def replace_document_async(
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
    s3: AsyncS3Client | None = None,
    dynamodb: AsyncDynamoDBClient | None = None,
) -> Document:
    """Writes a body to a new object, points an item that is there to it, then deletes the old object: see `replace_document`.

    Rules: item-without-object-reference (STO102), reference-before-object (STO104).

    Raises what `replace_document` raises.
    """
    return await run_async(
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


async def read_document_async(
    destination: Destination,
    *,
    table: str,
    key: Mapping[str, KeyValue],
    s3: AsyncS3Client | None = None,
    dynamodb: AsyncDynamoDBClient | None = None,
) -> Document:
    """Reads the object that an item points to into a file or a binary stream, and checks it: see `read_document`.

    Rule: item-without-object-reference (STO102).

    Raises what `read_document` raises.
    """
    return await run_async(references.read(destination, table=table, key=key, s3=s3, dynamodb=dynamodb))


@asynccontextmanager
async def open_document_async(
    *, table: str, key: Mapping[str, KeyValue], s3: AsyncS3Client | None = None, dynamodb: AsyncDynamoDBClient | None = None
) -> AsyncIterator[AsyncDocumentStream]:
    """Gives the object that an item points to as chunks of bytes, which are checked against the item at the end: see `open_document`.

    Rule: item-without-object-reference (STO102).

    Raises what `read_document` raises.
    """
    document, reading = await run_async(references.opened(table=table, key=key, s3=s3, dynamodb=dynamodb))
    with closing(reading):
        yield AsyncDocumentStream(document, reading)


class AsyncDocumentStream:
    """The object of a `document`, from its start to its end: `async for chunk in stream`."""

    def __init__(self, document: Document, reading: Reading) -> None:
        self.document = document
        self._reading = reading

    def __aiter__(self) -> AsyncDocumentStream:
        return self

    async def __anext__(self) -> bytes:
        """Returns the next chunk. Raises `IntegrityError` at the end of an object that is not what its item says."""
        chunk = await run_async(references.read_on(self.document, self._reading))
        if not chunk:
            raise StopAsyncIteration
        return chunk


async def delete_document_async(
    *, table: str, key: Mapping[str, KeyValue], s3: AsyncS3Client | None = None, dynamodb: AsyncDynamoDBClient | None = None
) -> Document:
    """Deletes an item, then the object that it pointed to; returns what was there: see `delete_document`.

    Rule: reference-before-object (STO104).

    Raises what `delete_document` raises.
    """
    return await run_async(references.delete(table=table, key=key, s3=s3, dynamodb=dynamodb))


async def find_orphans_async(
    prefix: str,
    table: str,
    *,
    bucket: str,
    older_than: timedelta = ANY_AGE,
    s3: AsyncS3Client | None = None,
    dynamodb: AsyncDynamoDBClient | None = None,
) -> tuple[Orphan, ...]:
    """Returns the objects and unfinished uploads under a prefix that no item of a table points to: see `find_orphans`.

    Raises what `find_orphans` raises.
    """
    return await run_async(orphans.find(prefix, table, bucket=bucket, older_than=older_than, s3=s3, dynamodb=dynamodb))
