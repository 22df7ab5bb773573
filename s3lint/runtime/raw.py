"""Raw CSV and JSON lines under a declared schema, as delta-rs's tables and Spark's read them. Rule: missing-schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3lint.runtime.clients import imported, reason
from s3lint.runtime.columns import anywhere, first
from s3lint.runtime.errors import IntegrityError, SchemaError
from s3lint.runtime.frames import fitted
from s3lint.runtime.streams import chunks_of, file_errors

if TYPE_CHECKING:
    import pyarrow as pa

NULL = re.compile(rb"(?:^(?:\xef\xbb\xbf)?|\})[ \t\r]*null", re.MULTILINE)
"""Where a `null` may stand in place of an object."""

LONGEST_ROW = 64 << 20
"""Bytes that Arrow parses at a time, which a row may take."""


def read(source: Any, schema: pa.Schema, layout: str, rest: str | None = None, *, empty_is_null: bool = False) -> pa.Table:
    """Returns the rows of a CSV file with a header, or of JSON lines, from a path, a stream or bytes.

    `rest` names a declared column of text that takes what is not declared, as a JSON object. In CSV, an empty field is null, and an empty
    text in a column of text, unless `empty_is_null`.

    Raises `SchemaError` for a column that is not declared and a value that does not fit, `IntegrityError` for compressed bytes that are
    corrupt, and `ArgumentError` for what cannot be read.
    """
    pyarrow = imported("pyarrow", "delta")
    if not isinstance(schema, pyarrow.Schema):
        raise SchemaError(f"The declared schema is of type {type(schema).__name__}: declare a pyarrow.Schema.")
    if rest is not None and (rest not in schema.names or schema.field(rest).type != pyarrow.string()):
        raise SchemaError(f"The column {rest!r} cannot take what is not declared: declare it as a column of text.")
    if isinstance(source, Path):
        with file_errors(f"The {layout} file {str(source)!r} cannot be read"), source.open("rb"):
            pass
    try:
        data = source if isinstance(source, (bytes, Path)) else b"".join(chunks_of(source))
        rows = _read_csv(data, schema, rest, empty_is_null) if layout == "csv" else _read_json(data, schema, rest)
    except pyarrow.ArrowException as error:
        raise SchemaError(f"The {layout} data does not fit the declared schema: {reason(error)}.") from error
    except OSError as error:
        raise IntegrityError(f"The {layout} data of {str(source)[:60]!r} is corrupt: {reason(error)}.") from error
    return fitted(rows, schema)


def _read_csv(data: bytes | Path, schema: pa.Schema, rest: str | None, empty_is_null: bool) -> pa.Table:
    """Returns the rows of CSV. Floating numbers are read as text, since the reader makes infinities of those that are too large."""
    csv, pyarrow = imported("pyarrow.csv", "delta"), imported("pyarrow", "delta")
    types = {one.name: pyarrow.string() if pyarrow.types.is_floating(one.type) else one.type for one in schema}
    blocks, layout = csv.ReadOptions(block_size=LONGEST_ROW), csv.ParseOptions(newlines_in_values=True)
    options = csv.ConvertOptions(
        column_types=types, null_values=[""], strings_can_be_null=empty_is_null, quoted_strings_can_be_null=False
    )
    if rest is not None:
        options.column_types = {
            **types,
            **dict.fromkeys(_undeclared(csv.open_csv(_opened(data), blocks, layout).schema.names, schema), pyarrow.string()),
        }
    rows = csv.read_csv(_opened(data), blocks, layout, options)
    for one in schema:
        if pyarrow.types.is_floating(one.type) and rows.column_names.count(one.name) == 1:
            rows = _with(rows, one, _parsed(rows.column(one.name), one))
    if rest is None:
        return rows
    extra = _undeclared(rows.column_names, schema)
    if len(set(extra)) < len(extra):
        raise SchemaError("Two columns of the csv data that are not declared have one name: rename one.")
    return _with_rest(rows.drop_columns(extra), rest, rows.select(extra).to_pylist())


def _read_json(data: bytes | Path, schema: pa.Schema, rest: str | None) -> pa.Table:
    """Returns the rows of JSON lines. JSON has no dates and times: they are read as text, which must be theirs."""
    reader, pyarrow = imported("pyarrow.json", "delta"), imported("pyarrow", "delta")
    _check_objects(data)
    extra = _rests(data, schema, rest) if rest is not None else []
    declared = [one for one in schema if one.name != rest]
    written = pyarrow.schema([one.with_type(_written_type(one.type)) for one in declared])
    options = reader.ParseOptions(explicit_schema=written, unexpected_field_behavior="ignore" if rest else "error")
    try:
        rows = reader.read_json(_opened(data), reader.ReadOptions(block_size=LONGEST_ROW), options)
    except pyarrow.ArrowInvalid as error:
        if "Empty JSON file" in str(error):
            return schema.empty_table()
        raise
    for one in declared:
        if one.name in rows.column_names and rows.column(one.name).type != one.type:
            rows = _with(rows, one, _narrowed(rows.column(one.name), one))
    return rows if rest is None else _with_rest(rows, rest, extra)


def _written_type(declared: pa.DataType) -> pa.DataType:
    """Returns the type under which Arrow reads JSON for a declared one: of its own accord it drops zones, and makes infinities of large numbers."""
    pyarrow = imported("pyarrow", "delta")
    types = pyarrow.types
    if types.is_struct(declared):
        return pyarrow.struct([one.with_type(_written_type(one.type)) for one in declared])
    if types.is_list(declared):
        return pyarrow.list_(declared.value_field.with_type(_written_type(declared.value_type)))
    if types.is_temporal(declared):
        return pyarrow.string()
    return pyarrow.float64() if types.is_floating(declared) else declared


def _check_objects(data: bytes | Path) -> None:
    """Raises `SchemaError` for a `null` in place of an object, at which Arrow's reader ends the process."""
    if NULL.search(_opened(data).read()) is not None:
        for _ in _objects(data):
            pass


