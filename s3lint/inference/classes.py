"""Evaluate classes of the project: calls of them, and attributes of classes and objects, inherited ones included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.arguments import Arguments, Call
from s3lint.inference.code_values import Class, Function, Instance
from s3lint.inference.functions import MAX_CALL_DEPTH, returned
from s3lint.inference.handlers import attribute, invocation, unpacking
from s3lint.inference.place import CallContext, Place
from s3lint.inference.reaching import at_end, final
from s3lint.inference.values import (
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
    join_values,
)
from s3lint.syntax.flow import Scope, Step
from s3lint.syntax.functions import functions_of
from s3lint.syntax.module import Block
from s3lint.syntax.names import dotted_name

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator

SETTINGS_CLASSES = frozenset({"BaseSettings"})
"""Base classes of pydantic and pydantic-settings whose fields are read from the environment."""

MODEL_DECORATORS = frozenset({"dataclass", "define", "frozen", "attrs", "s"})

PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property", "hybrid_property", "computed_field"})


@invocation(Class)
def call_class(evaluator: Evaluator, made: Class, arguments: Arguments, place: Place) -> Value:
    if is_enum(evaluator, made.scope):
        return Unknown("an enum member looked up by its value")
    constructor = find_method(evaluator, made.scope, "__init__")
    # Without `__init__` the context hangs on the class itself: `_field` finds the arguments of a dataclass there.
    scope = constructor if constructor is not None else made.scope
    if place.context is not None and (place.context.depth >= MAX_CALL_DEPTH or place.context.of(scope) is not None):
        return Instance(made.scope)
    return Instance(made.scope, evaluator.context(scope, arguments.call, None, place.context))


@attribute(Class)
def class_attribute(evaluator: Evaluator, owner: Class, name: str, place: Place) -> Value:
    found = class_member(evaluator, owner.scope, name)
    if isinstance(found, Function) and "classmethod" in found.scope.decorators:
        return Function(found.scope, owner)
    return (
        found if found is not None else _inherited_reference(evaluator, owner.scope, name) or Unknown(f"no `{name}` in the class")
    )


@attribute(Instance)
def instance_attribute(evaluator: Evaluator, owner: Instance, name: str, place: Place) -> Value:
    question = ("attribute", id(owner.scope), owner.context, name)
    return evaluator.solve(question, None, _instance_attribute, evaluator, owner, name)


def _instance_attribute(evaluator: Evaluator, owner: Instance, name: str) -> Value:
    member = class_member(evaluator, owner.scope, name)
    if isinstance(member, Function):
        return _method_or_property(evaluator, owner, member)
    values = _set_by_methods(evaluator, owner, name)
    # A dataclass: the constructor is generated, so no method sets the field.
    if not values and isinstance(owner.context, CallContext) and owner.context.call is not None:
        passed = _field(evaluator, owner, name)
        if passed is not None:
            return passed
    # `client = None` in the class body is a declaration where a method sets `self.client`.
    if member is not None and not (values and _is_none(member)):
        values.append(member)
        # Nothing tells which call made the object: its field has the default, or what some call passes.
        if owner.context is None and isinstance(member, Text) and _is_field(evaluator, owner.scope, name):
            values.append(Unknown("what the constructor is given"))
    useful = [value for value in values if not _is_none(value)] or values
    if useful:
        return join_values(useful)
    return _inherited_reference(evaluator, owner.scope, name) or Unknown(f"`{name}` is not set in the class")


def _is_field(evaluator: Evaluator, scope: Scope, name: str) -> bool:
    return is_model(evaluator, scope) and name in annotated_fields(scope)


def _is_none(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None


def _method_or_property(evaluator: Evaluator, owner: Instance, member: Function) -> Value:
    names = member.scope.decorators
    if is_property(member.scope):
        receiver = evaluator.context(member.scope, None, owner, owner.context)
        return returned(evaluator, member.scope, receiver)
    if "staticmethod" in names:
        return member
    return Function(member.scope, Class(owner.scope) if "classmethod" in names else owner)


def is_property(scope: Scope) -> bool:
    """Tell whether an attribute's value is what a method returns."""
    return any(name in PROPERTIES or name.endswith("cached_property") for name in scope.decorators)


