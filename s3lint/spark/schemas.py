"""The columns of every frame and table of `s3lint.spark`, declared once. Spark's and Arrow's schemas are made from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyspark.sql import types

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

Columns = tuple[str, ...]
"""Columns as `name type`; `!` after the type means not nullable."""

TYPES: dict[str, tuple[Any, Any]] = {
    "string": (types.StringType(), pa.string()),
    "binary": (types.BinaryType(), pa.binary()),
    "boolean": (types.BooleanType(), pa.bool_()),
    "int": (types.IntegerType(), pa.int32()),
    "long": (types.LongType(), pa.int64()),
    "date": (types.DateType(), pa.date32()),
    "strings": (types.ArrayType(types.StringType()), pa.list_(pa.string())),
}

COMMIT: Columns = ("repository string!", "commit string!")

SOURCE: Columns = (*COMMIT, "path string", "content binary")
"""The input of `check_frame`: a file of a commit. `content` may be text. A text column `error` may give the reason for no content."""

FINDINGS: Columns = (
    *COMMIT,
    "path string",
    "code string",
    "name string",
    "message string",
    "cell int",
    "row int",
    "column int",
    "end_row int",
    "end_column int",
    "confidence string",
    "profile string",
    "clause string",
    "related strings",
    "fix string",
    "fix_is_safe boolean",
    "error string",
    "severity string",
    "owner string",
)
"""The output of `check_frame`. A row is a finding, with a code, or a file that could not be checked, with an error.

Rows and columns of files start at 1, columns count characters; `related` is the data flow of the value, one place each;
`owner` has the owners of the file by the commit's `CODEOWNERS`, separated by spaces.
"""

PATCHES: Columns = (*COMMIT, "code string", "patch binary", "files int!", "error string")
"""The output of `patch_frame`: a unified diff for each rule of a commit, or an error of a file without one."""


@cache
def struct(columns: Columns) -> StructType:
    """Make Spark's schema of columns."""
    fields = [_parts(column) for column in columns]
    return types.StructType([types.StructField(name, TYPES[kind][0], nullable) for name, kind, nullable in fields])


@cache
def arrow(columns: Columns) -> pa.Schema:
    """Make Arrow's schema of columns."""
    fields = [_parts(column) for column in columns]
    return pa.schema([pa.field(name, TYPES[kind][1], nullable) for name, kind, nullable in fields])


def names(columns: Columns) -> list[str]:
    """The names of columns."""
    return [_parts(column)[0] for column in columns]


def batch(rows: Sequence[Mapping[str, Any]], columns: Columns) -> pa.RecordBatch:
    """Make an Arrow batch of rows; columns missing in a row are null."""
    schema = arrow(columns)
    arrays = [pa.array([row.get(field.name) for row in rows], field.type) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _parts(column: str) -> tuple[str, str, bool]:
    name, kind = column.removesuffix("!").split(" ")
    return name, kind, not column.endswith("!")
