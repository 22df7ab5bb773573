"""First-party code: what functions return, what classes and their objects hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.annotations import annotated_value
from s3lint.inference.calls import Arguments
from s3lint.inference.context import CallContext, Place
from s3lint.inference.evaluator import attribute, invocation, method
from s3lint.inference.flow import Scope, Step
from s3lint.inference.parameters import decorators, definition_place
from s3lint.inference.reaching import Unbound, at_end, final, functions_of
from s3lint.inference.values import (
    Absent,
    BoundMethod,
    Chunk,
    Class,
    Constant,
    Fallback,
    Function,
    Instance,
    Mapping,
    ModuleValue,
    Nothing,
    Partial,
    Reference,
    Sequence,
    Text,
    Unknown,
    Value,
    alternatives,
    join_values,
)
from s3lint.module import Block

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator

CALLS = 12
"""How many calls of first-party functions are followed into each other."""

PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property", "hybrid_property", "computed_field"})


@invocation(Function)
def call_function(evaluator: Evaluator, function: Function, arguments: Arguments, place: Place) -> Value:
    if evaluator.shallow:
        return Unknown("a call in a test")
    scope = function.scope
    outer = _joined(function.context, place.context)
    if outer is not None and (outer.depth >= CALLS or outer.of(scope) is not None):
        return Unknown("the call is too deep, or recursive")
    context = evaluator.context(scope, arguments.call if arguments.before is None else arguments, function.receiver, outer)
    return returned(evaluator, scope, context)


def _joined(definition: CallContext | None, caller: CallContext | None) -> CallContext | None:
    """A closure sees the call that made it; any other function sees the calls around its own."""
    return definition if caller is None else caller


def returned(evaluator: Evaluator, scope: Scope, context: CallContext | None) -> Value:
    """What a call of a function gives: its returns joined, or the items that it yields."""
    return evaluator.solve(("returned", id(scope), context), lambda: _returned(evaluator, scope, context))


def _returned(evaluator: Evaluator, scope: Scope, context: CallContext | None) -> Value:
    if isinstance(scope.node, cst.Lambda):
        assert scope.step is not None
        return evaluator.evaluate(scope.node.body, Place(scope.step, (scope.node,), context))
    values, yielded = [], []
    for step in scope.walk():
        if isinstance(step.node, cst.Return):
            empty = step.node.value is None
            values.append(Constant(None) if empty else evaluator.evaluate(step.node.value, Place(step, (), context)))  # type: ignore[arg-type]
        if "yield" in step.block.text:
            yielded += _yielded(evaluator, step, context)
    if yielded:
        return Sequence(tuple(yielded), repeated=True)
    value = join_values(values)
    if isinstance(value, (Unknown, Nothing)):
        promised = _promised(evaluator, scope, context)
        return promised if promised is not None else (value if values else Constant(None))
    return value


def _yielded(evaluator: Evaluator, step: Step, context: CallContext | None) -> list[Value]:
    found = []
    for node, binders in step.nodes:
        if isinstance(node, cst.Yield) and isinstance(node.value, cst.BaseExpression):
            found.append(evaluator.evaluate(node.value, Place(step, binders, context)))
    return found


def _promised(evaluator: Evaluator, scope: Scope, context: CallContext | None) -> Value | None:
    """What the annotation of the result says, where the body says nothing."""
    if not isinstance(scope.node, cst.FunctionDef) or scope.node.returns is None:
        return None
    return annotated_value(evaluator, scope.node.returns.annotation, definition_place(scope, context))


@invocation(Class)
def call_class(evaluator: Evaluator, made: Class, arguments: Arguments, place: Place) -> Value:
    if is_enum(evaluator, made.scope):
        return Unknown("an enum member looked up by its value")
    constructor = find_method(evaluator, made.scope, "__init__")
    scope = constructor if constructor is not None else made.scope
    if place.context is not None and (place.context.depth >= CALLS or place.context.of(scope) is not None):
        return Instance(made.scope)
    return Instance(made.scope, evaluator.context(scope, arguments.call, None, place.context))


@attribute(Class)
def class_attribute(evaluator: Evaluator, owner: Class, name: str, place: Place) -> Value:
    found = class_member(evaluator, owner.scope, name)
    if isinstance(found, Function) and "classmethod" in decorators(found.scope):
        return Function(found.scope, owner)
    return (
        found if found is not None else _inherited_reference(evaluator, owner.scope, name) or Unknown(f"no `{name}` in the class")
    )


@attribute(Instance)
def instance_attribute(evaluator: Evaluator, owner: Instance, name: str, place: Place) -> Value:
    key = ("attribute", id(owner.scope), owner.context, name)
    return evaluator.solve(key, lambda: _instance_attribute(evaluator, owner, name))


def _instance_attribute(evaluator: Evaluator, owner: Instance, name: str) -> Value:
    member = class_member(evaluator, owner.scope, name)
    if isinstance(member, Function):
        return _method_or_property(evaluator, owner, member)
    values = _set_by_methods(evaluator, owner, name)
    if not values and isinstance(owner.context, CallContext) and owner.context.call is not None:
        passed = _field(evaluator, owner, name)
        if passed is not None:
            return passed
    if member is not None and not (values and _is_none(member)):
        values.append(member)
    useful = [value for value in values if not _is_none(value)] or values
    if useful:
        return join_values(useful)
    return _inherited_reference(evaluator, owner.scope, name) or Unknown(f"`{name}` is not set in the class")


def _is_none(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None


def _method_or_property(evaluator: Evaluator, owner: Instance, member: Function) -> Value:
    names = decorators(member.scope)
    if any(name in PROPERTIES or name.endswith("cached_property") for name in names):
        receiver = evaluator.context(member.scope, None, owner, owner.context)
        return returned(evaluator, member.scope, receiver)
    if "staticmethod" in names:
        return member
    return Function(member.scope, Class(owner.scope) if "classmethod" in names else owner)


def _field(evaluator: Evaluator, owner: Instance, name: str) -> Value | None:
    """A dataclass's or model's field, as the call of the constructor passes it."""
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


def annotated_fields(scope: Scope) -> list[str]:
    """The annotated names in the body of a class, in order."""
    nodes = (step.node for step in class_steps(scope))
    targets = (node.target for node in nodes if isinstance(node, cst.AnnAssign))
    return [target.value for target in targets if isinstance(target, cst.Name)]


def class_steps(scope: Scope) -> list[Step]:
    """The statements in the body of a class; blocks are parsed for it."""
    found: list[Step] = []
    for step in scope.suite.steps:
        found += step.body.steps if isinstance(step.node, Block) and step.scope is None else [step]
    return found


def bases(evaluator: Evaluator, scope: Scope) -> list[Value]:
    """The values of the base classes."""
    header, step = scope.header, scope.step
    if header is None or step is None:
        return []
    return [evaluator.evaluate(arg.value, Place(step)) for arg in header.bases]


def class_member(evaluator: Evaluator, scope: Scope, name: str, depth: int = 0) -> Value | None:
    """What a class or its first-party bases bind a name to."""
    if name in scope.suite.changes:
        value = final(evaluator, scope, name, None)
        if not isinstance(value, Unbound):
            return _unwrapped(evaluator, value)
    if depth < CALLS:
        for base in bases(evaluator, scope):
            if isinstance(base, Class) and base.scope is not scope:
                found = class_member(evaluator, base.scope, name, depth + 1)
                if found is not None:
                    return found
    return None


def _unwrapped(evaluator: Evaluator, value: Value) -> Value:
    """The default in `field(default=…)` and `Field(…)`."""
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
    """What methods of the class and of its bases assign to `self.name`."""
    found: list[Value] = []
    for scope in _lineage(evaluator, owner.scope):
        for function in _setting_methods(scope, name):
            value = _set_by(evaluator, function, name, owner)
            if not isinstance(value, (Unbound, Nothing)):
                found += alternatives(value)
    return [value for value in found if not isinstance(value, Unbound)]


def _lineage(evaluator: Evaluator, scope: Scope) -> list[Scope]:
    found = [scope]
    for current in found:
        for base in bases(evaluator, current):
            if isinstance(base, Class) and base.scope not in found and len(found) < CALLS:
                found.append(base.scope)
    return found


def _setting_methods(scope: Scope, name: str) -> list[Scope]:
    found = []
    for step in scope.suite.steps:
        if isinstance(step.node, Block) and not _may_set(step.node, name):
            continue
        found += [function for function in functions_of(step) if function.owner is scope and _sets(function, name)]
    return found


def _may_set(block: Block, name: str) -> bool:
    """Whether a member of a class may set an attribute, told without parsing it with libcst."""
    return name in block.part.sets if block.part.node is not None else f".{name}" in block.text


def _sets(function: Scope, name: str) -> bool:
    return bool(function.parameters) and f"{function.parameters[0]}.{name}" in function.suite.changes


def _set_by(evaluator: Evaluator, function: Scope, name: str, owner: Instance) -> Value:
    dotted = f"{function.parameters[0]}.{name}"
    context = owner.context
    if context is not None and context.of(function) is None:
        context = evaluator.context(function, None, owner, owner.context)
    if function.suite.ends:
        return final(evaluator, function, dotted, context)
    return at_end(evaluator, function.suite, dotted, context)


def _inherited_reference(evaluator: Evaluator, scope: Scope, name: str) -> Value | None:
    """An attribute that only a library's base class can have."""
    for base in bases(evaluator, scope):
        if isinstance(base, Reference):
            return Reference(f"{base.path}().{name}", receiver=base)
    return None