def _field(evaluator: Evaluator, owner: Instance, name: str) -> Value | None:
    """Return a dataclass's or model's field, as the call of the constructor passes it."""
    assert owner.context is not None and owner.context.call is not None
    call = owner.context.call
    arguments = call if isinstance(call, Arguments) else Arguments(evaluator, call)
    fields = annotated_fields(owner.scope)
    if name not in fields:
        return None
    written = arguments.written(name, fields.index(name))
    if written is None:
        return None
    return evaluator.evaluate(written.node, written.place).via(written.site, f"passed as `{name}` here")


@unpacking(Instance)
def fields_of_tuple(evaluator: Evaluator, owner: Instance, place: Place) -> Value:
    """Return an object of a first-party `NamedTuple` as the sequence of its fields, and any other object as it is."""
    if not _is_named_tuple(evaluator, owner.scope):
        return owner
    fields = annotated_fields(owner.scope)
    return Sequence(tuple(evaluator.attribute(owner, name, place) for name in fields), site=owner.site, trace=owner.trace)


def _is_named_tuple(evaluator: Evaluator, scope: Scope) -> bool:
    return any(isinstance(base, Reference) and base.path == "typing.NamedTuple" for base in bases(evaluator, scope))


def annotated_fields(scope: Scope) -> list[str]:
    """Return the annotated names in the body of a class, in order."""
    nodes = (step.node for step in class_steps(scope))
    targets = (node.target for node in nodes if isinstance(node, cst.AnnAssign))
    return [target.value for target in targets if isinstance(target, cst.Name)]


def class_steps(scope: Scope) -> list[Step]:
    """Return the statements in the body of a class; blocks are parsed for it."""
    found: list[Step] = []
    for step in scope.suite.steps:
        found += step.body.steps if step.kind is Block and step.scope is None else [step]
    return found


def bases(evaluator: Evaluator, scope: Scope) -> list[Value]:
    """Return the values of the base classes."""
    header, step = scope.header, scope.step
    if header is None or step is None:
        return []
    return [evaluator.evaluate(arg.value, Place(step)) for arg in header.bases]


def class_member(evaluator: Evaluator, scope: Scope, name: str, depth: int = 0) -> Value | None:
    """Return what a class or its first-party bases bind a name to."""
    if name in scope.suite.changes:
        value = final(evaluator, scope, name, None)
        if not isinstance(value, Unbound):
            value = default_of_field(evaluator, value)
            return _setting(name, value) if is_settings(evaluator, scope) else value
    if depth < MAX_CALL_DEPTH:
        for base in bases(evaluator, scope):
            if isinstance(base, Class) and base.scope is not scope:
                found = class_member(evaluator, base.scope, name, depth + 1)
                if found is not None:
                    return found
    return None


def is_settings(evaluator: Evaluator, scope: Scope) -> bool:
    """Tell whether the fields of a class are read from the environment."""
    return any(_name_of_base(base) in SETTINGS_CLASSES for each in _lineage(evaluator, scope) for base in bases(evaluator, each))


def _name_of_base(base: Value) -> str:
    return base.path.rpartition(".")[2] if isinstance(base, Reference) else ""


def _setting(name: str, value: Value) -> Value:
    """Return what a field of a settings class holds: a variable of the environment, with its literal as fallback."""
    if isinstance(value, (Text, Constant)):
        return Environment(name.upper()) if _is_none(value) else Fallback(Environment(name.upper()), value)
    return value


def is_model(evaluator: Evaluator, scope: Scope) -> bool:
    """Tell whether the constructor of a class takes the annotated fields."""
    decorated = isinstance(scope.header, cst.ClassDef) and any(
        (dotted_name(item.decorator.func if isinstance(item.decorator, cst.Call) else item.decorator) or "").rpartition(".")[2]
        in MODEL_DECORATORS
        for item in scope.header.decorators
    )
    return decorated or any(_name_of_base(base) in ("BaseModel", "SQLModel") for base in bases(evaluator, scope))


def default_of_field(evaluator: Evaluator, value: Value) -> Value:
    """Return the default in `field(default=…)` and `Field(…)`."""
    if isinstance(value, Reference) and value.arguments is not None and value.path.rpartition(".")[2] in ("field()", "Field()"):
        default = value.arguments.get("default", 0)
        factory = value.arguments.get("default_factory")
        if isinstance(factory, Function) and isinstance(factory.scope.node, cst.Lambda):
            return returned(evaluator, factory.scope, None)
        return default if isinstance(default, (Text, Constant, Mapping)) else Unknown("a field without a literal default")
    return value


