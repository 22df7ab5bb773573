"""Tell from the bytes of a file whether places in it lie in comments and docstrings alone. No parser: most such files need none.

`syntax.prose` tells it exactly, row by row, of files that are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

OPENING = re.compile(rb"""\#|\"{3}|'{3}|["']""", re.VERBOSE)
"""The start of a comment, or of a text in quotes."""

WHOLE = {
    b"#": re.compile(rb"[^\n\r]*"),
    b'"""': re.compile(rb'"{3}[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"{3}', re.DOTALL),
    b"'''": re.compile(rb"'{3}[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'{3}", re.DOTALL),
    b'"': re.compile(rb'"[^"\\\n\r]*(?:\\(?:\r\n|.)[^"\\\n\r]*)*"', re.DOTALL),
    b"'": re.compile(rb"'[^'\\\n\r]*(?:\\(?:\r\n|.)[^'\\\n\r]*)*'", re.DOTALL),
}
"""The whole of each, by its start."""

FORMATTED = re.compile(rb"[fFtT][rR]?\Z")
"""What stands before an f-string."""

BEFORE_QUOTES = b"fFtTrR"
"""The last letters of that."""

FIELD = re.compile(rb"""\{[^{}"'\#\\]*(?:(?:'[^'"{}\#\\]*'|"[^'"{}\#\\]*")[^{}"'\#\\]*)*\}""")
"""A field of an f-string in which no quote can end the text."""

MAX_NESTED_FIELDS = 3

OPEN, CLOSE = b"([{", b")]}"

PREFIXES = frozenset({b"", b"r", b"R", b"u", b"U", b"\xef\xbb\xbf"})
"""What may stand before the quotes of a docstring on its line: the mark of UTF-8 before that of a module."""

JOINED = (b"\\\n", b"\\\r", b"\\\r\n")
"""Ends of a line that goes on in the next."""

ALONE = re.compile(rb"[ \t\f]*(?:\#[^\n\r]*)?(?:[\n\r]|\Z)")
"""What follows a statement to the end of its line."""

IMPORTS = (b"import ", b"from ")


def is_prose(data: bytes, offsets: Sequence[int]) -> bool:
    """Tell whether all these places, ascending, surely lie in comments on lines of their own or in docstrings of a source in UTF-8."""
    # Most files that mention storage do so in code too: then nothing more needs to be read.
    if not all(
        _may_be_prose(data, offset, between) for offset, between in zip(offsets, _quotes_before(data, offsets), strict=True)
    ):
        return False
    index, place, depth = 0, 0, 0
    # Code may lie between the quotes of two texts of which one does not end: then the rest is read too, for the quote that is left over.
    last = len(data) if data.count(b'"""') % 2 or data.count(b"'''") % 2 else max(offsets, default=0) + 1
    for start, end in _marked(data, last):
        if end < 0 or (data[start - 1] in BEFORE_QUOTES and _may_end_elsewhere(data, start, end)):
            return False
        depth, place = depth + _depth(data[place:start]), end
        if index < len(offsets) and offsets[index] < end:
            if offsets[index] < start or not _is_comment_or_statement(data, start, end, depth):
                return False
            while index < len(offsets) and offsets[index] < end:
                index += 1
    return index == len(offsets)


def _marked(data: bytes, last: int) -> Iterator[tuple[int, int]]:
    """Yield where each comment and each text in quotes before a place begins and ends; -1 for one without an end, which is the last."""
    end = 0
    while end >= 0 and (opening := OPENING.search(data, end, last)) is not None:
        whole = WHOLE[opening[0]].match(data, opening.start())
        end = whole.end() if whole is not None else -1
        yield opening.start(), end


def _depth(code: bytes) -> int:
    """Return how many more brackets a piece of code opens than it closes."""
    return len(code.translate(None, CLOSE)) - len(code.translate(None, OPEN))


def _may_end_elsewhere(data: bytes, start: int, end: int) -> bool:
    """Tell whether a text may end elsewhere: since Python 3.12, an f-string may have quotes like its own and comments between its braces."""
    if not FORMATTED.search(data, max(0, start - 2), start):
        return False
    text = data[start:end]
    for _ in range(MAX_NESTED_FIELDS):
        text = FIELD.sub(b"", text)
    return b"{" in text or b"}" in text


def _quotes_before(data: bytes, offsets: Sequence[int]) -> Iterator[bool]:
    """Yield for each place whether an odd number of long quotes of some kind stands before it."""
    place, double, single = 0, 0, 0
    for offset in offsets:
        double += data.count(b'"""', place, offset)
        single += data.count(b"'''", place, offset)
        place = offset
        yield bool(double % 2 or single % 2)


def _may_be_prose(data: bytes, offset: int, within_quotes: bool) -> bool:
    """Tell by counting alone whether a place may lie in prose. A place that does not pass may, too, where quotes stand in texts."""
    line = data.rfind(b"\n", 0, offset) + 1
    return not data.startswith(IMPORTS, line) and (within_quotes or data.find(b"#", line, offset) >= 0)


def _is_comment_or_statement(data: bytes, start: int, end: int, depth: int) -> bool:
    """Tell whether what lies there is a comment on a line of its own, or a text in long quotes that is a whole statement.

    `depth` counts the brackets around it: outside of any, a line with a text alone is a statement that does nothing.
    """
    line = max(data.rfind(b"\n", 0, start), data.rfind(b"\r", 0, start)) + 1
    before = data[line:start].strip()
    if data.startswith(b"#", start):
        return not before
    if depth or before not in PREFIXES or not data.startswith((b'"""', b"'''"), start):
        return False
    return not data.endswith(JOINED, 0, line) and ALONE.match(data, end) is not None
