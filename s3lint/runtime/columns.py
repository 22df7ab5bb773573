"""Columns of Arrow under a declared type: which types Delta Lake stores, and how values are made to fit one without changing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from s3lint.runtime.clients import imported, reason
from s3lint.runtime.errors import SchemaError

if TYPE_CHECKING:
    import pyarrow as pa

MOST_DIGITS = 38
"""Of a decimal (github.com/delta-io/delta/blob/master/PROTOCOL.md#primitive-types)."""

WIDENINGS = {("integer", "floating"), ("date", "timestamp")}
"""Kinds whose values another kind can hold: each value is compared."""


def stored_schema(schema: Any, partition_by: Iterable[str] = ()) -> pa.Schema:
    """Returns the schema under which Delta Lake stores rows of a declared one.

    Raises `SchemaError` for a type that Delta Lake lacks, or that delta-rs cannot read back, and for a partition whose values it does not
    write as they are.
    """
    pyarrow = imported("pyarrow", "delta")
    if not isinstance(schema, pyarrow.Schema):
        raise SchemaError(f"The declared schema is of type {type(schema).__name__}: declare a pyarrow.Schema.")
    if not schema.names or len({name.lower() for name in schema.names}) < len(schema.names) or "" in schema.names:
        raise SchemaError(
            "The declared schema has no column, one without a name, or two whose names differ in case at most: declare each by its own."
        )
    names = tuple(partition_by)
    if set(names) - set(schema.names) or len(set(names)) < len(names) or len(names) == len(schema.names):
        raise SchemaError(
            f"The table cannot be partitioned by {names}: pass declared columns, each once, and leave one for the rows."
        )
    stored = pyarrow.schema([one.with_type(_stored_type(one.name, one.type)) for one in schema])
    for name in names:
        if _kind(stored.field(name).type) not in ("text", "integer", "boolean", "date", "timestamp", "instant"):
            raise SchemaError(
                f"The column {name!r} is of type {stored.field(name).type}, which no partition can be told by: choose another column."
            )
    return stored


def _stored_type(name: str, declared: pa.DataType) -> pa.DataType:
    """Returns the type under which Delta Lake stores a declared one. Raises `SchemaError` where it has none that keeps all values."""
    pyarrow = imported("pyarrow", "delta")
    types = pyarrow.types
    if types.is_struct(declared) and declared.num_fields:
        return pyarrow.struct([one.with_type(_stored_type(f"{name}.{one.name}", one.type)) for one in declared])
    if types.is_map(declared):
        key, item = declared.key_field, declared.item_field
        return pyarrow.map_(
            key.with_type(_stored_type(f"{name}.key", key.type)), item.with_type(_stored_type(f"{name}.value", item.type))
        )
    if _kind(declared) == "list":
        inner = declared.value_field
        return pyarrow.list_(pyarrow.field("element", _stored_type(f"{name}.element", inner.type), inner.nullable))
    if types.is_dictionary(declared):
        return _stored_type(name, declared.value_type)
    found = _stored_scalar(declared)
    if found is None:
        raise SchemaError(f"The column {name!r} is declared {declared}, which Delta Lake does not store: {_advice(declared)}.")
    return found


def _stored_scalar(declared: pa.DataType) -> pa.DataType | None:
    pyarrow = imported("pyarrow", "delta")
    if _kind(declared) in ("boolean", "integer", "floating"):
        return declared if declared not in (pyarrow.float16(), *_unsigned()) else None
    if _kind(declared) == "decimal":
        fits = 0 <= declared.scale <= declared.precision <= MOST_DIGITS
        return pyarrow.decimal128(declared.precision, declared.scale) if fits else None
    if _kind(declared) == "timestamp":
        return pyarrow.timestamp("us") if declared.unit != "ns" else None
    if _kind(declared) == "instant":
        return pyarrow.timestamp("us", "UTC") if declared.unit != "ns" and declared.tz == "UTC" else None
    kept = {"text": pyarrow.string(), "binary": pyarrow.binary(), "date": pyarrow.date32()}
    return kept.get(_kind(declared))


def _advice(declared: pa.DataType) -> str:
    pyarrow = imported("pyarrow", "delta")
    if declared in _unsigned():
        return f"declare int{min(64, 2 * declared.bit_width)}"
    advice = {
        "floating": "declare float32",
        "timestamp": "declare timestamp('us')",
        "instant": "declare timestamp('us', tz='UTC')",
        "decimal": f"declare a decimal128 of at most {MOST_DIGITS} digits, some of them after the point",
    }
    return advice.get(_kind(declared), f"declare a type that it has, such as {pyarrow.string()}")


def _unsigned() -> tuple[pa.DataType, ...]:
    pyarrow = imported("pyarrow", "delta")
    return (pyarrow.uint8(), pyarrow.uint16(), pyarrow.uint32(), pyarrow.uint64())


def exact(column: pa.ChunkedArray, declared: pa.Field) -> pa.ChunkedArray:
    """Returns a column under its declared type. Raises `SchemaError` where a value would change, by column, value and row."""
    pyarrow = imported("pyarrow", "delta")
    _check_valid(column, declared.name)
    column = _plain(column)
    if column.type != declared.type and column.type != pyarrow.null() and not _is_kin(column.type, declared.type):
        raise SchemaError(
            f"The column {declared.name!r} is of type {column.type} and declared {declared.type}: convert it where it is read."
        )
    fits = _fitting(declared.type)
    if not fits(column):
        row = first(column, lambda part: not fits(part))
        raise SchemaError(
            f"The column {declared.name!r} is declared {declared.type} and cannot hold the value {_shown(column[row])} "
            f"of row {row:,} unchanged: convert it where it is read."
        )
    fitted = column.cast(declared.type)
    if anywhere(fitted, declared, _is_null):
        row = first(fitted, lambda part: anywhere(part, declared, _is_null))
        raise SchemaError(
            f"The column {declared.name!r} is declared without nulls, and its value {_shown(fitted[row])} of row {row:,} is or holds one: "
            "fill it."
        )
    if anywhere(fitted, declared, _is_of_no_year):
        row = first(fitted, lambda part: anywhere(part, declared, _is_of_no_year))
        raise SchemaError(
            f"The column {declared.name!r} has a date outside of the years 1 to 9999, which most readers lack, in row {row:,}: correct it."
        )
    return fitted


def _check_valid(column: pa.ChunkedArray, name: str) -> None:
    """Raises `SchemaError` for what Arrow would write as it is: text that is no UTF-8, a decimal of more digits than its type has."""
    if column.type == imported("pyarrow", "delta").date64():
        return  # a time of day is refused with its value later

    def is_invalid(part: pa.ChunkedArray) -> bool:
        return _invalid(part) is not None

    error = _invalid(column)
    if error is not None:
        raise SchemaError(
            f"The column {name!r} has a value in row {first(column, is_invalid):,} that is none of its type {column.type}: correct it."
        ) from error


def _invalid(column: pa.ChunkedArray) -> Exception | None:
    """Returns what Arrow finds wrong with the values of a column."""
    try:
        column.validate(full=True)
    except imported("pyarrow", "delta").ArrowException as error:
        return cast("Exception", error)
    return None


def check_no_empty_text(column: pa.ChunkedArray, name: str) -> None:
    """Raises `SchemaError` for an empty text in a column that partitions a table: Delta Lake reads it back as null."""
    compute = imported("pyarrow.compute", "delta")
    found = compute.index(column, imported("pyarrow", "delta").scalar("", column.type)).as_py()
    if found >= 0:
        raise SchemaError(
            f"The column {name!r} partitions the table, where the value '' of row {found:,} would become null: write another text."
        )


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Returns a column without dictionaries, extension types and fixed lengths, which are ways to write the values of another type."""
    pyarrow = imported("pyarrow", "delta")
    if isinstance(column.type, pyarrow.BaseExtensionType):
        column = pyarrow.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
    if pyarrow.types.is_dictionary(column.type):
        chunks = [_decoded(chunk) for chunk in column.chunks]
        column = pyarrow.chunked_array(
            chunks, pyarrow.large_string() if _kind(column.type.value_type) == "text" else column.type.value_type
        )
    if pyarrow.types.is_fixed_size_list(column.type):
        column = column.cast(pyarrow.list_(column.type.value_field))
    if _is_view(column.type):
        column = pyarrow.chunked_array([_listed(chunk) for chunk in column.chunks], pyarrow.large_list(column.type.value_field))
    return column


def _is_view(arrow_type: pa.DataType) -> bool:
    types = imported("pyarrow", "delta").types
    return bool(types.is_list_view(arrow_type) or types.is_large_list_view(arrow_type))


def _listed(array: Any) -> Any:
    """Returns an array of lists for one of views of lists, which Arrow casts to wrong offsets."""
    pyarrow, compute = imported("pyarrow", "delta"), imported("pyarrow.compute", "delta")
    lengths = compute.fill_null(compute.list_value_length(array), 0).cast(pyarrow.int64())
    offsets = pyarrow.concat_arrays([pyarrow.array([0], pyarrow.int64()), compute.cumulative_sum(lengths)])
    kind = pyarrow.large_list(array.type.value_field)
    return pyarrow.LargeListArray.from_arrays(offsets, array.flatten(), type=kind, mask=array.is_null())


def _decoded(array: Any) -> Any:
    """Returns the values of a dictionary's array; Arrow decodes no dictionary of views, as polars makes them."""
    pyarrow = imported("pyarrow", "delta")
    values = array.dictionary.cast(pyarrow.large_string()) if _kind(array.type.value_type) == "text" else array.dictionary
    return values.take(array.indices)


def _fitting(declared: pa.DataType) -> Callable[[pa.ChunkedArray], bool]:
    """Returns what tells whether values of a column are the same under a type, and when they come back from it."""
    pyarrow = imported("pyarrow", "delta")

    def fits(column: pa.ChunkedArray) -> bool:
        if column.type == declared:
            return True
        try:
            there = column.cast(declared)
        except pyarrow.ArrowNotImplementedError as error:
            raise SchemaError(f"A column of type {column.type} cannot be made {declared}: {reason(error)}.") from error
        except pyarrow.ArrowException:
            return False
        try:
            back = there.cast(column.type)
        except pyarrow.ArrowException:  # there is no way back to the type of nulls
            return True
        return back.equals(column) or _written(back) == _written(column)  # NaN equals nothing, but is written the same

    return fits


def _written(column: pa.ChunkedArray) -> str:
    try:
        return repr(column.to_pylist())
    except (OverflowError, ValueError):
        return " ".join(map(_repr, column))


def first(column: pa.ChunkedArray, is_wrong: Callable[[pa.ChunkedArray], bool]) -> int:
    """Returns the first row for which something is wrong, by halving."""
    start, length = 0, len(column)
    while length > 1:
        half = length // 2
        if is_wrong(column.slice(start, half)):
            length = half
        else:
            start, length = start + half, length - half
    return start


def anywhere(column: Any, declared: pa.Field, is_wrong: Callable[[Any, pa.Field], bool]) -> bool:
    """Returns whether values are wrong at any depth, which are asked for level by level with what is declared of them."""
    pyarrow = imported("pyarrow", "delta")
    if is_wrong(column, declared):
        return True
    chunks = column.chunks if isinstance(column, pyarrow.ChunkedArray) else [column]
    parts = (part for chunk in chunks for part in _parts(chunk.drop_null(), declared.type))
    return any(anywhere(part, one, is_wrong) for part, one in parts)


def _parts(array: pa.Array, declared: pa.DataType) -> list[tuple[pa.Array, pa.Field]]:
    """Returns the values inside of lists, maps and structs, with what is declared of them."""
    kind = _kind(declared)
    if kind == "struct":
        return [(array.field(index), declared.field(index)) for index in range(declared.num_fields)]
    if kind == "map":
        start = array.offsets[0].as_py()  # `keys` and `items` are those of the whole array, and this may be a slice of it
        length = array.offsets[-1].as_py() - start
        return [(array.keys.slice(start, length), declared.key_field), (array.items.slice(start, length), declared.item_field)]
    return [(array.flatten(), declared.value_field)] if kind == "list" else []


def _is_null(column: Any, declared: pa.Field) -> bool:
    return bool(column.null_count and not declared.nullable)


YEARS = {"date": ("int32", -719_162, 2_932_896), "timestamp": ("int64", -62_135_596_800_000_000, 253_402_300_799_999_999)}
"""The days, and the microseconds, from 1970 to the first and the last of the years 1 to 9999, which Python, Spark and SQL know."""


def _is_of_no_year(column: Any, declared: pa.Field) -> bool:
    pyarrow = imported("pyarrow", "delta")
    compute = imported("pyarrow.compute", "delta")
    kind = _kind(declared.type)
    if kind not in ("date", "timestamp", "instant"):
        return False
    whole, first, last = YEARS["date" if kind == "date" else "timestamp"]
    found = compute.min_max(column.cast(getattr(pyarrow, whole)()))
    return found["min"].is_valid and not first <= found["min"].as_py() <= found["max"].as_py() <= last


def _is_kin(given: pa.DataType, declared: pa.DataType) -> bool:
    """Whether two types are of a kind, at every depth: only such are made to fit each other."""
    kinds = (_kind(given), _kind(declared))
    if kinds in WIDENINGS or kinds[0] == "null":
        return True
    if kinds[0] != kinds[1]:
        return False
    if kinds[0] == "list":
        return not _is_view(given) and _is_kin(given.value_type, declared.value_type)
    if kinds[0] == "map":
        return _is_kin(given.key_type, declared.key_type) and _is_kin(given.item_type, declared.item_type)
    if kinds[0] == "struct":
        same = [one.name for one in given] == [one.name for one in declared]
        return same and all(_is_kin(one.type, other.type) for one, other in zip(given, declared, strict=True))
    return True


def _kind(arrow_type: Any) -> str:
    """Returns what a type is of, beside its width."""
    types = imported("pyarrow", "delta").types
    if types.is_timestamp(arrow_type):
        return "instant" if arrow_type.tz else "timestamp"
    for kind in ("integer", "floating", "decimal", "date", "time", "null", "boolean", "struct", "map"):
        if getattr(types, f"is_{kind}")(arrow_type):
            return kind
    names = {
        "text": ("string", "large_string", "string_view"),
        "binary": ("binary", "large_binary", "binary_view", "fixed_size_binary"),
    }
    names["list"] = ("list", "large_list", "fixed_size_list", "list_view", "large_list_view")
    for kind, of_kind in names.items():
        if any(getattr(types, f"is_{name}", lambda _: False)(arrow_type) for name in of_kind):
            return kind
    return str(arrow_type.id)


def _repr(value: Any) -> str:
    """Returns how a value of Arrow is written, also where Python's type has a narrower range."""
    try:
        return repr(value.as_py())
    except (OverflowError, ValueError):
        return " ".join(imported("pyarrow", "delta").repeat(value, 1).to_string().split())


def _shown(value: Any) -> str:
    text = _repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
