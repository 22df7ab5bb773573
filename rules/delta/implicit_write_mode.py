"""implicit-write-mode: a Delta table is written with no explicit mode.

## What it finds
Batch writes of Spark, delta-rs and polars whose format is Delta and that give no mode.

## Why
The libraries do not agree on what a missing mode means: Spark and delta-rs fail where the table exists, awswrangler appends. The first run
works and the second does not. The standard favours append and merge: pass one explicitly.

## Do not
```python
events.write.format("delta").save("s3://lakehouse/events")
```

## Do
```python
events.write.format("delta").mode("append").save("s3://lakehouse/events")
```

## When it stays silent
Streams (they append), `insertInto`, `writeTo(…)` (its methods are modes), formats other than Delta or not known, and modes that are not
known.

## References
- [DataFrameWriter.mode](https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrameWriter.mode.html)
- [write_deltalake](https://delta-io.github.io/delta-rs/api/delta_writer/)
"""

from collections.abc import Iterator
from dataclasses import replace

from s3lint.api import Absent, AddArgument, Context, Match, Plan, Replace, Rule, Severity, TableWrite, may_be_storage, says_delta

rule = Rule(
    __name__,
    code="STO508",
    clause="do.append-and-merge",
    severity=Severity.INFO,
    summary="`{operation}` names no mode, so what it does to an existing table depends on the library: pass `append`.",
    profile="strict",
    fix="unsafe",
    helper="s3lint.runtime.delta.append",
    observable=True,
)


@rule.on(TableWrite)
def check(fact: TableWrite, context: Context) -> Iterator[Match]:
    if fact.kind != "batch" or fact.operation == "insertInto" or (fact.arguments is not None and fact.arguments.spreads):
        return
    if isinstance(fact.mode, Absent) and says_delta(fact) and may_be_storage(fact):
        yield rule.match(fact.site, fact.confidence, plan=_plan(fact), operation=fact.operation)


def _plan(fact: TableWrite) -> Plan | None:
    """Return the change to `append`, which the standard favours. A write that failed on an existing table then succeeds."""
    from s3lint.api import literal

    message = "Append; an existing table is no longer an error"
    mode = literal(fact.site, "append")
    if fact.library != "spark":
        return Plan(message, (AddArgument(fact.site, "mode", mode),))
    name = getattr(getattr(fact.site.node, "func", None), "attr", None)
    return Plan(message, (Replace(replace(fact.site, node=name), f"mode({mode}).{fact.operation}"),)) if name is not None else None
