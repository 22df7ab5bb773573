"""Tell from the bytes of a file whether places in it lie in comments and docstrings alone. No parser: most such files need none.

`syntax.prose` tells it exactly, row by row, of files that are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

OPENING = re.compile(rb"""\#[^\n\r]* | \"{3} | '{3} | \"[^\"\\\n\r]*\" | '[^'\\\n\r]*' | [\"']""", re.VERBOSE)
"""A comment, or the start of a text in quotes; the whole of a short one without backslashes."""

CLOSING = {
    quotes: re.compile(rb"\\(?:\r\n|.)|%s" % end, re.DOTALL)
    for quotes, end in {b'"""': b'"""', b"'''": b"'''", b'"': rb'["\n\r]', b"'": rb"['\n\r]"}.items()
}
"""For the quotes that open a text, what ends it, and what a backslash hides. The end of a line ends short ones unfinished."""

MAX_HEADER_BYTES = 2_000
"""Bytes before a text that are read to tell whether it follows the header of a function or a class."""

HEADER = re.compile(
    rb"(?:^[ \t]*(?:async[ \t]+)?(?:def|class)\b[^\n\r]*|\)[ \t]*(?:->[^\n\r]*)?):[ \t]*(?:#[^\n\r]*)?[\n\r]\s*[rRuU]?\Z",
    re.MULTILINE,
)
"""The end of a header, on lines of its own or behind the parenthesis that closes its parameters, as what stands before a docstring."""

DEFINITION = re.compile(rb"^[ \t]*(?:async[ \t]+)?(?:def|class)\b", re.MULTILINE)

BRACKETS = ((b"(", b")"), (b"[", b"]"), (b"{", b"}"))

BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:#[^\n\r]*[\n\r]\s*)*[rRuU]?")
"""All that may stand before the docstring of a module."""

END = re.compile(rb"[ \t\f]*(?:#[^\n\r]*)?(?:[\n\r]\s*(?:#[^\n\r]*[\n\r]\s*)*(?:#[^\n\r]*\Z|[\w@\x80-\xff]|\.\.\.|\Z)|\Z)")
"""What follows a docstring: the next statement. An entry of a dict may follow a colon too, but ends with a comma or a bracket."""

IMPORTS = (b"import ", b"from ")


def is_prose(data: bytes, offsets: Sequence[int]) -> bool:
    """Tell whether all these places, ascending, surely lie in comments on lines of their own or in docstrings of a source in UTF-8."""
    # Most files that mention storage do so in code too: then nothing more needs to be read.
    if not all(
        _may_be_prose(data, offset, between) for offset, between in zip(offsets, _quotes_before(data, offsets), strict=True)
    ):
        return False
    place, index = 0, 0
    while index < len(offsets):
        opening = OPENING.search(data, place)
        if opening is None or offsets[index] < opening.start():
            return False
        start, place = opening.start(), _end(data, opening)
        if offsets[index] < place:
            if place > len(data) or not _is_comment_or_docstring(data, start, place):
                return False
            while index < len(offsets) and offsets[index] < place:
                index += 1
    return True


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


def _end(data: bytes, opening: re.Match[bytes]) -> int:
    """Return where a comment or a text ends; a place behind the end of the file for a text without an end."""
    closing = CLOSING.get(opening[0])
    if closing is None:
        return opening.end()
    for found in closing.finditer(data, opening.end()):
        if found[0] == opening[0]:
            return found.end()
        if not found[0].startswith(b"\\"):
            break
    return len(data) + 1


def _is_comment_or_docstring(data: bytes, start: int, end: int) -> bool:
    """Tell whether what lies there is a comment on a line of its own, or a text that stands where a docstring does."""
    if data.startswith(b"#", start):
        line = max(data.rfind(b"\n", 0, start), data.rfind(b"\r", 0, start)) + 1
        return not data[line:start].strip()
    if not data.startswith((b'"""', b"'''"), start) or not END.match(data, end):
        return False
    return _follows_header(data[max(0, start - MAX_HEADER_BYTES) : start]) or bool(BEGINNING.fullmatch(data, 0, start))


def _follows_header(before: bytes) -> bool:
    """Tell whether these bytes end with the header of a function or a class. Where it leaves a bracket open, a value in a dict follows."""
    if not HEADER.search(before):
        return False
    places = [found.start() for found in DEFINITION.finditer(before)]
    header = before[places[-1] :] if places else b"{"
    return all(header.count(opening) == header.count(closing) for opening, closing in BRACKETS)
