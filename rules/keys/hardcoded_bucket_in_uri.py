"""hardcoded-bucket-in-uri: the name of a bucket stands in a URI, an ARN or a URL.

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
Somebody must set the variable wherever the program runs: unsafe.

## When it stays silent
Docstrings, help texts, log messages, prompts and other prose; buckets that come from parameters or the environment; placeholders such as
`your-bucket`, `<bucket>` and `{{…}}`; a bucket that `hardcoded-bucket` or `bucket-fallback-literal` reports.

## References
- [Bucket naming rules](https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html)
- [Virtual hosting of buckets](https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html)
"""

from collections.abc import Iterator

from s3lint.context import Context
from s3lint.facts import BucketAddress
from s3lint.inference.values import Hop
from s3lint.rule import Match, Rule
from s3lint.uris import bucket_head

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


@rule.on(BucketAddress)
def check(fact: BucketAddress, context: Context) -> Iterator[Match]:
    if bucket_head(fact.bucket) is not None:
        yield rule.match(fact.site, fact.confidence, (Hop(fact.written, "the bucket is named here"),), bucket=fact.bucket)
