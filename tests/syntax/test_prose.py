"""Rows of comments and docstrings hold no code; whatever else may hold some counts as code."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

import pytest

from conftest import statements
from s3lint.source.text import Source
from s3lint.syntax import prose
from s3lint.syntax.module import Module
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


@code
class C(
    code,  # code
):
    # code
    """prose"""
    # prose

    @code
    def f(self):
        """prose"""
        # prose
        code

    code = """code
    """
    # prose
    class D: code = "code"


code; """prose code"""
# prose
'''


TREES = ["kept", "forgotten", "no block readable"]


@pytest.mark.parametrize("tree", TREES)
def test_rows_of_comments_and_unused_texts_are_prose(monkeypatch: pytest.MonkeyPatch, tree: str) -> None:
    lines = PROGRAM.splitlines()
    rows = [row for row, line in enumerate(lines, 1) if "code" in line or "prose" in line]
    assert found_in(PROGRAM, rows, monkeypatch, tree) == [row for row in rows if "code" in lines[row - 1]]


@pytest.mark.parametrize("tree", TREES)
def test_no_row_with_a_name_is_prose(monkeypatch: pytest.MonkeyPatch, tree: str) -> None:
    assert not [text for text in statements() if found_in(text, rows_with_names(text), monkeypatch, tree) != rows_with_names(text)]


def found_in(text: str, rows: list[int], monkeypatch: pytest.MonkeyPatch, tree: str) -> list[int]:
    with monkeypatch.context() as patch:
        module = Module.load(Source.decode(Path("/nowhere/program.py"), text.encode()))
        if tree != "kept":
            patch.setattr(prose, "recent_tree", lambda _: None)
        if tree == "no block readable":
            patch.setattr(prose, "program_of", lambda *_, **__: "(")
        else:
            patch.setattr(prose, "syntax_of", None)
        return rows_of_code(module, rows)


def rows_with_names(text: str) -> list[int]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return sorted({token.start[0] for token in tokens if token.type in (tokenize.NAME, tokenize.NUMBER)})
