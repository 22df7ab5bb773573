"""Delta tables through Spark: on the JVM, over Spark Connect, and on engines that speak its protocol. Rules: the chapter on Delta Lake.

Only DataFrames and SQL are used, no `DeltaTable` and no RDD. `append`, `merge`, `overwrite_partition` and `read_with_schema` need nothing
more than Spark Connect; `evolve`, `maintain` and idempotent writes need Delta Lake's own extensions of Spark.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from s3lint.runtime.clients import imported, reason
from s3lint.runtime.errors import ArgumentError, ConfigurationError, MissingError, SchemaError, StorageError, StoreError
from s3lint.runtime.tables import (
    WEEK,
    Application,
    Column,
    Evolution,
    Scalar,
    change,
    changed_meanwhile,
    check_complete,
    check_evolution,
    check_keys,
    check_no_drops,
    check_retention,
    check_write,
    is_wider,
    predicate,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import DataType, StructType

__all__ = ["Application", "Evolution", "Table", "append", "evolve", "maintain", "merge", "overwrite_partition", "read_with_schema"]

NO_TABLE = (
    "PATH_NOT_FOUND",
    "DELTA_TABLE_NOT_FOUND",
    "DELTA_MISSING_DELTA_TABLE",
    "DELTA_PATH_DOES_NOT_EXIST",
    "No commit files found",
)
"""What engines say of a path that holds no Delta table."""

CONFLICT = ("DELTA_CONCURRENT", "DELTA_METADATA_CHANGED", "DELTA_PROTOCOL_CHANGED", "ConcurrentModification", "Concurrent")
"""What engines say of a commit that another writer's made impossible."""


@dataclass(frozen=True)
class Table:
    """A declared table: where it lies, what its rows are, and what its schema may become. `path` is one that Spark writes to.

    Rules: missing-schema (STO502), untyped-delta-column (STO509).
    """

    path: str
    schema: StructType
    evolution: Evolution
    partition_by: tuple[str, ...] = ()


def append(table: Table, frame: DataFrame, *, application: Application | None = None) -> None:
    """Adds rows, and makes the table where there is none.

    The columns of the frame are those declared, in any order, and nullable ones may be missing; narrower types are made to fit. Columns
    declared without nulls are looked through first, which evaluates the frame once more where it may hold nulls.

    Rules: non-delta-format (STO501), implicit-write-mode (STO508).

    Raises `SchemaError` before anything is written, `ConfigurationError` where the engine cannot tell one application's writes apart,
    `ConflictError` and `StoreError`.
    """
    rows = _fitted(table, frame)
    added = _check_write(table, rows.sparkSession)
    with _spark_errors(f"Appending to {_name(table)}", table):
        writer = rows.write.format("delta").mode("append").options(**_transaction(rows.sparkSession, application))
        if added:
            writer = writer.option("mergeSchema", "true")
        writer.partitionBy(*table.partition_by).save(table.path)


def merge(table: Table, frame: DataFrame, *, keys: Sequence[str]) -> None:
    """Updates the rows that have the same keys and adds the others, in one commit; makes the table where there is none.

    The same merge twice changes nothing more.

    Rules: unfinished-merge (STO505), destructive-overwrite (STO503).

    Raises `SchemaError` where two rows have the same keys, a key is null, or a column is missing, and what `append` raises.
    """
    keys = check_keys(keys, table.schema.names)
    check_complete(frame.columns, table.schema.names)
    rows = _fitted(table, frame)
    _check_unique(table, rows, keys)
    spark = rows.sparkSession
    if _stored(table, spark) is None:
        append(table, rows)
        return
    if _check_write(table, spark):
        raise SchemaError(f"The data to merge into {_name(table)} has new columns: call evolve first.")
    view = f"s3lint_{uuid.uuid4().hex}"
    same = " AND ".join(f"target.{_quoted(key)} = source.{_quoted(key)}" for key in keys)
    rows.createOrReplaceTempView(view)
    try:
        with _spark_errors(f"Merging into {_name(table)}", table):
            spark.sql(
                f"MERGE INTO {_identifier(table)} AS target USING {view} AS source ON {same} "
                "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
            ).collect()
    finally:
        spark.catalog.dropTempView(view)


