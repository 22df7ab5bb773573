"""item-without-object-reference: a function uploads an object and writes an item that does not lead to it.

## What it finds
A function that, with the first-party helpers that it calls, uploads or copies an object and writes to DynamoDB, where no item carries
the key, the URL or the bucket, nor anything that the key was derived from. An item that describes the object (its attributes are called
like file, document, size, type, image, …) is reported at `medium` confidence, others at `low`.

## Why
The item is how the object is found again. Without the key the object can only be found by listing the bucket, and no one can tell
which objects are still in use.

## Do not
```python
import boto3
import uuid

s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table("documents")


def save(bucket, body, title):
    s3.put_object(Bucket=bucket, Key=f"documents/{uuid.uuid4()}", Body=body, ContentType="application/pdf")
    table.put_item(Item={"title": title, "file_size": len(body)})
```

## Do
```python
import boto3
import uuid

s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table("documents")


def save(bucket, body, title):
    key = f"documents/{uuid.uuid4()}"
    s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/pdf")
    table.put_item(Item={"title": title, "file_size": len(body), "s3_bucket": bucket, "s3_key": key})
```

## When it stays silent
Where one of the function's items carries the reference, or an attribute is called like one; items and keys that are not known in full.

## References
- [Storing large objects in S3](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-use-s3-too.html)
"""

import re
from collections.abc import Iterator

from s3lint.api import Confidence, Context, Hop, ItemWrite, Match, Rule

rule = Rule(
    __name__,
    code="STO102",
    clause="do.references-in-dynamodb",
    summary="The item describes an object that is uploaded here and does not lead to it: store its bucket and key.",
    helper="s3lint.runtime.store_document",
)

DESCRIBING = re.compile(r"(?:^|_|\b)(?:file|document|object|content|size|mime|type|image|video|upload)s?(?:$|_|\b)", re.IGNORECASE)


@rule.on(ItemWrite)
def check(fact: ItemWrite, context: Context) -> Iterator[Match]:
    from s3lint.api import points_to, writes_around

    writes = writes_around(fact, context)
    if writes is None or writes.items[0].site.node is not fact.site.node:
        return
    if any(points_to(item, upload) is not False for item in writes.items for upload in writes.uploads):
        return
    describes = any(DESCRIBING.search(attribute.name) for attribute in fact.attributes())
    uploaded = Hop(writes.uploads[0].site, "the object is uploaded here")
    yield rule.match(fact.site, Confidence.MEDIUM if describes else Confidence.LOW, (uploaded,))
