"""invalid-storage-class: a storage class that S3 does not know, or no longer recommends.

## What it finds
A `StorageClass` that is not in botocore's list (`"STANDARD-IA"`, `"glacier"`), and `REDUCED_REDUNDANCY`.

## Why
botocore does not check the value: the call fails only when S3 answers, `InvalidStorageClass`. Reduced redundancy is kept for old
objects; it costs more than Standard and loses objects more often.

## Do not
```python
import boto3

s3 = boto3.client("s3")
s3.put_object(Bucket=bucket, Key=f"archive/{day}.pdf", Body=body, ContentType="application/pdf", StorageClass="STANDARD-IA")
```

## Do
```python
import boto3

s3 = boto3.client("s3")
s3.put_object(Bucket=bucket, Key=f"archive/{day}.pdf", Body=body, ContentType="application/pdf", StorageClass="STANDARD_IA")
```

## When it stays silent
Classes that are not known, and lists of classes that are written to no object.

## References
- [Using Amazon S3 storage classes](https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html)
"""

from collections.abc import Iterator

from s3lint.api import (
    Context,
    Hop,
    Match,
    NoFix,
    ObjectCall,
    Plan,
    Rule,
    Text,
    Value,
    load,
    replacing,
    texts,
)

rule = Rule(
    __name__,
    code="STO311",
    clause="constraints.storage-classes",
    summary="Storage class `{given}` {problem}: use `{instead}`.",
    fix="sometimes",
    helper="s3lint.runtime.AccessPattern",
    observable=True,
)

CLASSES = load("s3")["enumerations"]["StorageClass"]
REDUCED = "REDUCED_REDUNDANCY"


@rule.on(ObjectCall)
def check(fact: ObjectCall, context: Context) -> Iterator[Match]:
    if not fact.writes or not fact.by_boto or not fact.on_aws:
        return
    for given, confidence in texts(fact.parameters.get("StorageClass"), fact.confidence, _is_invalid):
        if given.literal is not None and _is_invalid(given):
            hops = (*given.trace, Hop(fact.site, f"passed to `{fact.operation}` here"))
            problem = (
                "costs more than Standard and keeps less safe"
                if given.literal == REDUCED
                else "does not exist, so S3 refuses the call"
            )
            yield rule.match(
                given.site or fact.site,
                confidence,
                hops,
                plan=_plan(fact, given),
                given=given.literal,
                problem=problem,
                instead=_nearest(given.literal),
            )


def _is_invalid(given: Value) -> bool:
    return isinstance(given, Text) and given.literal is not None and (given.literal == REDUCED or given.literal not in CLASSES)


def _plan(fact: ObjectCall, given: Text) -> Plan | NoFix | None:
    """Reduced redundancy becomes Standard; only the author knows what another wrong name was meant to be."""
    return replacing(fact, "StorageClass", given, "STANDARD", safe=not fact.presigned) if given.literal == REDUCED else None


def _nearest(given: str) -> str:
    if given == REDUCED:
        return "STANDARD"
    from difflib import get_close_matches

    plain = given.upper().replace("-", "_").replace(" ", "_")
    return next(iter(get_close_matches(plain, [name for name in CLASSES if name != REDUCED], 1)), "STANDARD")
