"""A statement says the same of itself whether its nodes are there or not, and makes them only when it is asked for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import CHECKOUT, fixture_files
from s3lint.source.text import Source
from s3lint.syntax import module
from s3lint.syntax.flow import Scope, Step, Suite
from s3lint.syntax.module import Block, Module
from s3lint.syntax.outline import parse
from s3lint.syntax.recent_trees import MAX_CHARACTERS, keep_tree
from s3lint.syntax.skeleton import Skeleton
from s3lint.syntax.statement import Written

CODE = """\
import a.b as c, d
from e import *
async def f(a, /, b: int = 1, *args, c, **kw):
    async with x as (y, z): await y.update(1)
    async for i in x: continue
    else: w = 1
    global g, h
    nonlocal_ = yield
class A(B, metaclass=M):
    def f(self): self.x, self.y[0] = 1, 2; return
    x: int = 1
    if x:
        @decorated.by(this)
        @that
        def g(self, z): raise z
    elif (y := 1):
        del y, z[0]
    elif (lambda: (hidden := 1)):
        x += 1
    else:
        if x: exit()
while x:
    try: a.append(1)
    except (B, C) as e: sys.exit(1)
    except D: break
    else: w.mode(1).option(2)
    finally: f = x.method
else: g = partial(x.method, 1)
try: pass
finally: pass
x, (y, *z) = a = b.extend([v := 1])
assert x, y
"""

TEXTS = [CODE, *(path.read_text("utf-8") for path in [*fixture_files(), *sorted((CHECKOUT / "s3lint" / "syntax").glob("*.py"))])]
BROKEN = "STO900"
"""The code of syntax errors: fixtures of it do not parse."""


def told(suite: Suite) -> list[Any]:
    """Return all that statements say of themselves."""
    for step in suite.steps:
        if step.kind is Block:
            assert step.scope is not None or step.body is not None
    return [_told(step) for step in suite.steps]


def _told(step: Step) -> Any:
    own = step.scope
    scope = (own.kind, own.name, own.parameters, own.decorators, sorted(own.outside), told(own.suite)) if own is not None else None
    if own is not None and own.kind == "function":
        scope = (*scope, sorted(own.assigned_methods), len(own.returns))  # type: ignore[misc]
    suites = [(suite.role, type(suite.clause), told(suite)) for suite in step.suites]
    node = None if step.kind is Block else type(step.node)
    return step.kind, sorted(step.changes), step.leaves, step.ends, suites, scope, node


def load(text: str) -> Module:
    return Module.load(Source.decode(Path("/nowhere/program.py"), text.encode()))


def scope_of(text: str) -> Scope:
    return Scope(load(text), "module", "", None)


@pytest.mark.parametrize("text", [text for text in TEXTS if BROKEN not in text])
def test_statements_say_the_same_with_and_without_nodes(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(scope_of(text).suite)
    monkeypatch.setattr(module, "skeleton_of", lambda *_: None)
    assert found == told(scope_of(text).suite)


def steps(text: str) -> Iterator[Step]:
    for step in scope_of(text).suite.steps:
        yield from step.body.steps


def made(skeleton: Skeleton) -> list[int]:
    """Return the numbers of the statements whose nodes are there."""
    return sorted(skeleton._nodes)


def test_nodes_are_made_when_something_asks() -> None:
    first, second, third = steps("if a:\n    x = 1\nelse:\n    y = 2\n\n\nz = 3\nb = 4\n")
    assert isinstance(first.statement, Written)
    skeleton = first.statement.skeleton
    assert made(skeleton) == []
    inner = first.suites[1].steps[0]
    node = inner.node
    assert made(skeleton) == [2]
    assert first.node.body.body == []  # type: ignore[union-attr]
    assert made(skeleton) == [0, 2]
    # What stands in the whole block is what was made before.
    (whole,) = first.block.statements
    assert whole is first.node
    assert whole.orelse.body.body[0].body[0] is node
    assert second.node is not third.node


def test_statements_on_a_row_hold_the_text_of_none_beside_them() -> None:
    text = "x = 'ü'; f('é', ä); y = (a\n  if b else c); z = 'ö'\nif ä: g('ü'); h()\n"
    *plain, branch = steps(text)
    suite = branch.suites[0].steps
    assert [step.statement.text for step in (*plain, branch, *suite)] == [
        "x = 'ü'", "f('é', ä)", "y = (a\n  if b else c)", "z = 'ö'", "if ä: ", "g('ü')", "h()",
    ]  # fmt: skip


def test_a_tree_that_is_gone_is_made_again() -> None:
    text = "def f(a):\n    'ü'; x = a  # ü\n    return (x,\n      'ö')\n\n\nclass A:\n    @d\n    def g(self):\n        return (b\n           if c else 'ö')\n"
    expected = told(scope_of(text).suite)
    scope = scope_of(text)
    function, method = scope.suite.steps[0].body.steps[0], scope.suite.steps[1].scope.suite.steps[0].body.steps[0]  # type: ignore[union-attr]
    texts = function.statement.text, method.statement.text
    keep_tree(large := "#" * MAX_CHARACTERS, parse(large))
    assert told(scope.suite) == expected
    assert (function.statement.text, method.statement.text) == texts == ("def f(a):\n    ", "    @d\n    def g(self):\n        ")
    assert function.block.tree.code + method.block.tree.code[9:] == text.replace("\n\nclass A:\n", "").replace("\n\n", "\n")
