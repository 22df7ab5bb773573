"""destructive-overwrite: a write replaces a whole Delta table.

## What it finds
Mode `overwrite` on a Delta write (or one whose format is not known) to S3, to a table or to an unknown destination, with neither
`replaceWhere` nor dynamic partition overwrite; `insertInto(…, overwrite=True)`; overwriting with delta-rs, polars and awswrangler without
a predicate; `INSERT OVERWRITE` without PARTITION, `TRUNCATE TABLE`, and `DELETE` without a condition. It is reported at the mode's value.

## Why
A run over one day's data then deletes all other days, and a failed or repeated job leaves readers with less than before. Append new
facts, merge changed ones, and bound what an overwrite may replace.

## Do not
```python
df.write.format("delta").mode("overwrite").save("s3://lakehouse/curated/orders/")
```

## Do
```python
writer = df.write.format("delta").mode("overwrite").option("replaceWhere", "day = '2026-01-01'")
writer.save("s3://lakehouse/curated/orders/")
```

## When it stays silent
Formats other than Delta (`non-delta-format` is the finding there), `writeTo(…).overwrite(condition)` and `overwritePartitions()`, a session
with `partitionOverwriteMode=dynamic`, which a function of the project may make for modules that make none; options that are not known.

## References
- [Delta Lake: selective overwrite](https://docs.delta.io/latest/delta-batch.html#selective-overwrite)
- [delta-rs: overwriting a partition](https://delta-io.github.io/delta-rs/usage/writing/)
"""

from collections.abc import Iterator

from s3lint.api import (
    Absent,
    Context,
    DeltaOperation,
    Hop,
    Mapping,
    Match,
    Rule,
    Severity,
    SqlStatement,
    TableWrite,
    is_compaction,
    is_missing,
    is_of_iceberg_catalog,
    literals,
    may_be_delta,
    may_be_storage,
    overwrites_partitions,
    texts,
)

rule = Rule(
    __name__,
    code="STO503",
    clause="do.append-and-merge",
    severity=Severity.ERROR,
    summary="{what} {does} the whole table: append, merge, or bound it with {guard}.",
    helper="s3lint.runtime.delta.overwrite_partition",
    observable=True,
)

SQL = {
    "insert-overwrite": ("`INSERT OVERWRITE` without PARTITION", "replaces", "a PARTITION clause or `REPLACE WHERE`"),
    "truncate": ("`TRUNCATE TABLE`", "empties", "`DELETE … WHERE`"),
    "delete": ("`DELETE` without WHERE", "empties", "a WHERE clause"),
}


@rule.on(TableWrite)
def check_write(fact: TableWrite, context: Context) -> Iterator[Match]:
    if not may_be_delta(fact) or is_compaction(fact) or _is_bounded(fact, context) or not may_be_storage(fact):
        return
    for mode, confidence in texts(fact.mode, fact.confidence):
        if (mode.literal or "").lower() == "overwrite":
            guard = "`replaceWhere`" if fact.library == "spark" else "a predicate"
            hops = (*mode.trace, Hop(fact.site, "written here"))
            yield rule.match(mode.site or fact.method, confidence, hops, what="Mode `overwrite`", does="replaces", guard=guard)


@rule.on(SqlStatement)
def check_sql(fact: SqlStatement, context: Context) -> Iterator[Match]:
    action = fact.action
    in_delta = fact.engine in ("spark", "databricks") and not is_of_iceberg_catalog(action.target, context.module)
    if action.kind in SQL and not action.guarded and in_delta:
        what, does, guard = SQL[action.kind]
        yield rule.match(fact.site, fact.confidence, what=what, does=does, guard=guard)


@rule.on(DeltaOperation)
def check_delete(fact: DeltaOperation, context: Context) -> Iterator[Match]:
    if fact.operation != "delete" or fact.arguments.spreads:
        return
    if all(is_missing(fact.arguments.get(name, 0)) for name in ("condition", "predicate")):
        yield rule.match(fact.site, fact.confidence, what="`delete()` without a condition", does="empties", guard="a condition")


def _is_bounded(fact: TableWrite, context: Context) -> bool:
    if fact.library == "spark":
        options = fact.options
        if not isinstance(options.get("replacewhere"), Absent) or options.open:
            return True
        if "dynamic" in [text.lower() for text in literals(options.get("partitionoverwritemode"))]:
            return True
        return overwrites_partitions(context)
    if fact.arguments is None:
        return True
    given = [fact.arguments.get(name) for name in ("predicate", "partition_filters")]
    nested = fact.arguments.get("delta_write_options")
    if isinstance(nested, Mapping):
        given.append(nested.get("predicate"))
    return not all(is_missing(value) for value in given) or fact.arguments.spreads
