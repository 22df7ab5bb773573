"""Functions that make libcst nodes without layout, by the types of the nodes. For `skeleton`, which makes whole statements with them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any

import libcst as cst


def maker(kind: type, *given: str) -> Callable[..., Any]:
    """Return a function that makes nodes of a type from some fields; the others get their defaults.

    It is generated, as `dataclasses` generates `__init__`, and sets the slots directly: libcst's own constructor validates each node,
    which costs more than all else here.
    """
    names: dict[str, Any] = {"new": object.__new__, "kind": kind}
    lines = []
    for field in fields(kind):
        names[f"set_{field.name}"] = getattr(kind, field.name).__set__
        if field.name not in given:
            default = field.default if field.default_factory is MISSING else field.default_factory()
            names[f"default_{field.name}"] = default if default is not MISSING else None
        lines.append(f" set_{field.name}(node, {'' if field.name in given else 'default_'}{field.name})")
    exec(f"def make({', '.join(given)}):\n node = new(kind)\n" + "\n".join(lines) + "\n return node", names)  # noqa: S102
    made: Callable[..., Any] = names["make"]
    return made


NAME, ATTRIBUTE = maker(cst.Name, "value"), maker(cst.Attribute, "value", "attr")
CALL, ARG = maker(cst.Call, "func", "args"), maker(cst.Arg, "value", "keyword", "star")
STRING, ELLIPSIS = maker(cst.SimpleString, "value"), maker(cst.Ellipsis)
INTEGER, FLOAT, IMAGINARY = (maker(kind, "value") for kind in (cst.Integer, cst.Float, cst.Imaginary))
ELEMENT, STARRED = maker(cst.Element, "value"), maker(cst.StarredElement, "value")
TUPLE, LIST, SET = (maker(kind, "elements") for kind in (cst.Tuple, cst.List, cst.Set))
DICT, PAIR, SPREAD = maker(cst.Dict, "elements"), maker(cst.DictElement, "key", "value"), maker(cst.StarredDictElement, "value")
BINARY, BOOLEAN = (maker(kind, "left", "operator", "right") for kind in (cst.BinaryOperation, cst.BooleanOperation))
UNARY = maker(cst.UnaryOperation, "operator", "expression")
COMPARISON, COMPARED = maker(cst.Comparison, "left", "comparisons"), maker(cst.ComparisonTarget, "operator", "comparator")
SUBSCRIPT, SLOT = maker(cst.Subscript, "value", "slice"), maker(cst.SubscriptElement, "slice")
INDEX, SLICE = maker(cst.Index, "value", "star"), maker(cst.Slice, "lower", "upper", "step")
IFEXP, LAMBDA = maker(cst.IfExp, "test", "body", "orelse"), maker(cst.Lambda, "params", "body")
AWAIT, YIELD, FROM = maker(cst.Await, "expression"), maker(cst.Yield, "value"), maker(cst.From, "item")
WALRUS = maker(cst.NamedExpr, "target", "value")
LISTCOMP, SETCOMP, GENERATOR = (maker(kind, "elt", "for_in") for kind in (cst.ListComp, cst.SetComp, cst.GeneratorExp))
DICTCOMP = maker(cst.DictComp, "key", "value", "for_in")
COMPFOR, COMPIF = maker(cst.CompFor, "target", "iter", "ifs", "inner_for_in", "asynchronous"), maker(cst.CompIf, "test")
PARAM, BARE_STAR = maker(cst.Param, "name", "annotation", "default", "star"), maker(cst.ParamStar)
PARAMETERS = maker(cst.Parameters, "params", "star_arg", "kwonly_params", "star_kwarg", "posonly_params")
ANNOTATION, ASNAME = maker(cst.Annotation, "annotation"), maker(cst.AsName, "name")
LINE, BLOCK, INLINE = (maker(kind, "body") for kind in (cst.SimpleStatementLine, cst.IndentedBlock, cst.SimpleStatementSuite))
FUNCTION = maker(cst.FunctionDef, "name", "params", "body", "decorators", "returns", "asynchronous")
CLASS, DECORATOR = maker(cst.ClassDef, "name", "body", "bases", "keywords", "decorators"), maker(cst.Decorator, "decorator")
ASSIGN, TARGET = maker(cst.Assign, "targets", "value"), maker(cst.AssignTarget, "target")
ANNASSIGN = maker(cst.AnnAssign, "target", "annotation", "value")
AUGASSIGN = maker(cst.AugAssign, "target", "operator", "value")
EXPR, RETURN, DEL = maker(cst.Expr, "value"), maker(cst.Return, "value"), maker(cst.Del, "target")
RAISE, ASSERT = maker(cst.Raise, "exc", "cause"), maker(cst.Assert, "test", "msg")
IMPORT, IMPORT_FROM = maker(cst.Import, "names"), maker(cst.ImportFrom, "module", "names", "relative")
ALIAS, IMPORT_STAR = maker(cst.ImportAlias, "name", "asname"), maker(cst.ImportStar)
GLOBAL, NONLOCAL, ITEM = maker(cst.Global, "names"), maker(cst.Nonlocal, "names"), maker(cst.NameItem, "name")
PASS, BREAK, CONTINUE = maker(cst.Pass), maker(cst.Break), maker(cst.Continue)
IF, ELSE, WHILE = maker(cst.If, "test", "body", "orelse"), maker(cst.Else, "body"), maker(cst.While, "test", "body", "orelse")
FOR = maker(cst.For, "target", "iter", "body", "orelse", "asynchronous")
WITH, WITHITEM = maker(cst.With, "items", "body", "asynchronous"), maker(cst.WithItem, "item", "asname")
TRY, TRYSTAR = (maker(kind, "body", "handlers", "orelse", "finalbody") for kind in (cst.Try, cst.TryStar))
HANDLER, STARHANDLER = (maker(kind, "body", "type", "name") for kind in (cst.ExceptHandler, cst.ExceptStarHandler))
FINALLY = maker(cst.Finally, "body")

# Operators and the words below are layout to every walk (`walk.TRIVIA`), so nodes may share them.
ASYNC, DOT = cst.Asynchronous(), cst.Dot()

BINARY_OPERATORS = {
    ast.Add: cst.Add(), ast.Sub: cst.Subtract(), ast.Mult: cst.Multiply(), ast.Div: cst.Divide(), ast.FloorDiv: cst.FloorDivide(),
    ast.Mod: cst.Modulo(), ast.Pow: cst.Power(), ast.LShift: cst.LeftShift(), ast.RShift: cst.RightShift(), ast.BitOr: cst.BitOr(),
    ast.BitAnd: cst.BitAnd(), ast.BitXor: cst.BitXor(), ast.MatMult: cst.MatrixMultiply(),
}  # fmt: skip
AUGMENTED = {
    ast.Add: cst.AddAssign(), ast.Sub: cst.SubtractAssign(), ast.Mult: cst.MultiplyAssign(), ast.Div: cst.DivideAssign(),
    ast.FloorDiv: cst.FloorDivideAssign(), ast.Mod: cst.ModuloAssign(), ast.Pow: cst.PowerAssign(), ast.LShift: cst.LeftShiftAssign(),
    ast.RShift: cst.RightShiftAssign(), ast.BitOr: cst.BitOrAssign(), ast.BitAnd: cst.BitAndAssign(), ast.BitXor: cst.BitXorAssign(),
    ast.MatMult: cst.MatrixMultiplyAssign(),
}  # fmt: skip
UNARY_OPERATORS = {ast.Not: cst.Not(), ast.USub: cst.Minus(), ast.UAdd: cst.Plus(), ast.Invert: cst.BitInvert()}
BOOLEAN_OPERATORS = {ast.And: cst.And(), ast.Or: cst.Or()}
COMPARISONS = {
    ast.Eq: cst.Equal(), ast.NotEq: cst.NotEqual(), ast.Lt: cst.LessThan(), ast.LtE: cst.LessThanEqual(), ast.Gt: cst.GreaterThan(),
    ast.GtE: cst.GreaterThanEqual(), ast.Is: cst.Is(), ast.IsNot: cst.IsNot(), ast.In: cst.In(), ast.NotIn: cst.NotIn(),
}  # fmt: skip
