"""Make dataclasses that are frozen for the type checker alone, and so cheap to define and to create.

A dataclass that is frozen at run time sets each field through `object.__setattr__`, which took a tenth of the analysis' time. And
`dataclass` compiles every method that it adds: of the methods of these classes it compiles `__init__` alone, the others are functions
that read the fields by name. A run imports some 150 such classes, so that their methods were a sixth of its start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, TypeVar

T = TypeVar("T")

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:
    # `typing` has it only from Python 3.11 on, and typing_extensions is no dependency of the running program.

    def dataclass_transform(**_: object) -> Callable[[T], T]:
        return lambda decorator: decorator


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(*, eq: bool = True, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """Return a decorator like `dataclass(frozen=True, slots=True)` whose instances are not frozen at run time."""

    def decorate(cls: type[T]) -> type[T]:
        made = dataclass(slots=True, eq=False, repr=False, kw_only=kw_only)(cls)
        methods = {"__repr__": _repr, **(_comparing(made) if eq else {})}
        for name, method in methods.items():
            # A method of the class itself stays; a class with `__eq__` has None for `__hash__`.
            if cls.__dict__.get(name) is None:
                setattr(made, name, method)
        return made

    return decorate


def _comparing(cls: type) -> dict[str, Callable[..., object]]:
    """Return the methods that compare instances of a class by the values of their fields."""
    names = [each.name for each in fields(cls) if each.compare]
    values: Callable[[object], Any] = (
        attrgetter(*names) if len(names) > 1 else lambda each: tuple(getattr(each, name) for name in names)
    )

    def equal(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return {"__eq__": equal, "__hash__": lambda self: hash(values(self))}


@recursive_repr("...")
def _repr(self: object) -> str:
    shown = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)  # type: ignore[arg-type]
    return f"{type(self).__qualname__}({shown})"
