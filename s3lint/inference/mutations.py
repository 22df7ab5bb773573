"""Evaluate what statements alter in place: items set and deleted, `update`, `append`, augmented assignments, Spark's writers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.arguments import Arguments, Call
from s3lint.inference.containers import item_at, merged
from s3lint.inference.library_values import DeltaBuilder, Frame, Reader, Writer
from s3lint.inference.operators import added, combined
from s3lint.inference.place import Place
from s3lint.inference.values import Absent, Entry, Mapping, Never, Parameter, Sequence, Text, Union, Unknown, Value, alternatives
from s3lint.syntax.names import last_name, subscript_key, target_names
from s3lint.syntax.outline import MUTATORS
from s3lint.syntax.site import Site

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator


def item_set(
    evaluator: Evaluator, target: cst.Subscript, value: Value, place: Place, earlier: Value, site: Site | None = None
) -> Value:
    """`d["a"]["b"] = value`: the container `d` afterwards."""
    keys: list[str | None] = []
    node: cst.BaseExpression = target
    # The tree of `d["a"]["b"]` has the last key outermost.
    while isinstance(node, cst.Subscript):
        key = subscript_key(node)
        keys.append(evaluator.text(key, place) if key is not None else None)
        node = node.value
    if isinstance(node, cst.Call):
        return Unknown("a call finds what is set in it")
    return evaluator.each(earlier, lambda container: _with_item(container, list(reversed(keys)), value, site))


def _with_item(container: Value, keys: list[str | None], value: Value, site: Site | None) -> Value:
    if isinstance(container, Mapping):
        key, rest = keys[0], keys[1:]
        if key is None:
            return container.opened()
        if not rest:
            return container.with_entry(key, value, site=site)
        return container.with_entry(key, _with_item(container.get(key), rest, value, site), site=site)
    # `config["a"] = 1` on something unknown: at least this entry is known, and `rest` remembers where others come from.
    if isinstance(container, (Unknown, Parameter)) and len(keys) == 1 and keys[0] is not None:
        return Mapping((Entry(keys[0], value, site),), open=True, rest=(container,), site=container.site)
    return container.opened() if isinstance(container, Sequence) else container


def deleted(evaluator: Evaluator, node: cst.Del, place: Place, name: str, earlier: Value) -> Value:
    """Return what is left of a name after `del name`, `del name["key"]`, or several of them."""
    listed = node.target.elements if isinstance(node.target, (cst.Tuple, cst.List)) else ()
    for target in [element.value for element in listed] or [node.target]:
        if name in set(target_names(target)):
            earlier = (
                _item_deleted(evaluator, target, place, earlier) if isinstance(target, cst.Subscript) else Unknown("it is deleted")
            )
    return earlier


def _item_deleted(evaluator: Evaluator, target: cst.Subscript, place: Place, earlier: Value) -> Value:
    if isinstance(target.value, cst.Subscript):
        return item_set(evaluator, target.value, Unknown("an item of it is deleted"), place, earlier)
    key = subscript_key(target)
    text = evaluator.text(key, place) if key is not None else None
    return evaluator.each(earlier, lambda container: _without_item(container, text))


def _without_item(container: Value, key: str | None) -> Value:
    if isinstance(container, Mapping):
        return container.without(key) if key is not None else container.opened()
    return container.opened() if isinstance(container, Sequence) else container


def augmented(evaluator: Evaluator, node: cst.AugAssign, place: Place, earlier: Value) -> Value:
    value = evaluator.evaluate(node.value, place)
    if isinstance(node.target, cst.Subscript):
        return item_set(evaluator, node.target, Unknown("an augmented assignment sets it"), place, earlier)
    if isinstance(node.operator, cst.AddAssign):
        return evaluator.each(earlier, lambda one: _added(one, last_name(node.target), value, last_name(node.value)))
    return combined(node.operator, earlier, value)


def _added(left: Value, left_name: str, right: Value, right_name: str) -> Value:
    # `added` would write out a text of them; these have rules of their own.
    if isinstance(left, (Sequence, Frame, Never)) or (isinstance(right, Union) and not isinstance(left, Text)):
        return combined(cst.AddAssign(), left, right)
    return added(left, left_name, right, right_name)


def changed_by_call(evaluator: Evaluator, value: cst.BaseExpression, place: Place, earlier: Value) -> Value:
    """Return the value of the receiver after a statement that is just a method call."""
    if isinstance(value, cst.Await):
        value = value.expression
    if not isinstance(value, cst.Call) or not isinstance(value.func, cst.Attribute):
        return earlier
    # `extra.update(…)`, `self.extra.append(…)`
    if isinstance(value.func.value, (cst.Name, cst.Attribute)) and value.func.attr.value in MUTATORS:
        arguments = Arguments(evaluator, Call.of(value, place))
        method = value.func.attr.value
        return evaluator.each(earlier, lambda container: mutated(container, method, arguments))
    # `writer.mode("append")` as a statement: Spark's and Delta's builders change themselves and return themselves.
    if any(isinstance(choice, (Writer, Reader, DeltaBuilder)) for choice in alternatives(earlier)):
        result = evaluator.evaluate(value, place)
        return result if isinstance(result, (Writer, Reader, DeltaBuilder)) else earlier
    # Any other method may add entries.
    return evaluator.each(earlier, _opened)


def _opened(container: Value) -> Value:
    return container.opened() if isinstance(container, (Mapping, Sequence)) else container


def mutated(container: Value, method: str, arguments: Arguments) -> Value:
    """Return a dict or list after one of its own methods."""
    if method == "update" and isinstance(container, (Unknown, Parameter)):
        container = Mapping(open=True, rest=(container,), site=container.site)
    if isinstance(container, Mapping):
        return _mutated_mapping(container, method, arguments)
    if not isinstance(container, Sequence):
        return container
    first = arguments.get(None, 0)
    if method in ("append", "add"):
        return Sequence((*container.items, first), container.open, site=container.site, trace=container.trace)
    if method == "extend" and isinstance(first, Sequence):
        return Sequence((*container.items, *first.items), container.open or first.open, site=container.site)
    return container.opened()


def _mutated_mapping(container: Mapping, method: str, arguments: Arguments) -> Value:
    key = arguments.get(None, 0)
    if method == "update":
        return _updated(container, arguments)
    if method == "clear":
        return Mapping(site=container.site)
    if not isinstance(key, Text) or key.literal is None:
        return container.opened()
    if method == "pop":
        return container.without(key.literal)
    if method == "setdefault":
        present = container.get(key.literal)
        if isinstance(present, Absent):
            return container.with_entry(key.literal, arguments.get("default", 1))
        # An unknown entry may be missing, so it may be the default now.
        return container if not isinstance(present, Unknown) else container.opened()
    return container.opened()


def _updated(container: Mapping, arguments: Arguments) -> Value:
    result: Value = container
    if arguments.count:
        result = merged(container, arguments.get(None, 0))
    for name, value in arguments.named():
        result = result.with_entry(name, value) if isinstance(result, Mapping) else result
    return result


def unpacked(evaluator: Evaluator, target: cst.CSTNode, value: Value, name: str, place: Place) -> Value:
    """Return the part of an assigned value that a name in the target receives."""
    if type(target) is cst.Tuple or type(target) is cst.List:
        value = evaluator.unpack(value, place)
        starred = False
        for index, part in enumerate(target.elements):
            # Positions count from the left: behind `*rest` they are not known.
            starred = starred or isinstance(part, cst.StarredElement)
            if name in set(target_names(part)):
                if starred:
                    return Unknown("it takes the rest of a sequence")
                return unpacked(evaluator, part.value, item_at(value, index), name, place)
    return value
