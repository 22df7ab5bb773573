"""Extract columns that a schema declares as text: Spark's fields, Delta's table builder, delta-rs and pyarrow."""

from __future__ import annotations

from collections.abc import Iterator

from s3lint.facts import Fact, StringColumn
from s3lint.facts.call_view import CallView
from s3lint.facts.extractor import from_calls
from s3lint.finding import Confidence
from s3lint.inference.queries import literals
from s3lint.inference.values import Reference, Value, alternatives

MAKERS = {
    "pyspark.sql.types.StructField": ("name", "dataType"),
    "deltalake.Field": ("name", "type"),
    "deltalake.schema.Field": ("name", "type"),
    "pyarrow.field": ("name", "type"),
}
"""Constructors of fields, with their parameters for the name and the type."""

TEXT_TYPES = ("pyspark.sql.types.StringType", "pyarrow.string", "pyarrow.large_string")

TEXT_NAMES = frozenset({"string", "text", "varchar"})


@from_calls("columns")
def string_columns(view: CallView) -> Iterator[Fact]:
    """Yield a `StringColumn` if the column's name is known and every possible type of it is text."""
    names = MAKERS.get(view.path, ("colName", "dataType") if view.name == "addColumn" else None)
    if names is None:
        return
    name, kind = (view.arguments.get(parameter, position) for position, parameter in enumerate(names))
    known = literals(name)
    # A name or type that varies is a schema made by code, whose columns are not known.
    if len(known) == 1 and all(_is_text(choice) for choice in alternatives(kind)):
        written = view.arguments.written(names[0], 0)
        yield StringColumn(written.site if written is not None else view.site, view.place, Confidence.HIGH, known[0])


def _is_text(kind: Value) -> bool:
    if isinstance(kind, Reference):
        named = kind.path.removesuffix("()")
        # delta-rs names its types by a text: `PrimitiveType("string")`.
        wrapped = kind.path.endswith("PrimitiveType()") and kind.arguments is not None
        return named in TEXT_TYPES or (wrapped and _is_text(kind.arguments.get("type", 0)))  # type: ignore[union-attr]
    return bool(TEXT_NAMES.intersection(text.lower() for text in literals(kind)))
