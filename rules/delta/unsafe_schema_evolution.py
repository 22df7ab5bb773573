"""unsafe-schema-evolution: a change of a Delta table's schema that loses data or happens by accident.

## What it finds
- `overwriteSchema` on a write; delta-rs's `schema_mode="overwrite"` and `overwrite_schema=True`.
- `spark.databricks.delta.schema.autoMerge.enabled` for the whole session.
- `ALTER TABLE … DROP COLUMN`, `REPLACE COLUMNS`, `CREATE OR REPLACE TABLE` and their API twins (`writeTo(t).createOrReplace()`,
  `DeltaTable.createOrReplace(spark)`).

## Why
Replacing the schema drops columns that others read, together with the partitioning. Automatic merging for a session lets every typo in
a column's name become a new column, in every table that the session writes. New columns are added safely by one write
(`mergeSchema`) or one statement (`ADD COLUMNS`).

## Do not
```python
events.write.format("delta").mode("overwrite").option("overwriteSchema", "true").save("s3://lakehouse/events")
```

## Do
```python
events.write.format("delta").mode("append").option("mergeSchema", "true").save("s3://lakehouse/events")
```

## When it stays silent
`mergeSchema` on a write, `autoMerge` in the `spark_conf` of a single table, formats other than Delta, SQL of other engines, functions of
the project that are called like the library's.

## References
- [Update Delta table schema](https://docs.delta.io/delta-batch/#update-table-schema)
- [Schema evolution in delta-rs](https://delta-io.github.io/delta-rs/usage/writing/)
"""

from collections.abc import Iterator

from s3lint.api import (
    Absent,
    Context,
    DeltaBuild,
    Hop,
    Mapping,
    Match,
    Rule,
    SessionSetting,
    Severity,
    SqlStatement,
    TableWrite,
    Value,
    choices,
    is_delta,
    is_of_iceberg_catalog,
    is_true,
    may_be_delta,
    may_be_storage,
    texts,
)

rule = Rule(
    __name__,
    code="STO504",
    clause="do.evolving-schemas",
    severity=Severity.ERROR,
    summary="{what} {consequence}: {remedy}.",
    helper="s3lint.runtime.delta.evolve",
    observable=True,
)

REPLACES = "replaces the table's columns and partitioning under its readers"
ADD = "add columns with `mergeSchema` or `ADD COLUMNS`"

AUTO_MERGE = "spark.databricks.delta.schema.automerge.enabled"

SQL = {
    "drop-column": ("`DROP COLUMN`", "takes a column away from every reader", "deprecate it first, or give it a null default"),
    "replace-columns": ("`REPLACE COLUMNS`", REPLACES, ADD),
    "replace": ("`CREATE OR REPLACE TABLE`", REPLACES, ADD),
}

REPLACING = {"createOrReplace": "`createOrReplace()`", "replace": "`replace()`"}


@rule.on(TableWrite)
def check_write(fact: TableWrite, context: Context) -> Iterator[Match]:
    if not may_be_delta(fact) or not may_be_storage(fact):
        return
    for name, value in _overwriting(fact):
        hops = (*value.trace, Hop(fact.site, "written here"))
        yield rule.match(value.site or fact.method, fact.confidence, hops, what=f"`{name}`", consequence=REPLACES, remedy=ADD)
    if fact.kind == "v2" and fact.operation in REPLACING and not _is_of_iceberg_catalog(fact, context):
        yield rule.match(
            fact.mode.site or fact.method, fact.confidence, what=REPLACING[fact.operation], consequence=REPLACES, remedy=ADD
        )


def _is_of_iceberg_catalog(fact: TableWrite, context: Context) -> bool:
    """Return whether a table without a format may belong to an Iceberg catalog that the module configures."""
    return isinstance(fact.format, Absent) and "org.apache.iceberg" in context.module.source.text


def _overwriting(fact: TableWrite) -> Iterator[tuple[str, Value]]:
    """Return the options that replace the schema."""
    for value, _ in choices(fact.options.get("overwriteschema")):
        if is_true(value):
            yield "overwriteSchema", value
    if fact.arguments is None or fact.library not in ("deltalake", "polars", "awswrangler"):
        return
    nested = fact.arguments.get("delta_write_options")
    for name in ("schema_mode", "overwrite_schema"):
        given = fact.arguments.get(name)
        for value in (given, nested.get(name) if isinstance(nested, Mapping) else given):
            if is_true(value) or any(mode.literal == "overwrite" for mode, _ in texts(value)):
                yield name, value
                break


@rule.on(SessionSetting)
def check_setting(fact: SessionSetting, context: Context) -> Iterator[Match]:
    if fact.key == AUTO_MERGE:
        for value, confidence in choices(fact.value, fact.confidence):
            if is_true(value):
                yield rule.match(
                    value.site or fact.site,
                    confidence,
                    value.trace,
                    what="Session-wide `autoMerge`",
                    consequence="turns every misspelt column into a new one",
                    remedy="set `mergeSchema` on the write that means it",
                )


@rule.on(SqlStatement)
def check_sql(fact: SqlStatement, context: Context) -> Iterator[Match]:
    action = fact.action
    delta = fact.engine in ("spark", "databricks") and (action.format is None or is_delta(action.format))
    if action.kind in SQL and delta and not is_of_iceberg_catalog(action.target, context.module):
        what, consequence, remedy = SQL[action.kind]
        yield rule.match(fact.site, fact.confidence, what=what, consequence=consequence, remedy=remedy)


@rule.on(DeltaBuild)
def check_builder(fact: DeltaBuild, context: Context) -> Iterator[Match]:
    if fact.kind == "table" and fact.name in REPLACING:
        yield rule.match(fact.site, fact.confidence, what=REPLACING[fact.name], consequence=REPLACES, remedy=ADD)
