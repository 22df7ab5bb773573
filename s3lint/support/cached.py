"""A property that is computed once for each object, like `functools.cached_property`, but without a lock.

Before Python 3.12 that takes one for each value that it computes, which is most of its cost; s3lint's processes have one thread that
analyzes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from functools import cached_property
else:

    class cached_property:  # noqa: N801  # as the standard library calls it
        """Calls a method where the object has no value under its name yet."""

        def __init__(self, compute: Any) -> None:
            self.func = compute
            self._name = compute.__name__
            self.__doc__ = compute.__doc__

        def __get__(self, holder: Any, owner: type | None = None) -> Any:
            if holder is None:
                return self
            value = holder.__dict__[self._name] = self.func(holder)
            return value


__all__ = ["cached_property"]
