"""Generate unusual Python programs around the storage calls of every rule's fixtures, as strategies of hypothesis."""

from __future__ import annotations

import ast
import functools
import io
import re
import textwrap
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from hypothesis import strategies as st

from conftest import CHECKOUT
from s3lint.testing import MARKER, expected


@dataclass(frozen=True)
class Stock:
    """Parts of one rule's fixture: its imports and constants, the calls on its marked lines, and the statements around these."""

    rule: str
    head: str
    calls: tuple[str, ...]
    lines: tuple[str, ...]


@functools.cache
def stocks() -> list[Stock]:
    files = sorted((CHECKOUT / "fixtures").glob("*/*/bad.py"))
    return [_stock(path) for path in files if path.parent.name != "unreadable_file"]


def _stock(path: Path) -> Stock:
    text = path.read_text(encoding="utf-8")
    tree, rows = ast.parse(text), {row for row, _ in expected(text)}
    bare = "\n".join(MARKER.sub("", line).rstrip() for line in text.splitlines())

    def of(*nodes: ast.AST) -> tuple[str, ...]:
        segments = (ast.get_source_segment(bare, node) for node in nodes)
        return tuple(textwrap.dedent(segment) for segment in segments if segment is not None)

    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom | ast.Assign)]
    simple = [node for node in _outermost(tree, ast.stmt, rows) if not isinstance(node, ast.Return)]
    whole = [node for node in tree.body if hasattr(node, "body") and not rows.isdisjoint(_rows(node))]
    calls = of(*_outermost(tree, ast.Call, rows))
    return Stock(path.parent.name, "\n".join(of(*top)) + "\n", calls, of(*simple, *whole))


def _outermost(node: ast.AST, kind: type[ast.AST], rows: set[int]) -> Iterator[ast.AST]:
    """Yield the outermost nodes of a kind that span one of the rows. Nodes with a body are searched, not yielded."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, kind) and not hasattr(child, "body") and not rows.isdisjoint(_rows(child)):
            yield child
        else:
            yield from _outermost(child, kind, rows)


def _rows(node: ast.AST) -> range:
    return range(getattr(node, "lineno", 0), getattr(node, "end_lineno", -1) + 1)


EXPRESSIONS = (
    "({e})",
    "({e},)",
    "(x := ({e}))",
    "(lambda *a, b=({e}), **k: ({e}))",
    "[({e}) for x in y if x if not x]",
    "{{x: ({e}) for x, *y in z}}",
    "{{({e}) for x in (lambda: y)()}}",
    "list(({e}) for x in ({e}))",
    "same(*[({e})], **{{'k': ({e})}})",
    "(({e}) if not x else ({e}))",
    "not x or ({e}) and ({e})",
    "x[({e}) : ({e}), ...]",
    "(({e}) . a [0]) ()",
    "({e}) @ x ** -y",
    "[*({e}), *x]",
    "{{**({e}), 'k': ({e})}}",
    "x < ({e}) is not y in z",
    "'a' 'b' % ({e})",
    "f'{{x}}' '{{y}}' f'{{x!r:>{{y}}}}'.format(({e}))",
)

IN_FSTRING = ("{{{e}}}", "a{{ ({e}) !r:>{{width}}}}", "{{{{ {{({e})=}} }}}}", "{{x:{{({e})}}}}")

QUOTES = ("'", '"', "'''", '"""')

STATEMENTS = (
    "{e}",
    "{e}; {e} ; pass;",
    "x = y = {e}",
    "x, *y = {e}, {e}",
    "x: ({e}) = {e}",
    "x[{e}] += {e}",
    "del x, y[{e}]",
    "assert {e}, {e}",
    "if x: {e}; y = {e}",
    "if {e}:\n{b}\nelif {e}:\n{b}\nelse:\n{b}",
    "for x, (y, *z) in {e}:\n{b}\n    continue\nelse:\n{b}",
    "while (x := {e}):\n{b}\n    break",
    "try:\n{b}\nexcept (OSError, ValueError) as error:\n{b}\nelse:\n{b}\nfinally:\n{b}",
    "try:\n{b}\nexcept* OSError:\n{b}",
    "with ({e} as x, {e},):\n{b}",
    "with {e} as x, {e} as y[0]:\n{b}",
    "match {e}:\n    case {{'k': x, **z}} if {e}:\n    {b}\n    case [1 | -2 | None, *_] | (C(y=_)):\n    {b}\n    case _:\n    {b}",
    "@same({e})\n@(lambda f: f)\ndef f(a, /, b=({e}), *, c: ({e}) = None, **k) -> ({e}):\n{b}\n    return {e}",
    "def f():\n    x = None\n    def inner(y={e}):\n        nonlocal x\n        x = {e}\n    {b}\n    return inner",
    "def f():\n    global g\n    g = {e}\n{b}\ng = {e}",
    "def f(): return {e}",
    "def f():\n    x = yield {e}\n    yield from {e}\n{b}",
    "async def f(*a, **k):\n    async with {e} as x, y:\n        await ({e})\n    async for x in {e}: {e}\n    return [x async for x in {e}]\n{b}",
    "class C(Base, metaclass=({e})):\n    x: str = {e}\n    @property\n    def y(self):\n    {b}\n    z = lambda self: ({e})",
    "raise X from {e}",
    "import os.path as p, sys; from a import (b as c,); {e}",
    'def f():\n    """{{}}"""\n    return {e}',
)

