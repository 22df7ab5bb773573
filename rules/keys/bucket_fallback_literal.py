"""bucket-fallback-literal: a lookup of a bucket's name falls back to a name in the code.

## What it finds
`os.getenv("X", "name")`, `os.environ.get("X", "name")`, `… or "name"`, and the default of a command line option (argparse, click,
typer) or of a Databricks widget, where the value names a bucket.

## Why
The fallback turns a forgotten variable into a write to the wrong bucket, in silence. Without it the program stops and names what is
missing.

## Do not
```python
import os

import boto3

bucket = os.environ.get("DOCUMENTS_BUCKET", "acme-documents-dev")
boto3.client("s3").download_file(bucket, key, local_path)
```

## Do
```python
import os

import boto3

bucket = os.environ["DOCUMENTS_BUCKET"]
boto3.client("s3").download_file(bucket, key, local_path)
```

## Fix safety
The variable must be set wherever the program runs: unsafe. Only a lookup in `os.environ` can lose its fallback, since it raises then; a
default of a parameter, and an option of a mutually exclusive group, keep theirs.

## When it stays silent
Placeholders and empty strings; a fallback that is a URI (`hardcoded-bucket-in-uri`).

## References
- [The Twelve-Factor App: config](https://12factor.net/config)
"""

from collections.abc import Iterator

from s3lint.api import (
    BucketName,
    Context,
    Hop,
    Match,
    NoFix,
    Plan,
    Rule,
    Text,
    bucket_head,
    default_choices,
    is_bucket_name,
    is_public_bucket,
)

rule = Rule(
    __name__,
    code="STO203",
    clause="do-not.hardcoded-buckets",
    summary="Bucket falls back to `{bucket}` when its setting is missing: drop the default, so that a missing setting stops the program.",
    fix="unsafe",
    yields_to=("STO201",),
    helper="s3lint.runtime.bucket_from_env",
)


@rule.on(BucketName)
def check(fact: BucketName, context: Context) -> Iterator[Match]:
    for value, confidence in default_choices(fact.value, fact.confidence):
        if not isinstance(value, Text) or bucket_head(value) is None or is_public_bucket(value, context.settings.public_buckets):
            continue
        if fact.use != "name" or is_bucket_name(value.literal or ""):
            hops = (*value.trace, Hop(fact.site, f"used as `{fact.label}` here"))
            yield rule.match(value.origin or fact.site, confidence, hops, plan=_plan(value), bucket=value)


def _plan(value: Text) -> Plan | NoFix:
    """The lookup without its default."""
    from s3lint.api import without_fallback

    return without_fallback(value.origin) if value.origin is not None else NoFix("the default is not written out")
