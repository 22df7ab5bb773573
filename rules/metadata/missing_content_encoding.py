"""missing-content-encoding: a compressed body is uploaded with no content encoding.

## What it finds
A body that comes from `gzip.compress`, a `GzipFile` over a buffer, brotli or zstd, written with no `ContentEncoding`, under a key that
names no archive or with a content type that is not an archive's.

## Why
The type names the content, the encoding tells readers to unpack it first. Without it browsers, `requests`, Spark and Athena
take the compressed bytes for the content itself.

## Do not
```python
import boto3
import gzip

s3 = boto3.client("s3")
s3.put_object(Bucket=bucket, Key=f"feeds/{day}/feed.json", Body=gzip.compress(feed), ContentType="application/json")
```

## Do
```python
import boto3
import gzip

s3 = boto3.client("s3")
body = gzip.compress(feed)
s3.put_object(Bucket=bucket, Key=f"feeds/{day}/feed.json", Body=body, ContentType="application/json", ContentEncoding="gzip")
```

## When it stays silent
Keys such as `feed.json.gz` with the type of an archive or none: there the compressed file itself is the object. Keys whose end is not
known, with a type that is not known either.

## References
- [Content-Encoding](https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Encoding)
- [s3cmd #396](https://github.com/s3tools/s3cmd/issues/396): archives and encodings
"""

from collections.abc import Iterator

from s3lint.api import (
    ARCHIVES,
    OCTETS,
    TYPES,
    Context,
    Match,
    ObjectCall,
    Rule,
    Text,
    alternatives,
    extension_of,
    is_missing,
    metadata_plan,
)

rule = Rule(
    __name__,
    code="STO303",
    clause="do.object-metadata",
    summary='The body is compressed and readers are not told, so they see raw bytes: pass `ContentEncoding="{coding}"`.',
    fix="unsafe",
    helper="s3lint.runtime.upload",
    observable=True,
)

ARCHIVE_TYPES = frozenset(OCTETS).union(*(TYPES[extension] for extension in ARCHIVES & TYPES.keys()))


@rule.on(ObjectCall)
def check(fact: ObjectCall, context: Context) -> Iterator[Match]:
    if not fact.writes_itself:
        return
    from s3lint.api import literal

    from ._compressed import coding_of

    if is_missing(fact.parameters.get("ContentEncoding")) and _is_readable_content(fact):
        coding = coding_of(fact, context)
        if coding is not None:
            message = f'Pass ContentEncoding="{coding}"; readers that unpack by themselves must stop doing so'
            plan = metadata_plan(fact, "ContentEncoding", literal(fact.site, coding), message, safe=False)
            yield rule.match(fact.site, fact.confidence, plan=plan, coding=coding)


def _is_readable_content(fact: ObjectCall) -> bool:
    """Return whether the type, or else the key, shows that the object is itself an archive or another kind of file."""
    kinds = list(alternatives(fact.parameters.get("ContentType")))
    if all(isinstance(kind, Text) and kind.literal for kind in kinds):
        return not any(str(kind).partition(";")[0].strip().lower() in ARCHIVE_TYPES for kind in kinds)
    return all(isinstance(key, Text) and extension_of(key) not in (None, *ARCHIVES) for key in alternatives(fact.key))
