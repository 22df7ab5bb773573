"""Make the nodes of strings from how they are written: most need no parser to tell their parts."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from s3lint.source.text import Unreadable
from s3lint.syntax import bare_nodes as bare
from s3lint.syntax.names import dotted_node
from s3lint.syntax.outline import parse

Make = Callable[[str, ast.expr], Any]
"""What makes the node of an expression of a program on one row."""

BEHIND = r"(?:[\s\\]|#[^\r\n]*)*"
"""White space and comments between a string and the next one beside it."""

LITERAL = re.compile(
    r"""([BbRrUu]{0,2}(?:\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?'''|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))""" + BEHIND,
    re.DOTALL,
)
"""One string as it is written, but for f-strings."""

FORMATTED = re.compile(
    r"""([fF]|[rR][fF]|[fF][rR])(\"{3}|'{3}|"(?!"")|'(?!''))"""
    r"""((?:[^{}\\"']|(?!\2)["']|\\[^N]|\{\{|\}\}|\{[^{}\\"'!:=#\r\n]+(?:![ars])?\})*)\2""" + BEHIND,
    re.DOTALL,
)
"""One f-string as it is written, with expressions between its braces that hold no strings, and are written out without a format."""

BRACES = re.compile(r"\{\{|\}\}|\{([^{}!]+)(?:!(.))?\}")
"""What begins with a brace in such an f-string: a brace that is text, or an expression between braces with its conversion."""

NAMES = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
"""A name, or an attribute of one, of which `ast` need not be asked; words such as `None` are names for libcst too."""


def string_of(raw: str, make: Make) -> Any:
    """Return the node of a string, or of several side by side, by how they are written; None where that does not tell their parts.

    `make` makes the node of an expression that stands between the braces of an f-string.
    """
    return bare.STRING(raw) if _is_one(raw) else _joined(raw, make)


def _joined(raw: str, make: Make) -> Any:
    found, end = list[Any](), 0
    while end < len(raw):
        literal = LITERAL.match(raw, end) or FORMATTED.match(raw, end)
        made = _string(literal, make) if literal is not None else None
        if literal is None or made is None:
            return None
        found.append(made)
        end = literal.end()
    joined = found.pop()
    while found:
        joined = bare.CONCATENATED(found.pop(), joined)
    return joined


def _string(written: re.Match[str], make: Make) -> Any:
    """Return one string; None where the text of an f-string does not tell its parts."""
    return bare.STRING(written[1]) if written.re is LITERAL else _formatted(written, make)


def _formatted(written: re.Match[str], make: Make) -> Any:
    """Return an f-string. Most hold no strings between their braces, so that their text tells their parts."""
    parts, end, text = list[Any](), 0, written[3]
    for hole in BRACES.finditer(text):
        if hole[1] is not None:
            made = _between_braces(hole[1], make)
            if made is None:
                return None
            if hole.start() > end:
                parts.append(bare.FORMATTED_TEXT(text[end : hole.start()]))
            parts.append(bare.FORMATTED_EXPRESSION(made, hole[2]))
            end = hole.end()
    if end < len(text):
        parts.append(bare.FORMATTED_TEXT(text[end:]))
    return bare.FORMATTED(parts, written[1] + written[2], written[2])


def _between_braces(code: str, make: Make) -> Any:
    """Return an expression of an f-string; None where libcst may read it as other code than in brackets."""
    if NAMES.fullmatch(code) and code != "yield":
        return dotted_node(code)
    program = f"({code})"
    try:
        (line,) = parse(program).body
    except Unreadable:
        return None
    if not isinstance(line, ast.Expr) or isinstance(line.value, (ast.Yield, ast.YieldFrom, ast.GeneratorExp)):
        return None
    return make(program, line.value)


def _is_one(raw: str) -> bool:
    """Tell whether a look shows one string, no f-string, and not several side by side."""
    quote = raw[-1]
    start = raw.find(quote)
    return start <= 2 and raw[start + 1] != quote and raw.find(quote, start + 1) == len(raw) - 1 and not raw[:start].strip("BbRrUu")
