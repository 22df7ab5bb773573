"""The ranges of nodes: libcst's own provider, which is slower, says the same."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from s3lint.source.text import LEADING_FEED
from s3lint.syntax import positions
from s3lint.syntax.positions import positions_of
from s3lint.syntax.walk import subtree

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures").rglob("*.py"))

NEWLINES = ["\n", "\r\n", "\r"]


def differing(text: str) -> list[str]:
    """Return the code of the nodes that the two place differently."""
    text = LEADING_FEED.sub("", text)
    tree = cst.parse_module(text)
    expected = MetadataWrapper(tree, unsafe_skip_copy=True).resolve(PositionProvider)
    positions = positions_of(tree, text)
    ranges = {node: ((r.start.line, r.start.column), (r.end.line, r.end.column)) for node, r in expected.items()}
    return [tree.code_for_node(node) for node in subtree(tree) if ranges[node] != positions.of(node)]


@pytest.mark.extended
@pytest.mark.parametrize("newline", NEWLINES, ids=repr)
def test_every_node_of_the_fixtures_is_where_libcst_says(newline: str) -> None:
    for path in FIXTURES:
        text = path.read_text(encoding="utf-8").replace("\n", newline)
        assert "STO900" in text or not differing(text), path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment",
        "if x:\n\tf(\n\t\ta,  # one\n\t\t*b,\n\t)\n",
        "@decorator  # why\n\n# below\nasync def f(a, /, b: int = 1, *, c) -> None: ...\n",
        "x = (  # opened\n    'a'\n    f'{b!r:>{width}}'\n)\n",
        'text = """\nüber\n"""; y = lambda *a, **k: (yield)\n',
        "with (open(a) as b, c): pass\nmatch x:\n    case {'k': [1, *_], **rest} if y: del x[0]\n",
        "\f\nclass C:\n    \f\n    x = 1\n",
    ],
)
def test_every_node_of_odd_code_is_where_libcst_says(text: str) -> None:
    assert not differing(text)


def test_a_node_of_another_tree_has_no_place() -> None:
    assert positions_of(cst.parse_module("x = 1\n"), "x = 1\n").of(cst.Name("x")) is None


@pytest.mark.parametrize("text", ["try: x\nexcept* A  : b()\n", "class C[*\nTs]: b()\n", "def f[**\nP](): b()\n"])
def test_nothing_has_a_place_where_libcst_forgets_white_space(text: str) -> None:
    tree = cst.parse_module(text)
    assert {positions_of(tree, text).of(node) for node in subtree(tree)} == {None}


def test_without_what_is_private_to_libcst_its_public_provider_tells_positions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "s3lint.syntax.codegen")
    monkeypatch.setitem(sys.modules, "libcst._nodes.internal", None)
    spec = importlib.util.spec_from_file_location("positions_without_codegen", positions.__file__)
    assert spec is not None and spec.loader is not None
    without = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(without)
    assert without.WrittenTree is None
    for text in ["def f(a, *, b=(1)):\n    with a as c, b:\n        return f'{a}' 'x'  # why\n", "x = [\n\t1,\n]\n", ""]:
        tree = cst.parse_module(text)
        expected, found = positions_of(tree, text), without.positions_of(tree, text)
        assert [found.of(node) for node in subtree(tree)] == [expected.of(node) for node in subtree(tree)]
        assert without.positions_of(tree, text + "1").of(tree) is None
