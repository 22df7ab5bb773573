"""unfinished-merge: a Delta builder is made and never executed.

## What it finds
`DeltaTable.merge(…)`, `optimize()` and the table builders (`DeltaTable.create()` …) whose chain never reaches `execute()`,
`executeCompaction()` or `executeZOrderBy()`, and merges with no `when…` clause. It is reported at the call that starts the builder.

## Why
A builder does nothing until it is executed: no error, no new version, no data. The job looks green and the table stays as it was.

## Do not
```python
from delta.tables import DeltaTable

target = DeltaTable.forPath(spark, "s3://lakehouse/curated/orders/")
target.alias("t").merge(updates.alias("s"), "t.id = s.id").whenMatchedUpdateAll().whenNotMatchedInsertAll()
```

## Do
```python
from delta.tables import DeltaTable

target = DeltaTable.forPath(spark, "s3://lakehouse/curated/orders/")
target.alias("t").merge(updates.alias("s"), "t.id = s.id").whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
```

## Fix safety
Unsafe: a merge that did nothing so far will run.

## When it stays silent
Where the builder is returned, passed on or stored, so that other code may execute it.

## References
- [Delta Lake: upsert into a table using merge](https://docs.delta.io/latest/delta-update.html#upsert-into-a-table-using-merge)
- [delta-rs: merging into a table](https://delta-io.github.io/delta-rs/usage/merging-tables/)
"""

from collections.abc import Iterator

from s3lint.api import MERGE_CLAUSES, Append, Context, DeltaBuild, Hop, Match, Plan, Rule, Severity

rule = Rule(
    __name__,
    code="STO505",
    clause="do.append-and-merge",
    severity=Severity.ERROR,
    summary="{what}, so it changes nothing: {advice}.",
    fix="unsafe",
    helper="s3lint.runtime.delta.merge",
)

EXECUTES = {"merge": "`.execute()`", "optimize": "`.executeCompaction()`", "table": "`.execute()`"}


@rule.on(DeltaBuild)
def check(fact: DeltaBuild, context: Context) -> Iterator[Match]:
    hops = (Hop(fact.chain, "the chain ends here"),)
    if fact.executed is False:
        what = f"This {fact.kind} builder is never executed"
        advice = f"end the chain with {EXECUTES[fact.kind]}"
        yield rule.match(fact.site, fact.confidence, hops, plan=_plan(fact), what=what, advice=advice)
    elif fact.executed and fact.kind == "merge" and not any(name.startswith(MERGE_CLAUSES) for name in fact.clauses):
        clause = "`.whenMatchedUpdateAll()`" if fact.library == "spark" else "`.when_matched_update_all()`"
        yield rule.match(fact.site, fact.confidence, hops, what="The merge has no `when` clause", advice=f"add one, e.g. {clause}")


def _plan(fact: DeltaBuild) -> Plan | None:
    text = EXECUTES[fact.kind].strip("`") if fact.library == "spark" or fact.kind == "merge" else ".compact()"
    has_clause = fact.kind != "merge" or any(name.startswith(MERGE_CLAUSES) for name in fact.clauses)
    whole = type(fact.place.step.node).__name__ == "Expr"
    return Plan(f"Append {text}; what did nothing now runs", (Append(fact.chain, text),)) if has_clause and whole else None
