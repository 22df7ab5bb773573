"""Expressions: names, attributes, subscripts, choices, displays and comprehensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.arguments import Arguments, Call
from s3lint.inference.branches import decided_by_parameter
from s3lint.inference.code_values import Function
from s3lint.inference.conditions import evaluate_condition
from s3lint.inference.containers import item_at, keyed, merged
from s3lint.inference.derived import derived, sliced
from s3lint.inference.escapes import open_if_escaped
from s3lint.inference.handlers import expression, literal
from s3lint.inference.library_values import Frame
from s3lint.inference.narrowing import narrowed
from s3lint.inference.operators import finite
from s3lint.inference.place import Place
from s3lint.inference.reaching import before
from s3lint.inference.values import (
    MAX_ITEMS,
    Constant,
    Environment,
    Fallback,
    Mapping,
    Never,
    Reference,
    Sequence,
    Text,
    Unbound,
    Union,
    Unknown,
    Value,
    alternatives,
    has_kind,
    join_values,
)
from s3lint.syntax.literals import number_value
from s3lint.syntax.names import dotted_name, last_name, subscript_key
from s3lint.syntax.site import Site
from s3lint.syntax.walk import subtree

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator


@expression(cst.Attribute)
def attribute_expression(evaluator: Evaluator, node: cst.Attribute, place: Place) -> Value:
    value = _attribute_expression(evaluator, node, place)
    guards = place.step.guards.get(id(node))
    return narrowed(value, dotted_name(node) or "", guards) if guards else value


def _attribute_expression(evaluator: Evaluator, node: cst.Attribute, place: Place) -> Value:
    dotted = dotted_name(node)
    # `self.bucket = …` earlier in this function decides; otherwise what the class says. `self.a.b` is not followed.
    if dotted is not None and dotted.count(".") == 1 and place.scope.binds(dotted):
        value = before(evaluator, place.step, dotted, place.context)
        if not has_kind(value, Unbound):
            return open_if_escaped(evaluator, dotted, value, place)
        known = [choice for choice in alternatives(value) if not isinstance(choice, Unbound)]
        return join_values([*known, _attribute(evaluator, node, place)])
    return _attribute(evaluator, node, place)


def _attribute(evaluator: Evaluator, node: cst.Attribute, place: Place) -> Value:
    return evaluator.attribute(evaluator.evaluate(node.value, place), node.attr.value, place)


@expression(cst.Call)
def call_expression(evaluator: Evaluator, node: cst.Call, place: Place) -> Value:
    # Calls are entered in the context, and values of libraries keep their arguments, which are evaluated in it later.
    evaluator.depend_on_context(place.context)
    callee = evaluator.evaluate(node.func, place)
    return evaluator.invoke(callee, Arguments(evaluator, Call.of(node, place)), place)


@expression(cst.Subscript)
def subscript(evaluator: Evaluator, node: cst.Subscript, place: Place) -> Value:
    container = evaluator.evaluate(node.value, place)
    key = subscript_key(node)
    if key is None:
        return evaluator.each(container, lambda holder: _sliced(evaluator, node, holder, place))
    index = evaluator.evaluate(key, place)
    # Both may be unions: `CONFIG[stage]["bucket"]` with `stage` one of several.
    return evaluator.each(index, lambda one: evaluator.each(container, lambda holder: _item(evaluator, holder, one, place)))


def _sliced(evaluator: Evaluator, node: cst.Subscript, container: Value, place: Place) -> Value:
    if isinstance(container, Frame):
        return container
    part = node.slice[0].slice if len(node.slice) == 1 else None
    if not isinstance(part, cst.Slice) or part.step is not None or isinstance(container, (Sequence, Mapping)):
        return Unknown("a slice")
    ends = [evaluator.evaluate(end, place) if end is not None else None for end in (part.lower, part.upper)]
    start, stop = (end.value if isinstance(end, Constant) and type(end.value) is int else None for end in ends)
    if any(end is not None and not isinstance(end, Constant) for end in ends):
        return derived(container, last_name(node.value), "a slice")
    return sliced(container, last_name(node.value), start, stop)


def _item(evaluator: Evaluator, container: Value, index: Value, place: Place) -> Value:
    if isinstance(container, Frame):
        return container
    if isinstance(container, Reference) and container.path == "os.environ":
        return Environment(index.literal if isinstance(index, Text) else None)
    if isinstance(container, Fallback):
        return join_values([_item(evaluator, choice, index, place) for choice in (container.primary, container.default)])
    if isinstance(index, Text) and index.literal is not None:
        return keyed(container, index.literal)
    if isinstance(index, Constant) and isinstance(index.value, int):
        return item_at(evaluator.unpack(container, place), index.value)
    if isinstance(container, Mapping) and container.entries:
        return join_values([*(entry.value for entry in container.entries), Unknown("an unknown key")])
    if isinstance(container, Reference):
        return Reference(f"{container.path}[]", receiver=container)
    return Unknown("the index is not known", (container, index))


@expression(cst.IfExp)
def conditional(evaluator: Evaluator, node: cst.IfExp, place: Place) -> Value:
    known = evaluate_condition(evaluator, node.test, place)
    if known is not None:
        return evaluator.evaluate(node.body if known else node.orelse, place)
    body, orelse = evaluator.evaluate(node.body, place), evaluator.evaluate(node.orelse, place)
    if _asks_for_key(node.test, node.body):
        return _fallback(body, orelse)
    tested = {part.value for part in subtree(node.test) if isinstance(part, cst.Name)}
    # `name if name else "default"`, `name if name is not None else …`
    if isinstance(node.body, cst.Name) and node.body.value in tested:
        return _fallback(body, orelse) if _asks_whether_given(node.test) else Fallback(body, orelse)
    if isinstance(node.orelse, cst.Name) and node.orelse.value in tested:
        return _fallback(orelse, body) if _asks_whether_given(node.test) else Fallback(orelse, body)
    # `"a" if flag else "b"` with a parameter `flag`: a caller chooses, so neither is a fact by itself.
    chosen = place.scope.kind == "function" and decided_by_parameter(place.scope, tested)
    return join_values([body, orelse], chosen=chosen)


def _asks_for_key(test: cst.BaseExpression, body: cst.BaseExpression) -> bool:
    """`x["key"] if "key" in x else y`."""
    if not isinstance(test, cst.Comparison) or not isinstance(body, cst.Subscript) or len(test.comparisons) != 1:
        return False
    asked = test.comparisons[0]
    return isinstance(asked.operator, cst.In) and body.value.deep_equals(asked.comparator)


def _asks_whether_given(test: cst.BaseExpression) -> bool:
    """`x`, `not x`, `x is None`: the other value stands in where the name has none."""
    if isinstance(test, cst.UnaryOperation):
        return _asks_whether_given(test.expression)
    if isinstance(test, cst.Comparison):
        return getattr(test.comparisons[0].comparator, "value", "") == "None"
    return isinstance(test, (cst.Name, cst.Attribute))


@expression(cst.BooleanOperation)
def boolean_operation(evaluator: Evaluator, node: cst.BooleanOperation, place: Place) -> Value:
    left = evaluator.evaluate(node.left, place)
    is_or = isinstance(node.operator, cst.Or)
    if is_or and place.context is not None and isinstance(node.left, cst.Name) and evaluate_condition(evaluator, node.left, place):
        return left
    right = evaluator.evaluate(node.right, place)
    if is_or:
        return _fallback(left, right)
    # `x and y` is `y`, or an `x` that is empty.
    return join_values([right, Unknown("the left side of an `and`")])


def _fallback(primary: Value, default: Value) -> Value:
    """`primary or default`: what is known to be empty falls away, what is known to be given stands alone."""
    left = [choice for choice in _choices(primary) if not _is_empty(choice)]
    if not left:
        return default
    if all(_is_given(choice) for choice in left) and len(left) == len(_choices(primary)):
        return primary
    return Fallback(join_values(left), default)


def _choices(value: Value) -> list[Value]:
    return list(value.alternatives) if isinstance(value, Union) else [value]


def _is_empty(value: Value) -> bool:
    if isinstance(value, Constant):
        return not value.value
    if isinstance(value, Text):
        return not value.parts
    return (
        isinstance(value, (Mapping, Sequence))
        and not value.open
        and not (value.entries if isinstance(value, Mapping) else value.items)
    )


def _is_given(value: Value) -> bool:
    if isinstance(value, Text):
        return bool(value.known.strip("\0"))
    return isinstance(value, (Constant, Mapping, Sequence, Function)) and not _is_empty(value)


@expression(cst.UnaryOperation)
def unary_operation(evaluator: Evaluator, node: cst.UnaryOperation, place: Place) -> Value:
    value = evaluator.evaluate(node.expression, place)
    if isinstance(node.operator, cst.Minus) and isinstance(value, Constant) and isinstance(value.value, (int, float)):
        return Constant(-value.value)
    return Unknown("a test") if isinstance(node.operator, cst.Not) else Unknown("a sign")


@literal(cst.Integer, cst.Float)
def number(node: cst.Integer | cst.Float, site: Site) -> Value:
    try:
        # Python refuses to read integers of more than 4,300 digits.
        value = number_value(node)
    except (ValueError, SyntaxError):
        return Unknown("a number too long to read")
    return finite(value)


@expression(cst.Await)
def await_expression(evaluator: Evaluator, node: cst.Await, place: Place) -> Value:
    return evaluator.evaluate(node.expression, place)


@expression(cst.NamedExpr)
def named_expression(evaluator: Evaluator, node: cst.NamedExpr, place: Place) -> Value:
    return evaluator.evaluate(node.value, place)


@expression(cst.Lambda)
def lambda_expression(evaluator: Evaluator, node: cst.Lambda, place: Place) -> Value:
    evaluator.depend_on_context(place.context)
    return Function(evaluator.lambda_scope(node, place), context=place.context)


@expression(cst.Dict)
def dict_display(evaluator: Evaluator, node: cst.Dict, place: Place) -> Value:
    # As of a list, of a table of data no rule needs to see all entries.
    result: Value = Mapping(open=len(node.elements) > MAX_ITEMS)
    for item in node.elements[:MAX_ITEMS]:
        if isinstance(item, cst.DictElement):
            key = evaluator.text(item.key, place)
            value = evaluator.evaluate(item.value, place)
            site = Site(place.block, item.value)
            result = evaluator.each(result, lambda known, k=key, v=value, s=site: _with_entry(known, k, v, s))  # type: ignore[misc]
        else:
            added = evaluator.evaluate(item.value, place)
            result = evaluator.each(result, lambda known, added=added: merged(known, added))  # type: ignore[misc]
    return result


def _with_entry(mapping: Value, key: str | None, value: Value, site: Site) -> Value:
    if not isinstance(mapping, Mapping):
        return mapping
    return mapping.with_entry(key, value, site=site) if key is not None else mapping.opened()


@expression(cst.List, cst.Tuple, cst.Set)
def sequence_display(evaluator: Evaluator, node: cst.List | cst.Tuple | cst.Set, place: Place) -> Value:
    items: list[Value] = []
    is_open = False
    # A table of data may have a hundred thousand items; no rule needs to see them all.
    for part in node.elements[:MAX_ITEMS]:
        value = evaluator.evaluate(part.value, place)
        if isinstance(part, cst.StarredElement):
            is_open = is_open or not isinstance(value, Sequence) or value.open
            items.extend(value.items if isinstance(value, Sequence) else ())
        else:
            items.append(value)
    return Sequence(tuple(items[:MAX_ITEMS]), is_open or len(node.elements) > MAX_ITEMS or len(items) > MAX_ITEMS)


@expression(cst.ListComp, cst.SetComp, cst.GeneratorExp)
def comprehension(evaluator: Evaluator, node: cst.ListComp | cst.SetComp | cst.GeneratorExp, place: Place) -> Value:
    inside = Place(place.step, (*place.binders, node), place.context)
    value = evaluator.evaluate(node.elt, inside)
    # One item stands for all: how many there are is not known.
    return Never() if isinstance(value, Never) else Sequence((value,), repeated=True)


@expression(cst.DictComp)
def dict_comprehension(evaluator: Evaluator, node: cst.DictComp, place: Place) -> Value:
    return Mapping(open=True)