def overwrite_partition(table: Table, frame: DataFrame, *, where: Mapping[str, Scalar]) -> None:
    """Replaces the rows whose columns have the values of `where` by others that have them too.

    Rule: destructive-overwrite (STO503).

    Raises `ArgumentError` where `where` is empty, `SchemaError` where a row has other values, and what `append` raises.
    """
    condition = predicate(where, "`", "\\")
    functions = imported("pyspark.sql.functions", "spark")
    rows = _fitted(table, frame)
    with _spark_errors(f"Reading the data for {_name(table)}", table):
        others = rows.filter(~functions.coalesce(functions.expr(condition), functions.lit(False))).limit(1).collect()
    if others:
        raise SchemaError(
            f"A row for {_name(table)} is outside of {condition}, and would be lost in that partition: pass it by itself."
        )
    if _stored(table, rows.sparkSession) is None:
        append(table, rows)
        return
    if _check_write(table, rows.sparkSession):
        raise SchemaError(f"The data for a partition of {_name(table)} has new columns: call evolve first.")
    with _spark_errors(f"Replacing a partition of {_name(table)}", table):
        rows.write.format("delta").mode("overwrite").option("replaceWhere", condition).save(table.path)


def evolve(table: Table, spark: SparkSession) -> bool:
    """Makes the schema of a table what is declared: adds columns, and widens types where the policy allows it; whether anything changed.

    Widening needs Delta Lake 4, or 3.2, and switches `delta.enableTypeWidening` on for the table.

    Rule: unsafe-schema-evolution (STO504).

    Raises `SchemaError` for a dropped or narrowed column, a new one that may not be null, and what the policy does not allow;
    `MissingError` where there is no table, `ConflictError`, and `StoreError` for an engine that cannot alter tables.
    """
    stored = _existing(table, spark)
    declared = _columns(table.schema)
    check_no_drops(declared, stored, _name(table))
    found = change(declared, stored, _name(table))
    check_evolution(found, table.evolution, _name(table))
    types = {field.name: field.dataType.simpleString() for field in table.schema.fields}
    with _spark_errors(f"Evolving {_name(table)}", table):
        if found.added:
            new = ", ".join(f"{_quoted(column.name)} {types[column.name]}" for column in found.added)
            spark.sql(f"ALTER TABLE {_identifier(table)} ADD COLUMNS ({new})")
        if found.widened:
            spark.sql(f"ALTER TABLE {_identifier(table)} SET TBLPROPERTIES ('delta.enableTypeWidening' = 'true')")
        for column in found.widened:
            spark.sql(f"ALTER TABLE {_identifier(table)} ALTER COLUMN {_quoted(column.name)} TYPE {types[column.name]}")
    return bool(found)


def maintain(table: Table, spark: SparkSession, *, keep: timedelta = WEEK) -> None:
    """Compacts small files, then deletes those that no version of the last `keep` needs.

    Rule: unsafe-delta-maintenance (STO506).

    Raises `ArgumentError` for less than 168 hours, `MissingError` where there is no table, and `StoreError`.
    """
    hours = check_retention(keep)
    _existing(table, spark)
    with _spark_errors(f"Maintaining {_name(table)}", table):
        spark.sql(f"OPTIMIZE {_identifier(table)}").collect()
        spark.sql(f"VACUUM {_identifier(table)} RETAIN {hours} HOURS").collect()


def read_with_schema(
    spark: SparkSession,
    path: str,
    *,
    schema: StructType,
    format: Literal["csv", "json"],  # noqa: A002 - Spark's word
) -> DataFrame:
    """A frame of raw CSV files with headers, or of JSON lines, under a declared schema; reading it fails at a value that does not fit.

    Rule: missing-schema (STO502).

    Raises `ArgumentError` for another format.
    """
    if format not in ("csv", "json"):
        raise ArgumentError(f"The format {format!r} is none that is read here: pass 'csv' or 'json'.")
    reader = spark.read.schema(schema).option("mode", "FAILFAST")
    return reader.option("header", "true").csv(path) if format == "csv" else reader.json(path)


def _fitted(table: Table, frame: DataFrame) -> DataFrame:
    """The frame with exactly the declared columns. Raises `SchemaError` where a value would have to change, or is null and may not be."""
    functions = imported("pyspark.sql.functions", "spark")
    given = {field.name: field for field in frame.schema.fields}
    for name in frame.columns:
        if name not in table.schema.names or frame.columns.count(name) > 1:
            raise SchemaError(
                f"The column {name!r} of the data is not declared, or stands twice: declare it, drop it or rename it."
            )
    columns = []
    for field in table.schema.fields:
        found = given.get(field.name)
        if found is None and not field.nullable:
            raise SchemaError(f"The column {field.name!r} is missing from the data and declared without nulls: add it.")
        _check_type(field.name, found.dataType if found is not None else field.dataType, field.dataType)
        source = frame[field.name] if found is not None else functions.lit(None)
        columns.append(source.cast(field.dataType).alias(field.name))
    rows = frame.select(*columns)
    _check_nulls(
        table,
        rows,
        [name for name in table.schema.names if name in given and given[name].nullable and not table.schema[name].nullable],
    )
    return rows