def is_enum(evaluator: Evaluator, scope: Scope) -> bool:
    for base in bases(evaluator, scope):
        if isinstance(base, Reference) and base.path.rpartition(".")[2] in ("Enum", "StrEnum", "IntEnum"):
            return True
    return False


@attribute(ModuleValue)
def module_attribute(evaluator: Evaluator, owner: ModuleValue, name: str, place: Place) -> Value:
    return evaluator.project.member(owner, name)


@attribute(Text)
def text_attribute(evaluator: Evaluator, text: Text, name: str, place: Place) -> Value:
    return text if name == "value" else BoundMethod(text, name)


@attribute(Constant)
def constant_attribute(evaluator: Evaluator, constant: Constant, name: str, place: Place) -> Value:
    if constant.value is None:
        return Nothing()
    return constant if name == "value" else Unknown("an attribute of a number")


@invocation(BoundMethod)
def call_bound_method(evaluator: Evaluator, bound: BoundMethod, arguments: Arguments, place: Place) -> Value:
    return evaluator.call_method(bound.receiver, bound.name, arguments, place)


@invocation(Partial)
def call_partial(evaluator: Evaluator, partial: Partial, arguments: Arguments, place: Place) -> Value:
    return evaluator.invoke(partial.function, Arguments(evaluator, arguments.call, partial.arguments), place)


