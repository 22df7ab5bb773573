"""untyped-delta-column: a column for a time, a date or a number is declared as text.

## What it finds
Fields of a schema (Spark's `StructField`, Delta's `addColumn`, delta-rs, pyarrow) in files that speak of Delta, and columns of
`CREATE TABLE … USING DELTA`, whose name means a time, date, amount or count and whose type is string.

## Why
Text sorts `10` before `9`, silently keeps `2026-13-45`, and has no statistics that let Delta skip files by range. The type of a
column is hard to change once others read the table.

## Do not
```python
from delta.tables import DeltaTable
from pyspark.sql.types import StringType, StructField, StructType

schema = StructType([StructField("event_id", StringType()), StructField("created_at", StringType())])
```

## Do
```python
from delta.tables import DeltaTable
from pyspark.sql.types import StringType, StructField, StructType, TimestampType

schema = StructType([StructField("event_id", StringType()), StructField("created_at", TimestampType())])
```

## When it stays silent
Names that are identifiers (`order_number`, `year_id`), types that are not known, files without Delta. A raw layer that keeps what it was
given may say so in a suppression.

## References
- [Data skipping](https://docs.delta.io/optimizations-oss/#data-skipping)
"""

import re
from collections.abc import Iterator

from s3lint.api import Context, Match, Rule, Severity, SqlStatement, StringColumn, is_delta

rule = Rule(
    __name__,
    code="STO509",
    clause="delta.intentional-schemas",
    severity=Severity.INFO,
    summary="Column `{column}` is text, so it neither sorts nor skips as {what}: declare it as {type}.",
    profile="strict",
    helper="s3lint.runtime.delta.Table",
)

TYPED = (
    (re.compile(r"(?:^|_)date$"), "a date", "DATE"),
    (re.compile(r"(?:^|_)(?:datetime|timestamp|ts)$|_(?:at|time)$"), "a time", "TIMESTAMP"),
    (re.compile(r"(?:^|_)(?:amount|price|cost|balance|subtotal|revenue)$"), "a number", "DECIMAL"),
    (re.compile(r"(?:^|_)(?:count|quantity|qty|seconds|bytes)$"), "a number", "BIGINT"),
    (re.compile(r"(?:^|_)(?:latitude|longitude|percentage)$"), "a number", "DOUBLE"),
)

HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@rule.on(StringColumn)
def check_column(fact: StringColumn, context: Context) -> Iterator[Match]:
    found = _type_of(fact.name)
    if found is not None and not _is_converted(fact.name, context.module.source.text):
        what, kind = found
        yield rule.match(fact.site, fact.confidence, column=fact.name, what=what, type=kind)


@rule.on(SqlStatement)
def check_sql(fact: SqlStatement, context: Context) -> Iterator[Match]:
    action = fact.action
    if action.kind == "string-column" and action.target and action.format is not None and is_delta(action.format):
        found = _type_of(action.target)
        if found is not None:
            what, kind = found
            yield rule.match(fact.site, fact.confidence, column=action.target, what=what, type=kind)


def _is_converted(column: str, text: str) -> bool:
    """Return whether the module gives the column another type after it is read: `to_date("x.day")`, `col("day").cast("date")`."""
    named = rf"""["'](?:\w+\.)*{re.escape(column)}["']"""
    return re.search(rf"to_(?:utc_)?(?:timestamp|date)\w*\([^\n]*{named}|{named}[^\n]{{0,40}}\.cast\(", text) is not None


def _type_of(name: str) -> tuple[str, str] | None:
    plain = HUMPS.sub("_", name).lower()
    return next(((what, kind) for pattern, what, kind in TYPED if pattern.search(plain)), None)
