"""Tell whether a constant is used only where a lookup finds nothing: `os.getenv("BUCKET", DEFAULT_BUCKET)`."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import libcst as cst

from s3lint.inference.place import Place
from s3lint.syntax.module import syntax_of

LOOKUPS = frozenset({"get", "getenv", "pop", "setdefault"})
"""Functions that return their second argument where they find nothing."""

Parents = Mapping[ast.AST, ast.AST]


def is_only_a_fallback(node: cst.BaseExpression, place: Place) -> bool:
    """Tell whether a module uses its constant, or the entry of its dict, with this value, and only as a fallback."""
    constant = _constant(node, place.step.node) if place.step.suite.scope.kind == "module" else None
    if constant is None:
        return False
    name, key = constant
    tree = syntax_of(place.module)
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    uses: list[ast.expr] = [
        use for use in parents if isinstance(use, ast.Name) and use.id == name and isinstance(use.ctx, ast.Load)
    ]
    if key is not None:
        entries = [_entry(use, parents) for use in uses]
        # Who has the whole dict has the entry too.
        if any(each is None for each in entries):
            return False
        uses = [each[0] for each in entries if each is not None and each[1] == key]
    return bool(uses) and all(_is_fallback(use, parents[use]) for use in uses)


def _constant(node: cst.BaseExpression, statement: object) -> tuple[str, str | None] | None:
    """Return the name that a statement binds to a value, with the key if the value is an entry of a dict."""
    if not isinstance(statement, (cst.Assign, cst.AnnAssign)):
        return None
    target = statement.target if isinstance(statement, cst.AnnAssign) else statement.targets[0].target
    if not isinstance(target, cst.Name):
        return None
    if statement.value is node:
        return target.value, None
    elements = statement.value.elements if isinstance(statement.value, cst.Dict) else ()
    for element in elements:
        if isinstance(element, cst.DictElement) and element.value is node and isinstance(element.key, cst.SimpleString):
            return target.value, str(element.key.evaluated_value)
    return None


def _entry(use: ast.expr, parents: Parents) -> tuple[ast.expr, str] | None:
    """Return `use["key"]` or `use.get("key")` around a use of a dict, and the key; None for any other use."""
    around = parents[use]
    if isinstance(around, ast.Subscript) and around.value is use and isinstance(around.slice, ast.Constant):
        return around, str(around.slice.value)
    call = parents.get(around)
    if isinstance(around, ast.Attribute) and around.attr == "get" and isinstance(call, ast.Call) and call.args:
        return (call, str(call.args[0].value)) if isinstance(call.args[0], ast.Constant) else None
    return None


def _is_fallback(use: ast.expr, around: ast.AST) -> bool:
    """Tell whether an expression is the right side of `or`, or the default of a lookup or of an option."""
    if isinstance(around, ast.BoolOp):
        return isinstance(around.op, ast.Or) and around.values[0] is not use
    if isinstance(around, ast.keyword):
        return around.arg == "default"
    if not isinstance(around, ast.Call) or len(around.args) != 2 or around.args[1] is not use:
        return False
    called = around.func
    return (called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")) in LOOKUPS
