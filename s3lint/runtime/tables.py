"""What delta-rs's tables and Spark's have in common. Rules: missing-schema, unsafe-schema-evolution, unsafe-delta-maintenance."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

from s3lint.runtime.arguments import plain, text, whole, wrong
from s3lint.runtime.errors import ArgumentError, ConflictError, SchemaError

R = TypeVar("R")

LONGEST_PAUSE = 5.0
"""Seconds between two tries of a merge."""

WEEK = timedelta(hours=168)
"""Files younger than this may be read by a query that runs (docs.delta.io/delta-utility/#remove-files-no-longer-referenced)."""

Scalar = str | int | bool | date


class Evolution(Enum):
    """What a table's schema may become.

    Rule: unsafe-schema-evolution (STO504).
    """

    FIXED = "fixed"
    """Nothing but what was declared first."""
    ADD_COLUMNS = "add columns"
    """Columns that may be null are added, by `evolve` and by writes that declare them."""
    WIDEN = "widen"
    """The same, and `evolve` makes the type of a column wider."""


@dataclass(frozen=True)
class Application:
    """Who writes, and which of its writes this is: the same write twice counts once. Versions grow."""

    id: str
    version: int


@dataclass(frozen=True)
class Commit:
    """What a write came to: the table's version after it, and whether anything was written."""

    version: int
    written: bool


@dataclass(frozen=True)
class Maintenance:
    """What maintenance came to: files that were rewritten into larger ones, and files deleted."""

    compacted: int
    deleted: int


@dataclass(frozen=True)
class Column:
    """A column's name, the name of its type, and whether it may be null, as two schemas are compared by."""

    name: str
    type: str
    nullable: bool


WIDER = {
    "byte": {"short", "integer", "long", "double"},
    "short": {"integer", "long", "double"},
    "integer": {"long", "double"},
    "float": {"double"},
    "date": {"timestamp_ntz"},
}
"""Changes of type that lose nothing (docs.delta.io/delta-type-widening), by Delta's names of types."""


@dataclass(frozen=True)
class Change:
    """How a declared schema differs from the table's."""

    added: tuple[Column, ...]
    widened: tuple[Column, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.widened)


def change(declared: Iterable[Column], stored: Iterable[Column], name: str) -> Change:
    """What would have to change in a stored schema. Raises `SchemaError` for a change that takes or breaks something."""
    there = {column.name: column for column in stored}
    folded = {other.lower(): other for other in there}
    added, widened = [], []
    for column in declared:
        found = there.get(column.name)
        if found is None:
            if column.name.lower() in folded:
                raise SchemaError(
                    f"The column {column.name!r} is called {folded[column.name.lower()]!r} in {name}, and case does not tell columns apart: "
                    "declare it as it is."
                )
            if not column.nullable:
                raise SchemaError(
                    f"The column {column.name!r} is new to {name} and may not be null, but old rows have no value: declare it nullable."
                )
            added.append(column)
        elif found.type != column.type:
            if not is_wider(found.type, column.type):
                raise SchemaError(
                    f"The column {column.name!r} of {name} is of type {found.type} and declared {column.type}, which may not hold every value: "
                    "add a column of another name."
                )
            widened.append(column)
    return Change(tuple(added), tuple(widened))


def check_no_drops(declared: Iterable[Column], stored: Iterable[Column], name: str) -> None:
    """Raises `SchemaError` where a stored column is not declared."""
    kept = {column.name for column in declared}
    for column in stored:
        if column.name not in kept:
            raise SchemaError(f"The column {column.name!r} of {name} is not declared, and readers would lose it: declare it.")


def check_write(found: Change, evolution: Evolution, name: str) -> bool:
    """Whether a write adds columns. Raises `SchemaError` where a write, or the policy, does not allow it."""
    if found.widened:
        raise SchemaError(
            f"The column {found.widened[0].name!r} of {name} is declared wider than it is: call evolve before writing."
        )
    if found.added and evolution is Evolution.FIXED:
        raise SchemaError(
            f"The column {found.added[0].name!r} is new to {name}, whose schema is fixed: declare Evolution.ADD_COLUMNS."
        )
    return bool(found.added)


def check_evolution(found: Change, evolution: Evolution, name: str) -> None:
    """Raises `SchemaError` where the policy of a table does not allow a change."""
    if found and evolution is Evolution.FIXED:
        raise SchemaError(f"The schema of {name} is fixed: declare Evolution.ADD_COLUMNS or Evolution.WIDEN to change it.")
    if found.widened and evolution is not Evolution.WIDEN:
        raise SchemaError(f"The column {found.widened[0].name!r} of {name} would be widened: declare Evolution.WIDEN.")


def is_wider(old: str, new: str) -> bool:
    """Whether every value of one of Delta's types is one of another's."""
    if old.startswith("decimal") and new.startswith("decimal"):
        (old_digits, old_scale), (new_digits, new_scale) = _decimal(old), _decimal(new)
        return new_scale >= old_scale and new_digits - new_scale >= old_digits - old_scale
    return new in WIDER.get(old, ())


def _decimal(name: str) -> tuple[int, int]:
    digits, _, scale = name.removeprefix("decimal(").removesuffix(")").partition(",")
    return int(digits), int(scale)


ESCAPE, ESCAPED_TWICE = re.compile(r"%[0-9A-Fa-f]{2}"), re.compile(r"%25[0-9A-Fa-f]{2}")
"""In a path and in a URL, what delta-rs 1.6 decodes in some places and not in others: a log lies in one folder and is read from another."""


def a_uri(name: str, value: Any) -> str:
    """Returns where a table lies; a rule for arguments. Raises `ArgumentError` for a path that delta-rs takes for two."""
    uri = text(name, value)
    if (ESCAPED_TWICE if "://" in uri else ESCAPE).search(uri):
        raise ArgumentError(
            f"The table {uri!r} has an escape such as %20 in its path, which delta-rs takes for two paths: rename it."
        )
    return uri


def a_retention(name: str, value: Any) -> timedelta:
    """Returns how long files are kept; a rule for arguments. Raises `ArgumentError` under 168 hours."""
    if not isinstance(value, timedelta):
        raise wrong(name, value, "a timedelta")
    if not WEEK <= value <= timedelta(days=36_500):
        raise ArgumentError(
            f"Keeping files for {value} deletes what running queries still read, or nothing: keep them for at least 168 hours."
        )
    return value


def hours(keep: timedelta) -> int:
    """Returns a retention in hours, rounded up."""
    return -(-int(keep.total_seconds()) // 3_600)


def an_application(name: str, value: Any) -> Application:
    """Returns who writes; a rule for arguments."""
    if not isinstance(value, Application):
        raise wrong(name, value, "an Application")
    text("id", value.id)
    whole(0, 2**63 - 1)("version", value.version)
    return value


def a_partition(name: str, value: Any) -> dict[str, Scalar]:
    """Returns the columns and values that tell a partition, in a dict of its own; a rule for arguments."""
    if not isinstance(value, Mapping) or not all(isinstance(column, str) for column in value):
        raise wrong(name, value, "names of columns with their values in a dict")
    for one in value.values():
        if not isinstance(one, (str, int, bool, date)) or isinstance(one, datetime):
            raise ArgumentError(
                f"The value {one!r} of a partition is of type {type(one).__name__}: pass text, a whole number, a bool or a date."
            )
    return dict(value)


def a_format(name: str, value: Any) -> str:
    """Returns the format of raw data; a rule for arguments."""
    if value not in ("csv", "json"):
        raise ArgumentError(f"The format {value!r} is none that is read here: pass 'csv' or 'json'.")
    return plain(value)


def patiently(act: Callable[[], R], retries: int) -> R:
    """Returns what an act returns that is run again, after a pause of up to some seconds, where another writer was faster.

    Raises `ConflictError` after the last of the tries.
    """
    for number in range(retries):
        try:
            return act()
        except ConflictError:
            time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.1 * 2**number)))  # noqa: S311 - spreads tries, keeps no secret
    return act()


