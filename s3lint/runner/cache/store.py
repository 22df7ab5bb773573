"""Entries in one SQLite file, which several runs may use at the same time.

A damaged row counts as missing and a damaged file is started anew: the cache may cost time, never a result. So does a row that another
program wrote: each carries a code that only the key of the user's caches makes (keyed BLAKE2, RFC 7693).
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from s3lint.project.dependencies import digest
from s3lint.runner.cache.contents import Content, Known
from s3lint.runner.cache.folder import APPLICATION_ID
from s3lint.support.frozen import frozen

FORMAT = 3

LOCK_TIMEOUT_SECONDS = 10.0
"""How long a run waits for another one to finish writing."""

MAX_FILE_BYTES = 256_000_000
"""Size of the file above which it is started anew."""

MAX_INFLATED_BYTES = 100_000_000
"""Bytes of a value that is read, uncompressed."""

MAX_UNUSED_DAYS = 30
"""Days after which an unused entry is deleted."""

TABLES = f"""
CREATE TABLE contents (path BLOB PRIMARY KEY, state TEXT, raw TEXT, plain TEXT, size INTEGER, sum TEXT) WITHOUT ROWID;
CREATE TABLE dependencies (id INTEGER PRIMARY KEY, text TEXT UNIQUE, sum TEXT);
CREATE TABLE entries (variant TEXT, key BLOB, day INTEGER, digest TEXT, dependencies BLOB, value BLOB, sum TEXT, PRIMARY KEY (variant, key));
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT};
"""

MAX_VALUES_PER_QUERY = 500
"""Parameters of one SQL statement; SQLite before 3.32 allows 999."""

NOT_DAMAGED = ("locked", "readonly", "unable to open", "full")
"""Parts of SQLite's messages about circumstances: then the file is kept."""

Key = tuple[str, bytes]
"""The variant (a digest of tool and settings), and the key of an entry under it."""

T = TypeVar("T")


@frozen()
class Entry:
    """A value to store: the digest of what it was computed from, its other dependencies as texts, and the value itself."""

    digest: str
    dependencies: Collection[str]
    value: str


@frozen()
class Stored:
    """An entry as it is stored; its dependencies are numbers of rows in `dependencies`."""

    digest: str
    dependencies: Collection[int]
    value: str


@dataclass(slots=True)
class Update:
    """What a run adds, and the entries that it used, whose age starts again."""

    entries: dict[Key, Entry] = field(default_factory=dict)
    contents: Mapping[Path, Known] = field(default_factory=dict)
    used: list[Key] = field(default_factory=list)


