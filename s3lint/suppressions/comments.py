"""Find the comments of a Python file, those in strings of SQL included, and the lines that a suppression in each would cover."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from s3lint.source.text import split_lines, tokens_of
from s3lint.support.frozen import frozen

IN_SQL = re.compile(r"--\s*s3lint:(?:(?!\\[nr])[^\r\n])*", re.IGNORECASE)
"""A comment in a text of SQL; in a literal of one row it ends at an escaped newline."""


@frozen()
class Comment:
    """A comment in Python or SQL, and the lines that a suppression in it covers."""

    row: int
    column: int
    text: str
    start: int
    """The column where the white space before the comment starts."""
    alone: bool
    rows: range
    """For a comment on a line of its own the lines of the next statement, otherwise those of `line`: what `allow[…]` covers."""
    line: range
    """The physical lines that flake8 joins to one (multi-line strings, backslashes): what `noqa` covers."""
    statement: range | None = None
    """The lines of the statement; None for a comment in SQL, which no formatter moves."""


def comments_of(text: str, last_row: int) -> Iterator[Comment]:
    """Yield the comments of a text, up to the first place that cannot be tokenized; after a row only those of statements that it concerns."""
    lines = split_lines(text)
    above: list[Comment] = []
    for tokens in _logical_lines(text):
        first, last = _rows_of(tokens)
        for comment in _comments_in(tokens, lines, above, first):
            yield comment if comment.statement is None else replace(comment, statement=range(first, last + 1))
        if not _is_decorator(tokens):
            # Comments above or between decorators cover the header of the decorated function, too.
            yield from (replace(comment, rows=range(comment.rows.start, last + 1)) for comment in above)
            above = []
        if last >= last_row and not above:
            return
    yield from above


def _logical_lines(text: str) -> Iterator[list[tokenize.TokenInfo]]:
    """Yield the tokens of each statement, together with the comments and blank lines above it."""
    tokens: list[tokenize.TokenInfo] = []
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokens_of(text):
            tokens.append(token)
            if token.type == tokenize.NEWLINE:
                yield tokens
                tokens = []
    if tokens:
        yield tokens


def _rows_of(tokens: list[tokenize.TokenInfo]) -> tuple[int, int]:
    """Return the first and last row of a statement, without the comments above it; rows of the comments where there is no statement."""
    last = tokens[-1]
    first = next((token.start[0] for token in tokens if token.type not in BETWEEN_STATEMENTS), last.start[0])
    return first, last.end[0] if last.type == tokenize.NEWLINE else last.start[0]


def _is_decorator(tokens: list[tokenize.TokenInfo]) -> bool:
    return next((token.string for token in tokens if token.type not in BETWEEN_STATEMENTS), "") == "@"


def _comments_in(tokens: list[tokenize.TokenInfo], lines: list[str], above: list[Comment], first: int) -> Iterator[Comment]:
    """Yield the comments in one statement; add those above it to `above`, covering rows from its first row on."""
    started, line = False, 0
    for token in tokens:
        line = line or token.start[0]
        if token.type == tokenize.COMMENT:
            made = _comment(token, lines[token.start[0] - 1], range(line, token.start[0] + 1))
            if made.alone and not started:
                above.append(replace(made, rows=range(first, first + 1)))
            else:
                yield made
        elif token.type in TEXTS:
            yield from _in_sql(token)
        started = started or token.type not in BETWEEN_STATEMENTS
        if token.type in (tokenize.NL, tokenize.NEWLINE):
            line = 0


BETWEEN_STATEMENTS = (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT, tokenize.ENDMARKER)

TEXTS = (tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING))


def _comment(token: tokenize.TokenInfo, text: str, line: range) -> Comment:
    row, column = token.start
    before = text[:column]
    return Comment(row, column, token.string, len(before.rstrip(" \t\f")), not before.strip(), line, line, line)


def _in_sql(token: tokenize.TokenInfo) -> Iterator[Comment]:
    """Yield suppression comments in a string of SQL. One on a line of its own covers the string from there to its end."""
    if "s3lint:" not in token.string.lower():
        return
    quotes = 3 if token.string.endswith(('"""', "'''")) else int(token.type == tokenize.STRING)
    body = token.string[: len(token.string) - quotes]
    for offset, line in enumerate(split_lines(body)):
        match = IN_SQL.search(line)
        if match is not None:
            row, shift = token.start[0] + offset, 0 if offset else token.start[1]
            alone = not line[: match.start()].strip() and offset > 0
            rows = range(row, (token.end[0] if alone else row) + 1)
            start = shift + len(line[: match.start()].rstrip())
            yield Comment(row, shift + match.start(), match[0], start, alone, rows, range(row, row))
