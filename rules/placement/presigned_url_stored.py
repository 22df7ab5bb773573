"""presigned-url-stored: a presigned URL becomes an attribute of a DynamoDB item.

## What it finds
The result of `generate_presigned_url` or `generate_presigned_post`, alone, in a text, or one entry of it, among the attributes of a
DynamoDB write.

## Why
A presigned URL dies after seven days at most, and with the credentials that signed it (often after an hour). The item keeps a dead link
and, until then, a key to the object that everybody who reads the table may use. Store the key, and presign when somebody asks.

## Do not
```python
import boto3

s3 = boto3.client("s3")
url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=3600)
boto3.resource("dynamodb").Table("documents").put_item(Item={"document_id": "doc-123", "url": url})
```

## Do
```python
import boto3

item = {"document_id": "doc-123", "s3_bucket": bucket, "s3_key": key}
boto3.resource("dynamodb").Table("documents").put_item(Item=item)
```

## When it stays silent
Presigned URLs that are returned or sent, and stores other than DynamoDB.

## References
- [Why presigned URLs expire early](https://repost.aws/knowledge-center/presigned-url-s3-bucket-expiration)
"""

import re
from collections.abc import Iterator

from s3lint.api import Client, Confidence, Context, ItemWrite, Match, Reference, Rule, Text, Value, choices, made_at

rule = Rule(
    __name__,
    code="STO103",
    clause="do.references-in-dynamodb",
    summary="Attribute `{attribute}` keeps a presigned URL, which dies in hours or days: store the key, and presign on request.",
    helper="s3lint.runtime.store_document",
    observable=True,
)

PRESIGNED = re.compile(r"boto3\.s3\.generate_presigned_(?:url|post)\(\)")


@rule.on(ItemWrite)
def check(fact: ItemWrite, context: Context) -> Iterator[Match]:
    for attribute in fact.attributes():
        for value, confidence in choices(attribute.value, fact.confidence):
            presigned = _presigned(value)
            if presigned is not None:
                resolved = _signer(presigned)
                sure = confidence if isinstance(resolved, Client) else min(confidence, Confidence.MEDIUM)
                site = attribute.site or value.site or fact.site
                yield rule.match(site, sure, made_at(value, site), attribute=attribute.name or "value")


def _presigned(value: Value) -> Reference | None:
    """Return the presigned URL in a value, or None."""
    if isinstance(value, Text):
        return next((found for hole in value.holes if (found := _presigned(hole.value)) is not None), None)
    return value if isinstance(value, Reference) and PRESIGNED.match(value.path) else None


def _signer(value: Value | None) -> Value | None:
    """Return the value on which the presigning method is called."""
    while isinstance(value, Reference):
        value = value.receiver
    return value
