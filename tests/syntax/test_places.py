"""The ranges that `ast` tells are those of libcst's own tree."""

from __future__ import annotations

import hypothesmith
import libcst as cst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_skeleton import CODE, EXAMPLES

from conftest import fixture_files
from s3lint.syntax.layout import add_layout
from s3lint.syntax.places import Places
from s3lint.syntax.positions import positions_of
from s3lint.syntax.skeleton import skeleton_of
from s3lint.syntax.walk import subtree

ODD_CODE = [
    "f((a), (b), k=(c), *(d), **(e))\nf((a, b))\nf(((a, b)), 1)\nf((x for x in y))\nf(x for x in y)\nf((x for x in y), 1)\n",
    "f(\n    (\n        a\n    )\n)\nf(\n    a\n)\nf(\n    a  # why (\n    ,\n    b  # )\n)\nf( \\\n  (a) \\\n )\n",
    "{(a): (b), 'c': (d, e), **(f), (1, 2): 3}\n[(a), *(b), (c, d), ((e, f))]\n[(x for x in y)]\n",
    "(a).b\n(a)(b)[(c)]\n((a) + (b))\n(a if b else c)\n(lambda: (a))\n-(a)\nnot (a)\n(a) < (b)\n(a and b) or (c)\n",
    "f('über', ä, ö=é)(x)\ng(a, 'ü'), h('ß', k=1)\n('ä' 'ö', b)\nx = {'é': y, 'k': 'ö'}\n",
    "(a), b\n(a, b)\na, b,\nx = a,\nreturn_ = (a, b), c\nfor a, b in (c), d: pass\n",
    "if x:\n\tf(\n\t\ta,  # one\n\t\t*b,\n\t)\n",
    "f('''\nä''', b)\nf(b'a' b'b', r'\\d')\nf(f'{a}' 'b', f'{x!r}')\n",
    "def f(a: (b) = (c), *, d=(e)) -> (g): return (h)\n@(d)\nclass C((A), metaclass=(M)): x: (int) = (1)\n",
]


def calls_and_texts(text: str) -> tuple[int, int]:
    """Return how many calls, arguments and literals a text has, and of how many `ast` tells the range. Each range is libcst's."""
    skeleton = skeleton_of(text)
    if skeleton is None:
        return 0, 0
    made = skeleton.complete()
    tree, places = cst.parse_module(text), Places(text, made)
    assert add_layout(made, tree.body)
    object.__setattr__(tree, "body", made)
    expected = positions_of(tree, text)
    nodes = [node for statement in made for node in subtree(statement)]
    for node in nodes if expected.of(tree) is not None else ():
        assert places.of(node) in (None, expected.of(node)), (tree.code_for_node(node), text)
        assert not (places.is_bare(node) and getattr(node, "lpar", ())), (tree.code_for_node(node), text)
    found = [node for node in nodes if isinstance(node, cst.Call | cst.Arg | cst.SimpleString | cst.Dict | cst.DictElement)]
    return len(found), sum(places.of(node) is not None for node in found)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=repr)
def test_every_range_of_odd_code_is_libcst_own(newline: str) -> None:
    for text in (*ODD_CODE, *CODE):
        calls_and_texts(text.replace("\r\n", "\n").replace("\n", newline))


@pytest.mark.parametrize(
    "text", ["f(a, 'b', k=c, *d, **e)\n", "f(k=(a))\n", "[a, {'b': 'c', 'd': ('e', 2)}]\n", "f(\n    g('a'),\n)\n"]
)
def test_plain_code_is_told_whole(text: str) -> None:
    every, told = calls_and_texts(text)
    assert told == every > 0


def test_ranges_of_fixtures_are_libcst_own_and_most_are_told() -> None:
    counts = [calls_and_texts(path.read_text(encoding="utf-8")) for path in fixture_files()[::4]]
    every, told = map(sum, zip(*counts, strict=True))
    assert told > 0.8 * every


@pytest.mark.extended
@settings(max_examples=20 * EXAMPLES)
@given(st.deferred(hypothesmith.from_grammar))  # deferred: the grammar takes seconds to build
def test_ranges_of_any_program_are_libcst_own(program: str) -> None:
    try:
        cst.parse_module(program)
    except Exception:
        return
    calls_and_texts(program)
