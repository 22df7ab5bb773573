"""non-delta-format: analytical data is written to S3 in a format other than Delta Lake.

## What it finds
Spark writers, SQL, pandas-on-Spark, pandas, polars, dask, pyarrow, duckdb, awswrangler and Glue that write JSON, CSV, Parquet, ORC, text,
Avro, XML, Iceberg or Hudi to S3, and a table that is serialised to text, to a buffer or to a local file and then uploaded as an object.
It is reported at the method that fixes the format.

## Why
A folder of files has no transactions: readers see half-written data, a failed job leaves orphans, two writers overwrite each other,
and nothing keeps the schema. Delta Lake adds all of that on the same Parquet files.

## Do not
```python
df.write.format("json").save("s3://lakehouse/raw/events/")
```

## Do
```python
df.write.format("delta").mode("append").save("s3://lakehouse/raw/events/")
```

## Fix safety
Readers and existing data must follow: unsafe. A write is not changed where the code wants its format: in a branch that asks for it by name,
where its part files are used, where code of the project reads the path as files, for bucketed tables, streams with their checkpoints, Iceberg and
Hudi, and SQL whose clauses Delta refuses.

## When it stays silent
Another destination that is known (`file:`, `hdfs:`, `dbfs:`, a path with no scheme), connectors (JDBC, Kafka, BigQuery, the console …), a
table saved with no format (`default-format`), formats listed in `lakehouse-formats`, and pandas-like writers whose destination is not
known. Spark writers with an unknown destination are reported at `medium`.

## References
- [Delta Lake: table batch reads and writes](https://docs.delta.io/latest/delta-batch.html)
- [delta-rs: writing tables](https://delta-io.github.io/delta-rs/usage/writing/)
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from s3lint.api import (
    FILE_FORMATS,
    TABLE_FORMATS,
    Absent,
    Confidence,
    Context,
    Destination,
    Hop,
    Match,
    ObjectCall,
    Rule,
    SqlStatement,
    TableWrite,
    Text,
    Value,
    choices,
    destination_of,
    format_name,
)

if TYPE_CHECKING:
    from s3lint.api import Serialised

rule = Rule(
    __name__,
    code="STO501",
    clause="do-not.alternative-formats",
    summary="{what} writes {format}, not Delta Lake, with no transactions and no schema: {advice}.",
    fix="unsafe",
    helper="s3lint.runtime.delta.append",
    observable=True,
)

ADVICE = {
    "spark": 'use `.write.format("delta").mode("append")`',
    "rdd": 'make a frame and use `.write.format("delta")`',
    "glue": 'use `.toDF().write.format("delta")`',
    "awswrangler": "use `wr.s3.to_deltalake`",
    "polars": "use `write_delta`",
    "sql": "use `USING delta`",
}


@rule.on(TableWrite)
def check_write(fact: TableWrite, context: Context) -> Iterator[Match]:
    from ._rewrites import delta_write

    for value, confidence in choices(fact.format, fact.confidence, lambda form: _offending(form, context) is not None):
        form = _offending(value, context)
        sure = _reaches_s3(fact, confidence)
        if form is not None and sure is not None:
            hops = (Hop(fact.site, "written here"), *value.trace)
            yield rule.match(
                fact.method,
                sure,
                hops,
                plan=delta_write(fact, context),
                what=f"`{fact.operation}`",
                format=form,
                advice=_advice(fact.library),
            )


@rule.on(ObjectCall)
def check_upload(fact: ObjectCall, context: Context) -> Iterator[Match]:
    from s3lint.api import serialised_bodies

    for found in serialised_bodies(fact, context):
        if found.format in FILE_FORMATS and found.format not in context.settings.lakehouse_formats:
            yield _uploaded(found, fact)


@rule.on(SqlStatement)
def check_sql(fact: SqlStatement, context: Context) -> Iterator[Match]:
    action = fact.action
    if action.kind not in ("create", "insert-directory", "copy", "unload") or action.format is None:
        return
    form = format_name(action.format)
    elsewhere = action.location is not None and destination_of(_text(action.location)) is Destination.ELSEWHERE
    if _offends(form, context) and not elsewhere:
        if action.kind == "copy" and (action.location is None or not action.location.startswith("s3")):
            return
        from ._rewrites import delta_sql

        yield rule.match(
            fact.site, fact.confidence, plan=delta_sql(fact, context), what="The SQL", format=form, advice=ADVICE["sql"]
        )


def _uploaded(found: "Serialised", fact: ObjectCall) -> Match:
    hops = (Hop(fact.site, f"uploaded by `{fact.operation}` here"),)
    sure = min(fact.confidence, Confidence.MEDIUM)
    return rule.match(found.site, sure, hops, what=f"`{found.method}`", format=found.format, advice=_advice("pandas"))


def _text(text: str) -> Text:
    from s3lint.api import Chunk

    return Text((Chunk(text),))


def _advice(library: str) -> str:
    return ADVICE.get(library, "use `deltalake.write_deltalake`")


def _offending(value: Value, context: Context) -> str | None:
    """Return the format if it is known and not a lakehouse format."""
    if not isinstance(value, Text) or value.literal is None:
        return None
    form = format_name(value.literal)
    return form if _offends(form, context) else None


def _offends(form: str, context: Context) -> bool:
    return form in FILE_FORMATS | TABLE_FORMATS and form not in context.settings.lakehouse_formats


def _may_be_s3(path: Value, fact: TableWrite) -> bool:
    return destination_of(path, fact.file_system) in (Destination.S3, Destination.UNKNOWN)


def _reaches_s3(fact: TableWrite, confidence: Confidence) -> Confidence | None:
    """Return how sure the write reaches S3; None for another destination and, outside Spark, for an unknown one."""
    spark = fact.library in ("spark", "rdd", "pyspark.pandas")
    if fact.table:
        return min(confidence, Confidence.MEDIUM)
    best: Confidence | None = None
    for path, sure in choices(fact.destination, confidence, lambda each: _may_be_s3(each, fact)):
        kind = destination_of(path, fact.file_system)
        if kind is Destination.S3:
            best = max(best or sure, sure)
        elif spark and (kind is Destination.UNKNOWN or isinstance(path, Absent)):
            best = max(best or Confidence.LOW, min(sure, Confidence.MEDIUM))
    return best
