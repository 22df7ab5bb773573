"""Values that the command line or a widget gives, and the defaults that stand in the code for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.arguments import Arguments, Call
from s3lint.inference.models.library import attribute_of, function
from s3lint.inference.parameters import parameter_source
from s3lint.inference.place import Place
from s3lint.inference.values import Absent, Constant, Reference, Sequence, Text, Unknown, UserInput, Value
from s3lint.syntax.flow import Scope, Step
from s3lint.syntax.functions import functions_of
from s3lint.syntax.names import called_name

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator


def given(default: Value) -> Value:
    """Return what the command line gives, with the default in the code."""
    missing = isinstance(default, Absent) or (isinstance(default, Constant) and default.value is None)
    return UserInput(None if missing else default)


@attribute_of("argparse.ArgumentParser().parse_args().*")
def parsed_argument(evaluator: Evaluator, reference: Reference, place: Place) -> Value:
    name = reference.path.rpartition(".")[2]
    declared = reference.arguments.call.place if reference.arguments is not None else None
    scope = evaluator.module_scope((declared or place).module)
    for arguments in calls_of(evaluator, scope, "add_argument"):
        if _destination(evaluator, arguments) == name:
            return given(arguments.get("default"))
    return UserInput()


@function("argparse.ArgumentParser().parse_known_args")
def parsed_known(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    parsed = Reference("argparse.ArgumentParser().parse_args()", arguments, reference.receiver)
    return Sequence((parsed, Unknown("the rest of the command line")))


def _destination(evaluator: Evaluator, arguments: Arguments) -> str | None:
    """Return the attribute that an argparse option sets."""
    named = arguments.get("dest")
    if isinstance(named, Text) and named.literal:
        return named.literal
    flags = [evaluator.evaluate(written.node, written.place) for written in arguments.positional()]
    texts = [flag.literal for flag in flags if isinstance(flag, Text) and flag.literal]
    chosen = next((text for text in texts if text.startswith("--")), texts[0] if texts else "")
    return chosen.lstrip("-").replace("-", "_") or None


@function("dbutils.widgets.get", "dbutils.widgets.getArgument", "getArgument")
def widget(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    name = arguments.get("name", 0)
    scope = evaluator.module_scope(place.module)
    for method in ("text", "dropdown", "combobox", "multiselect"):
        for declared in calls_of(evaluator, scope, method):
            label = declared.get("name", 0)
            if isinstance(name, Text) and isinstance(label, Text) and label.literal == name.literal and name.literal:
                return given(declared.get("defaultValue", 1))
    return UserInput()


@function("typer.Option", "typer.Argument")
def typer_default(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return given(arguments.get("default", 0))


@function("click.prompt", "typer.prompt")
def prompted(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return given(arguments.get("default", 1))


@parameter_source
def click_default(evaluator: Evaluator, scope: Scope, name: str) -> Value | None:
    """Return the default that a click decorator of a function gives to one of its parameters."""
    if not isinstance(scope.node, cst.FunctionDef) or scope.step is None:
        return None
    place = Place(scope.step)
    for item in scope.node.decorators:
        if isinstance(item.decorator, cst.Call) and called_name(item.decorator.func) in ("option", "argument"):
            arguments = Arguments(evaluator, Call.of(item.decorator, place))
            if _click_name(evaluator, arguments) == name:
                return given(arguments.get("default"))
    return None


def _click_name(evaluator: Evaluator, arguments: Arguments) -> str | None:
    flags = [evaluator.evaluate(written.node, written.place) for written in arguments.positional()]
    texts = [flag.literal for flag in flags if isinstance(flag, Text) and flag.literal]
    plain = [text for text in texts if text.isidentifier()]
    return plain[0] if plain else _destination(evaluator, arguments)


def calls_of(evaluator: Evaluator, scope: Scope, name: str) -> Iterator[Arguments]:
    """Yield every call `x.name(…)` in a module; only blocks that contain the name are parsed."""
    for step in scope.suite.steps:
        if name in step.block.text:
            for inner in _all_steps(step):
                for node, binders in inner.nodes:
                    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == name:
                        yield Arguments(evaluator, Call.of(node, Place(inner, binders)))


def _all_steps(step: Step) -> Iterator[Step]:
    if step.scope is None:
        yield from step.body.walk() if not step.suites or step.node is step.block else [step]
    for function_scope in functions_of(step):
        yield from function_scope.walk()
