"""Every fixture, written in the shapes that are hard to edit: fixes keep what they must, and stay as good as in the plain shape."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable
from functools import cache

import libcst as cst
import pytest

from s3lint.linter.fix import fix_file
from s3lint.testing import Fixture, check
from support.fixtures import FIXTURES

Shape = Callable[[str], str]


class OnCalls(cst.CSTTransformer):
    """Rewrites every call, innermost first."""

    def __init__(self, change: Callable[[cst.Call], cst.BaseExpression]) -> None:
        super().__init__()
        self.change = change

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        return self.change(updated_node)

    def visit_Decorator(self, node: cst.Decorator) -> bool:
        return False

    def visit_FormattedString(self, node: cst.FormattedString) -> bool:
        return False


class OnTexts(cst.CSTTransformer):
    """Rewrites every text that is passed to a call or stands in a dict."""

    def __init__(self, change: Callable[[cst.SimpleString], cst.BaseExpression]) -> None:
        super().__init__()
        self.change = change

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        value = updated_node.value
        return updated_node.with_changes(value=self.change(value)) if isinstance(value, cst.SimpleString) else updated_node

    def leave_DictElement(self, original_node: cst.DictElement, updated_node: cst.DictElement) -> cst.DictElement:
        value = updated_node.value
        return updated_node.with_changes(value=self.change(value)) if isinstance(value, cst.SimpleString) else updated_node


class OnLines(cst.CSTTransformer):
    """Rewrites every line of expressions and assignments."""

    def __init__(self, change: Callable[[cst.SimpleStatementLine], cst.BaseStatement]) -> None:
        super().__init__()
        self.change = change

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement:
        plain = all(isinstance(part, cst.Expr | cst.Assign) for part in updated_node.body)
        docstring = isinstance(updated_node.body[0], cst.Expr) and isinstance(updated_node.body[0].value, cst.SimpleString)
        return self.change(updated_node) if plain and not docstring else updated_node


def calls(change: Callable[[cst.Call], cst.BaseExpression]) -> Shape:
    return lambda text: cst.parse_module(text).visit(OnCalls(change)).code


def texts(change: Callable[[cst.SimpleString], cst.BaseExpression]) -> Shape:
    return lambda text: cst.parse_module(text).visit(OnTexts(change)).code


def lines(change: Callable[[cst.SimpleStatementLine], cst.BaseStatement]) -> Shape:
    return lambda text: cst.parse_module(text).visit(OnLines(change)).code


def is_generator(call: cst.Call) -> bool:
    return len(call.args) == 1 and isinstance(call.args[0].value, cst.GeneratorExp)


def trailing_comma(call: cst.Call) -> cst.Call:
    if not call.args or is_generator(call):
        return call
    return call.with_changes(args=[*call.args[:-1], call.args[-1].with_changes(comma=cst.Comma())])


def own_lines(call: cst.Call) -> cst.Call:
    """Each argument on a line of its own, with a comment behind it."""
    if not call.args or is_generator(call):
        return call

    def line(number: int) -> cst.ParenthesizedWhitespace:
        comment = cst.TrailingWhitespace(cst.SimpleWhitespace("  "), cst.Comment(f"# {number}"))
        return cst.ParenthesizedWhitespace(comment, last_line=cst.SimpleWhitespace("    "))

    args = [arg.with_changes(comma=cst.Comma(whitespace_after=line(number))) for number, arg in enumerate(call.args, 1)]
    return call.with_changes(args=args, whitespace_before_args=line(0))


def spread(call: cst.Call) -> cst.Call:
    extra = [cst.Arg(cst.Name("more"), star="*"), cst.Arg(cst.Name("others"), star="**")]
    positional = [arg for arg in call.args if arg.keyword is None and arg.star != "**"]
    named = [arg for arg in call.args if arg not in positional]
    return call if is_generator(call) else call.with_changes(args=[*positional, extra[0], *named, extra[1]])


def halves(text: cst.SimpleString) -> cst.BaseExpression:
    inner = text.raw_value
    if len(inner) < 2 or text.prefix or "\\" in inner or len(text.quote) > 1:
        return text
    one, other = (cst.SimpleString(f"{text.quote}{part}{text.quote}") for part in (inner[:1], inner[1:]))
    return cst.ConcatenatedString(one, other, whitespace_between=cst.SimpleWhitespace(" "))


def formatted(text: cst.SimpleString) -> cst.BaseExpression:
    plain = text.prefix or set("\\{}") & set(text.raw_value) or len(text.quote) > 1
    return text if plain else cst.parse_expression(f"f{text.value}")


SHAPES: dict[str, Shape] = {
    "trailing comma": calls(trailing_comma),
    "comments inside": calls(own_lines),
    "spread": calls(spread),
    "nested call": calls(lambda call: cst.Call(cst.Name("same"), [cst.Arg(call)]) if not isinstance(call.func, cst.Name) else call),
    "by reference": calls(
        lambda call: (
            call.with_changes(func=cst.Name("submit"), args=[cst.Arg(call.func), *call.args])
            if isinstance(call.func, cst.Attribute) and not is_generator(call)
            else call
        )
    ),
    "parentheses": texts(lambda text: text.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])),
    "halves": texts(halves),
    "f-string": texts(formatted),
    "conditional": texts(lambda text: cst.parse_expression(f"({text.value} if flag else {text.value})")),
    "two on a line": lines(lambda line: line.with_changes(body=[cst.Expr(cst.Ellipsis()), *line.body])),
    "only statement": lines(
        lambda line: cst.If(
            cst.Name("flag"),
            cst.SimpleStatementSuite(line.body, trailing_whitespace=line.trailing_whitespace),
            leading_lines=line.leading_lines,
        )
    ),
    "aliased": lambda text: text.replace("import boto3\n", "import boto3 as aws\n").replace("boto3.", "aws."),
    "shadowed": lambda text: f"{text}\n\ndef shadow(os, mimetypes, posixpath, Config, write_deltalake):\n    pass\n",
}

SAME = ("trailing comma", "parentheses", "two on a line", "only statement")
"""Shapes in which every fix of the plain shape is possible too."""

FIXING = [fixture for fixture in FIXTURES if fixture.rule.fix != "none" and fixture.rule.code != "STO902"]

EACH = 10
"""Of so many pairs of a fixture and a shape the default suite tries one, every fixture and every shape among them."""

PAIRS = [
    pytest.param(fixture, shape, id=f"{fixture.rule.code}-{shape}", marks=[pytest.mark.extended] if (row + column) % EACH else [])
    for row, fixture in enumerate(FIXING)
    for column, shape in enumerate(SHAPES)
]


def comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return sorted(token.string for token in tokens if token.type == tokenize.COMMENT)


@cache
def left(text: str, fixture: Fixture) -> int:
    return len(check(text, fixture.fixing, "bad.py"))


@pytest.mark.parametrize(("fixture", "shape"), PAIRS)
def test_hostile_shapes(fixture: Fixture, shape: str) -> None:
    text = SHAPES[shape](fixture.read("bad.py"))
    path = fixture.folder / "bad.py"
    for unsafe in (False, True):
        fixed = fix_file(path, text.encode(), fixture.fixing, unsafe=unsafe)
        after = fixed.after.decode()
        if after == text:
            continue
        ast.parse(after)
        assert comments(after) == comments(text)
        assert fix_file(path, fixed.after, fixture.fixing, unsafe=unsafe).after == fixed.after
        assert left(after, fixture) <= left(text, fixture)
    if shape in SAME:
        assert left(after, fixture) <= left(fixture.read("fixed.py"), fixture)
