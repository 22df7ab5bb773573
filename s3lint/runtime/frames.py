"""Arrow, pandas and polars data under a declared schema. Rule: missing-schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from s3lint.runtime.clients import imported, reason
from s3lint.runtime.errors import ArgumentError, SchemaError
from s3lint.runtime.tables import Scalar, check_complete

if TYPE_CHECKING:
    import pyarrow as pa


def fitted(data: Any, schema: pa.Schema, *, complete: bool = False) -> pa.Table:
    """The data as a table of exactly the schema, with nulls for columns that are missing, unless it must be complete.

    Raises `SchemaError` where a value would have to change.
    """
    pyarrow = imported("pyarrow", "delta")
    if not isinstance(schema, pyarrow.Schema):
        raise SchemaError(f"The declared schema is of type {type(schema).__name__}: declare a pyarrow.Schema.")
    given = _arrow(data)
    _check_names(given.column_names, schema)
    check_complete(given.column_names, schema.names if complete else ())
    columns = [
        _fitted_column(given.column(one.name), one) if one.name in given.column_names else _missing(one, given.num_rows)
        for one in schema
    ]
    return pyarrow.Table.from_arrays(columns, schema=schema)


def check_unique(rows: pa.Table, keys: Sequence[str]) -> None:
    """Raises `SchemaError` where two rows have the same keys, or a key is null."""
    for key in keys:
        if rows.column(key).null_count:
            raise SchemaError(
                f"The key {key!r} is null in {rows.column(key).null_count:,} rows, which no merge can match: fill it."
            )
    counted = rows.group_by(list(keys)).aggregate([([], "count_all")])
    doubled = counted.num_rows - sum(count.as_py() == 1 for count in counted.column("count_all"))
    if doubled:
        raise SchemaError(
            f"{doubled:,} of the keys {', '.join(keys)} stand in several rows, and a merge needs one of each: drop the others."
        )


def check_within(rows: pa.Table, where: Mapping[str, Scalar]) -> None:
    """Raises `SchemaError` where a row has another value than the one given for a column."""
    compute = imported("pyarrow.compute", "delta")
    for name, value in where.items():
        if name not in rows.column_names:
            raise SchemaError(f"The column {name!r} of the partition is not declared: pass declared columns.")
        other = rows.num_rows - (compute.sum(compute.equal(rows.column(name), value)).as_py() or 0)
        if other:
            raise SchemaError(
                f"{other:,} rows have another {name!r} than {value!r}, and would be lost in its partition: pass them by themselves."
            )


def recast(dataset: Any, schema: pa.Schema) -> pa.RecordBatchReader:
    """The rows of a dataset, batch by batch, under a wider schema."""
    pyarrow = imported("pyarrow", "delta")

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in dataset.to_batches():
            yield from fitted(pyarrow.Table.from_batches([batch]), schema).to_batches()

    return pyarrow.RecordBatchReader.from_batches(schema, batches())


def read(source: Path | BinaryIO, schema: pa.Schema, layout: str) -> pa.Table:
    """The rows of a CSV file with a header, or of JSON lines."""
    pyarrow = imported("pyarrow", "delta")
    readers = {"csv": _read_csv, "json": _read_json}
    if layout not in readers:
        raise ArgumentError(f"The format {layout!r} is none that is read here: pass 'csv' or 'json'.")
    try:
        read = readers[layout](str(source) if isinstance(source, Path) else source, schema)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowKeyError) as error:
        raise SchemaError(f"The {layout} data does not fit the declared schema: {reason(error)}.") from error
    except OSError as error:
        raise ArgumentError(f"The {layout} file {str(source)!r} cannot be read: {reason(error)}.") from error
    return fitted(read, schema)


def _read_csv(source: Any, schema: pa.Schema) -> pa.Table:
    csv = imported("pyarrow.csv", "delta")
    types = {one.name: one.type for one in schema}
    return csv.read_csv(source, convert_options=csv.ConvertOptions(column_types=types))


def _read_json(source: Any, schema: pa.Schema) -> pa.Table:
    """JSON has no dates, times and decimals: they are read as text, which must be theirs."""
    json = imported("pyarrow.json", "delta")
    pyarrow = imported("pyarrow", "delta")
    texts = [one.name for one in schema if pyarrow.types.is_temporal(one.type) or pyarrow.types.is_decimal(one.type)]
    written = pyarrow.schema([one.with_type(pyarrow.string()) if one.name in texts else one for one in schema])
    rows = json.read_json(source, parse_options=json.ParseOptions(explicit_schema=written, unexpected_field_behavior="error"))
    for name in texts:
        rows = rows.set_column(rows.column_names.index(name), schema.field(name), rows.column(name).cast(schema.field(name).type))
    return rows


def _arrow(data: Any) -> pa.Table:
    pyarrow = imported("pyarrow", "delta")
    try:
        if type(data).__module__.partition(".")[0] == "pandas":
            return pyarrow.Table.from_pandas(data, preserve_index=False)
        return pyarrow.table(data)
    except (TypeError, ValueError, pyarrow.ArrowException) as error:
        kind = type(data).__name__
        raise SchemaError(
            f"The data, of type {kind}, is no table: pass an Arrow table, or a pandas or polars frame ({reason(error)})."
        ) from error


def _check_names(names: Sequence[str], schema: pa.Schema) -> None:
    for name in names:
        if name not in schema.names:
            raise SchemaError(f"The column {name!r} of the data is not declared: declare it, or drop it.")
        if names.count(name) > 1:
            raise SchemaError(f"The column {name!r} stands twice in the data: rename one.")


def _fitted_column(column: Any, declared: pa.Field) -> Any:
    pyarrow = imported("pyarrow", "delta")
    if column.null_count and not declared.nullable:
        raise SchemaError(
            f"The column {declared.name!r} is null in {column.null_count:,} rows and declared without nulls: fill it."
        )
    if column.type == declared.type:
        return column
    if isinstance(column.type, pyarrow.DictionaryType):
        column = column.cast(column.type.value_type)
    if _kind(column.type) not in ("null", _kind(declared.type)) and (_kind(column.type), _kind(declared.type)) != (
        "integer",
        "floating",
    ):
        raise SchemaError(
            f"The column {declared.name!r} is of type {column.type} and declared {declared.type}: convert it where it is read."
        )
    try:
        return column.cast(declared.type)
    except pyarrow.ArrowException as error:
        raise SchemaError(f"The column {declared.name!r} does not fit its type {declared.type}: {reason(error)}.") from error


def _kind(arrow_type: Any) -> str:
    """What a type is of, beside its width: only types of a kind are made to fit each other."""
    types = imported("pyarrow", "delta").types
    if types.is_timestamp(arrow_type):
        return "timestamp with a time zone" if arrow_type.tz else "timestamp"
    for kind in ("integer", "floating", "decimal", "date", "time", "null", "boolean"):
        if getattr(types, f"is_{kind}")(arrow_type):
            return kind
    if types.is_string(arrow_type) or types.is_large_string(arrow_type) or types.is_string_view(arrow_type):
        return "text"
    if types.is_binary(arrow_type) or types.is_large_binary(arrow_type) or types.is_binary_view(arrow_type):
        return "binary"
    return "list" if types.is_list(arrow_type) or types.is_large_list(arrow_type) else str(arrow_type.id)


def _missing(declared: pa.Field, rows: int) -> Any:
    if not declared.nullable:
        raise SchemaError(f"The column {declared.name!r} is missing from the data and declared without nulls: add it.")
    return imported("pyarrow", "delta").nulls(rows, declared.type)
