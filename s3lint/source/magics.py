"""Replace the magics of IPython, which no parser of Python reads, by Python. The code that a magic runs stays in its row and column.

`%timeit -n 1 f()` becomes an empty statement and `f()`, `x = %time f()` an assignment. `{…}` in a line of the shell is code too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

SQL_CELL = re.compile(r"%{1,2}sql\s*(?:$|(?=[^\s:]))(?!.*://)", re.IGNORECASE)
PYTHON_CELL = re.compile(r"%%(?:time|timeit|capture|prun|python3?|local|pyspark|spark)\b")
ANY_CELL = re.compile(r"%%\w")
OTHER_CELL = re.compile(
    r"%(?:md|sh|scala|r|fs|html|bash)\b|#!(?!.*\bpython)[a-z]+\s*$"
    r"|%%(?:sh|bash|cmd|system|sx|script(?!.*\bpython)|html|svg|latex|markdown|md|javascript|js|perl|ruby|writefile|file|r|scala|julia)\b",
    re.IGNORECASE,
)
"""Magics of cells that Python does not run. Any other may run the cell as Python: the cell tells by being Python that calls something."""

LINE_MAGIC = re.compile(r"^(?P<indent>\s*)(?:[%!?]|[\w.]+\?{1,2}\s*$)")
ESCAPED_CALL = re.compile(r"^(?P<indent>\s*)(?P<sign>[,;/])(?P<name>\w[\w.]*)(?:\s+|$)")
"""IPython's `,f a b`, `;f a b` and `/f a`, which call a function. The first two may also begin a line of Python inside of brackets."""

ASSIGNED_MAGIC = re.compile(r"^(?P<target>[^%!#]*[^=<>!%\s]\s*=\s*)(?=[%!])")

MAGIC_NAME = re.compile(r"\s*%{1,2}[\w.]+[ \t]+")
STATEMENT_MAGIC = re.compile(r"\s*%{1,2}(?:time|timeit|prun)[ \t]+(?=[^-\s])")
"""Magics that run the rest of the line as Python, whatever it is."""

WORD = re.compile(r"[^ \t]+[ \t]+")

MAX_OPTIONS = 10
"""Words of options of a magic, before which code is searched."""

EXPANDED = re.compile(r"\{((?:[^{}]|\{[^{}]*\})*)\}")
"""What IPython evaluates in a line for the shell, and in the arguments of most magics."""


def without_magics(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines with Python in place of magics, and nothing for a line that continues a magic without code."""
    row = 0
    while row < len(lines):
        at, end = _magic_column(lines[row]), row + 1
        if at is None:
            yield lines[row]
        else:
            while lines[end - 1].endswith("\\") and end < len(lines):
                end += 1
            yield from _replaced("\n".join(lines[row:end]), at).split("\n")
        row = end


def without_escaped_calls(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines with Python in place of `/f a b` and its like."""
    for line in lines:
        match = ESCAPED_CALL.match(line)
        if match is None:
            yield line
        elif match["sign"] == "/" and calls(line[match.end() :]):
            yield _behind(match["indent"] + match["name"], line, match.end())
        else:
            yield f"{match['indent']}pass #{line[match.end() :]}"


def _magic_column(line: str) -> int | None:
    """Return the column at which the magic of a line begins; None without one."""
    assigned = _assigned(line)
    match = LINE_MAGIC.match(line) if assigned is None else None
    return assigned if match is None else match.end("indent")


def _assigned(line: str) -> int | None:
    """Return the column at which the magic of an assignment begins, if the line is one."""
    match = ASSIGNED_MAGIC.match(line)
    if match is None:
        return None
    tree = parsed(f"{match['target'].strip()} 0")
    return match.end() if tree is not None and isinstance(tree.body[0], ast.Assign | ast.AnnAssign) else None


def _replaced(text: str, at: int) -> str:
    """Return a line, and those that continue it, with Python in place of the magic at a column. Code stays where it is."""
    before, is_value = text[:at], bool(text[:at].strip())
    code = code_column(text[at:])
    if code is not None:
        return before + " " * code + text[at + code :] if is_value else _statement(text, at, at + code)
    made = before + ("_" if is_value else "0")
    spans = [match.span(1) for match in EXPANDED.finditer(text.partition("\n")[0], at) if calls(match[1])]
    for begin, end in spans:
        made = _behind(made, text[:end], begin)
    if not spans:
        made = before + ("None" if is_value else "pass")
    return made + "\n" * text.count("\n")


def _statement(text: str, at: int, code: int) -> str:
    """Return a line with the code of its magic at the same column, or in the place of the magic if nothing can stand before it."""
    made = _behind(f"{text[:at]}0", text, code)
    return made if parsed(f"0;{text[code:]}") is not None else text[:at] + text[code:]


def _behind(made: str, text: str, column: int) -> str:
    """Return a statement with the code of another text behind it, at the same column."""
    return f"{made}{' ' * (column - 1 - len(made))};{text[column:]}"


def code_column(magic: str) -> int | None:
    """Return the column at which the Python begins that a magic runs: behind its options, to where a call or `%time` tells that it is code."""
    statement = STATEMENT_MAGIC.match(magic)
    if statement is not None:
        return statement.end()
    name = MAGIC_NAME.match(magic)
    at, is_value = name.end() if name is not None else len(magic), False
    for _ in range(MAX_OPTIONS):
        if calls(magic[at:]):
            return at
        word = WORD.match(magic, at)
        is_option = magic.startswith("-", at)
        # An option may have a value behind it, which is no option itself.
        if word is None or not (is_option or is_value):
            return None
        at, is_value = word.end(), is_option
    return None


def code_of_head(line: str) -> str:
    """Return the code in the line of a magic of a cell, at the same column: what `%%timeit` runs first, for example. Empty without one."""
    start = len(line) - len(line.lstrip())
    column = code_column(line[start:])
    return _behind("0", line, start + column) if column is not None and calls(line[start + column :]) else ""


def parsed(text: str) -> ast.Module | None:
    """Return the tree of a text; None if it is not Python, or nothing."""
    try:
        tree = ast.parse(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree if tree.body else None


def calls(text: str) -> bool:
    """Tell whether a text is Python that calls something."""
    if "(" not in text:
        return False
    tree = parsed(text)
    return tree is not None and any(isinstance(node, ast.Call) for node in ast.walk(tree))