class Store:
    """The entries of earlier runs. No method raises. `today` is the ordinal of a day."""

    def __init__(self, file: Path, secret: bytes, today: int) -> None:
        self._file = file
        self._mac = Authenticator(secret)
        self._today = today
        self._connection: sqlite3.Connection | None = None
        self._aging = False
        """Whether an entry was found that was last used on another day: only then are days written."""

    def contents(self) -> dict[Path, Known]:
        """Return the stored contents of files by path."""
        return self._query(lambda connection: dict(_contents(connection, self._mac)), {})

    def entries(self, variant: str, keys: Iterable[bytes]) -> dict[bytes, Stored]:
        """Return the entries that exist of these keys."""
        wanted = list(keys)
        return self._query(lambda connection: dict(self._entries(connection, variant, wanted)), {})

    def dependencies(self, numbers: Iterable[int]) -> dict[int, str]:
        """Return the texts of dependencies by their numbers."""
        wanted = sorted(set(numbers))
        return self._query(lambda connection: dict(_dependencies(connection, wanted, self._mac)), {})

    def save(self, update: Update) -> None:
        if update.entries or update.contents or self._aging:
            self._query(lambda connection: self._save(connection, update), None)

    def close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _query(self, query: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Return the result of a query, or `otherwise` if the file cannot be used; a damaged file is deleted."""
        try:
            return query(self._opened())
        except (sqlite3.Error, ValueError, TypeError, zlib.error, OSError) as error:
            self.close()
            if not any(text in str(error) for text in NOT_DAMAGED):
                with suppress(OSError):
                    self._file.unlink(missing_ok=True)
            return otherwise

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(self._file, LOCK_TIMEOUT_SECONDS, isolation_level=None)
            # A crash of the machine may damage the file, which then counts as no cache: that is cheaper than waiting for the disk.
            self._connection.execute("PRAGMA synchronous = OFF")
            if _format(self._connection) != FORMAT:
                _create(self._connection)
        return self._connection

    def _entries(self, connection: sqlite3.Connection, variant: str, keys: list[bytes]) -> Iterator[tuple[bytes, Stored]]:
        asked = "SELECT key, day, digest, dependencies, value, sum FROM entries WHERE variant = ? AND key IN"
        for key, day, digest_, dependencies, value, sum_ in _selected(connection, asked, keys, variant):
            if sum_ == self._mac.of(variant, _sum(key, digest_, dependencies, value)):
                self._aging |= day != self._today
                yield key, Stored(digest_, array("I", _inflated(dependencies)), _inflated(value).decode())

    def _save(self, connection: sqlite3.Connection, update: Update) -> None:
        if self._file.stat().st_size > MAX_FILE_BYTES:
            self.close()
            self._file.unlink()
            connection = self._opened()
        connection.execute("BEGIN IMMEDIATE")
        numbers = _numbered(connection, {read for entry in update.entries.values() for read in entry.dependencies}, self._mac)
        rows = (self._row(key, entry, numbers) for key, entry in update.entries.items())
        connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        contents = (_content_row(path, known, self._mac) for path, known in update.contents.items())
        connection.executemany("INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?, ?, ?)", contents)
        if self._aging:
            used = ((self._today, *each) for each in update.used)
            connection.executemany("UPDATE entries SET day = ? WHERE variant = ? AND key = ?", used)
            if connection.execute("DELETE FROM entries WHERE day < ?", (self._today - MAX_UNUSED_DAYS,)).rowcount:
                _delete_unused_dependencies(connection)
        connection.execute("COMMIT")

    def _row(self, key: Key, entry: Entry, numbers: dict[str, int]) -> tuple[object, ...]:
        dependencies = zlib.compress(array("I", sorted(numbers[read] for read in entry.dependencies)).tobytes(), 1)
        value = zlib.compress(entry.value.encode(), 1)
        return (
            *key,
            self._today,
            entry.digest,
            dependencies,
            value,
            self._mac.of(key[0], _sum(key[1], entry.digest, dependencies, value)),
        )


def _format(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _create(connection: sqlite3.Connection) -> None:
    """Create the tables, unless another run has just done so; those of another format are dropped."""
    connection.execute("BEGIN IMMEDIATE")
    if _format(connection) != FORMAT:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            connection.execute(f'DROP TABLE "{name}"')
        for statement in TABLES.strip().split("\n"):
            connection.execute(statement)
    connection.execute("COMMIT")


def _selected(connection: sqlite3.Connection, question: str, values: list[Any], *before: object) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(values), MAX_VALUES_PER_QUERY):
        some = values[start : start + MAX_VALUES_PER_QUERY]
        yield from connection.execute(f"{question} ({','.join('?' * len(some))})", (*before, *some))


def _contents(connection: sqlite3.Connection, mac: Authenticator) -> Iterator[tuple[Path, Known]]:
    for path, *known, sum_ in connection.execute("SELECT path, state, raw, plain, size, sum FROM contents"):
        if sum_ == mac.of(path, *known):
            state, raw, plain, size = known
            yield Path(os.fsdecode(path)), (state, Content(raw, plain, size))


def _content_row(path: Path, known: Known, mac: Authenticator) -> tuple[object, ...]:
    state, content = known
    row = os.fsencode(path), state, content.raw, content.plain, content.size
    return *row, mac.of(*row)


def _dependencies(connection: sqlite3.Connection, numbers: list[int], mac: Authenticator) -> Iterator[tuple[int, str]]:
    for number, text, sum_ in _selected(connection, "SELECT id, text, sum FROM dependencies WHERE id IN", numbers):
        if sum_ == mac.of(number, text):
            yield number, text


def _numbered(connection: sqlite3.Connection, texts: set[str], mac: Authenticator) -> dict[str, int]:
    """Store texts, and return their numbers. A code holds for a text and its number: swapped texts count as missing."""
    selected = _selected(connection, "SELECT id, text, sum FROM dependencies WHERE text IN", list(texts))
    known = {text: number for number, text, sum_ in selected if sum_ == mac.of(number, text)}
    (last,) = connection.execute("SELECT COALESCE(MAX(id), 0) FROM dependencies").fetchone()
    new = dict(zip(sorted(texts - known.keys()), count(last + 1)))
    connection.executemany(
        "INSERT OR REPLACE INTO dependencies VALUES (?, ?, ?)",
        ((number, text, mac.of(number, text)) for text, number in new.items()),
    )
    return known | new


def _delete_unused_dependencies(connection: sqlite3.Connection) -> None:
    """Delete the dependencies that no entry has any more."""
    used = {
        number
        for (dependencies,) in connection.execute("SELECT dependencies FROM entries")
        for number in array("I", _inflated(dependencies))
    }
    known = [number for (number,) in connection.execute("SELECT id FROM dependencies")]
    connection.executemany("DELETE FROM dependencies WHERE id = ?", ((number,) for number in known if number not in used))


def _inflated(data: bytes) -> bytes:
    """Uncompress a value. Raises `ValueError` for one that is larger than `MAX_INFLATED_BYTES`, and `zlib.error`."""
    stream = zlib.decompressobj()
    value = stream.decompress(data, MAX_INFLATED_BYTES)
    if not stream.eof:
        raise ValueError("a value without an end")
    return value


def _sum(key: bytes, *parts: object) -> str:
    """Return a checksum, which tells a damaged row. Each part follows its length: no two lists of parts are the same bytes."""
    # A forged row may have values of any type.
    encoded = [part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass") for part in (key, *parts)]
    return digest(b"".join(b"%d:%s" % (len(part), part) for part in encoded))


class Authenticator:
    """Makes the codes of rows with a secret key."""

    def __init__(self, secret: bytes) -> None:
        self._state = blake2b(key=secret, digest_size=16)

    def of(self, *parts: str | bytes | int) -> str:
        """Return the code of a row's values."""
        state = self._state.copy()
        state.update(repr(parts).encode())  # distinct for distinct values, and of all ways the fastest
        return state.hexdigest()
