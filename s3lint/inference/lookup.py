"""Look a name up: in lambdas and comprehensions, the scope, the scopes around it, the module, the builtins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.containers import element
from s3lint.inference.escapes import open_if_escaped
from s3lint.inference.handlers import expression
from s3lint.inference.library_values import SparkSession
from s3lint.inference.mutations import unpacked
from s3lint.inference.narrowing import narrowed
from s3lint.inference.parameters import parameter_value
from s3lint.inference.place import CallContext, Place
from s3lint.inference.reaching import assigned_by_functions, before, bound_outside
from s3lint.inference.values import Constant, Reference, Unbound, Unknown, Value, alternatives, has_kind, join_values
from s3lint.syntax.flow import Scope
from s3lint.syntax.names import target_names

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator

BUILTINS = frozenset(
    [
        "bool",
        "bytearray",
        "bytes",
        "dict",
        "enumerate",
        "filter",
        "float",
        "frozenset",
        "getattr",
        "input",
        "int",
        "iter",
        "len",
        "list",
        "map",
        "max",
        "min",
        "next",
        "object",
        "open",
        "print",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "sorted",
        "str",
        "sum",
        "super",
        "tuple",
        "type",
        "vars",
        "zip",
        "__file__",
        "__name__",
    ]
)

NOTEBOOK_GLOBALS = {"spark": SparkSession(), "dbutils": Reference("dbutils"), "sc": Reference("pyspark.SparkContext()")}

KEYWORDS: dict[str, bool | None] = {"None": None, "True": True, "False": False}


@expression(cst.Name)
def name_expression(evaluator: Evaluator, node: cst.Name, place: Place) -> Value:
    name = node.value
    if name in KEYWORDS:
        return Constant(KEYWORDS[name])
    # From the inside out: `[x for x in xs]` hides an `x` of the function.
    for index in range(len(place.binders) - 1, -1, -1):
        value = _bound_by(evaluator, place.binders[index], index, name, place)
        if value is not None:
            guards = place.step.guards.get(id(node))
            return narrowed(value, name, guards) if guards else value
    value = _entered_earlier(evaluator, name, place) or local_value(evaluator, name, place)
    guards = place.step.guards.get(id(node))
    return open_if_escaped(evaluator, name, narrowed(value, name, guards) if guards else value, place)


def _bound_by(evaluator: Evaluator, binder: cst.CSTNode, index: int, name: str, place: Place) -> Value | None:
    if isinstance(binder, cst.Lambda):
        scope = evaluator.lambda_scope(binder, Place(place.step, place.binders[:index], place.context))
        return parameter_value(evaluator, scope, name, place.context) if name in scope.parameters else None
    clause: cst.CompFor | None = getattr(binder, "for_in", None)
    inside = index
    while clause is not None:
        if name in set(target_names(clause.target)):
            # `for a in outside for b in a`: only the first iterable is evaluated outside of the comprehension.
            items = evaluator.evaluate(clause.iter, Place(place.step, place.binders[:inside], place.context))
            return unpacked(evaluator, clause.target, element(items), name, place)
        clause, inside = clause.inner_for_in, index + 1
    return None


def _entered_earlier(evaluator: Evaluator, name: str, place: Place) -> Value | None:
    """`with a as x, f(x)`: a name that the same statement binds before."""
    node = place.step.node
    if type(node) is cst.With and len(node.items) > 1 and name in place.step.changes:
        for item in node.items[:-1]:
            if item.asname is not None and name in set(target_names(item.asname.name)):
                return evaluator.evaluate(item.item, place)
    return None


def local_value(evaluator: Evaluator, name: str, place: Place) -> Value:
    """Return the value of a name at a statement: of its own scope, the scopes around it, the module, the builtins."""
    scope = place.scope
    if not scope.may_bind(name):
        return outer_value(evaluator, scope, name, place.context)
    value = before(evaluator, place.step, name, place.context)
    # A function that declares the name `global` may have run before this statement.
    if scope.kind == "module" and name in scope.module.outline.globals:
        value = join_values([value, *assigned_by_functions(evaluator, scope, name)])
    if not has_kind(value, Unbound):
        return value
    outer = outer_value(evaluator, scope, name, place.context)
    return join_values([outer if isinstance(choice, Unbound) else choice for choice in alternatives(value)])


def outer_value(evaluator: Evaluator, scope: Scope, name: str, context: CallContext | None) -> Value:
    return bound_outside(evaluator, scope, name, context) or _global_value(name)


def _global_value(name: str) -> Value:
    if name in BUILTINS:
        return Reference(name)
    return NOTEBOOK_GLOBALS.get(name) or Unknown(f"`{name}` is not defined in this file")
