"""Nodes made without libcst are those that libcst makes: with their layout added, every field of every node is the same."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesmith
import libcst as cst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import CHECKOUT, fixture_files
from s3lint.linter.engine import Engine
from s3lint.settings import Settings
from s3lint.source.text import Source
from s3lint.syntax import module
from s3lint.syntax.flow import Scope, Step, Suite
from s3lint.syntax.layout import add_layout
from s3lint.syntax.maker import COMPOUND, EXPRESSIONS, SIMPLE
from s3lint.syntax.site import Site, locate
from s3lint.syntax.skeleton import skeleton_of
from syntax.twins import made, tally

EXAMPLES = int(os.environ.get("S3LINT_EXAMPLES", "12"))

OTHERWISE_MADE = {"FormattedValue", "Slice", "Starred"}
"""Expressions that are made with the node around them."""

LEFT_TO_LIBCST = {"Match", "TypeAlias", "TemplateStr", "Interpolation"}

CODE = [
    "x = y = (a, *b)\nx: int\nx: list[int] = []\nx **= -1 @ ~2 // +3\ndel x, (y)\ndel (x, y)\ndel [x]\ndel x\n",
    "import a, b.c as d\nfrom . import a\nfrom ...b.c import (d as e, f,)\nfrom a import *\n",
    "global_ = 1; x = 2;\nif x: a; b; c\nwhile (x): pass\nelse: ...\n",
    "if a:\n    pass\nelif b:\n    pass\nelse:\n    if c:\n        pass\n    else:\n        pass\n",
    "@a.b\n@c(1)\nasync def f(a, /, b: int = 1, *args: str, c, d=2, **kw) -> None:\n    global x, y\n    return\ndef g(*, a): return a\n",
    "def f():\n    nonlocal_ = yield\n    x = yield from (a)\n    await b\n    return *a, b\nf = lambda a, *b, c=1, **d: (yield)\n",
    "class A: pass\nclass B(A, *C, metaclass=M, **kw):\n    'doc'\n    x = 1\nclass C():\n    def f(self): ...\n",
    "for a, *b in c, d:\n    continue\nelse:\n    break\nasync def f():\n    async for a in b: pass\n    async with a as b, c: pass\n",
    "try:\n    raise A from b\nexcept (A, B) as e: raise\nexcept C:\n    pass\nexcept:\n    assert x, y\nelse:\n    assert x\nfinally:\n    pass\n",
    "with (open(a) as b, c as (d, e)):\n    pass\nwith (a, b): pass\nwith (a): pass\nwith (a, b) as c: pass\nwith (yield): pass\n",
    "a < b <= c is not d not in e == (f) != g\nnot a and b or (c and d) and not (e or f)\n(a and b) and c\na if b else c if d else e\n",
    "x[1]\nx[1, 2]\nx[(1, 2)]\nx[(1), 2]\nx[()]\nx[a:b, ::c, :]\nx[a,]\nx[:]\nx[lambda: 1]\n",
    "f(a, *b, c, d=1, *e, **g, h=2)\nf(*a, k=1, *b)\nf(x for x in y)\nf((yield))\nf()\nf(a)(b)[c].d\n",
    "[a for b in c if d if e for f in g]\n{a: b for a, b in c}\n{a for a in b}\n(a for a in b)\n{**a, 'b': 1}\n{1, *a}\n{}\n[]\n()\n(a,)\n",
    "'a' 'b'\n('a'\n 'b')\nr'''a\\\\'''\nb'a'\nf'{a!r:>{w}}' 'b'\n'' \"\"\nu'ü'\nx = '''a\r\nb'''\n\"\\\"\"\n'\\\\'\nf('über', ä)\n",
    "f''\nf'{a}'\nF\"a{{b}}{c.d}{{{e}}}f{g}{h}\"\nrf'\\d{x}'\nfR'''{a}\n{b}'''\nf'\\n{a}\\''\nf'\\\\{a}'\nf'\\N{EM DASH}{a}'\nf'{{a}}{b}{{'\n",
    "f'{a}' f'{b}'\n(f'{a}'\n'b')\nf'{a!r}{b:x}{c=}{ d }{e[0]}{f()}{1}{a:{b}}'\nf\"{a}'{b}'\"\ndef f():\n  f'{yield}'\nf'{None}{ä.ö}'\n",
    "f'{a[0]}{ f(b, *c) }{a + b}{-1}{a, b}{*a, b}{[x for x in y]}{a if b else c}{not a}{(a)}'\nf'{(x for x in y)}{await_}'\n",
    "f\"it's {a}\"\nf'\"{a}\"'\nf\"\"\"a\"b\"\"{a}'\"\"\"\nf'' \"\"\nf'''{\na}'''\nf'''{a[\n0]}'''\nasync def f(): f'{await a}'\n",
    "f'{a!r}{b.c!s}{ d !a}{e[0]!r}{f != g}'\n(f'{a!r}'  # it's\n 'b' \\\n f\"{'c'}\" r'd')\n(f'{a}'\n# \"\n  'b' f'c')\n",
    "f\"\"\"{a['b']}\"\"\"\nf'''{a[\"b\"]}'''\n'' f''\nb'a' rb'b' \\\n  b''\nf'' ''\n'a'f'{b}'\n'''a''' f'''{b}''' f'{b[0]}' u'c'\n",
    "f'{a == b}{a != b}{a <= b}{yield_}'\nf'{x[1:2]}{lambda_}'\nf'{é[0]}'\ndef f():\n  f'{yield a}{yield}{(yield)}'\n",
    "1\n1_000\n0xFF\n1.5e3\n2j\n-1\nTrue\nNone\n...\n(a := 1)\n",
    "if x:\n\ty = (  # why\n\t\t1  # one\n\t)\n\n\t# below\n# end\n",
    "if a: \\\n  b\nx = \\\n  1\na; \\\n  b\nwith a: \\\n  pass\n",
    "x = 'ﬁ'\nﬁ = 1\n",
    "del a,\n",
    "async def f():\n    return [a async for a in b]\n",
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=repr)
def test_every_kind_of_code_is_made_as_libcst_makes_it(newline: str) -> None:
    refused = [text for text in CODE if not made(text.replace("\r\n", "\n").replace("\n", newline))]
    assert [text[:9] for text in refused] == ["if a: \\\n ", "x = 'ﬁ'\nﬁ", "del a,\n"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="syntax of Python 3.11")
def test_code_of_python_3_11_is_made_as_libcst_makes_it() -> None:
    assert made("try: pass\nexcept* A as e: pass\n")
    assert made("x[*a]\nx[*a, b]\n")


def test_every_node_of_the_grammar_is_made_or_left_to_libcst() -> None:
    known = {kind.__name__ for kind in (*SIMPLE, *COMPOUND, *EXPRESSIONS)} | OTHERWISE_MADE | LEFT_TO_LIBCST
    grammar = {kind.__name__ for base in (ast.stmt, ast.expr) for kind in base.__subclasses__()}
    assert grammar <= known


@pytest.mark.extended
@settings(max_examples=20 * EXAMPLES)
@given(st.deferred(hypothesmith.from_grammar))  # deferred: the grammar takes seconds to build
def test_any_program_is_made_as_libcst_makes_it(program: str) -> None:
    try:
        cst.parse_module(program)
    except Exception:
        return
    made(program)


def test_other_code_gets_no_layout() -> None:
    skeleton = skeleton_of("f(a)\n")
    assert skeleton is not None
    bare = skeleton.complete()
    assert not add_layout(bare, cst.parse_module("f(b)\n").body)
    assert not add_layout(bare, cst.parse_module("f(a, a)\n").body)
    assert cst.Module(bare).code == "f(a)\n"


NUMBERED = '''\
a = [
    1, 2]
@b
def c(d=3,
      e=5):
    if d: f = 6; g = 6
    with h(7,
           8) as i:
        j(9)


class K:
    l = 13

    @staticmethod
    async def m():
        try:
            n(17)
        except o(
            18
        ):
            return """20
