"""Shapes: what must surround a name in the text of a file for it to trigger an extractor. Imports `support.frozen` alone.

A shape reads bytes, so it also accepts names in comments and strings; extractors decide on the syntax. Every file is searched, so
what a look-ahead may skip is bounded: no file may cost more than linear time.
"""

from __future__ import annotations

import re

from s3lint.support.frozen import frozen


@frozen()
class Shape:
    """What must surround a name: `after` matches the bytes behind it; with `dotted` it must follow a dot."""

    after: re.Pattern[bytes]
    dotted: bool = False
    inside: bool = False
    """Whether the name may be the end of a longer word."""
    among: re.Pattern[bytes] | None = None
    """What must stand among the arguments, where the name is called."""

    def fits(self, data: bytes, start: int, end: int) -> bool:
        """Tell whether the name at `data[start:end]` has this shape."""
        before = data[start - 1 : start] if start else b""
        if self.dotted and before != b".":
            return False
        if not self.inside and (before.isalnum() or before == b"_"):
            return False
        if self.after.match(data, end) is None:
            return False
        return self.among is None or data[end] != OPEN or self.among.search(data, end, _end_of_call(data, end)) is not None


OPEN, CLOSE = b"()"

QUOTES = b"\"'"

MAX_CALL_BYTES = 800
"""Bytes of a call that are read for its arguments."""

BRACKETS = re.compile(
    rb"""
    [()] | \#[^\n\r]*
    | \"{3} (?:[^\\]|\\.)*? \"{3} | '{3} (?:[^\\]|\\.)*? '{3} | " (?:[^"\\\n]|\\.)* " | ' (?:[^'\\\n]|\\.)* '
    | ["']
    """,
    re.DOTALL | re.VERBOSE,
)
"""A bracket, or a comment or a text in quotes, which may have some too; a quote by itself opens a text of which no more is read."""


def _end_of_call(data: bytes, start: int) -> int:
    """Return where the brackets are closed that open at `data[start]`, or where no more is read of the call."""
    depth, most = 0, start + MAX_CALL_BYTES
    for found in BRACKETS.finditer(data, start, most):
        text = found[0]
        if text in QUOTES or (text[0] in QUOTES and text.count(b"{") != text.count(b"}")):
            return most  # An f-string may have quotes like its own between braces.
        depth += (text[0] == OPEN) - (text[0] == CLOSE)
        if depth == 0:
            return found.end()
    return most


ANYTHING = Shape(re.compile(b""), inside=True)
"""Any occurrence, even inside a word."""

SETUP = Shape(re.compile(rb"\("), among=re.compile(rb"use_ssl|verify|endpoint_url|\*\*"))
"""A call that makes a client with an argument about its connection."""

PASSED = Shape(re.compile(rb"\s*[,)]"))
"""A function that is passed as an argument."""

PASSED_METHOD = Shape(re.compile(rb"[ \t]*(?:[,)\n\r;#]|\Z)"), dotted=True)
"""A method that is passed as an argument, or gets another name."""

WORD = Shape(re.compile(rb"(?!\w)"))
"""A whole word."""

METHOD = Shape(re.compile(rb"\s*[(,)]"), dotted=True)
"""A method that is called or passed as an argument."""

FUNCTION = Shape(re.compile(rb"\s*[(,)]"))
"""A function or method that is called or passed as an argument."""

CALLED = Shape(re.compile(rb"\(\s*[^\s)]"), dotted=True)
"""A method that is called with an argument."""

COPIED = Shape(re.compile(rb"\(\s*[^\s)]"), dotted=True, among=re.compile(rb"Bucket|Key|ExtraArgs|CopySource|\*\*"))
"""A copy with a keyword that only S3 has."""

OBJECT_ACTION = Shape(re.compile(rb"[(,)]"), dotted=True, among=re.compile(rb"Body|Bucket|ACL|Policy|Key|\*\*"))
"""An action of a resource or waiter (`put`, `wait`) with a keyword of S3: many other objects have methods of the same names."""

KEYWORD = Shape(re.compile(rb"\s*=(?!=)"))
"""A keyword argument or an assignment, not a comparison."""

BUCKET = Shape(
    re.compile(
        rb"""(?:_?name)?["']?\]?\s*(?:(?:,\s*[\w.]+\s*){0,9}[)\]]?\s(?==\s))?(?::[^=\n,)"']{0,60}(?==))?(?:=(?!=)|:)\s*"""
        rb"""(?!(?:None|[\w.]*?bucket(?:_?name)?)\s*[,)\]}\n\r#])\S""",
        re.IGNORECASE,
    ),
    inside=True,
)
"""A name ending in `bucket` that is assigned or passed a value, alone or in a tuple; not None or another name for a bucket."""

KEY = Shape(
    re.compile(
        rb"""["']?\]?\s*(?:(?:,\s*[\w.]+\s*){0,9}[)\]]?\s(?==\s))?(?::[^=\n]{0,200}(?==))?(?:=(?!=)|:)\s*"""
        rb"""(?!(?:None|[\w.]*?(?:s3|object|obj|file|blob|upload)_key|"[^"\n]*"|'[^'\n]*')\s*[,)\]}\n\r#])\S""",
        re.IGNORECASE,
    ),
    inside=True,
)
"""A name for a key that is assigned or passed a value, alone or in a tuple; not None, a literal or another such name."""
