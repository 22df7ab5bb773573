"""archive-in-hot-storage: an object under an archive's prefix is kept in a class for frequent access.

## What it finds
A written key with a segment `archive`, `archives`, `backup`, `backups` or `cold`, and a storage class, given or left out, that is none of
Glacier, Deep Archive, Glacier Instant Retrieval and Intelligent-Tiering.

## Why
Archived data is read rarely or never. Standard costs about five times as much as Glacier Instant Retrieval, and over twenty times as
much as Deep Archive, for every month that it stays.

## Do not
```python
import boto3

s3 = boto3.client("s3")
s3.upload_file(path, bucket, f"backups/{day}/database.dump", ExtraArgs={"ContentType": "application/octet-stream"})
```

## Do
```python
import boto3

s3 = boto3.client("s3")
extra = {"ContentType": "application/octet-stream", "StorageClass": "GLACIER_IR"}
s3.upload_file(path, bucket, f"backups/{day}/database.dump", ExtraArgs=extra)
```

## When it stays silent
Where the class or the key is not known. A lifecycle rule of the bucket may move the objects later; then say so in a suppression.

## References
- [Amazon S3 pricing](https://aws.amazon.com/s3/pricing/)
- [Archival storage classes](https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html#sc-glacier)
"""

from collections.abc import Iterator

from s3lint.api import (
    Context,
    Match,
    NoFix,
    ObjectCall,
    Plan,
    Replace,
    Rule,
    Severity,
    alternatives,
    is_missing,
    literals,
    metadata_plan,
    texts,
)

rule = Rule(
    __name__,
    code="STO312",
    clause="storage.glacier",
    severity=Severity.INFO,
    summary='Key `{key}` is an archive\'s and lies in {tier}, at several times the price: pass `StorageClass="GLACIER_IR"`.',
    profile="strict",
    fix="unsafe",
    helper="s3lint.runtime.AccessPattern",
    observable=True,
)

COLD_CLASSES = frozenset({"GLACIER", "DEEP_ARCHIVE", "GLACIER_IR", "INTELLIGENT_TIERING"})
SEGMENTS = frozenset({"archive", "archives", "backup", "backups", "cold"})


@rule.on(ObjectCall)
def check(fact: ObjectCall, context: Context) -> Iterator[Match]:
    if not fact.writes_itself or not fact.on_aws:
        return
    tier = _hot_class(fact)
    for key, confidence in texts(fact.key, fact.confidence) if tier is not None else ():
        if not SEGMENTS.isdisjoint(key.known.lower().split("/")[:-1]):
            given = fact.parameters.get("StorageClass").site
            yield rule.match(given or fact.site, confidence, key.trace, plan=_plan(fact), key=key, tier=tier)


def _plan(fact: ObjectCall) -> Plan | NoFix:
    from s3lint.api import literal, replaceable

    text = literal(fact.site, "GLACIER_IR")
    message = 'Pass StorageClass="GLACIER_IR"; objects stay at least 90 days, and reads cost more'
    given = fact.parameters.get("StorageClass")
    if is_missing(given):
        return metadata_plan(fact, "StorageClass", text, message, safe=False)
    site = replaceable(fact.site, fact.parameters.arguments, fact.parameters.written("StorageClass"), given)
    return site if isinstance(site, NoFix) else Plan(message, (Replace(site, text),))


def _hot_class(fact: ObjectCall) -> str | None:
    """Return the frequent-access class that the object certainly gets, or None."""
    given = fact.parameters.get("StorageClass")
    if is_missing(given):
        return "STANDARD"
    known = literals(given)
    return known[0] if len(known) == len(list(alternatives(given))) and COLD_CLASSES.isdisjoint(known) else None
