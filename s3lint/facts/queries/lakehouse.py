"""Tell whether a write may go to a Delta table, or to storage at all."""

from __future__ import annotations

from s3lint.facts import TableWrite
from s3lint.facts.queries.destinations import Destination, destination_of
from s3lint.inference.queries import choices
from s3lint.inference.values import Absent, Text, alternatives
from s3lint.storage.table_formats import is_delta


def may_be_delta(write: TableWrite) -> bool:
    """Tell whether the format is Delta or unknown. A Spark write without a format uses the session's default: maybe Delta."""
    if isinstance(write.format, Absent):
        return write.library == "spark"
    return any(
        not isinstance(choice, Text) or choice.literal is None or is_delta(choice.literal) for choice in alternatives(write.format)
    )


def says_delta(write: TableWrite) -> bool:
    """Tell whether every possible format is Delta."""
    formats = list(alternatives(write.format))
    return all(isinstance(choice, Text) and choice.literal is not None and is_delta(choice.literal) for choice in formats)


def may_be_storage(write: TableWrite) -> bool:
    """Tell whether the destination is a table, on S3, or unknown."""
    if write.table:
        return True
    kinds = {destination_of(path) for path, _ in choices(write.destination)}
    return Destination.S3 in kinds or Destination.UNKNOWN in kinds