@invocation(Fallback)
def call_fallback(evaluator: Evaluator, choice: Fallback, arguments: Arguments, place: Place) -> Value:
    return join_values([evaluator.invoke(choice.primary, arguments, place), evaluator.invoke(choice.default, arguments, place)])


@method(Mapping)
def mapping_method(evaluator: Evaluator, mapping: Mapping, name: str, arguments: Arguments, place: Place) -> Value:
    if name in ("get", "pop", "setdefault"):
        return _looked_up(mapping, arguments)
    if name == "copy":
        return mapping
    if name == "values":
        return Sequence(tuple(entry.value for entry in mapping.entries), mapping.open)
    if name == "keys":
        return mapping
    if name == "items":
        pairs = (Sequence((Text(_key(entry.key)), entry.value)) for entry in mapping.entries)
        return Sequence(tuple(pairs), mapping.open)
    return Unknown(f"`dict.{name}` is not followed")


def _key(key: str) -> tuple[Chunk, ...]:
    return (Chunk(key),) if key else ()


def _looked_up(mapping: Mapping, arguments: Arguments) -> Value:
    key = arguments.get(None, 0)
    default = arguments.get("default", 1)
    if not isinstance(key, Text) or key.literal is None:
        return Unknown("the key is not known")
    found = mapping.get(key.literal)
    missing = Constant(None) if isinstance(default, Absent) else default
    return join_values([missing if isinstance(choice, Absent) else choice for choice in alternatives(found)])


@method(Sequence)
def sequence_method(evaluator: Evaluator, sequence: Sequence, name: str, arguments: Arguments, place: Place) -> Value:
    if name == "copy":
        return sequence
    if name in ("pop", "popleft", "get"):
        return join_values(sequence.items) if sequence.items and not sequence.open else Unknown("an item")
    return Unknown(f"`{name}` of a sequence is not followed")
