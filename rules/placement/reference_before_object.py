"""reference-before-object: an item is written before the object that it points to.

## What it finds
A function that writes a DynamoDB item with the key of an object and uploads that object later, and writes nothing to DynamoDB after
that.

## Why
S3 and DynamoDB share no transaction. If the upload fails, the item points to nothing, and readers who are faster than the upload get
`NoSuchKey`. Write the object first: an object that nothing points to is cheap and can be cleaned up.

## Do not
```python
import boto3

s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table("documents")


def save(bucket, key, body):
    table.put_item(Item={"s3_bucket": bucket, "s3_key": key})
    s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/pdf")
```

## Do
```python
import boto3

s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table("documents")


def save(bucket, key, body):
    s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/pdf")
    table.put_item(Item={"s3_bucket": bucket, "s3_key": key})
```

## When it stays silent
Items that are updated after the upload (a status), writes in other branches, items that do not carry the key.

## References
- [Storing large objects in S3](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-use-s3-too.html): no transactions
"""

from collections.abc import Iterator

from s3lint.api import Context, Hop, ItemWrite, Match, Rule

rule = Rule(
    __name__,
    code="STO104",
    clause="do.references-in-dynamodb",
    summary="The item is written before its object, so it points to nothing if the upload fails: upload first.",
    profile="strict",
    helper="s3lint.runtime.store_document",
)


@rule.on(ItemWrite)
def check(fact: ItemWrite, context: Context) -> Iterator[Match]:
    from s3lint.api import own_writes, uploaded_after

    upload = uploaded_after(fact, own_writes(fact.scope, context))
    if upload is not None:
        yield rule.match(fact.site, min(fact.confidence, upload.confidence), (Hop(upload.site, "the object is uploaded here"),))
