"""Describe frames that are made from rows in memory."""

from __future__ import annotations

from s3lint.facts import TableRead
from s3lint.inference.library_values import Frame
from s3lint.inference.queries import is_missing
from s3lint.inference.values import Sequence, Text, alternatives
from s3lint.support.frozen import frozen

ROWS = "rows"
"""Format of the reader that `createDataFrame` counts as."""


@frozen()
class Rows:
    """Whether the rows come with types, or with names alone."""

    typed: bool
    named: bool


def rows_of(read: TableRead) -> Rows | None:
    """Return what `createDataFrame` is told about the columns of its rows; None for any other read."""
    if not isinstance(read.format, Text) or read.format.literal != ROWS:
        return None
    from_frame = any(isinstance(choice, Frame) for choice in alternatives(read.source))
    named = any(isinstance(choice, Sequence) and _is_names(choice) for choice in alternatives(read.schema))
    return Rows(typed=from_frame or not (is_missing(read.schema) or named), named=named)


def _is_names(schema: Sequence) -> bool:
    return bool(schema.items) and all(isinstance(item, Text) for item in schema.items)
