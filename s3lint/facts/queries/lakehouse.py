"""Tell whether a write may go to a Delta table, or to storage at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from s3lint.facts import TableWrite
from s3lint.facts.queries.destinations import Destination, destination_of
from s3lint.inference.library_values import Frame
from s3lint.inference.queries import choices, is_false
from s3lint.inference.values import Absent, Text, Value, alternatives
from s3lint.project.searches import Search
from s3lint.storage.table_formats import is_delta

if TYPE_CHECKING:
    from s3lint.facts.context import Context
    from s3lint.syntax.module import Module

DYNAMIC = re.compile(r"partitionOverwriteMode[\"']?\s*[,=)]\s*[\"']?dynamic", re.IGNORECASE)
IN_FUNCTION = re.compile(rf"^[ \t]+.*{DYNAMIC.pattern}", re.IGNORECASE | re.MULTILINE)

OTHER_TABLES = re.compile(r"""\busing(?:\s+|\(\s*["'])(?:iceberg|hudi)\b|\bformat\(\s*["'](?:iceberg|hudi)["']""", re.IGNORECASE)
DELTA = re.compile(r"(?<![a-z])delta", re.IGNORECASE)


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
    return any(_may_be_s3(path) for path, _ in choices(write.destination, violates=_may_be_s3))


def _may_be_s3(path: Value) -> bool:
    return destination_of(path) in (Destination.S3, Destination.UNKNOWN)


def is_compaction(write: TableWrite) -> bool:
    """Tell whether a write only lays a Delta table out anew: it reads the table, overwrites it, and says that no data change.

    So Delta documents it (docs.delta.io/best-practices, *Compact files*).
    """
    frames = [frame for frame in alternatives(write.frame) if isinstance(frame, Frame)]
    read = [source.path for frame in frames for source in frame.sources]
    return is_false(write.options.get("datachange")) and write.destination in read


def is_of_iceberg_catalog(table: str | None, module: Module) -> bool:
    """Tell whether a table named in SQL belongs to an Iceberg catalog that the module configures, or the module knows no Delta table.

    It knows none where it makes tables of Iceberg or Hudi, and says nothing of Delta.
    """
    catalog, _, rest = (table or "").partition(".")
    text = module.source.text
    if OTHER_TABLES.search(text) is not None and DELTA.search(text) is None:
        return True
    return "." in rest and "org.apache.iceberg" in text and f"spark.sql.catalog.{catalog}" in text


def overwrites_partitions(context: Context) -> bool:
    """Tell whether the session of a module overwrites only the partitions that are written.

    A module that makes no session gets one from elsewhere: maybe from a function of the project that sets this.
    """
    text = context.module.source.text
    if DYNAMIC.search(text) is not None:
        return True
    if "getOrCreate" in text:
        return False
    makers = context.evaluator.project.holding(Search("words", "partitionOverwriteMode"))
    return any(IN_FUNCTION.search(module.source.text) is not None for module in makers)
