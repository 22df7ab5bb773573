"""The comment that lets a finding stand, and where it can be written."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Sequence

from s3lint.finding import Edit, Location
from s3lint.suppressions import Suppression, suppressions

REASON = "TODO: say why"
"""What stands for the reason until somebody writes it."""

STRING_STARTS = frozenset({"FSTRING_START", "TSTRING_START"})
STRING_ENDS = frozenset({"FSTRING_END", "TSTRING_END"})


def allowance(lines: Sequence[str], rows: Sequence[int], code: str, reason: str = REASON) -> Edit | None:
    """The edit that allows a rule on one of some rows; None where no comment of Python can stand there."""
    if any(_is_foreign(lines, row) for row in rows):
        return None
    text = "".join(lines)
    for each in suppressions(text):
        if each.kind == "allow" and each.selectors and each.rows is not None and any(row in each.rows for row in rows):
            return _added(each, code)
    layout = _layout(text)
    if layout is None:
        return None
    inside, starts = layout
    comment = f"# s3lint: allow[{code}] {reason}"
    for row in rows:
        line = lines[row - 1].rstrip()
        if row not in inside and not line.endswith("\\"):
            end = Location(row, len(line) + 1)
            return Edit(end, end, f"  {comment}")
    first = max((start for start in starts if start <= rows[0]), default=rows[0])
    line = lines[first - 1]
    indentation = line[: len(line) - len(line.lstrip())]
    return Edit(Location(first, 1), Location(first, 1), f"{indentation}{comment}{_newline(line)}")


def _added(each: Suppression, code: str) -> Edit:
    """One more code in a comment that is there."""
    column = each.column + each.text.index("]", each.text.lower().index("allow[")) + 1
    return Edit(Location(each.row, column), Location(each.row, column), f", {code}")


def _is_foreign(lines: Sequence[str], row: int) -> bool:
    """Whether a row is SQL or a magic of a notebook."""
    head = next((line.strip() for line in lines if line.strip()), "")
    return head.startswith("%") or row > len(lines) or lines[row - 1].startswith("# MAGIC")


def _newline(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :] or "\n"


def _layout(text: str) -> tuple[set[int], list[int]] | None:
    """The rows that end within a string, and the first row of each statement; None where the text cannot be tokenized."""
    inside: set[int] = set()
    starts: list[int] = []
    opened: list[int] = []
    fresh = True
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            name = tokenize.tok_name[token.type]
            if name in STRING_STARTS:
                opened.append(token.start[0])
            elif name in STRING_ENDS:
                inside.update(range(opened.pop(), token.end[0]))
            elif name == "STRING":
                inside.update(range(token.start[0], token.end[0]))
            if name == "NEWLINE":
                fresh = True
            elif fresh and name not in ("NL", "COMMENT", "INDENT", "DEDENT", "ENDMARKER"):
                starts.append(token.start[0])
                fresh = False
    except (tokenize.TokenError, SyntaxError):
        return None
    return inside, starts
