"""Delta tables through delta-rs, from Arrow, pandas and polars. Rules: the chapter on Delta Lake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from s3lint.runtime import frames, raw
from s3lint.runtime.arguments import checked, instance, optional, text, texts, whole, wrong
from s3lint.runtime.clients import imported, reason
from s3lint.runtime.columns import stored_schema
from s3lint.runtime.errors import MissingError, SchemaError, StorageError, StoreError
from s3lint.runtime.probe import check_options, probe_once, require_conditional_put
from s3lint.runtime.streams import source_of
from s3lint.runtime.tables import (
    WEEK,
    Application,
    Change,
    Column,
    Commit,
    Evolution,
    Maintenance,
    Scalar,
    a_format,
    a_partition,
    a_retention,
    a_uri,
    an_application,
    change,
    changed_meanwhile,
    check_evolution,
    check_keys,
    check_no_drops,
    check_write,
    hours,
    patiently,
    predicate,
)

if TYPE_CHECKING:
    import deltalake
    import pyarrow as pa

__all__ = [
    "Application",
    "Commit",
    "Evolution",
    "Maintenance",
    "Table",
    "append",
    "evolve",
    "maintain",
    "merge",
    "overwrite_partition",
    "read_with_schema",
    "require_conditional_put",
]


@dataclass(frozen=True)
class Table:
    """A declared table: where it lies, what its rows are, and what its schema may become.

    `uri` is a local path or `s3://bucket/prefix`; `storage_options` are delta-rs's own. Before it looks at data, each function refuses a
    type that Delta Lake does not store: unsigned numbers, nanoseconds, zones other than UTC, times, durations.

    Rules: missing-schema (STO502), unsafe-delta-commit (STO507), untyped-delta-column (STO509).
    """

    uri: str | Path
    schema: pa.Schema
    evolution: Evolution
    partition_by: tuple[str, ...] = ()
    storage_options: Mapping[str, str] = field(default_factory=dict)


def a_table(name: str, value: Any) -> Table:
    """Returns the declaration of a table with the schema that Delta Lake stores; a rule for arguments."""
    if not isinstance(value, Table):
        raise wrong(name, value, "an s3lint.runtime.delta.Table")
    uri = a_uri("uri", str(value.uri) if isinstance(value.uri, Path) else value.uri)
    instance(Evolution, called="an Evolution, such as Evolution.FIXED")("evolution", value.evolution)
    partition_by = instance(tuple, list, called="names of columns in a tuple")("partition_by", value.partition_by)
    options = texts("storage_options", value.storage_options)
    check_options(options)
    schema = stored_schema(value.schema, partition_by)
    return replace(value, uri=uri, schema=schema, partition_by=tuple(partition_by), storage_options=options)


WRITING = {"table": a_table, "application": optional(an_application)}


@checked(**WRITING)
def append(table: Table, data: Any, *, application: Application | None = None) -> Commit:
    """Adds rows, and makes the table where there is none.

    `data` is an Arrow table or stream, or a pandas or polars frame; its columns are those declared, in any order, and nullable ones may be
    missing. Types are made to fit only where no value changes; where one would, the error names the column, the value and the row, from 0.

    Rules: non-delta-format (STO501), implicit-write-mode (STO508).

    Raises `SchemaError` before anything is written, `ConflictError`, `UnsafeStoreError` and `StoreError`.
    """
    rows = frames.fitted(data, table.schema, partition_by=table.partition_by)
    handle = _opened(table, create=True)
    check_write(_difference(table, handle, rows), table.evolution, _name(table))
    if _is_known(handle, application):
        return Commit(handle.version(), written=False)
    from deltalake import write_deltalake

    with _delta_errors(f"Appending to {_name(table)}", table):
        write_deltalake(
            handle, rows, mode="append", schema_mode=_schema_mode(table, handle), commit_properties=_properties(application)
        )
    return Commit(handle.version(), written=True)


@checked(**WRITING, retries=whole(0, 1_000))
def merge(table: Table, data: Any, *, keys: Sequence[str], application: Application | None = None, retries: int = 10) -> Commit:
    """Updates the rows that have the same keys and adds the others, in one commit; makes the table where there is none.

    Where another writer was faster, the merge is run again on the table as it is then, up to `retries` times, after pauses.

    Rules: unfinished-merge (STO505), destructive-overwrite (STO503).

    Raises `SchemaError` where two rows of `data` have the same keys, a key is null, or a column is missing, and what `append` raises.
    """
    keys = check_keys(keys, table.schema.names)
    rows = frames.fitted(data, table.schema, complete=True, partition_by=table.partition_by)
    frames.check_unique(rows, keys)
    return patiently(lambda: _merged(table, rows, keys, application), retries)


def _merged(table: Table, rows: pa.Table, keys: Sequence[str], application: Application | None) -> Commit:
    handle = _opened(table, create=True)
    added = check_write(_difference(table, handle, rows), table.evolution, _name(table))
    if _is_known(handle, application):
        return Commit(handle.version(), written=False)
    same = " AND ".join(f"target.{_quoted(key)} = source.{_quoted(key)}" for key in keys)
    with _delta_errors(f"Merging into {_name(table)}", table):
        builder = handle.merge(
            rows, same, source_alias="source", target_alias="target", merge_schema=added, commit_properties=_properties(application)
        )
        builder.when_matched_update_all().when_not_matched_insert_all().execute()
    return Commit(handle.version(), written=True)


@checked(**WRITING, where=a_partition)
def overwrite_partition(table: Table, data: Any, *, where: Mapping[str, Scalar], application: Application | None = None) -> Commit:
    """Replaces the rows whose columns have the values of `where` by others that have them too.

    Rule: destructive-overwrite (STO503).

    Raises `ArgumentError` where `where` is empty, `SchemaError` where a row of `data` has other values, and what `append` raises.
    """
    condition = predicate(where, '"', "'")
    rows = frames.fitted(data, table.schema, partition_by=table.partition_by)
    frames.check_within(rows, where, table.partition_by)
    handle = _opened(table, create=True)
    if check_write(_difference(table, handle, rows), table.evolution, _name(table)):
        raise SchemaError(f"The data for a partition of {_name(table)} has new columns: call evolve first.")
    if _is_known(handle, application):
        return Commit(handle.version(), written=False)
    from deltalake import write_deltalake

    with _delta_errors(f"Replacing a partition of {_name(table)}", table):
        write_deltalake(
            handle,
            rows,
            mode="overwrite",
            predicate=condition,
            schema_mode=_schema_mode(table, handle),
            commit_properties=_properties(application),
        )
    return Commit(handle.version(), written=True)


@checked(table=a_table)
def evolve(table: Table) -> Commit:
    """Makes the schema of a table what is declared: adds columns, and widens types where the policy allows it.

    delta-rs cannot widen in place: the rows are written again, in one commit that fails where another writer was faster.

    Rule: unsafe-schema-evolution (STO504).

    Raises `SchemaError` for a dropped or narrowed column, a new one that may not be null, and what the policy does not allow;
    `MissingError` where there is no table, `ConflictError` and `StoreError`.
    """
    handle = _opened(table, create=False)
    declared, stored = _columns(_declared(table)), _columns(handle.schema())
    check_no_drops(declared, stored, _name(table))
    found = change(declared, stored, _name(table))
    check_evolution(found, table.evolution, _name(table))
    with _delta_errors(f"Evolving {_name(table)}", table):
        if found.widened:
            _rewrite(table, handle)
        elif found.added:
            added = {column.name for column in found.added}
            handle.alter.add_columns([one for one in _declared(table).fields if one.name in added])
    return Commit(handle.version(), written=bool(found))


@checked(table=a_table, keep=a_retention)
def maintain(table: Table, *, keep: timedelta = WEEK) -> Maintenance:
    """Compacts small files, then deletes those that no version of the last `keep` needs.

    Rule: unsafe-delta-maintenance (STO506).

    Raises `ArgumentError` for less than 168 hours, `MissingError` where there is no table, `ConflictError` and `StoreError`.
    """
    handle = _opened(table, create=False)
    with _delta_errors(f"Maintaining {_name(table)}", table):
        compacted = handle.optimize.compact()["numFilesRemoved"]
        deleted = handle.vacuum(retention_hours=hours(keep), dry_run=False)
    return Maintenance(compacted, len(deleted))


@checked(source=source_of, format=a_format, rest=optional(text))
def read_with_schema(
    source: str | Path | BinaryIO,
    *,
    schema: pa.Schema,
    format: Literal["csv", "json"],  # noqa: A002 - the field's word
    rest: str | None = None,
) -> pa.Table:
    """Returns the rows of a raw CSV file with a header, or of a file of JSON lines, under a declared schema, whose columns go by name.

    Fields that are not declared are refused, or kept as a JSON object in the declared column of text that `rest` names. Numbers with a
    fraction, texts of digits and values that are too large are no whole numbers.

    Rule: missing-schema (STO502).

    Raises `SchemaError` for a column that is not declared, a value that does not fit and a missing value that may not be null,
    `IntegrityError` for a compressed file that is corrupt, and `ArgumentError` for one that cannot be read.
    """
    return raw.read(source, schema, format, rest)


def _opened(table: Table, *, create: bool) -> deltalake.DeltaTable:
    deltalake = imported("deltalake", "delta")
    options = dict(table.storage_options)
    probe_once(str(table.uri), options)
    with _delta_errors(f"Opening {_name(table)}", table):
        try:
            return deltalake.DeltaTable(table.uri, storage_options=options)  # type: ignore[no-any-return]
        except deltalake.exceptions.TableNotFoundError:
            if not create:
                raise
        with suppress(deltalake.exceptions.CommitFailedError):  # another writer made it at the same time
            deltalake.DeltaTable.create(
                table.uri, table.schema, mode="ignore", partition_by=list(table.partition_by) or None, storage_options=options
            )
        return deltalake.DeltaTable(table.uri, storage_options=options)  # type: ignore[no-any-return]


def _difference(table: Table, handle: deltalake.DeltaTable, rows: pa.Table) -> Change:
    declared, stored = _columns(_declared(table)), _columns(handle.schema())
    partitions = tuple(handle.metadata().partition_columns)
    if table.partition_by != partitions:
        raise SchemaError(
            f"{_name(table)} is partitioned by {partitions} and declared by {table.partition_by}: declare what it is."
        )
    for column in stored:
        if column.name not in table.schema.names and not column.nullable:
            raise SchemaError(f"The column {column.name!r} of {_name(table)} may not be null and is not declared: declare it.")
    frames.check_no_nulls(rows, [column.name for column in stored if not column.nullable], _name(table))
    return change(declared, stored, _name(table))


def _schema_mode(table: Table, handle: deltalake.DeltaTable) -> Literal["merge"] | None:
    """Merging is how delta-rs takes rows with other columns than the table's: more of them, or fewer, whose rest is null."""
    return "merge" if set(table.schema.names) != {one.name for one in handle.schema().fields} else None