def _check_type(name: str, given: DataType, declared: DataType) -> None:
    if _type_name(given) not in (_type_name(declared), "void") and not is_wider(_type_name(given), _type_name(declared)):
        message = f"The column {name!r} is of type {given.simpleString()} and declared {declared.simpleString()}"
        raise SchemaError(f"{message}: convert it where it is read.")


def _check_nulls(table: Table, rows: DataFrame, names: Sequence[str]) -> None:
    if not names:
        return
    with _spark_errors(f"Reading the data for {_name(table)}", table):
        found = rows.filter(" OR ".join(f"{_quoted(name)} IS NULL" for name in names)).limit(1).collect()
    if found:
        name = next(name for name in names if found[0][name] is None)
        raise SchemaError(f"The column {name!r} holds nulls and is declared without: fill it.")


def _check_unique(table: Table, rows: DataFrame, keys: Sequence[str]) -> None:
    _check_nulls(table, rows, keys)
    with _spark_errors(f"Reading the data for {_name(table)}", table):
        doubled = rows.groupBy(*map(_quoted, keys)).count().filter("count > 1").limit(1).collect()
    if doubled:
        values = ", ".join(f"{key}={doubled[0][key]!r}" for key in keys)
        raise SchemaError(f"The keys {values} stand in several rows, and a merge needs one of each: drop the others.")


def _check_write(table: Table, spark: SparkSession) -> bool:
    """Whether a write adds columns. Raises `SchemaError` where the table is not what is declared."""
    stored = _stored(table, spark)
    if stored is None:
        return False
    added = check_write(change(_columns(table.schema), stored, _name(table)), table.evolution, _name(table))
    if added and not all(column.nullable for column in stored) and not is_apache(spark):
        raise ConfigurationError(
            f"The engine is not Apache Spark and may drop new columns of {_name(table)}: add them with delta.evolve."
        )
    return added


def _existing(table: Table, spark: SparkSession) -> tuple[Column, ...]:
    stored = _stored(table, spark)
    if stored is None:
        raise MissingError(f"There is no Delta table at {table.path!r}: append to it first, which makes it.")
    return stored


def _stored(table: Table, spark: SparkSession) -> tuple[Column, ...] | None:
    errors = imported("pyspark.errors", "spark")
    with _spark_errors(f"Reading {_name(table)}", table):
        try:
            return _columns(spark.read.format("delta").load(table.path).schema)
        except errors.PySparkException as error:
            if any(sign in str(error) for sign in NO_TABLE):
                return None
            raise


def _columns(schema: StructType) -> tuple[Column, ...]:
    return tuple(Column(field.name, _type_name(field.dataType), field.nullable) for field in schema.fields)


def _type_name(data_type: DataType) -> str:
    """Delta's name of a type."""
    if data_type.typeName() == "decimal":
        return data_type.simpleString()
    return data_type.json() if data_type.typeName() in ("array", "map", "struct") else data_type.typeName()


def _transaction(spark: SparkSession, application: Application | None) -> dict[str, str]:
    """The options of an idempotent write. Engines other than Spark take them and ignore them, without a word."""
    if application is None:
        return {}
    if not is_apache(spark):
        raise ConfigurationError("The engine is not Apache Spark and ignores who writes: write without application=, or merge.")
    return {"txnAppId": application.id, "txnVersion": str(application.version)}


def is_apache(spark: SparkSession) -> bool:
    """Whether the engine is Apache Spark itself, which tells its commit, and not one that speaks its protocol.

    Sail 0.7 takes an application's id and ignores it, and drops new columns where others may not be null.
    """
    return bool(spark.sql("SELECT version()").collect()[0][0].startswith(f"{spark.version} "))


@contextmanager
def _spark_errors(doing: str, table: Table) -> Iterator[None]:
    """Turns what Spark raises into the hierarchy of this package."""
    errors = imported("pyspark.errors", "spark")
    try:
        yield
    except StorageError:
        raise
    except Exception as error:
        if not isinstance(error, errors.PySparkException) and type(error).__module__.partition(".")[0] not in ("py4j", "grpc"):
            raise
        if any(sign in str(error) for sign in CONFLICT):
            raise changed_meanwhile(_name(table)) from error
        raise StoreError(f"{doing} failed: {_first_line(error)}.") from error


def _first_line(error: Exception) -> str:
    return reason(Exception(str(error).strip().partition("\n")[0])) if str(error).strip() else type(error).__name__


def _name(table: Table) -> str:
    if not isinstance(table, Table):
        raise ArgumentError(f"The table is of type {type(table).__name__}: declare it as s3lint.runtime.spark.Table.")
    return f"the table {table.path!r}"


def _identifier(table: Table) -> str:
    return f"delta.{_quoted(table.path)}"


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
