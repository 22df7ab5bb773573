"""Functions that make libcst nodes without layout, by the types of the nodes. For `skeleton`, which makes whole statements with them.

Each is an attribute of this module, which is generated when it is first asked for: the code of a run needs a few of them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
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


KINDS: dict[str, tuple[Any, ...]] = {
    "NAME": (cst.Name, "value"), "ATTRIBUTE": (cst.Attribute, "value", "attr"), "CALL": (cst.Call, "func", "args"),
    "ARG": (cst.Arg, "value", "keyword", "star"), "STRING": (cst.SimpleString, "value"), "ELLIPSIS": (cst.Ellipsis,),
    "FORMATTED": (cst.FormattedString, "parts", "start", "end"), "FORMATTED_TEXT": (cst.FormattedStringText, "value"),
    "FORMATTED_EXPRESSION": (cst.FormattedStringExpression, "expression", "conversion"),
    "CONCATENATED": (cst.ConcatenatedString, "left", "right"),
    "INTEGER": (cst.Integer, "value"), "FLOAT": (cst.Float, "value"), "IMAGINARY": (cst.Imaginary, "value"),
    "ELEMENT": (cst.Element, "value"), "STARRED": (cst.StarredElement, "value"), "TUPLE": (cst.Tuple, "elements"),
    "LIST": (cst.List, "elements"), "SET": (cst.Set, "elements"), "DICT": (cst.Dict, "elements"),
    "PAIR": (cst.DictElement, "key", "value"), "SPREAD": (cst.StarredDictElement, "value"),
    "BINARY": (cst.BinaryOperation, "left", "operator", "right"), "BOOLEAN": (cst.BooleanOperation, "left", "operator", "right"),
    "UNARY": (cst.UnaryOperation, "operator", "expression"), "COMPARISON": (cst.Comparison, "left", "comparisons"),
    "COMPARED": (cst.ComparisonTarget, "operator", "comparator"), "SUBSCRIPT": (cst.Subscript, "value", "slice"),
    "SLOT": (cst.SubscriptElement, "slice"), "INDEX": (cst.Index, "value", "star"),
    "SLICE": (cst.Slice, "lower", "upper", "step"), "IFEXP": (cst.IfExp, "test", "body", "orelse"),
    "LAMBDA": (cst.Lambda, "params", "body"), "AWAIT": (cst.Await, "expression"), "YIELD": (cst.Yield, "value"),
    "FROM": (cst.From, "item"), "WALRUS": (cst.NamedExpr, "target", "value"), "LISTCOMP": (cst.ListComp, "elt", "for_in"),
    "SETCOMP": (cst.SetComp, "elt", "for_in"), "GENERATOR": (cst.GeneratorExp, "elt", "for_in"),
    "DICTCOMP": (cst.DictComp, "key", "value", "for_in"),
    "COMPFOR": (cst.CompFor, "target", "iter", "ifs", "inner_for_in", "asynchronous"), "COMPIF": (cst.CompIf, "test"),
    "PARAM": (cst.Param, "name", "annotation", "default", "star"), "BARE_STAR": (cst.ParamStar,),
    "PARAMETERS": (cst.Parameters, "params", "star_arg", "kwonly_params", "star_kwarg", "posonly_params"),
    "ANNOTATION": (cst.Annotation, "annotation"), "ASNAME": (cst.AsName, "name"), "LINE": (cst.SimpleStatementLine, "body"),
    "BLOCK": (cst.IndentedBlock, "body"), "INLINE": (cst.SimpleStatementSuite, "body"),
    "FUNCTION": (cst.FunctionDef, "name", "params", "body", "decorators", "returns", "asynchronous"),
    "CLASS": (cst.ClassDef, "name", "body", "bases", "keywords", "decorators"), "DECORATOR": (cst.Decorator, "decorator"),
    "ASSIGN": (cst.Assign, "targets", "value"), "TARGET": (cst.AssignTarget, "target"),
    "ANNASSIGN": (cst.AnnAssign, "target", "annotation", "value"), "AUGASSIGN": (cst.AugAssign, "target", "operator", "value"),
    "EXPR": (cst.Expr, "value"), "RETURN": (cst.Return, "value"), "DEL": (cst.Del, "target"),
    "RAISE": (cst.Raise, "exc", "cause"), "ASSERT": (cst.Assert, "test", "msg"), "IMPORT": (cst.Import, "names"),
    "IMPORT_FROM": (cst.ImportFrom, "module", "names", "relative"), "ALIAS": (cst.ImportAlias, "name", "asname"),
    "IMPORT_STAR": (cst.ImportStar,), "GLOBAL": (cst.Global, "names"), "NONLOCAL": (cst.Nonlocal, "names"),
    "ITEM": (cst.NameItem, "name"), "PASS": (cst.Pass,), "BREAK": (cst.Break,), "CONTINUE": (cst.Continue,),
    "IF": (cst.If, "test", "body", "orelse"), "ELSE": (cst.Else, "body"), "WHILE": (cst.While, "test", "body", "orelse"),
    "FOR": (cst.For, "target", "iter", "body", "orelse", "asynchronous"), "WITH": (cst.With, "items", "body", "asynchronous"),
    "WITHITEM": (cst.WithItem, "item", "asname"), "TRY": (cst.Try, "body", "handlers", "orelse", "finalbody"),
    "TRYSTAR": (cst.TryStar, "body", "handlers", "orelse", "finalbody"), "HANDLER": (cst.ExceptHandler, "body", "type", "name"),
    "STARHANDLER": (cst.ExceptStarHandler, "body", "type", "name"), "FINALLY": (cst.Finally, "body"),
}  # fmt: skip
"""The type of node that each function makes, and the fields that it takes."""


def __getattr__(name: str) -> Callable[..., Any]:
    if name not in KINDS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    kind, *given = KINDS[name]
    made = globals()[name] = maker(kind, *given)
    return made


class Shared(dict[type, Any]):
    """Nodes by the type of `ast`'s node, each made when it is first asked for."""

    def __init__(self, kinds: Mapping[type, type]) -> None:
        super().__init__()
        self._kinds = kinds

    def __missing__(self, kind: type) -> Any:
        node = self[kind] = self._kinds[kind]()
        return node


