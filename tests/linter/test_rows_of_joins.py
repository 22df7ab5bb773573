"""Every expression that joins texts has a row on which the text alone shows that it may."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from itertools import pairwise

import pytest

from conftest import fixture_files
from s3lint.facts.extractors.urls import BUILDING

QUOTES = ["'", '"', "'''", '"""']
PREFIXES = ["", "r", "b", "u", "Rb"]
GAPS = [" ", "", "\n", "  # why\n  ", " \\\n"]

JOINS = [
    "x = a + b\n",
    "x = (a\n + b)\n",
    "x = '%s' % b\n",
    "x = a.format(b)\n",
    "x = (a.\n  join(b))\n",
    *(f"x = {prefix}{quote}a{{b}}{quote}\n" for prefix in ("f", "F", "rf", "fR") for quote in QUOTES),
    *(
        f"x = (a, {prefix}{quote}a{quote}{gap}{prefix}{quote}b{quote})\n"
        for quote in QUOTES
        for prefix in PREFIXES
        for gap in GAPS
        if prefix or gap or len(quote) > 1
    ),
    *(f"x = ({quote}a\nb{quote}{gap}'c')\n" for quote in QUOTES[2:] for gap in GAPS),
]


def joins(text: str) -> Iterator[tuple[int, int]]:
    """Yield the rows of every expression that joins texts."""
    for node in ast.walk(ast.parse(text)):
        joined = isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod))
        if joined or isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Attribute) and node.attr in ("format", "join")):
            yield node.lineno, node.end_lineno or node.lineno
    tokens = [
        token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type not in (tokenize.COMMENT, tokenize.NL)
    ]
    for first, second in pairwise(tokens):
        if first.type == second.type == tokenize.STRING:
            yield first.start[0], second.end[0]


FIXTURES = [text for path in fixture_files() if "STO900" not in (text := path.read_text("utf-8"))]


@pytest.mark.parametrize("text", [*JOINS, *FIXTURES])
def test_a_row_shows_that_texts_may_be_joined(text: str) -> None:
    lines, found = text.splitlines(), list(joins(text))
    assert found or text in FIXTURES
    assert all(any(map(BUILDING.search, lines[first - 1 : last])) for first, last in found)
