"""Evaluate conditions to true, false or unknown: `prefix.endswith("/")` of a caller's literal, `key is None`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.arguments import Arguments, Call
from s3lint.inference.code_values import Class, Function, Instance, ModuleValue
from s3lint.inference.place import Place
from s3lint.inference.values import (
    Chunk,
    Constant,
    Data,
    Fallback,
    Mapping,
    Parameter,
    Sequence,
    Text,
    UserInput,
    Value,
    alternatives,
)
from s3lint.syntax.bindings import changed_names
from s3lint.syntax.flow import Scope, Step
from s3lint.syntax.functions import functions_of
from s3lint.syntax.walk import expressions

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator

PLAIN_TESTS = frozenset({cst.Name, cst.Attribute, cst.Integer, cst.SimpleString})
"""Conditions that ask whether a value counts as true."""

DECIDED = frozenset({cst.Is, cst.IsNot, cst.Equal, cst.NotEqual, cst.In, cst.NotIn})
"""Operators of comparisons that known values decide."""

CONDITIONS = (cst.Comparison, cst.BooleanOperation, cst.UnaryOperation, cst.IfExp, cst.Match)


def evaluate_condition(evaluator: Evaluator, test: cst.BaseExpression, place: Place) -> bool | None:
    """Return the truth of a condition; None where it is not known without following calls of first-party functions."""
    with evaluator.without_calls():
        return _truth(evaluator, test, place)


def _truth(evaluator: Evaluator, test: cst.BaseExpression, place: Place) -> bool | None:
    # By exact type: `isinstance` asks the metaclass of libcst's nodes, which takes ten times as long.
    if type(test) is cst.UnaryOperation and type(test.operator) is cst.Not:
        inner = _truth(evaluator, test.expression, place)
        return None if inner is None else not inner
    if type(test) is cst.BooleanOperation:
        return _combined(evaluator, test, place)
    if type(test) is cst.Comparison:
        return _compared(evaluator, test, place)
    if type(test) is cst.Call:
        return _asked_of_text(evaluator, test, place)
    if type(test) in PLAIN_TESTS:
        # A condition is decided only if every alternative decides it in the same way.
        known = _agreed([truth_of(choice) for choice in alternatives(evaluator.evaluate(test, place))])
        return True if known is None and _is_passed(evaluator, test, place) else known
    return None


def _agreed(answers: list[bool | None]) -> bool | None:
    return answers[0] if answers and all(answer is answers[0] for answer in answers) else None


def truth_of(value: Value) -> bool | None:
    """Tell whether a value counts as true; None where that is not known."""
    if isinstance(value, Constant):
        return bool(value.value)
    if isinstance(value, Text):
        # One known character makes a text true; one of holes alone may be empty.
        return bool(value.known.strip("\0")) or (None if value.parts else False)
    if isinstance(value, Data):
        return bool(value.value)
    if isinstance(value, (Mapping, Sequence)):
        filled = value.entries if isinstance(value, Mapping) else value.items
        return True if filled else (None if value.open else False)
    return True if isinstance(value, (Function, Class, Instance, ModuleValue)) else None


def _combined(evaluator: Evaluator, test: cst.BooleanOperation, place: Place) -> bool | None:
    # `or` is true as soon as one side is, `and` is false as soon as one side is: the other side need not be known.
    decisive = isinstance(test.operator, cst.Or)
    left = _truth(evaluator, test.left, place)
    if left is decisive:
        return decisive
    right = _truth(evaluator, test.right, place)
    return None if left is None and right is not decisive else right


def _compared(evaluator: Evaluator, test: cst.Comparison, place: Place) -> bool | None:
    target = test.comparisons[0]
    if len(test.comparisons) != 1 or type(target.operator) not in DECIDED:
        return None
    asks_for_none = isinstance(target.operator, (cst.Is, cst.IsNot)) and getattr(target.comparator, "value", "") == "None"
    # `if client is None: client = boto3.client("s3")` in a call that passes a client.
    if asks_for_none and _is_passed(evaluator, test.left, place):
        return isinstance(target.operator, cst.IsNot)
    left = list(alternatives(evaluator.evaluate(test.left, place)))
    right = list(alternatives(evaluator.evaluate(target.comparator, place)))
    if isinstance(target.operator, (cst.Is, cst.Equal)):
        return _agreed([_same(one, other) for one in left for other in right])
    if isinstance(target.operator, (cst.IsNot, cst.NotEqual)):
        same = _agreed([_same(one, other) for one in left for other in right])
        return None if same is None else not same
    if isinstance(target.operator, (cst.In, cst.NotIn)) and len(right) == 1:
        inside = _agreed([_contained(one, right[0]) for one in left])
        return None if inside is None else inside is isinstance(target.operator, cst.In)
    return None


def _is_passed(evaluator: Evaluator, node: cst.BaseExpression, place: Place) -> bool:
    """Tell whether a name is a parameter with the default None for which the call in the context passes something else."""
    evaluator.depend_on_context(place.context)
    scope, bound = place.scope, place.context.of(place.scope) if place.context is not None else None
    if not isinstance(node, cst.Name) or bound is None or not isinstance(bound.call, Call):
        return False
    if not isinstance(scope.node, cst.FunctionDef) or (
        node.value in scope.suite.changes and len(scope.suite.changes[node.value]) > 1
    ):
        return False
    params = [*scope.node.params.posonly_params, *scope.node.params.params]
    skipped = 1 if scope.owner is not None and "staticmethod" not in scope.decorators else 0
    names = [param.name.value for param in params][skipped:]
    param = next((param for param in (*params, *scope.node.params.kwonly_params) if param.name.value == node.value), None)
    if param is None or getattr(param.default, "value", "") != "None":
        return False
    written = Arguments(evaluator, bound.call).written(node.value, names.index(node.value) if node.value in names else None)
    if written is None:
        return False
    return not any(_may_be_none(choice) for choice in alternatives(evaluator.evaluate(written.node, written.place)))


def _may_be_none(value: Value) -> bool:
    if isinstance(value, Parameter):
        return value.default is not None
    return isinstance(value, (Constant, UserInput, Fallback)) or (isinstance(value, Text) and not value.parts)


def _same(one: Value, other: Value) -> bool | None:
    known = _literal(one), _literal(other)
    if known[0] is not _NOT_KNOWN and known[1] is not _NOT_KNOWN:
        return bool(known[0] == known[1]) and type(known[0]) is type(known[1])
    given = (Text, Data, Mapping, Sequence, Function, Class, Instance)
    pairs = ((one, other), (other, one))
    for template, text in pairs:
        if (
            isinstance(template, Text)
            and isinstance(text, Text)
            and text.literal is not None
            and not may_be(template, text.literal)
        ):
            return False
    if any(isinstance(a, Constant) and a.value is None and isinstance(b, given) for a, b in pairs):
        return False
    return None


_NOT_KNOWN = object()


def _literal(value: Value) -> object:
    if isinstance(value, Constant):
        return value.value
    return value.literal if isinstance(value, Text) and value.literal is not None else _NOT_KNOWN


def _contained(one: Value, container: Value) -> bool | None:
    if isinstance(container, Sequence) and not (container.open or container.repeated):
        answers = [_same(one, item) for item in container.items]
        return True if True in answers else (None if None in answers else False)
    if isinstance(one, Text) and isinstance(container, Text) and one.literal is not None and container.literal is not None:
        return one.literal in container.literal
    if isinstance(one, Text) and isinstance(container, Mapping) and one.literal is not None and not container.open:
        return one.literal in container.names
    return None


def _asked_of_text(evaluator: Evaluator, test: cst.Call, place: Place) -> bool | None:
    """`text.startswith("…")` and `text.endswith("…")`."""
    if not isinstance(test.func, cst.Attribute) or len(test.args) != 1 or test.func.attr.value not in ("startswith", "endswith"):
        return None
    affix = evaluator.text(test.args[0].value, place)
    if affix is None:
        return None
    at_start = test.func.attr.value == "startswith"
    return _agreed([has_affix(choice, affix, at_start) for choice in alternatives(evaluator.evaluate(test.func.value, place))])


def may_be(text: Text, literal: str) -> bool:
    """Tell whether the parts of a text that are known leave it possible that the whole is a literal."""
    length = sum(len(part.text) for part in text.parts if isinstance(part, Chunk))
    return length <= len(literal) and literal.startswith(text.head) and literal.endswith(text.tail)


def has_affix(value: Value, affix: str, at_start: bool) -> bool | None:
    """Tell whether a text begins, or ends, with another; None where that is not known."""
    if not isinstance(value, Text):
        return None
    known = value.head if at_start else value.tail
    if known.startswith(affix) if at_start else known.endswith(affix):
        return True
    # `f"s3{rest}".startswith("s3://")`: the known part agrees as far as it goes, so the hole decides.
    shared = affix.startswith(known) if at_start else affix.endswith(known)
    return None if value.holes and shared else False


def is_tested(place: Place, value: Value) -> bool:
    """Tell whether the function that uses a value may have tested it: a name that it is assigned to is part of a condition.

    A value that was made in another module counts as tested.
    """
    scope = _maker_of(place.scope, value)
    made = next((step for step in scope.walk() if _holds(step, value)), None) if scope is not None else None
    if scope is None or made is None:
        return True
    if scope is not place.scope and not frozenset(place.scope.parameters).issuperset(_tested_names(place.scope)):
        return True
    return not _names_of(value, made).isdisjoint(_tested_names(scope))


def _maker_of(scope: Scope, value: Value) -> Scope | None:
    """Return the function in which a value is made: this one, or another one of the module."""
    if any(_holds(step, value) for step in scope.walk()):
        return scope
    module = scope
    while module.parent is not None:
        module = module.parent
    steps = [step for step in module.suite.steps if value.site is not None and step.block is value.site.block]
    functions = [function for step in steps for function in functions_of(step)]
    return next((function for function in functions if any(_holds(step, value) for step in function.walk())), None)


def _names_of(value: Value, made: Step) -> frozenset[str]:
    if value.site is not None and isinstance(value.site.node, cst.Name):
        return frozenset({value.site.node.value})
    return changed_names(made.node, made.block) if isinstance(made.node, (cst.Assign, cst.AnnAssign)) else frozenset()


def _holds(step: Step, value: Value) -> bool:
    return value.site is not None and any(node is value.site.node for node, _ in step.nodes)


def _tested_names(scope: Scope) -> Iterator[str]:
    for step in scope.walk():
        if isinstance(step.node, (cst.If, cst.While, cst.Assert)):
            yield from _names(step.node.test)
        for node, _ in step.nodes:
            if isinstance(node, CONDITIONS):
                yield from _names(node)


def _names(node: cst.CSTNode) -> Iterator[str]:
    for inner, _ in expressions(node):
        if isinstance(inner, cst.Name):
            yield inner.value
