"""Arrow, pandas and polars data under a declared schema. Rule: missing-schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from s3lint.runtime.clients import imported, reason
from s3lint.runtime.columns import check_no_empty_text, exact
from s3lint.runtime.errors import SchemaError
from s3lint.runtime.tables import Scalar, check_complete

if TYPE_CHECKING:
    import pyarrow as pa


def fitted(data: Any, schema: pa.Schema, *, complete: bool = False, partition_by: Sequence[str] = ()) -> pa.Table:
    """Returns the data as a table of exactly the schema, with nulls for columns that are missing, unless it must be complete.

    Raises `SchemaError` where a value would have to change, also on its way into a partition.
    """
    pyarrow = imported("pyarrow", "delta")
    given = _arrow(data)
    _check_names(given.column_names, schema)
    check_complete(given.column_names, schema.names if complete else ())
    columns = [
        exact(given.column(one.name), one) if one.name in given.column_names else _missing(one, given.num_rows) for one in schema
    ]
    rows = pyarrow.Table.from_arrays(columns, schema=schema)
    for name in partition_by:
        if schema.field(name).type == pyarrow.string():
            check_no_empty_text(rows.column(name), name)
    return rows


def check_unique(rows: pa.Table, keys: Sequence[str]) -> None:
    """Raises `SchemaError` where two rows have the same keys, or a key is null."""
    for key in keys:
        if rows.column(key).null_count:
            raise SchemaError(
                f"The key {key!r} is null in {rows.column(key).null_count:,} rows, which no merge can match: fill it."
            )
    try:
        counted = _without_signs_of_zero(rows.select(list(keys))).group_by(list(keys)).aggregate([([], "count_all")])
    except imported("pyarrow", "delta").ArrowException as error:
        raise SchemaError(f"Rows cannot be compared by {', '.join(keys)}: {reason(error)}.") from error
    doubled = counted.num_rows - sum(count.as_py() == 1 for count in counted.column("count_all"))
    if doubled:
        raise SchemaError(
            f"{doubled:,} of the keys {', '.join(keys)} stand in several rows, and a merge needs one of each: drop the others."
        )


def _without_signs_of_zero(rows: pa.Table) -> pa.Table:
    """Returns rows whose numbers are the same where a merge takes them to be: it matches 0.0 with -0.0."""
    pyarrow = imported("pyarrow", "delta")
    compute = imported("pyarrow.compute", "delta")
    for index, field in enumerate(rows.schema):
        if pyarrow.types.is_floating(field.type):
            rows = rows.set_column(index, field, compute.add(rows.column(index), pyarrow.scalar(0.0, field.type)))
    return rows


def check_within(rows: pa.Table, where: Mapping[str, Scalar], partition_by: Sequence[str]) -> None:
    """Raises `SchemaError` where a row has another value than the one given for a column, or no row can have it."""
    pyarrow = imported("pyarrow", "delta")
    compute = imported("pyarrow.compute", "delta")
    for name, value in where.items():
        if name not in rows.column_names:
            raise SchemaError(f"The column {name!r} of the partition is not declared: pass declared columns.")
        if value == "" and name in partition_by:
            raise SchemaError(f"The column {name!r} partitions the table, where no value '' is kept: pass another text.")
        wanted = exact(pyarrow.chunked_array([[value]], _type_of(value)), pyarrow.field(name, rows.schema.field(name).type))[0]
        other = rows.num_rows - (compute.sum(compute.equal(rows.column(name), wanted)).as_py() or 0)
        if other:
            raise SchemaError(
                f"{other:,} rows have another {name!r} than {value!r}, and would be lost in its partition: pass them by themselves."
            )


def _type_of(value: Scalar) -> pa.DataType:
    """Returns the type of Arrow that a value of a partition is of. Raises `SchemaError` for a number that none holds."""
    pyarrow = imported("pyarrow", "delta")
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        raise SchemaError(f"The value {value} of a partition takes over 64 bits, and no column holds it: pass another.")
    kinds = {bool: pyarrow.bool_(), int: pyarrow.int64(), str: pyarrow.string()}
    return next((arrow_type for kind, arrow_type in kinds.items() if isinstance(value, kind)), pyarrow.date32())


def check_no_nulls(rows: pa.Table, names: Sequence[str], table: str) -> None:
    """Raises `SchemaError` where a row has a null in a column that the table keeps without."""
    for name in names:
        if rows.column(name).null_count:
            row = imported("pyarrow.compute", "delta").index(rows.column(name).is_null(), True).as_py()
            raise SchemaError(f"The column {name!r} of {table} may not be null, and is in row {row:,}: fill it.")


def recast(stream: Any, schema: pa.Schema) -> pa.RecordBatchReader:
    """Returns the rows of a stream of Arrow, batch by batch, under a wider schema."""
    pyarrow = imported("pyarrow", "delta")

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in pyarrow.RecordBatchReader.from_stream(stream):
            yield from fitted(pyarrow.Table.from_batches([batch]), schema).to_batches()

    return pyarrow.RecordBatchReader.from_batches(schema, batches())


def _arrow(data: Any) -> pa.Table:
    pyarrow = imported("pyarrow", "delta")
    try:
        if type(data).__module__.partition(".")[0] == "pandas":
            is_named = any(name is not None for name in data.index.names)
            frame = data.reset_index() if is_named else data
            rows = pyarrow.Table.from_pandas(frame, preserve_index=False)
            _check_alike(frame, rows)
            return rows
        return pyarrow.table(data)
    except SchemaError:
        raise
    except Exception as error:  # what a frame raises while it is taken over is its library's, and not known beforehand
        kind = type(data).__name__
        raise SchemaError(
            f"The data, of type {kind}, is no table: pass an Arrow table, or a pandas or polars frame ({reason(error)})."
        ) from error


def _check_alike(frame: Any, rows: pa.Table) -> None:
    """Raises `SchemaError` where objects of a pandas column are of several kinds: Arrow drops the zones of some, or their times of day."""
    types = imported("pyarrow", "delta").types
    for index, one in enumerate(rows.schema):
        if types.is_temporal(one.type) and frame.dtypes.iloc[index].kind == "O":
            values = frame.iloc[:, index].dropna()
            if len({(isinstance(value, datetime), getattr(value, "tzinfo", None) is None) for value in values}) > 1:
                raise SchemaError(f"The column {one.name!r} mixes dates and times, or such with a zone and without: convert it.")


def _check_names(names: Sequence[str], schema: pa.Schema) -> None:
    for name in names:
        if name not in schema.names:
            raise SchemaError(f"The column {name!r} of the data is not declared: declare it, or drop it.")
        if names.count(name) > 1:
            raise SchemaError(f"The column {name!r} stands twice in the data: rename one.")


def _missing(declared: pa.Field, rows: int) -> Any:
    if not declared.nullable:
        raise SchemaError(f"The column {declared.name!r} is missing from the data and declared without nulls: add it.")
    return imported("pyarrow", "delta").nulls(rows, declared.type)
