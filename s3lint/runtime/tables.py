"""What delta-rs's tables and Spark's have in common. Rules: missing-schema, unsafe-schema-evolution, unsafe-delta-maintenance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from s3lint.runtime.errors import ArgumentError, ConflictError, SchemaError

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
    added, widened = [], []
    for column in declared:
        found = there.get(column.name)
        if found is None:
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


def check_retention(keep: timedelta) -> int:
    """The hours of a retention, rounded up. Raises `ArgumentError` under 168 hours."""
    if keep < WEEK:
        raise ArgumentError(f"Keeping files for {keep} deletes what running queries still read: keep them for at least 168 hours.")
    return -(-int(keep.total_seconds()) // 3_600)


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
        return str(value)
    if type(value) is date:
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\") if escape == "\\" else value
        return "'" + escaped.replace("'", f"{escape}'") + "'"
    raise ArgumentError(
        f"The value {value!r} of a partition is of type {type(value).__name__}: pass text, a whole number, a bool or a date."
    )


def check_keys(keys: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """The columns that a merge compares. Raises `SchemaError` for none, and for one that is not declared."""
    wanted = tuple(keys)
    if not wanted or isinstance(keys, str):
        raise SchemaError("A merge compares rows by their keys: pass the names of one or more columns in a list.")
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
