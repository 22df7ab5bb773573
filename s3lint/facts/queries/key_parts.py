"""Tell whether a name that holds a key may get a prefix before it is used: the function joins it, or hands it to first-party code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from s3lint.facts.queries.reach import own_steps
from s3lint.inference.code_values import Function
from s3lint.inference.place import Place
from s3lint.inference.values import alternatives
from s3lint.syntax.flow import Step
from s3lint.syntax.names import called_name
from s3lint.syntax.walk import subtree

if TYPE_CHECKING:
    from s3lint.facts.context import Context

JOINS = frozenset({"join", "joinpath", "format"})
"""Functions that put their arguments behind a text, or behind each other."""


def may_get_a_prefix(name: str, place: Place, context: Context) -> bool:
    """Tell whether the scope that binds a name puts something before it, or passes it to a function of the project.

    What such a function writes is a key of its own: `KeyTemplate` facts of its calls tell whether the name stayed as it was.
    """
    for step in own_steps(place.step.suite.scope):
        for node, binders in step.nodes:
            is_use = isinstance(node, cst.Name) and node.value == name
            if is_use and (_is_behind_another(node, step) or _is_handed_on(node, Place(step, binders), context)):
                return True
    return False


def _is_behind_another(node: cst.CSTNode, step: Step) -> bool:
    """Tell whether an expression is a later part of a path; messages and addresses that end in a key are none."""
    around = step.parents.get(id(node))
    if isinstance(around, cst.BinaryOperation):
        return around.right is node and _is_path(around)
    if isinstance(around, cst.FormattedStringExpression):
        template = step.parents.get(id(around))
        return isinstance(template, cst.FormattedString) and template.parts[0] is not around and _is_path(template)
    if isinstance(around, cst.Element):
        display = step.parents.get(id(around))
        later = isinstance(display, (cst.List, cst.Tuple)) and display.elements[0] is not around
        whole = _joining(display, step)
        return later and whole is not None and _is_path(whole)
    call = step.parents.get(id(around))
    if isinstance(around, cst.Arg) and isinstance(call, cst.Call) and called_name(call.func) in JOINS and _is_path(call):
        return called_name(call.func) != "join" or call.args[0] is not around
    return False


def _joining(display: cst.CSTNode | None, step: Step) -> cst.CSTNode | None:
    """Return what joins a list or tuple: `"/".join([prefix, key])`, `"%s/%s" % (prefix, key)`."""
    around = step.parents.get(id(display))
    call = step.parents.get(id(around))
    if isinstance(around, cst.BinaryOperation):
        return around if isinstance(around.operator, cst.Modulo) else None
    return call if isinstance(around, cst.Arg) and isinstance(call, cst.Call) and called_name(call.func) == "join" else None


def _is_path(template: cst.CSTNode) -> bool:
    """Tell whether the literals in a template may be parts of a key: neither words of a message nor the scheme of an address."""
    texts = (part.value for part in subtree(template) if isinstance(part, (cst.SimpleString, cst.FormattedStringText)))
    return not any("://" in text or " " in text for text in texts)


def _is_handed_on(node: cst.CSTNode, place: Place, context: Context) -> bool:
    """Tell whether an expression is an argument of a call of a first-party function."""
    argument = place.step.parents.get(id(node))
    call = place.step.parents.get(id(argument))
    if not isinstance(argument, cst.Arg) or not isinstance(call, cst.Call):
        return False
    return any(isinstance(callee, Function) for callee in alternatives(context.evaluator.evaluate(call.func, place)))
