"""unsafe-delta-maintenance: maintenance that breaks a Delta table for its readers.

## What it finds
- `VACUUM` or `vacuum()` that keeps less than 168 hours, and the check against that switched off
  (`retentionDurationCheck.enabled`, `enforce_retention_duration=False`).
- Objects written, deleted or expired (`put_object`, `delete_objects`, a lifecycle rule, …) inside a path that the project uses as a Delta
  table, and such a path read as plain Parquet.
- The option `dataChange=false` on a write.

## Why
Readers and slow writers still use files that the newest version does not name; a short vacuum deletes them under their hands. The
transaction log alone says which files belong to the table: who deletes beside it breaks the table, and who reads beside it sees deleted
and doubled rows. `dataChange=false` tells streams that nothing new came.

## Do not
```python
from delta.tables import DeltaTable

DeltaTable.forPath(spark, "s3://lakehouse/events").vacuum(0)
```

## Do
```python
from delta.tables import DeltaTable

DeltaTable.forPath(spark, "s3://lakehouse/events").vacuum(168)
```

## When it stays silent
Durations that are not known, dry runs of delta-rs, `dataChange` on `OPTIMIZE`, and paths that are not known or that no code uses as a
Delta table. In an editor and in flake8 only the file itself tells which paths are tables.

## References
- [VACUUM](https://docs.delta.io/delta-utility/#remove-files-no-longer-referenced-by-a-delta-table)
- [delta #920](https://github.com/delta-io/delta/issues/920): lifecycle rules on a table's prefix
"""

from collections.abc import Iterator

from s3lint.api import (
    Absent,
    Confidence,
    Constant,
    Context,
    DeltaOperation,
    DeltaPath,
    FileAccess,
    Finding,
    Hop,
    Mapping,
    Match,
    ObjectCall,
    Rule,
    Sequence,
    SessionSetting,
    Settings,
    Severity,
    Site,
    SqlStatement,
    TableWrite,
    Text,
    Value,
    choices,
    is_compaction,
    is_false,
    may_be_delta,
    says_delta,
    split_uri,
    texts,
)

rule = Rule(
    __name__,
    code="STO506",
    clause="delta.lakehouse",
    severity=Severity.ERROR,
    summary="{what} {consequence}: {remedy}.",
    helper="s3lint.runtime.delta.maintain",
    whole_project=True,
    in_tests=True,
    observable=True,
)

LEAST_HOURS = 168
"""delta.deletedFileRetentionDuration (docs.delta.io/table-properties)."""

RETENTION_CHECK = "spark.databricks.delta.retentiondurationcheck.enabled"

SHORT = "deletes files that readers and time travel still need"
KEEP = f"keep at least {LEAST_HOURS} hours"

TABLE = "table"
"""Subject of a match that only marks a path as a Delta table; it is never reported."""

INSIDE = {
    "write": ("An object is written", "and the table's log knows nothing of it", "write through Delta"),
    "delete": ("Objects are deleted", "and the table's log still names them", "delete rows and vacuum"),
    "expire": ("A lifecycle rule expires objects", "and the table's log still names them", "vacuum the table instead"),
    "read": ("Parquet files are read", "so deleted and doubled rows come back", 'read with `format("delta")` or `DeltaTable`'),
}


@rule.on(DeltaOperation)
def check_vacuum(fact: DeltaOperation, context: Context) -> Iterator[Match]:
    if fact.operation != "vacuum":
        return
    name = "retentionHours" if fact.library == "spark" else "retention_hours"
    for hours, confidence in choices(fact.arguments.get(name, 0), fact.confidence):
        if isinstance(hours, Constant) and hours.value is not None and hours.value < LEAST_HOURS and not _is_dry(fact):
            site = hours.site or fact.site
            yield rule.match(
                site, confidence, hours.trace, what=f"Keeping only {hours.value:g} hours", consequence=SHORT, remedy=KEEP
            )
    for value, confidence in choices(fact.arguments.get("enforce_retention_duration"), fact.confidence):
        if is_false(value):
            what = "`enforce_retention_duration=False`"
            yield rule.match(value.site or fact.site, confidence, value.trace, what=what, consequence=SHORT, remedy="drop it")


def _is_dry(fact: DeltaOperation) -> bool:
    """Return whether the call only lists files, as delta-rs does by default."""
    if fact.library == "spark":
        return False
    dry = fact.arguments.get("dry_run", 1)
    return isinstance(dry, Absent) or not is_false(dry)


@rule.on(SqlStatement)
def check_sql(fact: SqlStatement, context: Context) -> Iterator[Match]:
    action = fact.action
    if (
        action.kind == "vacuum"
        and action.hours is not None
        and action.hours < LEAST_HOURS
        and fact.engine in ("spark", "databricks")
    ):
        yield rule.match(fact.site, fact.confidence, what=f"Keeping only {action.hours:g} hours", consequence=SHORT, remedy=KEEP)