def _declared(table: Table) -> deltalake.Schema:
    return imported("deltalake", "delta").Schema.from_arrow(table.schema)  # type: ignore[no-any-return]


def _columns(schema: deltalake.Schema) -> tuple[Column, ...]:
    return tuple(Column(one.name, _type_name(one.type), one.nullable) for one in schema.fields)


def _type_name(delta_type: Any) -> str:
    return str(getattr(delta_type, "type", "")) if type(delta_type).__name__ == "PrimitiveType" else delta_type.to_json()


def _is_known(handle: deltalake.DeltaTable, application: Application | None) -> bool:
    last = handle.transaction_version(application.id) if application is not None else None
    return application is not None and last is not None and last >= application.version


def _properties(application: Application | None, **settings: Any) -> Any:
    deltalake = imported("deltalake", "delta")
    transactions = [deltalake.Transaction(application.id, application.version)] if application is not None else None
    return deltalake.CommitProperties(app_transactions=transactions, **settings)


def _rewrite(table: Table, handle: deltalake.DeltaTable) -> None:
    """Writes every row again under the declared schema, in the very next commit or not at all.

    STO503 and STO504 are about replacing rows and schema; here `evolve` has refused every loss before.
    """
    from deltalake import QueryBuilder, write_deltalake

    # A dataset of pyarrow's would read through delta-rs's file system in Python, whose buffers abort a process that ends early.
    stored = QueryBuilder().register("stored", handle).execute("SELECT * FROM stored")
    rows = frames.recast(stored, table.schema)
    write_deltalake(
        handle,
        rows,
        mode="overwrite",  # s3lint: allow[STO503] every row is written again, and a commit in between makes this one fail
        schema_mode="overwrite",  # s3lint: allow[STO504] evolve has refused drops and narrower types before
        partition_by=list(table.partition_by) or None,
        commit_properties=_properties(None, max_commit_retries=0),
    )


@contextmanager
def _delta_errors(doing: str, table: Table) -> Iterator[None]:
    """Turns exceptions of delta-rs and pyarrow into those of this package; a panic of Rust is no `Exception`."""
    exceptions = imported("deltalake.exceptions", "delta")
    try:
        yield
    except StorageError:
        raise
    except exceptions.TableNotFoundError as error:
        raise MissingError(f"There is no Delta table at {table.uri!r}: append to it first, which makes it.") from error
    except exceptions.CommitFailedError as error:
        raise changed_meanwhile(_name(table)) from error
    except exceptions.SchemaMismatchError as error:
        raise SchemaError(f"{doing} failed: {reason(error)}.") from error
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise StoreError(f"{doing} failed: {reason(error)}.") from error


def _name(table: Table) -> str:
    return f"the table {table.uri!r}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
