"""unbounded-presigned-post: a presigned post accepts a file of any size.

## What it finds
`generate_presigned_post` with no `content-length-range` among its conditions.

## Why
Whoever has the form may upload up to 5 GB with each request until it expires, at the owner's cost. Only the conditions of a presigned
post can bound the size: a presigned PUT cannot.

## Do not
```python
import boto3

form = boto3.client("s3").generate_presigned_post(bucket, f"uploads/{user}/avatar.png", ExpiresIn=600)
```

## Do
```python
import boto3

limits = [["content-length-range", 1, 5_000_000]]
form = boto3.client("s3").generate_presigned_post(bucket, f"uploads/{user}/avatar.png", Conditions=limits, ExpiresIn=600)
```

## When it stays silent
Conditions that are not known, or known only in part.

## References
- [POST policy](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html): `content-length-range`
"""

from collections.abc import Iterator

from s3lint.api import Context, Mapping, Match, ObjectCall, Rule, Sequence, Text, Value, alternatives, is_missing

rule = Rule(
    __name__,
    code="STO407",
    clause="do.presigned-urls",
    summary='The form accepts files of any size, at your cost: add `["content-length-range", 1, most]` to its Conditions.',
    profile="strict",
    helper="s3lint.runtime.presigned_post",
    in_tests=True,
    observable=True,
)


@rule.on(ObjectCall)
def check(fact: ObjectCall, context: Context) -> Iterator[Match]:
    if fact.operation == "generate_presigned_post":
        conditions = fact.parameters.get("Conditions")
        if is_missing(conditions) or all(_is_unbounded(choice) for choice in alternatives(conditions)):
            yield rule.match(fact.site, fact.confidence)


def _is_unbounded(conditions: Value) -> bool:
    """Return whether every condition is known and none bounds the size."""
    if not isinstance(conditions, Sequence) or conditions.open:
        return False
    return all(_is_another(condition) for condition in conditions.items)


def _is_another(condition: Value) -> bool:
    if isinstance(condition, Mapping):
        return not condition.open
    if not isinstance(condition, Sequence) or not condition.items or condition.open:
        return False
    first = condition.items[0]
    return isinstance(first, Text) and first.literal not in (None, "content-length-range")
