"""What a process that was killed between two requests left behind. Rule: reference-before-object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING, Any

from s3lint.runtime.arguments import checked, table_name, text, wrong
from s3lint.runtime.clients import status, store_errors
from s3lint.runtime.items import deserialised, serialised
from s3lint.runtime.keys import a_bucket
from s3lint.runtime.objects import AN_S3_CLIENT
from s3lint.runtime.references import AN_ITEM_CLIENT, clients
from s3lint.runtime.steps import Steps, run

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client

ANY_AGE = timedelta(0)


@dataclass(frozen=True)
class Orphan:
    """An object that no item points to, or the parts of an upload that was never finished, which `upload_id` names.

    `size` is in bytes, None for parts, which S3 does not count before they are listed; `written` is when it was written, or begun.
    """

    bucket: str
    key: str
    size: int | None
    written: datetime
    upload_id: str | None = None


def find_orphans(
    prefix: str,
    table: str,
    *,
    bucket: str,
    older_than: timedelta = ANY_AGE,
    s3: S3Client | None = None,
    dynamodb: DynamoDBClient | None = None,
) -> tuple[Orphan, ...]:
    """Returns the objects and unfinished uploads under a prefix that no item of a table points to, by their keys.

    All documents under the prefix must have their items in that table. While documents are being written, pass `older_than`, an hour for
    instance: what is younger is left out, since its item may be on its way. The keys under the prefix are kept in memory, and the whole
    table is read. Nothing is deleted.

    Rule: reference-before-object (STO104).

    Raises `ArgumentError` for an empty prefix, and `StoreError`.
    """
    return run(find(prefix, table, bucket=bucket, older_than=older_than, s3=s3, dynamodb=dynamodb))


def _an_age(name: str, value: Any) -> timedelta:
    if not isinstance(value, timedelta) or value < timedelta(0):
        raise wrong(name, value, "a timedelta that is not negative")
    return value


@checked(
    prefix=text,
    table=table_name,
    bucket=a_bucket,
    older_than=_an_age,
    s3=AN_S3_CLIENT,
    dynamodb=AN_ITEM_CLIENT,
)
def find(prefix: str, table: str, *, bucket: str, older_than: timedelta, s3: Any, dynamodb: Any) -> Steps[tuple[Orphan, ...]]:
    """Lists the objects first and the items after it, so that an item that is written meanwhile is seen; returns the rest."""
    s3, dynamodb = yield from clients(s3, dynamodb)
    latest = datetime.now(timezone.utc) - older_than
    with store_errors(f"Looking for orphans in the bucket {bucket!r} and the table {table!r}"):
        found = yield from _objects(s3, bucket, prefix)
        parts = yield from _unfinished(s3, bucket, prefix)
        if any(one.written <= latest for one in found.values()):
            yield from _leave_out_referenced(found, dynamodb, table, bucket, prefix)
        for one in [*found.values()]:
            if one.written > latest or not (yield from _is_there(s3, one)):
                del found[one.key]
    left = [*found.values(), *(one for one in parts if one.written <= latest)]
    return tuple(sorted(left, key=lambda one: (one.key, one.upload_id or "")))


def _objects(s3: Any, bucket: str, prefix: str) -> Steps[dict[str, Orphan]]:
    found: dict[str, Orphan] = {}
    more: dict[str, str] = {}
    while True:
        page = yield partial(s3.list_objects_v2, Bucket=bucket, Prefix=prefix, **more)
        for one in page.get("Contents", ()):
            found[one["Key"]] = Orphan(bucket, one["Key"], one["Size"], one["LastModified"])
        if not page.get("IsTruncated"):
            return found
        more = {"ContinuationToken": page["NextContinuationToken"]}


def _unfinished(s3: Any, bucket: str, prefix: str) -> Steps[list[Orphan]]:
    found: list[Orphan] = []
    more: dict[str, str] = {}
    while True:
        page = yield partial(s3.list_multipart_uploads, Bucket=bucket, Prefix=prefix, **more)
        found += [Orphan(bucket, one["Key"], None, one["Initiated"], one["UploadId"]) for one in page.get("Uploads", ())]
        if not page.get("IsTruncated"):
            return found
        more = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}


def _leave_out_referenced(found: dict[str, Orphan], dynamodb: Any, table: str, bucket: str, prefix: str) -> Steps[None]:
    """Drops the objects that an item points to."""
    more: dict[str, Any] = {}
    while True:
        page = yield partial(
            dynamodb.scan,
            TableName=table,
            ConsistentRead=True,
            ProjectionExpression="s3_key",
            FilterExpression="s3_bucket = :bucket AND begins_with(s3_key, :prefix)",
            ExpressionAttributeValues=serialised({":bucket": bucket, ":prefix": prefix}),
            **more,
        )
        for key in _keys(page):
            found.pop(key, None)
        if not page.get("LastEvaluatedKey"):
            return
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _keys(page: dict[str, Any]) -> Iterator[str]:
    for item in page["Items"]:
        yield deserialised(item)["s3_key"]


def _is_there(s3: Any, one: Orphan) -> Steps[bool]:
    """Returns whether an object is still there: one that was deleted while the table was read is no orphan."""
    try:
        yield partial(s3.head_object, Bucket=one.bucket, Key=one.key)
    except Exception as error:
        if status(error) != 404:
            raise
        return False
    return True
