"""Make dataclasses that are frozen for the type checker alone, and so cheap to create.

A dataclass that is frozen at run time sets each field through `object.__setattr__`, which took a tenth of the analysis' time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

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
    return dataclass(slots=True, eq=eq, unsafe_hash=eq, kw_only=kw_only)
