"""Read a TOML file written by a stranger, within limits of size and nesting, with one sentence for all that may be wrong with it."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from s3lint.errors import ConfigurationError
from s3lint.support.bounded_read import read_bounded

MAX_CONFIGURATION_BYTES = 1_000_000

MAX_KEY_PARTS = 100

LONG_NUMBER = re.compile(r"[0-9][0-9_]{4299,}")

QUOTED = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)|"(?:\\[^\n]|[^"\\\n])*"?|\'[^\'\n]*\'?|#[^\n]*', re.DOTALL
)
"""Texts and comments of TOML, which may hold anything. One without an end counts up to the end of its line, or of the file: a match that
fails would be tried again at each quote, in quadratic time. tomllib reads nothing behind it."""

PART = re.compile(r"""[\w-]+|"[^"\n]*"|'[^'\n]*'""")
"""A part of a dotted key."""

HEADER = re.compile(r"[ \t]*\[\[?([^\[\]\n]{1,1000})\]")
"""The head of a table."""


@cache
def tables_of(file: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises `ConfigurationError` with line and column for one that cannot be read."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        data = read_bounded(file, MAX_CONFIGURATION_BYTES)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror or error}") from None
    try:
        text = data.decode("utf-8-sig")
        if _has_long_key(text):
            raise ConfigurationError(f"{file} is not read: a key in it has more than {MAX_KEY_PARTS} parts")
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        raise ConfigurationError(f"{file} is not valid TOML: no UTF-8 {_place(before)}") from None
    except RecursionError:
        raise ConfigurationError(f"{file} is not read: lists or tables in it are nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        message = str(error).replace("(at end of document)", _place(text))
        raise ConfigurationError(f"{file} is not valid TOML: {message}") from None
    except ValueError:  # Python refuses to read numbers of more than 4,300 digits.
        number = LONG_NUMBER.search(text)
        place = _place(text[: number.start()]) if number is not None else ""
        raise ConfigurationError(f"{file} is not read: a number in it has too many digits {place}".rstrip()) from None


def _place(before: str) -> str:
    """Where a text ends, as tomllib writes it."""
    lines = before.split("\n")
    return f"(at line {len(lines)}, column {len(lines[-1]) + 1})"


def _has_long_key(text: str) -> bool:
    """Whether a dotted key has more than `MAX_KEY_PARTS` parts, for which tomllib takes cubic time: 28 s for 20,000 parts."""
    if text.count(".") <= MAX_KEY_PARTS:
        return False
    plain = QUOTED.sub("", text)
    return any(part.count(".") >= MAX_KEY_PARTS for part in re.split(r"[,=\[\]{}\n]", plain))


def at(where: str, key: str) -> str:
    """Return where a key is set: the file and, if the key is found in it, its line; what is no file, as it is."""
    lines = _lines_of(where)
    line = lines.get(key) or lines.get(key.partition(".")[0])
    return f"{where}:{line}" if line else where


@cache
def _lines_of(file: str) -> dict[str, int]:
    """Return the line of each key of s3lint's table, dotted as in messages. `tomllib` does not tell lines, so they are searched."""
    try:
        text = read_bounded(Path(file), MAX_CONFIGURATION_BYTES).decode("utf-8-sig", "replace") if Path(file).is_absolute() else ""
    except OSError:
        return {}
    found: dict[str, int] = {}
    table: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        header = HEADER.match(line)
        if header is not None:
            table = _parts(header[1])
        name, assigned, _ = line.partition("=")
        parts = table if header is not None else [*table, *_parts(name)] if assigned else []
        for length in range(1, min(len(parts), MAX_KEY_PARTS) + 1):
            found.setdefault(".".join(parts[:length]).removeprefix("tool.s3lint."), number)
    return found


def _parts(key: str) -> list[str]:
    return [part.strip("\"'") for part in PART.findall(key)]
