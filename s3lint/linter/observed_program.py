"""Write a recorded call as a Python statement on one line. What was recorded becomes constants, everything else an unknown value."""

from __future__ import annotations

import ast
import keyword
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

IMPORTS = """\
import bz2, gzip, lzma, zstandard
import boto3, polars, pandas, pyspark
import awswrangler as wr
import pyarrow.dataset, pyarrow.parquet
from deltalake import DeltaTable, write_deltalake
from pyspark.sql import SparkSession
from recorded_calls import given
s3, dynamodb, spark = boto3.client("s3"), boto3.resource("dynamodb"), SparkSession.builder.getOrCreate()
"""
"""`given` cannot be resolved, so that what it returns is unknown."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)

MAX_DEPTH = 8
"""Of mappings and lists inside each other. The recorder keeps six."""

UNKNOWN = "given()"

TABLES = {
    "pandas": "pandas.DataFrame(given()).{name}({destination}{options})",
    "polars": "polars.DataFrame(given()).{name}({destination}{options})",
    "awswrangler": "wr.s3.{name}(df=given(), path={destination}{options})",
    "pyarrow": "pyarrow.{module}.{name}(given(), {destination}{options})",
    "deltalake": "write_deltalake({destination}, given(){options})",
}
"""How each library is called. The names are checked against `NAME`."""

BUILDERS = frozenset({"format", "mode", "option", "options", "partitionBy"})
ENDS = frozenset({"save", "saveAsTable", "insertInto", "parquet", "csv", "json", "orc", "text"})


class Unwritable(ValueError):
    """A recorded call that has no statement: no rule judges the operation, or the recording is wrong."""


def with_imports(statements: Sequence[str]) -> tuple[str, int]:
    """Return the program of some statements, and the row of the first."""
    return IMPORTS + "".join(f"{statement}\n" for statement in statements), IMPORTS.count("\n") + 1


def statement_of(operation: str, parameters: Mapping[str, Any], most: int) -> str:
    """Return the statement of a recorded call. `most`: bytes above which the value of an attribute is large. Raises `Unwritable`."""
    library, _, name = operation.partition(".")
    write = WRITERS.get(library)
    if write is None or not all(map(_is_name, name.split("."))):
        raise Unwritable(operation)
    statement = write(name, parameters, most)
    try:
        ast.parse(statement)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise Unwritable(operation) from None
    return statement


def _is_name(text: str) -> bool:
    return NAME.fullmatch(text) is not None and not keyword.iskeyword(text)


def _s3(name: str, parameters: Mapping[str, Any], _: int) -> str:
    return f"s3.{name}({_keywords(parameters)})"


def _dynamodb(name: str, parameters: Mapping[str, Any], most: int) -> str:
    item = parameters.get("Item")
    if name != "put_item" or not isinstance(item, Mapping) or "kind" in item:
        raise Unwritable(name)
    attributes = ", ".join(f"{key!a}: {_attribute(value, most)}" for key, value in item.items())
    return f"dynamodb.Table({_value(parameters.get('TableName'))}).put_item(Item={{{attributes}}})"


def _attribute(value: Any, most: int) -> str:
    if not isinstance(value, Mapping):
        return UNKNOWN
    size = value.get("size")
    if value.get("presigned") is True:
        return 's3.generate_presigned_url("get_object", Params={"Bucket": given(), "Key": given()}, ExpiresIn=60)'
    if isinstance(size, int) and most < size <= 400 * 1024:
        return repr("x" * size)
    return UNKNOWN


def _table(library: str) -> Callable[[str, Mapping[str, Any], int], str]:
    def write(name: str, parameters: Mapping[str, Any], _: int) -> str:
        options = {key: value for key, value in parameters.items() if key != "destination"}
        destination = _value(parameters.get("destination"))
        if name.startswith("table."):
            return f"DeltaTable({destination}).{name.removeprefix('table.')}({_keywords(options)})"
        listed = f", {_keywords(options)}" if options else ""
        module = "dataset" if name == "write_dataset" else "parquet"
        return TABLES[library].format(name=name, module=module, destination=destination, options=listed)

    return write


def _spark(name: str, parameters: Mapping[str, Any], _: int) -> str:
    if name == "sql":
        return f"spark.sql({_value(parameters.get('statement'))})"
    chain, arguments, keywords = parameters.get("chain"), parameters.get("arguments"), parameters.get("keywords")
    if name not in ENDS or not (isinstance(chain, list) and isinstance(arguments, list) and isinstance(keywords, Mapping)):
        raise Unwritable(name)
    return f"spark.table(given()).write{''.join(map(_link, chain))}.{name}({_arguments(arguments, keywords)})"


def _link(call: Any) -> str:
    """Return one call of a chain of the writer's methods."""
    try:
        name, arguments, keywords = call
    except (TypeError, ValueError):
        raise Unwritable("chain") from None
    if not (isinstance(name, str) and name in BUILDERS and isinstance(arguments, list) and isinstance(keywords, Mapping)):
        raise Unwritable("chain")
    return f".{name}({_arguments(arguments, keywords)})"


def _arguments(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> str:
    return ", ".join(filter(None, [*map(_value, arguments), _keywords(keywords)]))


def _keywords(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_value(value)}" for name, value in parameters.items() if _is_name(name))


def _value(value: Any, depth: int = MAX_DEPTH) -> str:
    """Return the expression of a reduced value."""
    if isinstance(value, str) and value != "…":
        return ascii(value)  # a recording may hold any character; escaped, so that it stays on one line
    if value is None or isinstance(value, (bool, int)):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else UNKNOWN
    if isinstance(value, Mapping) and "kind" in value:
        return _content(value)
    if isinstance(value, Mapping) and depth:
        return "{" + ", ".join(f"{key!a}: {_value(item, depth - 1)}" for key, item in value.items()) + "}"
    if isinstance(value, list) and depth:
        return "[" + ", ".join(_value(item, depth - 1) for item in value) + "]"
    return UNKNOWN


def _content(value: Mapping[str, Any]) -> str:
    """Return content of the recorded compression, or of a file with the recorded extension."""
    coding, extension = value.get("coding"), value.get("extension")
    if coding in ("gzip", "bz2", "lzma"):  # compared, not hashed: a recording may have a list here
        return f"{coding}.compress(given())"
    if coding == "zstandard":
        return "zstandard.ZstdCompressor().compress(given())"
    if isinstance(extension, str) and re.fullmatch(r"\.\w{1,12}", extension, re.ASCII):
        return f'given() + "{extension}"'
    return UNKNOWN


WRITERS: dict[str, Callable[[str, Mapping[str, Any], int], str]] = {
    "s3": _s3,
    "dynamodb": _dynamodb,
    "spark": _spark,
    **{library: _table(library) for library in TABLES},
}
