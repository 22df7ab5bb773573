"""missing-schema: Spark guesses the schema of what it reads.

## What it finds
`spark.read` and `spark.readStream` of JSON, CSV and XML with neither `.schema(…)` nor `schema=`, or with `inferSchema`, from S3 or from an
unknown source, or from anywhere when the frame reaches a Delta or S3 write; and `createDataFrame(rows)` with no schema when the frame
reaches a Delta write. It is reported at the method that names the format.

## Why
Inference reads the data twice, and its answer depends on the rows of the day: a column that is empty today is a string, tomorrow a
number, and the append to the Delta table fails or, worse, widens it. A streaming read without a schema does not start at all.

## Do not
```python
df = spark.read.json("s3://source-bucket/data/")
df.write.format("delta").mode("append").save("s3://lakehouse/raw/events/")
```

## Do
```python
from pyspark.sql.types import StringType, StructField, StructType

schema = StructType([StructField("event_id", StringType(), False), StructField("user_id", StringType(), False)])
df = spark.read.json("s3://source-bucket/data/", schema=schema)
df.write.format("delta").mode("append").save("s3://lakehouse/raw/events/")
```

## When it stays silent
Self-describing formats (Parquet, ORC, Avro, Delta, tables), `text` and `binaryFile`, a known source outside S3 whose frame
reaches no such write, reads for the sake of `.schema` alone, Auto Loader with a schema location or hints, frames made from pandas.

## References
- [Spark: JSON files](https://spark.apache.org/docs/latest/sql-data-sources-json.html)
- [Delta Lake: schema enforcement](https://docs.delta.io/latest/delta-batch.html#schema-validation)
"""

from collections.abc import Iterator

from s3lint.api import (
    NEED_SCHEMA,
    Absent,
    Confidence,
    Context,
    Destination,
    Hop,
    Mapping,
    Match,
    Rows,
    Rule,
    TableRead,
    TableWrite,
    Value,
    choices,
    destination_of,
    format_name,
    is_delta,
    is_missing,
    is_true,
    literals,
    rows_of,
)

rule = Rule(
    __name__,
    code="STO502",
    clause="delta.intentional-schemas",
    summary="{what} {problem}, so columns change with the data: pass an explicit schema.",
    helper="s3lint.runtime.spark.read_with_schema",
)


@rule.on(TableRead)
def check(fact: TableRead, context: Context) -> Iterator[Match]:
    rows = rows_of(fact)
    if rows is not None:
        yield from _check_rows(fact, rows, context)
        return
    form = next((name for name in _formats(fact) if name in NEED_SCHEMA), None)
    if form is None or not is_missing(fact.schema) or fact.only_for_schema or _is_auto_loader(fact.options):
        return
    sure = _counts(fact, context)
    if sure is not None:
        inferred = is_true(fact.options.get("inferschema"))
        problem = "infers its schema" if inferred or form != "csv" else "without a schema makes every column a string"
        yield rule.match(fact.method, sure, _hops(fact), what=f"Reading {form.upper()}", problem=problem)


def _check_rows(fact: TableRead, rows: Rows, context: Context) -> Iterator[Match]:
    if fact.reaches is None or rows.typed or not _is_delta_write(fact.reaches, context):
        return
    sure = Confidence.LOW if rows.named else fact.confidence
    yield rule.match(fact.method, sure, _hops(fact), what="`createDataFrame`", problem="infers its schema from the rows")


def _formats(fact: TableRead) -> Iterator[str]:
    for name in literals(fact.format):
        form = format_name(name)
        if form == "cloudfiles":
            yield from (format_name(inner) for inner in literals(fact.options.get("cloudfiles.format")))
        yield form


def _is_auto_loader(options: Mapping) -> bool:
    names = ("cloudfiles.schemalocation", "cloudfiles.schemahints")
    return any(not isinstance(options.get(name), Absent) for name in names)


def _hops(fact: TableRead) -> tuple[Hop, ...]:
    return (Hop(fact.reaches.site, "written here"),) if fact.reaches is not None else ()


def _counts(fact: TableRead, context: Context) -> Confidence | None:
    """Return how sure the read matters: it reads S3 or an unknown source, or its rows reach Delta or S3."""
    if fact.reaches is not None and (_is_delta_write(fact.reaches, context) or _is_s3(fact.reaches.destination)):
        return fact.confidence
    if fact.from_rdd:
        return None
    kinds = [destination_of(path) for path, _ in choices(fact.source, violates=_may_be_s3)]
    if Destination.S3 in kinds:
        return fact.confidence
    return min(fact.confidence, Confidence.MEDIUM) if Destination.UNKNOWN in kinds else None


def _may_be_s3(path: Value) -> bool:
    return destination_of(path) in (Destination.S3, Destination.UNKNOWN)


def _is_s3(path: Value) -> bool:
    return any(destination_of(choice) is Destination.S3 for choice, _ in choices(path))


def _is_delta_write(write: TableWrite, context: Context) -> bool:
    if isinstance(write.format, Absent):
        return is_delta(context.settings.default_format) and write.library == "spark"
    return any(is_delta(name) for name in literals(write.format))
