"""hardcoded-bucket-in-uri: a URI, an ARN or a URL names a bucket.

## What it finds
A literal `s3://`, `s3a://` or `s3n://` URI, a bucket's ARN or its endpoint URL that code passes to a call, assigns, takes as a default
or writes into SQL, and a template whose bucket begins with a literal. Reads count too. It is reported once, at the literal that holds
the bucket.

## Why
The same code must run in every account and stage. A bucket inside a path needs a change of code for each, and what was meant for a test
bucket is written to production.

## Do not
```python
events = spark.read.format("delta").load("s3://acme-lakehouse/raw/events/")
```

## Do
```python
import os

events = spark.read.format("delta").load(f"s3://{os.environ['LAKEHOUSE_BUCKET']}/raw/events/")
```

## Fix safety
The variable must be set wherever the program runs: unsafe.

## When it stays silent
Docstrings, help texts, log messages, prompts and other prose; buckets that come from parameters or the environment; placeholders such as
`your-bucket`, `<bucket>` and `{{…}}`; a bucket that `hardcoded-bucket` or `bucket-fallback-literal` reports.

## References
- [Bucket naming rules](https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html)
- [Virtual hosting of buckets](https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html)
"""

import re
from collections.abc import Iterator

from s3lint.api import BucketAddress, Context, Hop, Match, Plan, Replace, Rule, Settings, bucket_head, variable_of

rule = Rule(
    __name__,
    code="STO202",
    clause="do-not.hardcoded-buckets",
    summary="Bucket `{bucket}` is hardcoded in an address: take its name from the environment, so that the code runs in every account.",
    profile="strict",
    fix="unsafe",
    helper="s3lint.runtime.bucket_from_env",
    yields_to=("STO201", "STO203"),
)


PLAIN = re.compile(r"""(?P<quote>["'])(?P<text>[^"'\\\n]*)(?P=quote)""")
"""A literal without escapes."""


@rule.on(BucketAddress)
def check(fact: BucketAddress, context: Context) -> Iterator[Match]:
    if bucket_head(fact.bucket) is not None:
        hops = (Hop(fact.written, "the bucket is named here"),)
        yield rule.match(fact.site, fact.confidence, hops, plan=_plan(fact, context.settings), bucket=fact.bucket)


def _plan(fact: BucketAddress, settings: Settings) -> Plan | None:
    """Return the change of a plain literal to an f-string around the lookup; None for URLs, which may lead to data of others."""
    from s3lint.api import local_name

    bucket, module = fact.bucket.literal, local_name(fact.site, "os")
    if not bucket or module is None or fact.site.span is not None or type(fact.site.node).__name__ != "SimpleString":
        return None
    literal = PLAIN.fullmatch(getattr(fact.site.node, "value", ""))
    if literal is None or literal["text"].count(bucket) != 1 or literal["text"].startswith("http"):
        return None
    variable = variable_of(bucket, settings, alone=False)
    inner = "'" if literal["quote"] == '"' else '"'
    lookup = f"{{{module}.environ[{inner}{variable}{inner}]}}"
    text = literal["text"].replace("{", "{{").replace("}", "}}").replace(bucket, lookup)
    message = f"Read the bucket from the environment; set {variable} wherever the program runs"
    return Plan(message, (Replace(fact.site, f"f{literal['quote']}{text}{literal['quote']}"),), imports=("os",))
