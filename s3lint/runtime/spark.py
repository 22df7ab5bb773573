"""Delta tables through Spark: on the JVM, over Spark Connect, and on engines that speak its protocol. Rules: the chapter on Delta Lake.

Only DataFrames and SQL are used, no `DeltaTable` and no RDD. `append`, `merge`, `overwrite_partition` and `read_with_schema` need nothing
more than Spark Connect; `evolve`, `maintain` and idempotent writes need Delta Lake's own extensions of Spark.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from s3lint.runtime.arguments import checked, having, instance, optional, text, whole, wrong
from s3lint.runtime.clients import imported
from s3lint.runtime.errors import ConfigurationError, MissingError, SchemaError
from s3lint.runtime.spark_frames import (
    a_schema,
    check_nulls,
    check_partition_by,
    check_unique,
    check_where,
    columns_of,
    fitted,
    is_apache,
    quoted,
    read,
    spark_errors,
)
from s3lint.runtime.tables import (
    WEEK,
    Application,
    Column,
    Evolution,
    Scalar,
    a_format,
    a_partition,
    a_retention,
    an_application,
    change,
    check_complete,
    check_evolution,
    check_keys,
    check_no_drops,
    check_write,
    hours,
    patiently,
    predicate,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

__all__ = ["Application", "Evolution", "Table", "append", "evolve", "maintain", "merge", "overwrite_partition", "read_with_schema"]

NO_TABLE = (
    "PATH_NOT_FOUND",
    "DELTA_TABLE_NOT_FOUND",
    "DELTA_MISSING_DELTA_TABLE",
    "DELTA_PATH_DOES_NOT_EXIST",
    "No commit files found",
)
"""What engines say of a path that holds no Delta table."""


@dataclass(frozen=True)
class Table:
    """A declared table: where it lies, what its rows are, and what its schema may become. `path` is one that Spark writes to.

    Rules: missing-schema (STO502), untyped-delta-column (STO509).
    """

    path: str
    schema: StructType
    evolution: Evolution
    partition_by: tuple[str, ...] = ()


def a_table(name: str, value: Any) -> Table:
    """Returns the declaration of a table that Delta Lake can store; a rule for arguments."""
    if not isinstance(value, Table):
        raise wrong(name, value, "an s3lint.runtime.spark.Table")
    text("path", value.path)
    instance(Evolution, called="an Evolution, such as Evolution.FIXED")("evolution", value.evolution)
    partition_by = tuple(instance(tuple, list, called="names of columns in a tuple")("partition_by", value.partition_by))
    check_partition_by(a_schema("schema", value.schema), partition_by)
    return replace(value, partition_by=partition_by)


A_FRAME = having("mapInArrow", "a frame of Spark")
A_SESSION = having("createDataFrame", "a session of Spark")


@checked(table=a_table, frame=A_FRAME, application=optional(an_application))
def append(table: Table, frame: DataFrame, *, application: Application | None = None) -> None:
    """Adds rows, and makes the table where there is none.

    The columns of the frame are those declared, in any order, and nullable ones may be missing; narrower types are made to fit. Columns
    declared without nulls are looked through first, which evaluates the frame once more where it may hold nulls.

    Rules: non-delta-format (STO501), implicit-write-mode (STO508).

    Raises `SchemaError` before anything is written, `ConfigurationError` where the engine cannot tell one application's writes apart,
    `ConflictError` and `StoreError`.
    """
    rows = fitted(frame, table.schema, table.partition_by, _name(table))
    added = _check_write(table, rows)
    with spark_errors(f"Appending to {_name(table)}", _name(table)):
        options = {**_transaction(rows.sparkSession, application), **_properties(table, rows.sparkSession)}
        writer = rows.write.format("delta").mode("append").options(**options)
        if added:
            writer = writer.option("mergeSchema", "true")
        writer.partitionBy(*table.partition_by).save(table.path)


@checked(table=a_table, frame=A_FRAME, retries=whole(0, 1_000))
def merge(table: Table, frame: DataFrame, *, keys: Sequence[str], retries: int = 10) -> None:
    """Updates the rows that have the same keys and adds the others, in one commit; makes the table where there is none.

    The same merge twice changes nothing more. Where another writer was faster, it is run again on the table as it is then, up to `retries`
    times, after pauses.

    Rules: unfinished-merge (STO505), destructive-overwrite (STO503).

    Raises `SchemaError` where two rows have the same keys, a key is null, or a column is missing, and what `append` raises.
    """
    keys = check_keys(keys, table.schema.names)
    check_complete(frame.columns, table.schema.names)
    rows = fitted(frame, table.schema, table.partition_by, _name(table))
    check_unique(rows, keys, _name(table))
    patiently(lambda: _merge(table, rows, keys), retries)


def _merge(table: Table, rows: DataFrame, keys: Sequence[str]) -> None:
    spark = rows.sparkSession
    if _stored(table, spark) is None:
        append(table, rows)
        return
    if _check_write(table, rows):
        raise SchemaError(f"The data to merge into {_name(table)} has new columns: call evolve first.")
    view = f"s3lint_{uuid.uuid4().hex}"
    same = " AND ".join(f"target.{quoted(key)} = source.{quoted(key)}" for key in keys)
    # Each column by its name: Delta Lake 4.0 expands `UPDATE SET *` without escaping a backtick in a name.
    names = [quoted(name) for name in rows.columns]
    updated = ", ".join(f"{name} = source.{name}" for name in names)
    inserted = ", ".join(f"source.{name}" for name in names)
    rows.createOrReplaceTempView(view)
    try:
        with spark_errors(f"Merging into {_name(table)}", _name(table)):
            spark.sql(
                f"MERGE INTO {_identifier(table)} AS target USING {view} AS source ON {same} "  # noqa: S608 - names are quoted
                f"WHEN MATCHED THEN UPDATE SET {updated} WHEN NOT MATCHED THEN INSERT ({', '.join(names)}) VALUES ({inserted})"
            ).collect()
    finally:
        spark.catalog.dropTempView(view)


@checked(table=a_table, frame=A_FRAME, where=a_partition)
def overwrite_partition(table: Table, frame: DataFrame, *, where: Mapping[str, Scalar]) -> None:
    """Replaces the rows whose columns have the values of `where` by others that have them too.

    Rule: destructive-overwrite (STO503).

    Raises `ArgumentError` where `where` is empty, `SchemaError` where a row has other values, and what `append` raises.
    """
    condition = predicate(where, "`", "\\")
    check_where(table.schema, table.partition_by, where)
    functions = imported("pyspark.sql.functions", "spark")
    rows = fitted(frame, table.schema, table.partition_by, _name(table))
    with spark_errors(f"Reading the data for {_name(table)}", _name(table)):
        others = rows.filter(~functions.coalesce(functions.expr(condition), functions.lit(False))).limit(1).collect()
    if others:
        raise SchemaError(
            f"A row for {_name(table)} is outside of {condition}, and would be lost in that partition: pass it by itself."
        )
    if _stored(table, rows.sparkSession) is None:
        append(table, rows)
        return
    if _check_write(table, rows):
        raise SchemaError(f"The data for a partition of {_name(table)} has new columns: call evolve first.")
    with spark_errors(f"Replacing a partition of {_name(table)}", _name(table)):
        rows.write.format("delta").mode("overwrite").option("replaceWhere", condition).save(table.path)


@checked(table=a_table, spark=A_SESSION)
def evolve(table: Table, spark: SparkSession) -> bool:
    """Makes the schema of a table what is declared: adds columns, and widens types where the policy allows it; whether anything changed.

    Widening needs Delta Lake 4, or 3.2, and switches `delta.enableTypeWidening` on for the table.

    Rule: unsafe-schema-evolution (STO504).

    Raises `SchemaError` for a dropped or narrowed column, a new one that may not be null, and what the policy does not allow;
    `MissingError` where there is no table, `ConflictError`, and `StoreError` for an engine that cannot alter tables.
    """
    stored = _existing(table, spark)
    declared = columns_of(table.schema)
    check_no_drops(declared, stored, _name(table))
    found = change(declared, stored, _name(table))
    check_evolution(found, table.evolution, _name(table))
    types = {field.name: field.dataType.simpleString() for field in table.schema.fields}
    with spark_errors(f"Evolving {_name(table)}", _name(table)):
        if found.added:
            new = ", ".join(f"{quoted(column.name)} {types[column.name]}" for column in found.added)
            spark.sql(f"ALTER TABLE {_identifier(table)} ADD COLUMNS ({new})")
        if found.widened:
            spark.sql(f"ALTER TABLE {_identifier(table)} SET TBLPROPERTIES ('delta.enableTypeWidening' = 'true')")
        for column in found.widened:
            spark.sql(f"ALTER TABLE {_identifier(table)} ALTER COLUMN {quoted(column.name)} TYPE {types[column.name]}")
    return bool(found)


@checked(table=a_table, spark=A_SESSION, keep=a_retention)
def maintain(table: Table, spark: SparkSession, *, keep: timedelta = WEEK) -> None:
    """Compacts small files, then deletes those that no version of the last `keep` needs.

    Rule: unsafe-delta-maintenance (STO506).

    Raises `ArgumentError` for less than 168 hours, `MissingError` where there is no table, and `StoreError`.
    """
    _existing(table, spark)
    with spark_errors(f"Maintaining {_name(table)}", _name(table)):
        spark.sql(f"OPTIMIZE {_identifier(table)}").collect()
        spark.sql(f"VACUUM {_identifier(table)} RETAIN {hours(keep)} HOURS").collect()


@checked(spark=A_SESSION, path=text, schema=a_schema, format=a_format, rest=optional(text))
def read_with_schema(
    spark: SparkSession,
    path: str,
    *,
    schema: StructType,
    format: Literal["csv", "json"],  # noqa: A002 - Spark's word
    rest: str | None = None,
) -> DataFrame:
    """Returns a frame of raw CSV files with headers, or of JSON lines, under a declared schema, whose columns go by name.

    Each CSV file is read by its own header, whole and by one worker. Fields that are not declared are refused, or kept as a JSON object in
    the declared column of text that `rest` names. The workers read as `s3lint.runtime.delta` does and need s3lint and pyarrow. They read
    the files once to check them and again each time that the frame is evaluated, so that data that does not fit fails before a write.

    Rule: missing-schema (STO502).

    Raises `ArgumentError` for another format, `SchemaError` for a schema that Delta Lake does not store and for data that does not fit,
    `ConfigurationError` for CSV files that the engine takes apart, and `StoreError`.
    """
    return read(spark, path, schema, format, rest)


def _check_write(table: Table, rows: DataFrame) -> bool:
    """Whether a write adds columns. Raises `SchemaError` where the table is not what is declared, or keeps no nulls that the rows have."""
    stored = _stored(table, rows.sparkSession)
    if stored is None:
        return False
    added = check_write(change(columns_of(table.schema), stored, _name(table)), table.evolution, _name(table))
    nullable = [
        one.name for one in stored if not one.nullable and one.name in table.schema.names and table.schema[one.name].nullable
    ]
    check_nulls(rows, nullable, _name(table))
    if added and not all(column.nullable for column in stored) and not is_apache(rows.sparkSession):
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
    with spark_errors(f"Reading {_name(table)}", _name(table)):
        try:
            return columns_of(spark.read.format("delta").load(table.path).schema)
        except errors.PySparkException as error:
            if any(sign in str(error) for sign in NO_TABLE):
                return None
            raise


def _transaction(spark: SparkSession, application: Application | None) -> dict[str, str]:
    """The options of an idempotent write. Engines other than Spark take them and ignore them, without a word."""
    if application is None:
        return {}
    if not is_apache(spark):
        raise ConfigurationError("The engine is not Apache Spark and ignores who writes: write without application=, or merge.")
    return {"txnAppId": application.id, "txnVersion": str(application.version)}


def _properties(table: Table, spark: SparkSession) -> dict[str, str]:
    """The properties that a new table is made with.

    Where all values of a double or a decimal in a file are equal, Sail 0.7 takes the one of the file's statistics for them, whose last
    digits it reads wrongly, and a merge writes that into the rows it leaves alone. A table that Sail makes has no statistics of columns then.
    """
    if not any(kind in table.schema.simpleString() for kind in ("double", "decimal")) or is_apache(spark):
        return {}
    return {"delta.dataSkippingNumIndexedCols": "0"}


def _name(table: Table) -> str:
    return f"the table {table.path!r}"


def _identifier(table: Table) -> str:
    return f"delta.{quoted(table.path)}"