@rule.on(SessionSetting)
def check_setting(fact: SessionSetting, context: Context) -> Iterator[Match]:
    if fact.key == RETENTION_CHECK:
        for value, confidence in choices(fact.value, fact.confidence):
            if is_false(value):
                what = "Without the retention check a short vacuum"
                yield rule.match(
                    value.site or fact.site, confidence, value.trace, what=what, consequence=SHORT, remedy="leave it on"
                )


@rule.on(TableWrite)
def check_write(fact: TableWrite, context: Context) -> Iterator[Match]:
    if not may_be_delta(fact):
        return
    for value, confidence in choices(fact.options.get("datachange"), fact.confidence):
        if is_false(value) and not is_compaction(fact):
            hops = (*value.trace, Hop(fact.site, "written here"))
            yield rule.match(
                value.site or fact.method,
                confidence,
                hops,
                what="`dataChange=false`",
                consequence="hides the written rows from streams",
                remedy="leave it to `OPTIMIZE`",
            )
    if says_delta(fact) and not fact.table:
        yield from _tables(fact.destination, fact.method)


@rule.on(DeltaPath)
def check_table(fact: DeltaPath, context: Context) -> Iterator[Match]:
    yield from _tables(fact.path, fact.site)


def _tables(path: Value, used: Site) -> Iterator[Match]:
    for text, _ in texts(path):
        place = _place_of_uri(text)
        if place is not None:
            yield rule.match(text.site or used, Confidence.HIGH, subject=f"{TABLE} {place}", what="", consequence="", remedy="")


def _place_of_uri(text: Text) -> str | None:
    uri = split_uri(text)
    return _place(uri.bucket, uri.key) if uri is not None and uri.key is not None else None


def _place(bucket: Text, key: Text) -> str | None:
    """Return `bucket/key` if both are known completely."""
    if not bucket.literal or not key.literal or not key.literal.strip("/"):
        return None
    return f"{bucket.literal}/{key.literal.strip('/')}"


@rule.on(ObjectCall)
def check_object(fact: ObjectCall, context: Context) -> Iterator[Match]:
    action = _action(fact)
    if action is None or fact.presigned:
        return
    keys = _expired(fact) if action == "expire" else _deleted(fact) if fact.operation == "delete_objects" else [fact.key]
    for bucket, confidence in texts(fact.bucket, fact.confidence):
        for key in (text for value in keys for text, _ in texts(value)):
            yield from _inside(action, _place(bucket, key), fact.site, confidence)


def _action(fact: ObjectCall) -> str | None:
    """Return what a call does to files under a path; None if it changes none."""
    if fact.operation in ("put_bucket_lifecycle_configuration", "put_bucket_lifecycle"):
        return "expire"
    if fact.operation in ("delete_object", "delete_objects"):
        return "delete"
    return "write" if fact.writes else None


def _deleted(fact: ObjectCall) -> list[Value]:
    delete = fact.parameters.get("Delete")
    objects = delete.get("Objects") if isinstance(delete, Mapping) else None
    items = objects.items if isinstance(objects, Sequence) else ()
    return [item.get("Key") for item in items if isinstance(item, Mapping)]


def _expired(fact: ObjectCall) -> list[Value]:
    """Return the prefixes of a lifecycle configuration's rules."""
    configuration = fact.parameters.get("LifecycleConfiguration")
    rules = configuration.get("Rules") if isinstance(configuration, Mapping) else None
    found: list[Value] = []
    for item in rules.items if isinstance(rules, Sequence) else ():
        if isinstance(item, Mapping) and not isinstance(item.get("Expiration"), Absent):
            narrowed = item.get("Filter")
            found += [item.get("Prefix"), narrowed.get("Prefix") if isinstance(narrowed, Mapping) else Absent()]
    return found


@rule.on(FileAccess)
def check_files(fact: FileAccess, context: Context) -> Iterator[Match]:
    for text, confidence in texts(fact.path, fact.confidence):
        yield from _inside(fact.action, _place_of_uri(text), fact.site, confidence)


def _inside(action: str, place: str | None, site: Site, confidence: Confidence) -> Iterator[Match]:
    if place is not None:
        what, consequence, remedy = INSIDE[action]
        inside = f"{what} inside a Delta table,"
        yield rule.match(site, confidence, subject=f"{action} {place}", what=inside, consequence=consequence, remedy=remedy)


@rule.together
def report(findings: list[Finding], settings: Settings) -> Iterator[Finding]:
    """Keep findings on plain files only inside paths that the project uses as Delta tables."""
    tables = {finding.subject.partition(" ")[2] for finding in findings if finding.subject.startswith(f"{TABLE} ")}
    for finding in findings:
        action, _, place = finding.subject.partition(" ")
        if not action or (action != TABLE and any(_touches(action, place, table) for table in tables)):
            yield finding


def _touches(action: str, place: str, table: str) -> bool:
    within = f"{place}/".startswith(f"{table}/")
    return within or (action == "expire" and f"{table}/".startswith(place))
