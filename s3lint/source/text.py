"""Decode Python source as Python does, and count its lines and columns. Imports only `finding`."""

from __future__ import annotations

import io
import re
import tokenize
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, islice
from pathlib import Path

from s3lint.finding import Location

UTF8_BOM = b"\xef\xbb\xbf"
LINE_END = re.compile(rb"\r\n?|\n")

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
    """Offsets in the text at which each line starts, and the end of the last: a tenth of the memory of a list of lines."""

    @classmethod
    def decode(cls, path: Path, data: bytes) -> Source:
        """Decode a file. Raises `Unreadable` if the bytes are not text in the encoding that the file declares."""
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
            row, column = position_of(body, max(body.find(b"\0"), 0))
            raise Unreadable("the file holds a NUL byte", row, column)
        if encoding != "utf-8" and not is_encodable(text):
            raise Unreadable(f"the file holds a lone surrogate, written in {encoding}")
        return cls(path, data, text, encoding, array("I", accumulate(map(len, split_lines(text)), initial=0)))

    @cached_property
    def lines(self) -> list[str]:
        """Return the lines with their ends."""
        return split_lines(self.text)

    def rows(self, first: int, last: int) -> str:
        """Return the text of the lines from `first` to `last`, both included and counted from 1."""
        return self.text[self.starts[first - 1] : self.starts[min(last, len(self.starts) - 1)]]

    @property
    def has_bom(self) -> bool:
        return self.data.startswith(UTF8_BOM)


def is_encodable(text: str) -> bool:
    """Whether UTF-8 can write a text. It cannot where escapes made half of a surrogate pair, which is no character."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def is_wide(data: bytes) -> bool:
    """Tell whether the bytes are UTF-16 or UTF-32, which Python source cannot be."""
    return data.startswith(WIDE_BOMS) or data[:4] in (b"\0\0\xfe\xff", b"\xff\xfe\0\0")


def declared_encoding(data: bytes) -> str:
    """Return the encoding that a declaration (PEP 263) or a byte order mark names; UTF-8 by default.

    Raises `Unreadable` for UTF-16, UTF-32 and encodings that Python does not know.
    """
    if is_wide(data):
        raise Unreadable("the file is UTF-16 or UTF-32: save it as UTF-8")
    if not _may_declare(data):
        return "utf-8"
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(_first_lines(data)).readline)
    except SyntaxError as error:
        # `tokenize` decodes the first lines as well. Where only that fails, decoding the whole file reports the position.
        if "codec can't decode" in str(error) or "invalid or missing encoding" in str(error):
            return "utf-8"
        raise Unreadable(str(error)) from None
    return "utf-8" if encoding == "utf-8-sig" else encoding


def searchable(data: bytes) -> bytes:
    """Return a source as UTF-8, in which a search finds its names in the same rows: a declared encoding such as UTF-7 may write them in
    other bytes.
    """
    if not _may_declare(data):
        return data
    try:
        encoding = declared_encoding(data)
        return data if encoding == "utf-8" else data.decode(encoding).encode("utf-8", "surrogatepass")
    except (Unreadable, LookupError, UnicodeError):
        return data


def _may_declare(data: bytes) -> bool:
    r"""Tell whether a file may declare an encoding: most do not. Every two lines lie before the second `\n`, whatever ends them."""
    end = data.find(b"\n", data.find(b"\n") + 1)
    return data.find(b"coding", 0, end if end >= 0 else len(data)) >= 0


def _first_lines(data: bytes) -> bytes:
    r"""Return the two lines that may declare an encoding, however long, ended by `\n`, the only line end that `tokenize` knows."""
    lines, start = [], 0
    for end in islice(LINE_END.finditer(data), 2):
        lines.append(data[start : end.start()])
        start = end.end()
    if len(lines) < 2:
        lines.append(data[start:])
    return b"\n".join(lines) + b"\n"


def split_lines(text: str) -> list[str]:
    r"""Split a text after `\n`, `\r\n` and `\r`, as Python's tokenizer does; `str.splitlines` splits at form feeds too."""
    return list(io.StringIO(text, newline=""))


LEADING_FEED = re.compile(r"(?<![^\r\n])[ \t\f]*\f")
"""White space at the start of a line up to its last form feed, after which Python counts indentation from 0 again."""


