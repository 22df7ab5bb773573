"""unversioned-key: every write goes to the same key.

## What it finds
The key of a written object that has no variable part: each run replaces what the one before has written.

## Why
Without a timestamp or a version in its key (or versioning on the bucket) an object that is overwritten is gone, and a reader cannot tell
which run it is looking at.

## Do not
```python
import boto3

boto3.client("s3").upload_file(path, bucket, "reports/daily/report.pdf", ExtraArgs={"ContentType": "application/pdf"})
```

## Do
```python
import boto3

key = f"reports/daily/{day:%Y-%m-%d}/report.pdf"
boto3.client("s3").upload_file(path, bucket, key, ExtraArgs={"ContentType": "application/pdf"})
```

## When it stays silent
Templates with any part that is not known, folder markers, placeholders of documentation, and keys that are only read. Not every object
needs versions, so the rule is part of the strict profile.

## References
- [Using versioning in S3 buckets](https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html)
"""

import re
from collections.abc import Iterator

from s3lint.api import Context, Hop, KeyTemplate, Match, Rule, jinja_holes, texts

rule = Rule(
    __name__,
    code="STO214",
    clause="keys.versioned",
    summary="Key `{key}` is the same in every run, so each write replaces the last: put a timestamp or a version into it.",
    profile="strict",
    helper="s3lint.runtime.object_key",
)


MARKER = re.compile(r"/$|(?:^|/)(?:_SUCCESS|_CURRENT|_LATEST|_last_checkpoint|[^/]*\.(?:done|lock))$", re.IGNORECASE)
"""Folders, and files that mark or point to something: they are meant to be replaced."""


@rule.on(KeyTemplate)
def check(fact: KeyTemplate, context: Context) -> Iterator[Match]:
    if fact.named:
        return
    for value, confidence in texts(fact.value, fact.confidence):
        key = jinja_holes(value).literal
        if key and not MARKER.search(key) and not _is_placeholder(key):
            hops = (*value.trace, Hop(fact.site, f"used as the key of `{fact.label}` here"))
            yield rule.match(value.origin or fact.site, confidence, hops, key=key)


def _is_placeholder(key: str) -> bool:
    return any(sign in key for sign in ("<", "$", "‹")) or "your" in key.lower()
