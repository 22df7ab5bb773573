"""Raw CSV and JSON lines under a declared schema, as delta-rs's tables and Spark's read them. Rule: missing-schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3lint.runtime.clients import imported, reason
from s3lint.runtime.errors import IntegrityError, SchemaError
from s3lint.runtime.frames import fitted
from s3lint.runtime.streams import chunks_of, file_errors

if TYPE_CHECKING:
    import pyarrow as pa

NULL = re.compile(rb"(?:^(?:\xef\xbb\xbf)?|\})[ \t\r]*null", re.MULTILINE)
"""Where a `null` may stand in place of an object."""


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
    options = csv.ConvertOptions(
        column_types=types, null_values=[""], strings_can_be_null=empty_is_null, quoted_strings_can_be_null=False
    )
    if rest is not None:
        options.column_types = {
            **types,
            **dict.fromkeys(_undeclared(csv.open_csv(_opened(data)).schema.names, schema), pyarrow.string()),
        }
    rows = csv.read_csv(_opened(data), convert_options=options)
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
    types = pyarrow.types
    _check_objects(data)
    texts = [one for one in schema if types.is_temporal(one.type)]
    narrow = [one for one in schema if types.is_floating(one.type) and one.type != pyarrow.float64()]
    read_as = {**{one.name: pyarrow.string() for one in texts}, **{one.name: pyarrow.float64() for one in narrow}}
    written = pyarrow.schema([one.with_type(read_as.get(one.name, one.type)) for one in schema if one.name != rest])
    options = reader.ParseOptions(explicit_schema=written, unexpected_field_behavior="ignore" if rest else "error")
    try:
        rows = reader.read_json(_opened(data), parse_options=options)
    except pyarrow.ArrowInvalid as error:
        if "Empty JSON file" in str(error):
            return schema.empty_table()
        raise
    for one in texts:
        if one.name in rows.column_names:
            rows = _with(rows, one, rows.column(one.name).cast(one.type))
    for one in narrow:
        if one.name in rows.column_names:
            rows = _with(rows, one, _narrowed(rows.column(one.name), one))
    return rows if rest is None else _with_rest(rows, rest, _rests(data, schema, rest))


def _check_objects(data: bytes | Path) -> None:
    """Raises `SchemaError` for a `null` in place of an object, at which Arrow's reader ends the process."""
    found = _opened(data).read()
    if NULL.search(found) is None:
        return
    text, place = found.decode("utf-8-sig", "replace").strip(), 0
    while place < len(text):
        try:
            value, place = json.JSONDecoder().raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            raise SchemaError(f"The json data does not fit the declared schema: {reason(error)}.") from error
        if not isinstance(value, dict):
            raise SchemaError(f"The json data has {json.dumps(value)[:60]} in place of an object: write an object on each line.")
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


def _narrowed(wide: pa.ChunkedArray, declared: pa.Field) -> pa.ChunkedArray:
    """Returns numbers that were read as doubles, rounded to the declared width. Raises `SchemaError` where one becomes infinite."""
    compute = imported("pyarrow.compute", "delta")
    narrow = wide.cast(declared.type, safe=False)
    _refuse_any(compute.and_(compute.is_inf(narrow), compute.is_finite(wide)), wide, declared)
    return narrow


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
    texts = [json.dumps(one, ensure_ascii=False) if one else None for one in extra]
    return rows.append_column(rest, pyarrow.array(texts, pyarrow.string()))


def _rests(data: bytes | Path, schema: pa.Schema, rest: str) -> list[dict[str, Any]]:
    """Returns the fields of each line that are not declared. Raises `SchemaError` for one that would not be kept as it is."""
    declared = set(schema.names)
    lines = _opened(data).read().splitlines()
    rows = [json.loads(line, object_pairs_hook=_object, parse_float=_float) for line in lines if line.strip()]
    if any(rest in row for row in rows):
        raise SchemaError(f"The field {rest!r} of the data has the name of the column for what is not declared: rename the column.")
    return [{name: value for name, value in row.items() if name not in declared} for row in rows]


def _object(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(fields)
    if len(found) < len(fields):
        raise SchemaError(f"An object of the data has two fields of one name, among {', '.join(found)[:60]!r}: rename one.")
    return found


def _float(text: str) -> float:
    number = float(text)
    if Decimal(repr(number)) != Decimal(text):
        raise SchemaError(
            f"The number {text[:60]} of a field that is not declared has too many digits to be kept: declare the field."
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
