"""unsafe-delta-commit: a setting under which concurrent commits are lost, or only seem to be safe.

## What it finds
- delta-rs: `aws_conditional_put="disabled"`, `AWS_S3_ALLOW_UNSAFE_RENAME` (also `s3_allow_unsafe_rename=True` of awswrangler), and
  `AWS_S3_LOCKING_PROVIDER=dynamodb`, as storage options or environment variables.
- Spark: the single-driver log store set for S3 by hand.

## Why
A Delta commit is safe on S3 because it creates the log's next file only if nobody else did. Without the conditional put two writers may
both win, and one of the commits is gone. The unsafe rename left commits unprotected in older versions of delta-rs and has no effect in
current ones. The DynamoDB lock is ignored since deltalake 1.6.1 (June 2026): whoever relies on it, next to Spark writers that use it,
has no lock at all.

## Do not
```python
from deltalake import write_deltalake

options = {"AWS_S3_ALLOW_UNSAFE_RENAME": "true"}
write_deltalake("s3://lakehouse/events", events, mode="append", storage_options=options)
```

## Do
```python
from deltalake import write_deltalake

write_deltalake("s3://lakehouse/events", events, mode="append")
```

## When it stays silent
Values that are not known, `etag` and the other values of the conditional put, and Spark's log store with DynamoDB.

## References
- [delta-rs #4464](https://github.com/delta-io/delta-rs/issues/4464): the DynamoDB log store is removed, in 1.6.1
- [Multi-cluster writes on S3](https://docs.delta.io/delta-storage/#multi-cluster-setup)
"""

from collections.abc import Iterator

from s3lint.api import Context, Match, Rule, SessionSetting, Severity, Value, choices, is_true, literals

rule = Rule(
    __name__,
    code="STO507",
    clause="delta.lakehouse",
    severity=Severity.ERROR,
    summary="{what} {consequence}: {remedy}.",
    helper="s3lint.runtime.delta.require_conditional_put",
    in_tests=True,
)

SINGLE_DRIVER = "S3SingleDriverLogStore"


@rule.on(SessionSetting)
def check(fact: SessionSetting, context: Context) -> Iterator[Match]:
    for value, confidence in choices(fact.value, fact.confidence):
        problem = _problem(fact.key, value)
        if problem is not None:
            what, consequence, remedy = problem
            yield rule.match(value.site or fact.site, confidence, value.trace, what=what, consequence=consequence, remedy=remedy)


def _problem(key: str, value: Value) -> tuple[str, str, str] | None:
    option = key.removeprefix("aws_")
    text = (literals(value) or [""])[0]
    if option == "conditional_put" and text.lower() == "disabled":
        return "`aws_conditional_put=disabled`", "lets one of two concurrent commits be lost", "drop it"
    if option == "s3_allow_unsafe_rename" and is_true(value):
        return "`S3_ALLOW_UNSAFE_RENAME`", "does nothing today, and loses commits in older delta-rs", "drop it"
    if option == "s3_locking_provider" and text.lower() == "dynamodb":
        return (
            "The DynamoDB lock",
            "is ignored since deltalake 1.6.1, so it protects nothing",
            "drop it, and stop Spark's DynamoDB writers",
        )
    if key.startswith("spark.delta.logstore.") and text.endswith(SINGLE_DRIVER):
        return f"`{SINGLE_DRIVER}`", "loses commits of a second driver", "use `S3DynamoDBLogStore` where several write"
    return None
