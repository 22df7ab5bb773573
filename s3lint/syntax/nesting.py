"""A linear scan that refuses code so deeply nested that libcst's parser would overflow the stack or take minutes.

libcst 1.9 crashes the process on some thousand nested parentheses and needs quadratic time for chained calls (1 000 of them: ten
times as long as 400). Python's own parser refuses 200 nested brackets and about 1 000 nested operators. Both bounds are far above
what people write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_BRACKETS = 200
"""Brackets within brackets."""

MAX_LINKS = 1_000
"""Operators, attributes, calls and adjacent strings in one expression, between two commas."""

_TOKENS = re.compile(
    r"""(?P<link>"{3}(?:[^\\"]|\\.|"(?!""))*(?:"{3})?|'{3}(?:[^\\']|\\.|'(?!''))*(?:'{3})?|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?"""
    r"""|[-+*/%@&|^~<>.!=]|\b(?:and|or|not|in|is|if|lambda|await)\b)"""
    r"""|\#[^\n\r]*|(?P<newline>[\n\r])|(?P<comma>[,;])|(?P<open>[(\[{])|(?P<close>[)\]}])|\w+""",
    re.DOTALL,
)
"""A text that is never closed goes to where it would have to be, so that nothing is scanned twice."""

_WORDS = ("and", "or", "not", "in", "is", "if", "lambda", "await")
_CHARACTERS = {ord(character): None for character in "\"'-+*/%@&|^~<>.!="}


def too_deep(text: str) -> str | None:
    """Return why the text cannot be given to libcst, or None."""
    if is_plain(text):
        return None
    if text.count("elif") > MAX_LINKS:
        return f"more than {MAX_LINKS} `elif` branches"
    deepest, most = _measure(text)
    if deepest > MAX_BRACKETS:
        return f"brackets are nested more than {MAX_BRACKETS} deep"
    if most > MAX_LINKS:
        return f"one expression has more than {MAX_LINKS} parts"
    return None


def too_deep_among(text: str, parts: Iterable[str]) -> str | None:
    """Return the same of a text that Python's parser accepts, whose logical lines stand in some parts each as a whole."""
    return None if text.count("elif") <= MAX_LINKS and all(map(is_plain, parts)) else too_deep(text)


def is_plain(text: str) -> bool:
    """Tell whether counting alone shows that no bound can be passed."""
    if len(text) <= MAX_LINKS:
        return True
    links = len(text) - len(text.translate(_CHARACTERS)) + sum(text.count(word) for word in _WORDS)
    return links <= MAX_LINKS and text.count("(") + text.count("[") + text.count("{") <= MAX_BRACKETS


def _measure(text: str) -> tuple[int, int]:
    """Return the deepest nesting of brackets, and the most links between two commas of one bracket."""
    links, deepest, most = [0], 0, 0
    for match in _TOKENS.finditer(text):
        kind = match.lastgroup
        if kind == "open":
            links[-1] += 1
            most = max(most, links[-1])
            links.append(0)
            deepest = max(deepest, len(links) - 1)
        elif kind == "close" and len(links) > 1:
            links.pop()
        elif kind == "comma" or (kind == "newline" and len(links) == 1):
            links[-1] = 0
        elif kind == "link":
            links[-1] += 1
            most = max(most, links[-1])
    return deepest, most
