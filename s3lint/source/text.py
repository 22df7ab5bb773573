"""A file as it stands on disk, and its text."""

from __future__ import annotations

import io
import re
import tokenize
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from pathlib import Path

from s3lint.finding import Location

UTF8_BOM = b"\xef\xbb\xbf"
COOKIE_WITHIN = 10_000
"""Bytes within which the second line of a file must end for its encoding to be seen."""

WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")


class Unreadable(Exception):
    """A file that cannot be decoded or parsed.

    `row` and `column` start at 1 and count characters, as in every report.
    """

    def __init__(self, message: str, row: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.row = row
        self.column = column


@dataclass(frozen=True)
class Source:
    """One Python file: its bytes, and the text that they decode to (without a byte order mark)."""

    path: Path
    data: bytes
    text: str
    encoding: str
    starts: array[int] = field(repr=False)
    """Where in the text each line begins, and where the last one ends: a tenth of the memory of the lines."""

    @classmethod
    def decode(cls, path: Path, data: bytes) -> Source:
        """Raises `Unreadable` when the bytes are not text in the encoding that the file declares."""
        encoding = declared_encoding(data)
        body = data.removeprefix(UTF8_BOM)
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError as error:
            row, column = position_of(body, error.start)
            raise Unreadable(f"byte 0x{body[error.start]:02x} is not {encoding}", row, column) from None
        except (LookupError, UnicodeError):
            raise Unreadable(f"{encoding} is no encoding of text") from None
        if "\0" in text:
            row, column = position_of(body, body.index(b"\0"))
            raise Unreadable("the file holds a NUL byte", row, column)
        return cls(path, data, text, encoding, array("I", accumulate(map(len, split_lines(text)), initial=0)))

    @cached_property
    def lines(self) -> list[str]:
        """The lines with their ends."""
        return split_lines(self.text)

    def rows(self, first: int, last: int) -> str:
        """The text of some lines, counted from 1."""
        return self.text[self.starts[first - 1] : self.starts[min(last, len(self.starts) - 1)]]

    @property
    def has_bom(self) -> bool:
        return self.data.startswith(UTF8_BOM)


def is_wide(data: bytes) -> bool:
    """Whether the bytes are UTF-16 or UTF-32, which Python source cannot be."""
    return data.startswith(WIDE_BOMS) or data[:4] in (b"\0\0\xfe\xff", b"\xff\xfe\0\0")


def declared_encoding(data: bytes) -> str:
    """The encoding of the cookie (PEP 263) or of the byte order mark; UTF-8 by default."""
    if is_wide(data):
        raise Unreadable("the file is UTF-16 or UTF-32: save it as UTF-8")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(_first_lines(data)).readline)
    except SyntaxError as error:
        if "codec can't decode" in str(error) or "invalid or missing encoding" in str(error):
            return "utf-8"
        raise Unreadable(str(error)) from None
    return "utf-8" if encoding == "utf-8-sig" else encoding


def _first_lines(data: bytes) -> bytes:
    r"""The two lines that may name an encoding, whatever ends them: `tokenize` knows `\n` alone."""
    return b"\n".join(data[:COOKIE_WITHIN].splitlines()[:2]) + b"\n"


def split_lines(text: str) -> list[str]:
    r"""The lines of a text with their ends: `\n`, `\r\n` or `\r`, as Python's own tokenizer counts them."""
    return list(io.StringIO(text, newline=""))


LEADING_FEED = re.compile(r"(?<![^\r\n])[ \t\f]*\f")
"""White space at the start of a line up to its last form feed, where Python begins to count columns again."""


def without_feeds(text: str) -> str:
    """A text without what it has before the form feeds at the start of its lines, for which libcst has no place."""
    return LEADING_FEED.sub("", text) if "\f" in text else text


LONE_RETURN = re.compile(r"\r(?!\n)")


def tokens_of(text: str) -> Iterator[tokenize.TokenInfo]:
    r"""The tokens of a text as `tokenize` makes them, which takes a lone `\r` for no end of a line. Raises `TokenError` and `SyntaxError`."""
    return tokenize.generate_tokens(io.StringIO(LONE_RETURN.sub("\n", text)).readline)


def between(lines: list[str], start: Location, end: Location) -> str:
    """The text of lines from one place to another."""
    if start.row == end.row:
        return lines[start.row - 1][start.column - 1 : end.column - 1]
    inner = lines[start.row : end.row - 1]
    return "".join([lines[start.row - 1][start.column - 1 :], *inner, lines[end.row - 1][: end.column - 1]])


def line_starts(data: bytes) -> list[int]:
    """The offset at which each line of the bytes starts."""
    starts, offset = [], 0
    for line in data.splitlines(keepends=True):
        starts.append(offset)
        offset += len(line)
    return starts or [0]


def position_of(data: bytes, offset: int) -> tuple[int, int]:
    """Row and column (from 1) of a byte; the column counts bytes of the line where they do not decode."""
    starts = line_starts(data)
    row = bisect_right(starts, offset)
    before = data[starts[row - 1] : offset]
    return row, len(before.decode("utf-8", "replace")) + 1