def predicate(where: Mapping[str, Scalar], quote: str, escape: str) -> str:
    """A SQL condition that every column has the value given, in a dialect's quotes. Raises `ArgumentError` for none at all."""
    if not where:
        raise ArgumentError(
            "No partition is named, and the whole table would be replaced: pass the columns and values that it is for."
        )
    return " AND ".join(
        f"{quote}{name.replace(quote, quote * 2)}{quote} = {_literal(value, escape)}" for name, value in where.items()
    )


def _literal(value: Scalar, escape: str) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    escaped = value.replace("\\", "\\\\") if escape == "\\" else value
    return "'" + escaped.replace("'", f"{escape}'") + "'"


def check_keys(keys: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """The columns that a merge compares. Raises `SchemaError` for none, and for one that is not declared."""
    wanted = () if isinstance(keys, str) or not isinstance(keys, Iterable) else tuple(keys)
    if not wanted or not all(isinstance(key, str) for key in wanted) or len(set(wanted)) < len(wanted):
        raise SchemaError("A merge compares rows by their keys: pass the names of one or more columns, each once, in a list.")
    for key in wanted:
        if key not in set(names):
            raise SchemaError(f"The key {key!r} is no declared column: pass the names of declared columns.")
    return wanted


def check_complete(given: Iterable[str], wanted: Iterable[str]) -> None:
    """Raises `SchemaError` where a column is missing from the data of a merge."""
    missing = [name for name in wanted if name not in set(given)]
    if missing:
        raise SchemaError(f"The column {missing[0]!r} is missing, and a merge would set it to null in rows that are there: add it.")


def changed_meanwhile(name: str) -> ConflictError:
    return ConflictError(f"Another writer changed {name} meanwhile, and nothing was written: run the write again.")