# Operators and the words below are layout to every walk (`walk.TRIVIA`), so nodes may share them.
ASYNC, DOT = cst.Asynchronous(), cst.Dot()

BINARY_OPERATORS = Shared({
    ast.Add: cst.Add, ast.Sub: cst.Subtract, ast.Mult: cst.Multiply, ast.Div: cst.Divide, ast.FloorDiv: cst.FloorDivide,
    ast.Mod: cst.Modulo, ast.Pow: cst.Power, ast.LShift: cst.LeftShift, ast.RShift: cst.RightShift, ast.BitOr: cst.BitOr,
    ast.BitAnd: cst.BitAnd, ast.BitXor: cst.BitXor, ast.MatMult: cst.MatrixMultiply,
})  # fmt: skip
AUGMENTED = Shared({
    ast.Add: cst.AddAssign, ast.Sub: cst.SubtractAssign, ast.Mult: cst.MultiplyAssign, ast.Div: cst.DivideAssign,
    ast.FloorDiv: cst.FloorDivideAssign, ast.Mod: cst.ModuloAssign, ast.Pow: cst.PowerAssign, ast.LShift: cst.LeftShiftAssign,
    ast.RShift: cst.RightShiftAssign, ast.BitOr: cst.BitOrAssign, ast.BitAnd: cst.BitAndAssign, ast.BitXor: cst.BitXorAssign,
    ast.MatMult: cst.MatrixMultiplyAssign,
})  # fmt: skip
UNARY_OPERATORS = Shared({ast.Not: cst.Not, ast.USub: cst.Minus, ast.UAdd: cst.Plus, ast.Invert: cst.BitInvert})
BOOLEAN_OPERATORS = Shared({ast.And: cst.And, ast.Or: cst.Or})
COMPARISONS = Shared({
    ast.Eq: cst.Equal, ast.NotEq: cst.NotEqual, ast.Lt: cst.LessThan, ast.LtE: cst.LessThanEqual, ast.Gt: cst.GreaterThan,
    ast.GtE: cst.GreaterThanEqual, ast.Is: cst.Is, ast.IsNot: cst.IsNot, ast.In: cst.In, ast.NotIn: cst.NotIn,
})  # fmt: skip