def without_feeds(text: str) -> str:
    """Return a text without the form feeds at the start of lines and the white space before them, which libcst cannot store."""
    return LEADING_FEED.sub("", text) if "\f" in text else text


LONE_RETURN = re.compile(r"\r(?!\n)")


def tokens_of(text: str) -> Iterator[tokenize.TokenInfo]:
    r"""Yield the tokens of a text. Raises `TokenError` and `SyntaxError`.

    `tokenize` does not end a line at a lone `\r`, as Python's parser does, so those are replaced.
    """
    return tokenize.generate_tokens(io.StringIO(LONE_RETURN.sub("\n", text)).readline)


def with_plain_indentation(text: str) -> str:
    """Return a text with one space for each character of its indentation, so that no column changes.

    Python compares indentation with tabs of 8 and of 1 characters, and refuses lines on which the two disagree; libcst compares the
    characters, and refuses a line that begins with a tab below one that begins with spaces.
    """
    lines = split_lines(text)
    begins_statement = True
    try:
        for token in tokens_of(text):
            if token.type == tokenize.NEWLINE:
                begins_statement = True
            elif begins_statement and token.type not in (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER):
                row, column = token.start
                lines[row - 1] = " " * column + lines[row - 1][column:]
                begins_statement = token.type == tokenize.COMMENT
    except (SyntaxError, tokenize.TokenError):
        return text
    return "".join(lines)


def between(lines: list[str], start: Location, end: Location) -> str:
    """Return the text from one location to another."""
    if start.row == end.row:
        return lines[start.row - 1][start.column - 1 : end.column - 1]
    inner = lines[start.row : end.row - 1]
    return "".join([lines[start.row - 1][start.column - 1 :], *inner, lines[end.row - 1][: end.column - 1]])


PIECE = 128
"""Characters of a line that are encoded at once to find a column among them."""


class Columns:
    """The columns of one line, in characters and in the bytes of UTF-8 that `ast` counts.

    Asking for one costs the same wherever it lies, since thousands may be asked for on a long line.
    """

    def __init__(self, line: str) -> None:
        self._pieces = [line[start : start + PIECE].encode("utf-8", "surrogatepass") for start in range(0, len(line) + 1, PIECE)]
        self._starts = [0, *accumulate(map(len, self._pieces[:-1]))]

    def characters(self, column: int) -> int:
        """Return how many characters lie before a column in bytes."""
        piece = bisect_right(self._starts, column) - 1
        before = self._pieces[piece][: column - self._starts[piece]]
        return piece * PIECE + len(before.decode("utf-8", "surrogatepass"))

    def count_bytes(self, column: int) -> int:
        """Return how many bytes lie before a column in characters, or in the line if that ends before."""
        piece = min(column // PIECE, len(self._pieces) - 1)
        before = self._pieces[piece].decode("utf-8", "surrogatepass")[: column - piece * PIECE]
        return self._starts[piece] + len(before.encode("utf-8", "surrogatepass"))


def line_starts(data: bytes) -> list[int]:
    """Return the offset of each line's first byte; `[0]` for no bytes."""
    starts, offset = [], 0
    for line in data.splitlines(keepends=True):
        starts.append(offset)
        offset += len(line)
    return starts or [0]


def rows_at(data: bytes, offsets: Iterable[int]) -> list[int]:
    """Return the rows, from 1, that have bytes at ascending offsets."""
    if b"\r" in data:
        starts = line_starts(data)
        return sorted({bisect_right(starts, offset) for offset in offsets})
    # A few offsets do not need to know where each line starts.
    rows, row, place = [0], 1, 0
    for offset in offsets:
        row += data.count(b"\n", place, offset)
        place = offset
        if row != rows[-1]:
            rows.append(row)
    return rows[1:]


def position_of(data: bytes, offset: int) -> tuple[int, int]:
    """Return the row and column of a byte, from 1. The column counts characters, and each byte that is not UTF-8 as one."""
    starts = line_starts(data)
    row = bisect_right(starts, offset)
    before = data[starts[row - 1] : offset]
    return row, len(before.decode("utf-8", "replace")) + 1
