"""Rows of comments and docstrings hold no code; whatever else may hold some counts as code."""

from __future__ import annotations

import ast
import io
import tokenize

from conftest import statements
from s3lint.syntax.prose import rows_of_code

PROGRAM = '''\
# prose
"""prose"""

import code


# prose
@code
def f(
    code,  # code
):
    """prose

    prose
    """
    # prose
    if code:
        code = """
        code
        """
        # prose
        "prose"
    # code
    elif code:
        code()
    try:
        code
        f"{code}"
    except code:
        code; "code"
    class K:
        r"""prose
        prose"""

        code = 1
        "prose"
    return """
        code"""
# prose
'''


def test_rows_of_comments_and_unused_texts_are_prose() -> None:
    lines = PROGRAM.splitlines()
    rows = [row for row, line in enumerate(lines, 1) if "code" in line or "prose" in line]
    found = rows_of_code(ast.parse(PROGRAM), rows)
    assert found == [row for row in rows if "code" in lines[row - 1]]


def test_no_row_with_a_name_is_prose() -> None:
    assert not [text for text in statements() if rows_of_code(ast.parse(text), rows_with_names(text)) != rows_with_names(text)]


def rows_with_names(text: str) -> list[int]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return sorted({token.start[0] for token in tokens if token.type in (tokenize.NAME, tokenize.NUMBER)})
