"""A call is checked wherever a statement can have an expression, by the grammar of Python's own `ast`."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from textwrap import indent

import pytest

from s3lint.testing import check

HEAD = 'import boto3\n\ns3 = boto3.client("s3")\n'
CALL = 's3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="text/plain", ACL="public-read")'

PROGRAMS = {
    "FunctionDef.decorator_list": ("@mark(CALL)\ndef f(): pass",),
    "FunctionDef.returns": ("def f() -> CALL: pass",),
    "AsyncFunctionDef.decorator_list": ("@mark(CALL)\nasync def f(): pass",),
    "AsyncFunctionDef.returns": ("async def f() -> CALL: pass",),
    "arguments.defaults": ("def f(a=CALL): pass", "f = lambda a=CALL: a"),
    "arguments.kw_defaults": ("def f(*, a=CALL): pass",),
    "arg.annotation": ("def f(a: CALL): pass",),
    "ClassDef.bases": ("class A(CALL): pass", "class A(CALL):\n    x = 1\n\n    def f(self): pass"),
    "ClassDef.decorator_list": ("@mark(CALL)\nclass A: pass", "@mark(CALL)\nclass A:\n    x = 1\n\n    def f(self): pass"),
    "keyword.value": ("class A(meta=CALL):\n    x = 1", "f(a=CALL)"),
    "Return.value": ("def f():\n    return CALL",),
    "Delete.targets": ("del d[CALL]",),
    "Assign.targets": ("d[CALL] = 1",),
    "Assign.value": ("d = CALL",),
    "AugAssign.target": ("d[CALL] += 1",),
    "AugAssign.value": ("d += CALL",),
    "AnnAssign.target": ("d[CALL]: int = 1",),
    "AnnAssign.annotation": ("d: CALL = 1",),
    "AnnAssign.value": ("d: int = CALL",),
    "For.target": ("for d[CALL] in x: pass",),
    "For.iter": ("for d in CALL: pass",),
    "AsyncFor.target": ("async def f():\n    async for d[CALL] in x: pass",),
    "AsyncFor.iter": ("async def f():\n    async for d in CALL: pass",),
    "While.test": ("while CALL: pass",),
    "If.test": ("if CALL: pass", "if a: pass\nelif CALL: pass"),
    "withitem.context_expr": ("with CALL: pass", "async def f():\n    async with a, CALL: pass"),
    "withitem.optional_vars": ("with a as d[CALL]: pass",),
    "Match.subject": ("match CALL:\n    case 1: pass",),
    "match_case.guard": ("match a:\n    case 1: pass\n    case 2 if CALL: pass",),
    "Raise.exc": ("raise CALL",),
    "Raise.cause": ("raise a from CALL",),
    "ExceptHandler.type": ("try: pass\nexcept (E, CALL): pass", "try: pass\nexcept E: pass\nexcept CALL as e: pass"),
    "Assert.test": ("assert CALL",),
    "Assert.msg": ("assert a, CALL",),
    "Expr.value": ("CALL",),
}
"""For each field of the grammar that is an expression, programs with a call in it."""

NEVER_A_CALL = {"MatchValue.value", "MatchMapping.keys", "MatchClass.cls", "TypeAlias.name"}
"""Fields that the grammar gives as expressions, and the parser takes only as names or constants."""

if sys.version_info >= (3, 11):
    PROGRAMS["ExceptHandler.type"] += ("try: pass\nexcept* CALL: pass",)
if sys.version_info >= (3, 12):
    PROGRAMS["TypeAlias.value"] = ("type X = CALL",)
if sys.version_info >= (3, 14):
    NEVER_A_CALL |= {"TypeVar.bound"}


def parts(kind: type) -> Iterator[str]:
    """The fields of a node type that are expressions, as the grammar in its docstring tells."""
    for written, name in re.findall(r"(\w+)[*?]? (\w+)", (kind.__doc__ or "").partition("(")[2]):
        if written == "expr":
            yield f"{kind.__name__}.{name}"


def test_every_part_of_the_grammar_has_a_program() -> None:
    kinds = [*ast.stmt.__subclasses__(), *ast.excepthandler.__subclasses__(), *ast.pattern.__subclasses__()]
    kinds += [ast.arguments, ast.arg, ast.keyword, ast.withitem, ast.match_case]
    grammar = {part for kind in kinds for part in parts(kind)}
    assert grammar - NEVER_A_CALL == PROGRAMS.keys()


@pytest.mark.parametrize("around", ["", "def around():", "class Around:\n    def around(self):"], ids=["top", "function", "method"])
@pytest.mark.parametrize(("part", "program"), [(part, each) for part, programs in PROGRAMS.items() for each in programs])
def test_a_call_is_checked_in_every_part_of_a_statement(part: str, program: str, around: str) -> None:
    body = program.replace("CALL", CALL)
    text = HEAD + (f"{around}\n{indent(body, ' ' * 8)}" if around else body) + "\n"
    (row,) = (row for row, line in enumerate(text.splitlines(), 1) if CALL in line)
    assert [finding.start.row for finding in check(text) if finding.code == "STO401"] == [row]
