"""Write names as Python reads them: it compares them in their normal form (NFKC), in which `ｂｏｔｏ３` is `boto3`.

https://docs.python.org/3/reference/lexical_analysis.html#identifiers
"""

from __future__ import annotations

import re
import tokenize
import unicodedata
from itertools import accumulate

from s3lint.source.text import Unreadable, declared_encoding, split_lines, tokens_of

ASCII = bytes(range(128))

BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
"""Characters that may have another form."""

WORD = re.compile(r"\w+")

MAX_CHARACTERS = 2_000_000
"""Characters of a text that is read token by token: no larger file is parsed."""


def with_normal_names(data: bytes) -> bytes:
    """Return a source with its names in their normal form, in the same rows; as it is where all are, or where it cannot be read."""
    if data.isascii():
        return data
    try:
        encoding = declared_encoding(data)
        text = data.decode(encoding)
        made = normal_names(text)
        return data if made == text else made.encode(encoding)
    except (Unreadable, LookupError, UnicodeError):
        return data


def normal_names(text: str) -> str:
    """Return a text with its names in their normal form; as it is where Python does not read it."""
    # Few texts have other characters than ASCII, and in these few places: normalising a text as a whole costs far more.
    if len(text) > MAX_CHARACTERS or not _names_beyond_ascii(text) or not any(map(_may_name, set(BEYOND_ASCII.findall(text)))):
        return text
    starts = [0, *accumulate(map(len, split_lines(text)))]
    pieces, place = list[str](), 0
    try:
        for token in tokens_of(text):
            made = _normal(token)
            if made != token.string:
                start = starts[token.start[0] - 1] + token.start[1]
                pieces += [text[place:start], made]
                place = start + len(token.string)
    except (SyntaxError, tokenize.TokenError):
        return text
    return "".join([*pieces, text[place:]])


def _names_beyond_ascii(text: str) -> bool:
    """Tell whether a text has characters beyond ASCII that names may have: most have arrows, dashes and quotes alone."""
    rest = text.encode("utf-8", "surrogatepass").translate(None, ASCII).decode("utf-8", "surrogatepass")
    return any(f"a{each}".isidentifier() for each in set(rest))


def _may_name(characters: str) -> bool:
    """Tell whether characters may be a part of a name that has another form. An accent may belong to a letter of ASCII before it."""
    may_differ = unicodedata.combining(characters[0]) or not unicodedata.is_normalized("NFKC", characters)
    return bool(may_differ) and any(f"a{each}".isidentifier() for each in characters)


def _normal(token: tokenize.TokenInfo) -> str:
    """Return a token with its names in their normal form. Before Python 3.12 an f-string is one token, of which all words are taken."""
    is_formatted = token.type == tokenize.STRING and "f" in token.string[:2].lower()
    if token.type != tokenize.NAME and not is_formatted:
        return token.string
    return WORD.sub(lambda word: unicodedata.normalize("NFKC", word[0]), token.string)
