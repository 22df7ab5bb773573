"""Searches answered from an index find what reading the text finds."""

import ast
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Write
from s3lint.linter.engine import Engine
from s3lint.project.searches import IN_IMPORTS, Search, used_names
from s3lint.settings import Settings
from s3lint.syntax.extent import numbers_holding, words_by_block

NAMES = ("f", "ff", "_f", "f1", "g")
PIECES = (*NAMES, "def ", "class ", "(", ")", ",", ".", " ", "\n", "=", ".__init__(", "é", "\x0c", '"')

texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@given(texts)
def test_indexed_calls_are_those_that_are_read(text: str) -> None:
    data = text.encode()
    for kind, name in product(("calls", "constructions"), NAMES):
        assert (name.encode() in used_names(data, kind)) == Search(kind, name).finds(data), (kind, name, text)


@given(st.lists(texts, min_size=1, max_size=5))
def test_indexed_words_are_those_that_are_read(blocks: list[str]) -> None:
    blocks = [f"{block}\n" for block in blocks]
    text, starts = "".join(blocks), [0]
    for block in blocks[:-1]:
        starts.append(starts[-1] + len(block))
    index = words_by_block(text, starts)
    for name in NAMES:
        assert index.get(name, []) == numbers_holding(text, starts, name), (name, text)


BEFORE = ("", "x = 1; ", "if x: ", "if x:\n\t", "if x: \\\n  ", "\x0c", "'''text'''\n", "try:import sys\nfinally:\n  ", "\ufeff")
BLANKS = (" ", "  ", "\t", " \\\n", "\\\r\n\t", "\x0c")
STATEMENTS = (
    "import{0}{1}",
    "import{0}os,{1}",
    "import{0}a.{1}",
    "import{0}{1}.b{0}as{0}c",
    "from{0}{1}{0}import{0}x",
    "from{0}.{1}{0}import{0}(x)",
    "from{0}..a.{1}{0}import{0}x",
    "from{0}.{0}import{0}{1}",
    "from{0}..a{0}import(  # ) y\n  x,\n  {1},\n)",
    "from{0}a{0}import{0}x,{0}y{0}as{0}{1}",
)


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("blank", BLANKS)
def test_every_name_in_an_import_is_found(before: str, blank: str) -> None:
    for kind, statement, name in product(IN_IMPORTS, STATEMENTS, ("helper", "größe")):
        text = f"{before}{statement.format(blank, name)}\n"
        ast.parse(text.encode())
        assert Search(kind, name).finds(text.encode()), text
        assert not Search(kind, "other").finds(text.encode())


LONG = ("from ", "\nfrom a", ":from a ", "\\\n", "from \\\n", "from\\\n", "\nimport (", "import \\\n", "\n\t", "from " + "a" * 100)


@pytest.mark.parametrize("part", LONG)
def test_entries_are_found_in_linear_time(part: str) -> None:
    """At a step for each pair of places this would take hours."""
    assert not Search("entries", "helper").finds(f"helper{part * 100_000}".encode())


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-7", "cp037"])
def test_entries_of_a_project_are_those_of_its_files(project: Write, encoding: str) -> None:
    text = f"# coding: {encoding}\nfrom größe import x\n"
    data = text.encode("utf-8" if encoding == "cp037" else encoding)
    root = project({"a.py": data, "größe.py": "x = 1\n"})
    search = Search("entries", "größe")
    assert Engine(Settings(root=root)).project.cones.around(root / "größe.py") == (
        root if search.finds(data) else root / "größe.py"
    )