def _objects(data: bytes | Path) -> Iterator[dict[str, Any]]:
    """Gives the objects of JSON lines. Raises `SchemaError` for what is none, and for fields that would not be kept as they are."""
    decoder = json.JSONDecoder(object_pairs_hook=_object, parse_float=Decimal, parse_constant=_constant)
    text, place = _opened(data).read().decode("utf-8-sig", "replace").strip(), 0
    while place < len(text):
        try:
            value, place = decoder.raw_decode(text, place)
        except SchemaError:
            raise
        except (ValueError, RecursionError) as error:
            raise SchemaError(f"The json data does not fit the declared schema: {reason(error)}.") from error
        if not isinstance(value, dict):
            raise SchemaError(
                f"The json data has {json.dumps(value, default=str)[:60]} in place of an object: write an object on each line."
            )
        yield value
        while place < len(text) and text[place].isspace():
            place += 1


def _parsed(column: pa.ChunkedArray, declared: pa.Field) -> pa.ChunkedArray:
    """Returns the floating numbers of texts. Raises `SchemaError` for one that is too large to be finite and does not say so."""
    compute, pyarrow = imported("pyarrow.compute", "delta"), imported("pyarrow", "delta")
    trimmed = compute.utf8_trim_whitespace(column)
    wide = compute.if_else(compute.equal(trimmed, ""), None, trimmed).cast(pyarrow.float64())
    infinite = compute.and_(compute.is_inf(wide), compute.invert(compute.match_substring(column, "inf", ignore_case=True)))
    _refuse_any(infinite, column, declared)
    return _narrowed(wide, declared)


def _narrowed(written: pa.ChunkedArray, declared: pa.Field) -> pa.ChunkedArray:
    """Returns what was read as texts and doubles under its declared type; numbers are rounded to their width.

    Raises `SchemaError` where one becomes infinite.
    """
    if anywhere(written, declared, _overflows):
        row = first(written, lambda part: anywhere(part, declared, _overflows))
        value = written[row].as_py()
        raise SchemaError(
            f"The column {declared.name!r} is declared {declared.type} and cannot hold the value {value} of row {row:,}."
        )
    return written.cast(declared.type, safe=not imported("pyarrow", "delta").types.is_floating(declared.type))


def _overflows(numbers: Any, declared: pa.Field) -> bool:
    """Whether a number is finite, and infinite under a narrower type."""
    if not imported("pyarrow", "delta").types.is_floating(declared.type):
        return False
    compute = imported("pyarrow.compute", "delta")
    narrow = numbers.cast(declared.type, safe=False)
    return bool(compute.any(compute.and_(compute.is_inf(narrow), compute.is_finite(numbers))).as_py())