"""
'''


@pytest.mark.parametrize("kept", [True, False], ids=["cut out of the file's tree", "parsed again"])
def test_the_rows_of_a_statement_are_known_without_layout(monkeypatch: pytest.MonkeyPatch, *, kept: bool) -> None:
    if not kept:
        monkeypatch.setattr(module, "recent_tree", lambda _: None)
    program = module.Module.load(Source.decode(Path("/nowhere/program.py"), NUMBERED.encode()))
    steps = [step for step in every_step(Scope(program, "module", "program", None).suite) if step.kind is not module.Block]
    rows = [step.statement.rows for step in steps]
    # A suite is left out where nothing of its statement can stand behind it.
    assert rows == [(1, 2), (3, 5), (6, 6), (6, 6), (6, 6), (7, 8), (9, 9), (13, 13), (15, 16), (17, 23), (18, 18), (22, 23)]
    small = [step for step in steps if isinstance(step.node, cst.BaseSmallStatement)]
    places = {step: tuple(place.row for place in locate(Site(step.block, step.node))) for step in small}
    assert all(step.statement.rows == place for step, place in places.items())


def every_step(suite: Suite) -> Iterator[Step]:
    for step in suite.steps:
        if step.kind is module.Block and step.scope is None:
            yield from every_step(step.body)
            continue
        yield step
        for inner in (*step.suites, *([step.scope.suite] if step.scope is not None else [])):
            yield from every_step(inner)


def test_the_node_around_a_node_is_known_without_layout() -> None:
    source = Source.decode(Path("/nowhere/program.py"), b"f(a  ,\n  b)\n")
    (block,) = module.Module.load(source).blocks
    (line,) = block.statements
    call = line.body[0].value
    assert block.parents[call.args[0].value] is call.args[0]
    assert "tree" not in vars(block.parsed)
    assert block.tree.body == [line]
    assert call.args[0].comma.whitespace_before.value == "  "


@pytest.mark.extended
def test_the_code_of_the_project_is_made_as_libcst_makes_it() -> None:
    paths = sorted(
        path for path in CHECKOUT.rglob("*.py") if not any(part.startswith(".") for part in path.relative_to(CHECKOUT).parts)
    )
    texts = [path.read_text(encoding="utf-8") for path in paths[::5]]
    left = [text for text in texts if "\f" not in text and "except*" not in text and _parses(text) and not made(text)]
    assert len(left) < len(texts) / 20


@pytest.mark.extended
def test_blocks_of_a_folder_are_compared_and_those_left_to_libcst_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.py").write_text('import boto3\nboto3.client("s3").put_object(Bucket="b", Key="k", Body=b"")\n', encoding="utf-8")
    (tmp_path / "b.py").write_text("def f(a):\n    match a:\n        case 1: pass\nclass A:\n    b = 1\n", encoding="utf-8")
    found = tally(tmp_path)
    assert (found.files, found.left, found.unread, found.differences) == (2, 1, 0, [])
    monkeypatch.setattr("syntax.twins.add_layout", lambda *_: False)
    assert len(tally(tmp_path).differences) == found.blocks - found.left


@pytest.mark.extended
def test_findings_with_and_without_nodes_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text('import boto3\nboto3.client("s3").put_object(Bucket="b", Key="k", Body=b"")\n', encoding="utf-8")
    monkeypatch.setattr("syntax.twins.LIBCST_ALONE", "from s3lint.linter import checker; checker.STEPS = checker.CALLS = {}")
    assert tally(tmp_path).differences == [f"{tmp_path}: other findings than in libcst's own nodes"]


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


@pytest.mark.extended
@pytest.mark.parametrize("path", fixture_files(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_findings_are_those_in_libcst_own_nodes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strict, data = Settings(root=path.parent, profile="strict"), path.read_bytes()
    expected = Engine(strict).check(path, data)
    monkeypatch.setattr(module, "skeleton_of", lambda *_: None)
    assert Engine(strict).check(path, data) == expected
