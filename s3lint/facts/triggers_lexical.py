"""How a word must stand in the text of a file to matter."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """How a word must stand in the text: behind a dot or not inside another word, and before what."""

    after: re.Pattern[bytes]
    dotted: bool = False
    inside: bool = False
    """Whether the word may be the end of a longer one."""

    def fits(self, data: bytes, start: int, end: int) -> bool:
        before = data[start - 1 : start] if start else b""
        if self.dotted and before != b".":
            return False
        if not self.inside and (before.isalnum() or before == b"_"):
            return False
        return self.after.match(data, end) is not None


ANYTHING = Shape(re.compile(b""), inside=True)

SETUP = Shape(re.compile(rb"\((?=[^;]{0,800}?(?:use_ssl|verify|endpoint_url|\*\*))|[,)]"))
"""The making of a client with an argument that decides how it connects."""

WORD = Shape(re.compile(rb"(?!\w)"))
"""A word that stands alone."""

METHOD = Shape(re.compile(rb"\s*[(,)]"), dotted=True)
"""A method that is called or passed on."""

FUNCTION = Shape(re.compile(rb"\s*[(,)]"))

CALLED = Shape(re.compile(rb"\(\s*[^\s)]"), dotted=True)
"""A method that is called with something."""

OBJECT_ACTION = Shape(re.compile(rb"\((?=[^;]{0,600}?(?:Body|Bucket|ACL|Policy|\*\*))|[,)]"), dotted=True)
"""Actions of resources and waiters, whose names many other objects share, with a keyword that only S3 has."""

KEYWORD = Shape(re.compile(rb"\s*=(?!=)"))
"""A keyword that is given something."""

BUCKET = Shape(
    re.compile(
        rb"""(?:_?name)?["']?\]?\s*(?:(?:,\s*[\w.]+\s*){0,9}[)\]]?\s(?==\s))?(?::[^=\n,)"']{0,60}(?==))?(?:=(?!=)|:)\s*"""
        rb"""(?!(?:None|[\w.]*?bucket(?:_?name)?)\s*[,)\]}\n\r#])\S""",
        re.IGNORECASE,
    ),
    inside=True,
)
"""A name ending in `bucket` that is given something, alone or among others, and not just another name of a bucket."""

KEY = Shape(
    re.compile(
        rb"""["']?\]?\s*(?:(?:,\s*[\w.]+\s*){0,9}[)\]]?\s(?==\s))?(?::[^=\n]{0,200}(?==))?(?:=(?!=)|:)\s*"""
        rb"""(?!(?:None|[\w.]*?(?:s3|object|obj|file|blob|upload)_key|"[^"\n]*"|'[^'\n]*')\s*[,)\]}\n\r#])\S""",
        re.IGNORECASE,
    ),
    inside=True,
)
"""A name of a key that is given something, alone or among others, and neither a literal nor just another such name."""