def _refuse_any(wrong: Any, column: pa.ChunkedArray, declared: pa.Field) -> None:
    row = imported("pyarrow.compute", "delta").index(wrong, True).as_py()
    if row >= 0:
        value = column[row].as_py()
        raise SchemaError(
            f"The column {declared.name!r} is declared {declared.type} and cannot hold the value {value} of row {row:,}."
        )


def _with(rows: pa.Table, declared: pa.Field, column: Any) -> pa.Table:
    return rows.set_column(rows.column_names.index(declared.name), declared.with_type(column.type), column)


def _with_rest(rows: pa.Table, rest: str, extra: list[dict[str, Any]]) -> pa.Table:
    pyarrow = imported("pyarrow", "delta")
    try:
        texts = [json.dumps(one, ensure_ascii=False, default=_float) if one else None for one in extra]
    except RecursionError as error:
        raise SchemaError(f"A field that is not declared is nested too deeply to be kept: {reason(error)}.") from error
    return rows.append_column(rest, pyarrow.array(texts, pyarrow.string()))


def _rests(data: bytes | Path, schema: pa.Schema, rest: str) -> list[dict[str, Any]]:
    """Returns the fields of each object that are not declared. Raises `SchemaError` for one that would not be kept as it is."""
    declared = {one.name: one for one in schema}
    found = []
    for row in _objects(data):
        if rest in row:
            raise SchemaError(
                f"The field {rest!r} of the data has the name of the column for what is not declared: rename the column."
            )
        for name in declared.keys() & row.keys():
            _check_declared(row[name], declared[name].type, name)
        found.append({name: value for name, value in row.items() if name not in declared})
    return found


def _check_declared(value: Any, declared: pa.DataType, name: str) -> None:
    """Raises `SchemaError` for a field inside of a declared one that is not declared, which Arrow would drop."""
    types = imported("pyarrow", "delta").types
    if types.is_struct(declared) and isinstance(value, dict):
        for inner, part in value.items():
            if declared.get_field_index(inner) < 0:
                raise SchemaError(
                    f"The field {f'{name}.{inner}'!r} of the data is not declared, and is kept beside no declared one: declare it."
                )
            _check_declared(part, declared.field(inner).type, f"{name}.{inner}")
    elif types.is_list(declared) and isinstance(value, list):
        for part in value:
            _check_declared(part, declared.value_type, name)


def _object(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(fields)
    if len(found) < len(fields):
        raise SchemaError(f"An object of the data has two fields of one name, among {', '.join(found)[:60]!r}: rename one.")
    return found


def _constant(text: str) -> float:
    raise SchemaError(f"The json data has {text} in place of a number, which is no JSON: write null, or a text.")


def _float(exact: Decimal) -> float:
    """Returns a number of a field that is not declared, as it is written again."""
    number = float(exact)
    if Decimal(repr(number)) != exact:
        raise SchemaError(
            f"The number {str(exact)[:60]} of a field that is not declared has too many digits to be kept: declare the field."
        )
    return number


def _undeclared(names: list[str], schema: pa.Schema) -> list[str]:
    return [name for name in names if name not in schema.names]


def _opened(data: bytes | Path) -> Any:
    """Returns an open file of Arrow's, which takes compressed files by their names."""
    pyarrow = imported("pyarrow", "delta")
    return pyarrow.input_stream(str(data)) if isinstance(data, Path) else pyarrow.BufferReader(data)


def parsed_batches(batches: Iterator[pa.RecordBatch], schema: pa.Schema, layout: str, rest: str | None) -> Iterator[pa.RecordBatch]:
    """Gives the rows of batches of text under the schema: lines of JSON, or whole files of CSV. Spark's workers run it.

    Raises what `read` raises, and `SchemaError` for bytes that were no UTF-8, in whose place Spark puts a character of its own.
    """
    for batch in batches:
        texts = [text for text in batch.column(0).to_pylist() if text and not text.isspace()]
        if any("\ufffd" in text for text in texts):
            raise SchemaError(
                f"The {layout} data is no UTF-8, or holds the character U+FFFD that stands for what is not: write it again."
            )
        for text in texts if layout == "csv" else ["\n".join(texts)]:
            yield from read(text.encode(), schema, layout, rest, empty_is_null=True).to_batches()