def find_method(evaluator: Evaluator, scope: Scope, name: str) -> Scope | None:
    found = class_member(evaluator, scope, name)
    return found.scope if isinstance(found, Function) else None


def _set_by_methods(evaluator: Evaluator, owner: Instance, name: str) -> list[Value]:
    """Return what methods of the class and of its bases assign to `self.name`."""
    found: list[Value] = []
    for scope in _lineage(evaluator, owner.scope):
        for function in _setting_methods(scope, name):
            value = _set_by(evaluator, function, name, owner)
            if not isinstance(value, (Unbound, Never)):
                found += value.alternatives if isinstance(value, Union) else (value,)
    return [value for value in found if not isinstance(value, Unbound)]


def _lineage(evaluator: Evaluator, scope: Scope) -> list[Scope]:
    found = [scope]
    # Grows while it is walked: breadth first, which is close enough to Python's order of resolution for attributes.
    for current in found:
        for base in bases(evaluator, current):
            if isinstance(base, Class) and base.scope not in found and len(found) < MAX_CALL_DEPTH:
                found.append(base.scope)
    return found


def _setting_methods(scope: Scope, name: str) -> list[Scope]:
    if name not in scope.setting:
        scope.setting[name] = list(_find_setting(scope, name))
    return scope.setting[name]


def _find_setting(scope: Scope, name: str) -> Iterator[Scope]:
    for step in scope.suite.steps:
        if step.kind is not Block or _may_set(step.block, name):
            yield from (function for function in functions_of(step) if function.owner is scope and _sets(function, name))


def _may_set(block: Block, name: str) -> bool:
    """Tell by its text whether a member of a class may set an attribute: parsing every method with libcst would cost most of the time."""
    if block.part.kind == "function":
        return name in block.text and name in block.sets
    return f".{name}" in block.text


def _sets(function: Scope, name: str) -> bool:
    return bool(function.parameters) and f"{function.parameters[0]}.{name}" in function.suite.changes


def _set_by(evaluator: Evaluator, function: Scope, name: str, owner: Instance) -> Value:
    dotted = f"{function.parameters[0]}.{name}"
    context = owner.context
    # `self` inside of the method must be this very object, or its other attributes would lose their context.
    if context is not None and context.of(function) is None:
        passed = _passed_on(evaluator, function, owner, context) if function.name == "__init__" else None
        context = passed or evaluator.context(function, None, owner, owner.context)
    # A method that always raises or returns at its end: the values at its last statements count.
    if function.suite.ends:
        return final(evaluator, function, dotted, context)
    return at_end(evaluator, function.suite, dotted, context)


def _passed_on(evaluator: Evaluator, inherited: Scope, owner: Instance, context: CallContext) -> CallContext | None:
    """Return the context of an inherited constructor that the constructor of an object calls by `super().__init__(…)`."""
    for _ in range(MAX_CALL_DEPTH):
        caller = context.scope
        call = _super_call(caller, context)
        if call is None or caller.owner is None:
            return None
        parents = _lineage(evaluator, caller.owner)[1:]
        following = find_method(evaluator, parents[0], "__init__") if parents else None
        if following is None or context.of(following) is not None:
            return None
        context = evaluator.context(following, call, owner, context)
        if following is inherited:
            return context
    return None


def _super_call(constructor: Scope, context: CallContext) -> Call | None:
    """Return the call `super().__init__(…)` in a constructor."""
    if constructor.block is None or "super().__init__(" not in constructor.block.text:
        return None
    for step in constructor.walk():
        for node, binders in step.calls:
            if (
                isinstance(node.func, cst.Attribute)
                and node.func.attr.value == "__init__"
                and isinstance(node.func.value, cst.Call)
            ):
                return Call.of(node, Place(step, binders, context))
    return None


def _inherited_reference(evaluator: Evaluator, scope: Scope, name: str) -> Value | None:
    """Return an attribute that only a library's base class can have."""
    for base in bases(evaluator, scope):
        if isinstance(base, Reference):
            return Reference(f"{base.path}().{name}", receiver=base)
    return None


def is_enum(evaluator: Evaluator, scope: Scope) -> bool:
    for base in bases(evaluator, scope):
        if isinstance(base, Reference) and base.path.rpartition(".")[2] in ("Enum", "StrEnum", "IntEnum"):
            return True
    return False
