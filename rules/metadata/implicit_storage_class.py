"""implicit-storage-class: an object is written with no storage class.

## What it finds
Every write of an object that leaves out `StorageClass`, where it can be given.

## Why
S3 then takes Standard, the right class for data that is read often. The standard asks for a choice by access pattern: Standard for
frequent access, Intelligent-Tiering where the pattern is unknown or changes, Glacier for archives. Writing the class down shows that
the choice was made.

## Do not
```python
import boto3

s3 = boto3.client("s3")
s3.put_object(Bucket=bucket, Key=f"reports/{year}/a.pdf", Body=body, ContentType="application/pdf")
```

## Do
```python
import boto3

s3 = boto3.client("s3")
s3.put_object(
    Bucket=bucket, Key=f"reports/{year}/a.pdf", Body=body, ContentType="application/pdf", StorageClass="INTELLIGENT_TIERING"
)
```

## When it stays silent
Presigned URLs, folder markers (keys that end in `/`), and extra arguments that are not known.

## References
- [Amazon S3 Intelligent-Tiering](https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering.html)
"""

from collections.abc import Iterator

from s3lint.api import Context, Match, ObjectCall, Rule, Severity, is_missing, texts

rule = Rule(
    __name__,
    code="STO313",
    clause="storage.intelligent-tiering",
    severity=Severity.INFO,
    summary="`{operation}` chooses no storage class, so the object stays in Standard: pass `StorageClass=…` by how it is read.",
    profile="strict",
    helper="s3lint.runtime.AccessPattern",
    yields_to=("STO312",),
    observable=True,
)


@rule.on(ObjectCall)
def check(fact: ObjectCall, context: Context) -> Iterator[Match]:
    if not fact.writes_itself or not fact.on_aws:
        return
    marker = any(key.tail.endswith("/") for key, _ in texts(fact.key))
    if is_missing(fact.parameters.get("StorageClass")) and not marker:
        yield rule.match(fact.site, fact.confidence, operation=fact.operation)