SINCE = {
    (3, 12): (
        "type X[T: ({e}), *Ts, **P] = {e}",
        "def f[T: (str, int)](x: T = {e}) -> T:\n{b}",
        "class C[*Ts](Base[*Ts]):\n{b}",
        "f'{{f'{{{e}}}'}}'",
        "f'{{(  # odd\n{e})}}'",
    ),
    (3, 14): ("t'{{{e}}}'", "try:\n{b}\nexcept OSError, ValueError:\n{b}"),
}

ALL_STATEMENTS = (*STATEMENTS, *(template for templates in SINCE.values() for template in templates))


@st.composite
def expressions(draw: st.DrawFn, stock: Stock, depth: int = 2) -> str:
    """Generate a storage call, or an expression that contains some."""
    if not stock.calls:
        return "x"
    kind = draw(st.integers(0, 3)) if depth else 0
    if kind < 2:
        return draw(st.sampled_from(stock.calls))
    inner = draw(expressions(stock, depth - 1))
    if kind == 2:
        return draw(st.sampled_from(EXPRESSIONS)).format(e=inner)
    quote = next((quote for quote in QUOTES if quote not in inner), '"""')
    return f"f{quote}{draw(st.sampled_from(IN_FSTRING)).format(e=inner)}{quote}"


@st.composite
def blocks(draw: st.DrawFn, stock: Stock, depth: int = 2) -> list[str]:
    """Generate the lines of some statements, not indented."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3 if depth == 2 else 1))):
        if draw(st.booleans()):
            lines += draw(st.sampled_from(stock.lines)).splitlines()
        else:
            template = draw(st.sampled_from(ALL_STATEMENTS if depth else STATEMENTS[:9]))
            lines += draw(filled(template, stock, depth))
    return lines


@st.composite
def filled(draw: st.DrawFn, template: str, stock: Stock, depth: int) -> list[str]:
    """Fill a template with an expression for each `{e}` and a block, indented by one step more, for each `{b}`."""
    lines: list[str] = []
    for row in template.split("\n"):
        if row.strip() == "{b}":
            indent = row.removesuffix("{b}") + "    "
            lines += [indent + line for line in draw(blocks(stock, depth - 1))]
        else:
            parts = [draw(expressions(stock, depth)) for _ in range(row.count("{e}"))]
            lines += re.sub(r"\{e\}", lambda _: "{}", row).format(*parts).split("\n")
    return lines


@st.composite
def programs(draw: st.DrawFn) -> bytes:
    """Generate a program about one rule, with unusual spacing, line ends and encodings that keep its tokens."""
    stock = draw(st.sampled_from(stocks()))
    text = stock.head + "\n".join(draw(blocks(stock))) + "\n"
    if draw(st.booleans()):
        text = oddly_spaced(text, draw(st.randoms(use_true_random=False)))
    for change in draw(st.lists(st.sampled_from(LAYOUTS), max_size=2, unique=True)):
        text = change(text)
    return draw(st.sampled_from((b"", b"", b"\xef\xbb\xbf"))) + text.encode()


LAYOUTS = (
    lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"),
    lambda text: text.replace("\r\n", "\n").replace("\n", "\r"),
    lambda text: re.sub(r"^(?: {4})+", lambda match: "\t" * (len(match[0]) // 4), text, flags=re.MULTILINE),
    lambda text: re.sub(r"^(?=\w)", "\f", text, flags=re.MULTILINE),
    lambda text: text.rstrip("\n"),
    lambda text: f"#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n{text}",
    lambda text: text.replace("\n", "  # ä 😀\n", 1),
)

BETWEEN = ("\\\n", " \\\n\t ", "\f", "  ", "\t")
"""White space that is valid between two tokens of a line."""

INSIDE = (*BETWEEN, "\n", "  # odd\n", "#)\n\n", "\n\f\n", "  # s3lint: allow[STO501]\n", "# noqa: STO301\n")
"""White space and comments that are valid between two tokens in brackets."""

ENDS = frozenset({tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER})


def oddly_spaced(text: str, chance: Random) -> str:
    """Insert comments, continued lines and form feeds between some tokens of a program."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for (row, column), inside in sorted(_gaps(text), reverse=True):
        if chance.random() < 0.15:
            place = starts[row - 1] + column
            text = text[:place] + chance.choice(INSIDE if inside else BETWEEN) + text[place:]
    return text


def _gaps(text: str) -> Iterator[tuple[tuple[int, int], bool]]:
    """Yield the start of each token that is not the first of its line nor in an f-string, and whether it is in brackets."""
    brackets, strings, first = 0, 0, True
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if not first and not strings and token.type not in ENDS:
                yield token.start, brackets > 0
            kind = tokenize.tok_name[token.type]
            strings += kind.endswith("STRING_START") - kind.endswith("STRING_END")
            if token.type == tokenize.OP:
                brackets += (token.string in "([{") - (token.string in ")]}")
            first = token.type in ENDS
    except (tokenize.TokenError, SyntaxError):
        return
