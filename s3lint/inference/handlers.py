"""Register what evaluates each kind of expression and of value. The evaluator looks the handlers up here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from s3lint.inference.arguments import Arguments
from s3lint.inference.place import Place
from s3lint.inference.values import Value
from s3lint.syntax.site import Site

if TYPE_CHECKING:
    import libcst as cst

    from s3lint.inference.evaluator import Evaluator

Expression = Callable[["Evaluator", Any, Place], Value]
Literal = Callable[[Any, Site], Value]
Attribute = Callable[["Evaluator", Any, str, Place], Value]
Method = Callable[["Evaluator", Any, str, Arguments, Place], Value]
Invocation = Callable[["Evaluator", Any, Arguments, Place], Value]
Unpacking = Callable[["Evaluator", Any, Place], Value]

EXPRESSIONS: dict[type[cst.CSTNode], Expression] = {}
LITERALS: dict[type[cst.CSTNode], Literal] = {}
ATTRIBUTES: dict[type[Value], Attribute] = {}
METHODS: dict[type[Value], Method] = {}
INVOCATIONS: dict[type[Value], Invocation] = {}
UNPACKINGS: dict[type[Value], Unpacking] = {}

F = TypeVar("F", bound=Callable[..., Value])


def expression(*kinds: type[cst.CSTNode]) -> Callable[[F], F]:
    """Register what evaluates expressions of some node types."""
    return _register(EXPRESSIONS, kinds)


def literal(*kinds: type[cst.CSTNode]) -> Callable[[F], F]:
    """Register what evaluates literals of some node types, which have the same value in every context."""
    return _register(LITERALS, kinds)


def attribute(*kinds: type[Value]) -> Callable[[F], F]:
    """Register what evaluates `value.name` for some kinds of value. Without one it is a bound method."""
    return _register(ATTRIBUTES, kinds)


def method(*kinds: type[Value]) -> Callable[[F], F]:
    """Register what evaluates `value.name(…)` for some kinds of value."""
    return _register(METHODS, kinds)


def invocation(*kinds: type[Value]) -> Callable[[F], F]:
    """Register what evaluates `value(…)` for some kinds of value."""
    return _register(INVOCATIONS, kinds)


def unpacking(*kinds: type[Value]) -> Callable[[F], F]:
    """Register what evaluates some kinds of value to the sequence that `a, b = value` unpacks."""
    return _register(UNPACKINGS, kinds)


def _register(registry: dict[Any, Any], kinds: tuple[type, ...]) -> Callable[[F], F]:
    def register(function: F) -> F:
        registry.update(dict.fromkeys(kinds, function))
        return function

    return register
