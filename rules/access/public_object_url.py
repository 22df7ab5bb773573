"""public-object-url: a plain URL of an object is handed out.

## What it finds
`https://<bucket>.s3.<region>.amazonaws.com/<key>`, or the form with the bucket in the path, put together from a bucket or a key and then
returned, stored or sent.

## Why
Such a URL works only for objects that everybody may read, so it breaks, or it asks for a public object. A presigned URL carries the
right to read one object for a limited time.

## Do not
```python
import boto3


def link(bucket, key):
    return f"https://{bucket}.s3.amazonaws.com/{key}"
```

## Do
```python
import boto3


def link(bucket, key):
    return boto3.client("s3").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=3600)
```

## When it stays silent
Hosts of a CDN, the console's URLs, presigned URLs, endpoints, literal URLs (those are STO202's), and URLs that are only read from, logged
or compared.

## References
- [Sharing objects with presigned URLs](https://docs.aws.amazon.com/AmazonS3/latest/userguide/ShareObjectPreSignedURL.html)
"""

from collections.abc import Iterator

from s3lint.api import Context, Match, ObjectUrl, Rule

rule = Rule(
    __name__,
    code="STO404",
    clause="do.presigned-urls",
    summary="`{url}` works only for public objects: hand out a presigned URL instead.",
    helper="s3lint.runtime.presigned_get",
    in_tests=True,
)


@rule.on(ObjectUrl)
def check(fact: ObjectUrl, context: Context) -> Iterator[Match]:
    shown = str(fact.url)
    yield rule.match(fact.site, fact.confidence, fact.url.trace, url=shown if len(shown) <= 80 else f"{shown[:79]}…")
