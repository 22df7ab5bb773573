"""Register models of library functions; without one, a library's object is known by its dotted path alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from s3lint.inference.arguments import Arguments
from s3lint.inference.duck_typing import is_untyped, shaped_attribute, shaped_result
from s3lint.inference.handlers import attribute, invocation
from s3lint.inference.library_values import Writer
from s3lint.inference.place import Place
from s3lint.inference.values import Reference, Value

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator


class Model(Protocol):
    def __call__(self, evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value | None: ...


class AttributeModel(Protocol):
    def __call__(self, evaluator: Evaluator, reference: Reference, place: Place) -> Value | None: ...


FUNCTIONS: dict[str, Model] = {}
ATTRIBUTES: dict[str, AttributeModel] = {}


def function(*paths: str) -> Callable[[Model], Model]:
    """Register what calls of some library functions return. None: just the path of the call.

    A path `x.*` stands for every function of `x`.
    """

    def register(model: Model) -> Model:
        FUNCTIONS.update(dict.fromkeys(paths, model))
        return model

    return register


def attribute_of(*paths: str) -> Callable[[AttributeModel], AttributeModel]:
    """Register what some attributes of library things are. A path `x().*` stands for every attribute of `x()`."""

    def register(model: AttributeModel) -> AttributeModel:
        ATTRIBUTES.update(dict.fromkeys(paths, model))
        return model

    return register


@attribute(Reference)
def reference_attribute(evaluator: Evaluator, owner: Reference, name: str, place: Place) -> Value:
    if name in ("write", "writeStream") and owner.path.endswith((")", "]")):
        return Writer(owner, "batch" if name == "write" else "stream")
    found = Reference(f"{owner.path}.{name}", owner.arguments, owner)
    model = ATTRIBUTES.get(found.path) or ATTRIBUTES.get(f"{owner.path}.*")
    return (model(evaluator, found, place) if model is not None else None) or shaped_attribute(owner, name) or found


@invocation(Reference)
def call_reference(evaluator: Evaluator, callee: Reference, arguments: Arguments, place: Place) -> Value:
    model = FUNCTIONS.get(callee.path) or FUNCTIONS.get(f"{callee.path.rpartition('.')[0]}.*")
    known = model(evaluator, arguments, place, callee) if model is not None else None
    if known is None and callee.receiver is not None and is_untyped(callee):
        known = shaped_result(callee.receiver, callee.path.rpartition(".")[2], arguments)
    return known or Reference(f"{callee.path}()", arguments, callee.receiver)
