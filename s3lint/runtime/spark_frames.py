"""Spark's frames under a declared schema: which types Delta Lake stores, what data must be, and how raw files are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from s3lint.runtime.clients import imported, reason
from s3lint.runtime.errors import ConfigurationError, SchemaError, StorageError, StoreError
from s3lint.runtime.raw import parsed_batches
from s3lint.runtime.tables import Column, Scalar, changed_meanwhile, is_wider

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import DataType, StructType

WHOLE_NUMBERS = ("byte", "short", "integer", "long")
PLAIN = ("string", "binary", "boolean", *WHOLE_NUMBERS, "float", "double", "decimal", "date", "timestamp", "timestamp_ntz")
"""Names of the types without parts that Delta Lake stores (github.com/delta-io/delta/blob/master/PROTOCOL.md#primitive-types)."""

PARTITIONING = ("string", "boolean", *WHOLE_NUMBERS, "date", "timestamp", "timestamp_ntz")

CONFLICT = ("DELTA_CONCURRENT", "DELTA_METADATA_CHANGED", "DELTA_PROTOCOL_CHANGED", "ConcurrentModification", "Concurrent")
"""What engines say of a commit that another writer's made impossible."""

ON_WORKER = "s3lint.runtime.errors.SchemaError: "
"""What stands before the sentence of an error that a worker raised, in Python's own traceback."""


def a_schema(name: str, value: Any) -> StructType:
    """Returns a schema that Delta Lake stores; a rule for arguments. Raises `SchemaError` where it lacks a type."""
    types = imported("pyspark.sql.types", "spark")
    if not isinstance(value, types.StructType) or not value.fields:
        raise SchemaError(f"The declared schema is of type {type(value).__name__}, or empty: declare a StructType with columns.")
    lowered = [field.lower() for field in value.names]
    if len(set(lowered)) < len(lowered) or "" in lowered:
        raise SchemaError(
            "The declared schema has two columns whose names differ in case at most, or one without a name: rename it."
        )
    for field in value.fields:
        _check_stored(field.name, field.dataType)
    return cast("StructType", value)


def _check_stored(name: str, data_type: DataType) -> None:
    kind: Any = data_type
    inner = {"array": ("elementType",), "map": ("keyType", "valueType")}.get(data_type.typeName(), ())
    for part in inner:
        _check_stored(f"{name}.{part}", getattr(kind, part))
    fields = kind.fields if data_type.typeName() == "struct" else ()
    for field in fields:
        _check_stored(f"{name}.{field.name}", field.dataType)
    if not inner and not fields and data_type.typeName() not in PLAIN:
        raise SchemaError(
            f"The column {name!r} is declared {data_type.simpleString()}, which Delta Lake does not store: declare another type."
        )


def check_partition_by(schema: StructType, names: Sequence[str]) -> None:
    """Raises `SchemaError` for columns that cannot partition a table."""
    if set(names) - set(schema.names) or len(set(names)) < len(names) or len(names) == len(schema.names):
        raise SchemaError(
            f"The table cannot be partitioned by {tuple(names)}: pass declared columns, each once, and leave one for the rows."
        )
    for name in names:
        if schema[name].dataType.typeName() not in PARTITIONING:
            shown = schema[name].dataType.simpleString()
            raise SchemaError(f"The column {name!r} is of type {shown}, which no partition can be told by: choose another column.")


def check_where(schema: StructType, partition_by: Sequence[str], where: Mapping[str, Scalar]) -> None:
    """Raises `SchemaError` for a column that is not declared, and for a value that is not of its type."""
    kinds: list[tuple[type, tuple[str, ...]]] = [
        (bool, ("boolean",)),
        (int, WHOLE_NUMBERS),
        (str, ("string",)),
        (date, ("date",)),
    ]
    for name, value in where.items():
        if name not in schema.names:
            raise SchemaError(f"The column {name!r} of the partition is not declared: pass declared columns.")
        fitting = next(names for kind, names in kinds if isinstance(value, kind))
        if schema[name].dataType.typeName() not in fitting:
            shown = schema[name].dataType.simpleString()
            raise SchemaError(
                f"The column {name!r} is declared {shown}, and no row of it has the value {value!r}: pass one of its type."
            )
        if value == "" and name in partition_by:
            raise SchemaError(f"The column {name!r} partitions the table, where no value '' is kept: pass another text.")


def fitted(frame: DataFrame, schema: StructType, partition_by: Sequence[str], name: str) -> DataFrame:
    """Returns the frame with exactly the declared columns.

    Raises `SchemaError` where a value would have to change, is null and may not be, or is an empty text that tells a partition.
    """
    functions = imported("pyspark.sql.functions", "spark")
    with spark_errors(f"Reading the data for {name}", name):
        given = {field.name: field for field in frame.schema.fields}
    for column in frame.columns:
        if column not in schema.names or frame.columns.count(column) > 1:
            raise SchemaError(
                f"The column {column!r} of the data is not declared, or stands twice: declare it, drop it or rename it."
            )
    columns = []
    for field in schema.fields:
        found = given.get(field.name)
        if found is None and not field.nullable:
            raise SchemaError(f"The column {field.name!r} is missing from the data and declared without nulls: add it.")
        _check_type(field.name, found.dataType if found is not None else field.dataType, field.dataType)
        source = frame[quoted(field.name)] if found is not None else functions.lit(None)
        columns.append(source.cast(field.dataType).alias(field.name))
    rows = frame.select(*columns)
    nullable = [one for one in schema.names if one in given and given[one].nullable and not schema[one].nullable]
    check_nulls(rows, nullable, name)
    _check_empty_texts(rows, [one for one in partition_by if schema[one].dataType.typeName() == "string"], name)
    return rows


def _check_type(name: str, given: DataType, declared: DataType) -> None:
    if type_name(given) not in (type_name(declared), "void") and not is_wider(type_name(given), type_name(declared)):
        message = f"The column {name!r} is of type {given.simpleString()} and declared {declared.simpleString()}"
        raise SchemaError(f"{message}: convert it where it is read.")


def check_nulls(rows: DataFrame, names: Sequence[str], name: str) -> None:
    """Raises `SchemaError` where one of the columns holds a null."""
    found = _first(rows, [f"{quoted(one)} IS NULL" for one in names], name)
    if found is not None:
        column = next(one for one in names if found[one] is None)
        raise SchemaError(f"The column {column!r} holds nulls and is declared without: fill it.")


def _check_empty_texts(rows: DataFrame, names: Sequence[str], name: str) -> None:
    found = _first(rows, [f"{quoted(one)} = ''" for one in names], name)
    if found is not None:
        column = next(one for one in names if found[one] == "")
        raise SchemaError(f"The column {column!r} partitions the table, where the value '' would become null: write another text.")


def _first(rows: DataFrame, conditions: Sequence[str], name: str) -> Any:
    """Returns a row that meets one of the conditions, or None."""
    if not conditions:
        return None
    with spark_errors(f"Reading the data for {name}", name):
        return next(iter(rows.filter(" OR ".join(conditions)).limit(1).collect()), None)


def check_unique(rows: DataFrame, keys: Sequence[str], name: str) -> None:
    """Raises `SchemaError` where two rows have the same keys, or a key is null."""
    check_nulls(rows, keys, name)
    with spark_errors(f"Reading the data for {name}", name):
        doubled = rows.groupBy(*map(quoted, keys)).count().filter("count > 1").limit(1).collect()
    if doubled:
        values = ", ".join(f"{key}={doubled[0][key]!r}" for key in keys)
        raise SchemaError(f"The keys {values} stand in several rows, and a merge needs one of each: drop the others.")


def read(spark: SparkSession, path: str, schema: StructType, layout: str, rest: str | None) -> DataFrame:
    """Returns a frame of raw files, whose text the workers read as `s3lint.runtime.raw` does: by name, each file by its own header.

    Raises `SchemaError` where a file does not fit, and `ConfigurationError` for an engine that takes it apart. The files are read once for
    that, since the JVM leaves data files and a folder where a worker fails in the middle of a write.
    """
    pyarrow = imported("pyarrow", "spark")
    arrow = pyarrow.schema([pyarrow.field(field.name, _arrow_type(field.dataType), field.nullable) for field in schema.fields])
    with spark_errors(f"Reading {path!r}", repr(path)):
        texts = spark.read.text(path, wholetext=layout == "csv")
        if texts.columns != ["value"]:
            raise SchemaError(
                f"The folders of {path!r} hold values of {texts.columns[1:]}, which the files do not: read each by itself."
            )
        if not is_apache(spark):
            _check_files(spark, path, layout)
        rows = texts.mapInArrow(partial(parsed_batches, schema=arrow, layout=layout, rest=rest), schema)
        rows.count()
        return rows


def _check_files(spark: SparkSession, path: str, layout: str) -> None:
    """Raises `StoreError` where an engine reads no file without a word, and `ConfigurationError` where it takes a CSV file apart.

    Sail 0.7 does both, the latter from a MiB on: the first line of each part would be taken for a header.
    """
    parts = [row["count"] for row in spark.read.format("binaryFile").load(path).groupBy("path").count().collect()]
    if not parts:
        raise StoreError(f"Reading {path!r} failed: there is no file.")
    if layout == "csv" and max(parts) > 1:
        raise ConfigurationError(
            f"The engine takes large files apart, and only the first part of one of {path!r} has its header: use delta.read_with_schema."
        )


def is_apache(spark: SparkSession) -> bool:
    """Whether the engine is Apache Spark itself, which tells its commit, and not one that speaks its protocol.

    Sail 0.7 takes an application's id and ignores it, and drops new columns where others may not be null.
    """
    return bool(spark.sql("SELECT version()").collect()[0][0].startswith(f"{spark.version} "))


def _arrow_type(data_type: Any) -> Any:
    """Returns Arrow's type for one that Delta Lake stores. Spark's own function for it takes other arguments in each version."""
    pyarrow = imported("pyarrow", "spark")
    kind = data_type.typeName()
    if kind == "decimal":
        return pyarrow.decimal128(data_type.precision, data_type.scale)
    if kind == "array":
        return pyarrow.list_(pyarrow.field("element", _arrow_type(data_type.elementType), data_type.containsNull))
    if kind == "map":
        value = pyarrow.field("value", _arrow_type(data_type.valueType), data_type.valueContainsNull)
        return pyarrow.map_(_arrow_type(data_type.keyType), value)
    if kind == "struct":
        return pyarrow.struct([pyarrow.field(one.name, _arrow_type(one.dataType), one.nullable) for one in data_type.fields])
    plain = {
        **dict(zip(WHOLE_NUMBERS, (pyarrow.int8(), pyarrow.int16(), pyarrow.int32(), pyarrow.int64()), strict=True)),
        "string": pyarrow.string(),
        "binary": pyarrow.binary(),
        "boolean": pyarrow.bool_(),
        "float": pyarrow.float32(),
        "double": pyarrow.float64(),
        "date": pyarrow.date32(),
        "timestamp": pyarrow.timestamp("us", "UTC"),
        "timestamp_ntz": pyarrow.timestamp("us"),
    }
    return plain[kind]


def columns_of(schema: StructType) -> tuple[Column, ...]:
    """Returns the columns of a schema as two schemas are compared by."""
    return tuple(Column(field.name, type_name(field.dataType), field.nullable) for field in schema.fields)


def type_name(data_type: DataType) -> str:
    """Returns Delta's name of a type."""
    if data_type.typeName() == "decimal":
        return data_type.simpleString()
    return data_type.json() if data_type.typeName() in ("array", "map", "struct") else data_type.typeName()


@contextmanager
def spark_errors(doing: str, name: str) -> Iterator[None]:
    """Turns exceptions of Spark and of its workers into those of this package."""
    try:
        yield
    except StorageError:
        raise
    except Exception as error:
        said = str(error)
        if ON_WORKER in said:
            sentence = said.partition(ON_WORKER)[2].partition("\n")[0].strip()
            raise SchemaError(sentence) from error
        if any(sign in said for sign in CONFLICT):
            raise changed_meanwhile(name) from error
        raise StoreError(f"{doing} failed: {reason(error)}.") from error


def quoted(name: str) -> str:
    """Returns a name as Spark's SQL quotes it."""
    return "`" + name.replace("`", "``") + "`"
