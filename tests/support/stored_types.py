"""Every type that Delta Lake stores with the values that hypothesis draws of it: the same rows go through every engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

UTC = dt.timezone.utc
MOMENTS = st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31))
DATES = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
BYTES = st.binary(max_size=6)

Kinds = Mapping[str, tuple[pa.DataType, st.SearchStrategy[Any]]]


def whole(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def decimals(digits: int, scale: int) -> st.SearchStrategy[Decimal]:
    most = 10**digits - 1
    return st.integers(-most, most).map(lambda unscaled: Decimal((int(unscaled < 0), tuple(map(int, str(abs(unscaled)))), -scale)))


def pairs(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[tuple[str, Any]]]:
    """Return what Arrow takes for a map, with keys of text."""
    return st.dictionaries(TEXTS, st.none() | values, max_size=3).map(lambda each: [*each.items()])


STORED: Kinds = {
    "boolean": (pa.bool_(), st.booleans()),
    **{name: (getattr(pa, f"int{bits}")(), whole(bits)) for name, bits in (("byte", 8), ("short", 16), ("int", 32), ("long", 64))},
    "float": (pa.float32(), st.floats(width=32)),
    "double": (pa.float64(), st.floats()),
    "decimal(38,10)": (pa.decimal128(38, 10), decimals(38, 10)),
    "decimal(3,3)": (pa.decimal128(3, 3), decimals(3, 3)),
    "date": (pa.date32(), DATES),
    "timestamp_ntz": (pa.timestamp("us"), MOMENTS),
    "timestamp": (pa.timestamp("us", "UTC"), MOMENTS.map(lambda moment: moment.replace(tzinfo=UTC))),
    "string": (pa.string(), TEXTS),
    "binary": (pa.binary(), BYTES),
    "array<short>": (pa.list_(pa.int16()), st.lists(st.none() | whole(16), max_size=3)),
    "array<array<double>>": (pa.list_(pa.list_(pa.float64())), st.lists(st.none() | st.lists(st.none() | st.floats(), max_size=2), max_size=2)),
    "map<string,byte>": (pa.map_(pa.string(), pa.int8()), pairs(whole(8))),
    "map<string,array<string>>": (pa.map_(pa.string(), pa.list_(pa.string())), pairs(st.lists(st.none() | TEXTS, max_size=2))),
    "struct<a:byte,b:struct<c:timestamp_ntz>>": (
        pa.struct([("a", pa.int8()), ("b", pa.struct([("c", pa.timestamp("us"))]))]),
        st.fixed_dictionaries({"a": st.none() | whole(8), "b": st.none() | st.fixed_dictionaries({"c": st.none() | MOMENTS})}),
    ),
}  # fmt: skip
"""Each type by its name in Spark, in Arrow, and what is drawn of it."""

PARTITIONING = ("boolean", "byte", "short", "int", "long", "date", "timestamp_ntz", "timestamp", "string")
"""The types whose values tell partitions."""


def tables(kinds: Kinds, *, most: int = 10) -> st.SearchStrategy[pa.Table]:
    """Return tables with a column of each type, by the names of `kinds`, some of whose values are null, and `row`, which counts."""
    rows = st.lists(st.tuples(*(st.none() | values for _, values in kinds.values())), max_size=most)
    return rows.map(lambda drawn: _table(kinds, drawn))


def _table(kinds: Kinds, rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = {
        name: pa.array([row[number] for row in rows], arrow_type) for number, (name, (arrow_type, _)) in enumerate(kinds.items())
    }
    return pa.table({**columns, "row": pa.array(range(len(rows)), pa.int64())})


def changed(found: pa.Table, given: pa.Table) -> dict[str, tuple[list[Any], list[Any]]]:
    """Return the columns that do not have the values given: what is there and what was given. Rows go by the column `row`."""
    found = found.sort_by("row")
    both = {name: (_values(found[name], given.schema.field(name).type), given[name].to_pylist()) for name in given.column_names}
    return {name: pair for name, pair in both.items() if repr(pair[0]) != repr(pair[1])}


def _values(column: pa.ChunkedArray, arrow_type: pa.DataType) -> list[Any]:
    """Return values as Python's; engines name the same zone in ways of their own."""
    return list((column.cast(arrow_type) if pa.types.is_timestamp(arrow_type) else column).to_pylist())
