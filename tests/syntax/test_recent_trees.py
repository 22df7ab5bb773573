"""A block that is cut out of the tree of its file has the nodes that its own text gives."""

from __future__ import annotations

import ast
import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import libcst as cst
import pytest

from conftest import CHECKOUT, fixture_files
from s3lint.source.text import Source
from s3lint.syntax import module, skeleton
from s3lint.syntax.flow import Scope
from s3lint.syntax.module import Block, Module
from s3lint.syntax.outline import MEMBER_HEADER, parse
from s3lint.syntax.recent_trees import RecentTrees, keep_tree, recent_tree

FILES = [*fixture_files(), *sorted((CHECKOUT / "s3lint" / "syntax").glob("*.py"))]

BROKEN = "STO900"
"""The code of syntax errors: fixtures of it do not parse."""

SHARED_ROWS = """\
a = 1; b = 2
@decorate(
    1)
class A:
    '''What it is.'''; x = 1
    # \\
    y = 2
    @property
    def f(self): return 1
    class B(C):
        def g(self):
            if a: return 2
        z = 1
class D: x = 1
async def h():
    return f'{a}'
"""


def load(text: str) -> Module:
    return Module.load(Source.decode(Path("/nowhere/program.py"), text.encode()))


def blocks(made: Module) -> Iterator[Block]:
    """Yield the blocks that are parsed alone."""
    pending = [Scope(made, "module", "", None)]
    while pending:
        for step in pending.pop().suite.steps:
            if step.scope is not None:
                pending.append(step.scope)
            else:
                yield step.block


TEXTS = [SHARED_ROWS, SHARED_ROWS.replace("\n", "\r\n"), *(path.read_text("utf-8") for path in FILES)]


@pytest.mark.parametrize("text", [text for text in TEXTS if BROKEN not in text])
def test_a_block_is_the_same_in_the_tree_of_its_file(text: str) -> None:
    made = load(text)
    file = recent_tree(made.file.text)
    if file is None:
        assert made.outline.parts[0].kind == "whole"
        return
    for block in blocks(made):
        found = file.on_rows(block.part.start, block.part.end)
        assert found is not None, block.text
        nodes = found.as_member().nodes if block.member else found.nodes
        alone = parse(MEMBER_HEADER + block.text if block.member else block.text).body
        assert list(map(ast.dump, nodes)) == list(map(ast.dump, alone)), block.text


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=repr)
def test_its_nodes_are_libcst_own(newline: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = load(SHARED_ROWS.replace("\n", newline))
    monkeypatch.setattr(skeleton, "statements_in", None)
    for block in blocks(made):
        assert block.statements
        assert "tree" not in vars(block.parsed), block.text
        expected = cst.parse_module(MEMBER_HEADER + block.text if block.member else block.text)
        assert block.tree.deep_equals(expected), block.text


def test_the_attributes_that_a_method_sets_are_read_off_the_tree_of_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    made = load("class A:\n    def f(self):\n        self.a, b.c = 1, 2\n")
    (method,) = blocks(made)
    monkeypatch.setattr(module, "parse", None)
    assert method.sets == {"a", "c"}


def test_rows_that_are_no_statements_have_none() -> None:
    keep_tree("a = (\n1)\n\nb = 2\n", parse("a = (\n1)\n\nb = 2\n"))
    file = recent_tree("a = (\n1)\n\nb = 2\n")
    assert file is not None
    assert [file.on_rows(*rows) is not None for rows in ((1, 2), (1, 4), (4, 4), (1, 1), (2, 2), (3, 3), (5, 5))] == [True] * 3 + [
        False
    ] * 4


def test_trees_are_kept_while_their_texts_have_room() -> None:
    trees = RecentTrees(30)
    texts = [f"a = {number}\n" for number in range(6)]
    for text in texts[:5]:
        trees.keep(text, parse(text))
    trees.keep(texts[4], parse(texts[4]))
    assert trees.used(texts[0]) is not None
    trees.keep(texts[5], parse(texts[5]))
    assert [trees.used(text) is not None for text in texts] == [True, False, True, True, True, True]
    trees.keep(LONG, parse(LONG))
    assert list(trees) == [LONG]
    trees.keep(texts[0], parse(texts[0]))
    assert list(trees) == [texts[0]]


LONG = "long = 1\n" * 10


def test_a_tree_that_is_kept_keeps_no_module_alive() -> None:
    before = load(SHARED_ROWS)
    used = [weakref.ref(block.parsed.skeleton(block._written)) for block in blocks(before)]
    assert all(each() is not None for each in used)
    after = load(SHARED_ROWS)
    before.take_apart()
    del before
    gc.collect()
    assert recent_tree(after.file.text) is not None
    assert not [each for each in used if each() is not None]
