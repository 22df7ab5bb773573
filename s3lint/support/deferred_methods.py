"""Compile the methods that `dataclass` makes when one is first called, instead of when its class is made.

A run makes three hundred dataclasses, libcst's nodes most of them, and creates objects of a third. `dataclass` writes five methods of each as
text and compiles them, which takes half of the time that the imports take.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any

Make = Callable[[], tuple[Callable[..., Any], ...]]

FACTORY = "__create_fn__"
"""The function that the text defines: it takes what the methods refer to, and returns one of them or, since Python 3.13, all of a class."""


def defer_methods(packages: tuple[str, ...]) -> None:
    """Defer the methods of the dataclasses that modules of some packages define from now on.

    `dataclass` calls `exec` by its global name. Where it stops doing so, its methods are made at once, as without this.
    """

    def deferring(text: Any, scope: dict[str, Any], made: dict[str, Any]) -> None:
        names = _methods_of(text) if str(scope.get("__name__")).partition(".")[0] in packages else ()
        if not names:
            exec(text, scope, made)  # noqa: S102 - what `dataclass` asks for
            return
        made[FACTORY] = lambda **about: _deferred(names, text, scope, about)

    vars(dataclasses)["exec"] = deferring


def _methods_of(text: Any) -> tuple[str, ...]:
    """Return the names of the methods that a text makes; none if it is no text that `dataclass` writes."""
    if not isinstance(text, str) or not text.startswith(f"def {FACTORY}("):
        return ()
    head, _, returned = text.rpartition("\n return ")
    names = tuple(name.strip() for name in returned.strip("()").split(",") if name.strip())
    return names if head and all(name.isidentifier() for name in names) else ()


def _deferred(names: tuple[str, ...], text: str, scope: dict[str, Any], about: dict[str, Any]) -> object:
    """Return what the factory in a text returns, with methods that are compiled when one of them is called."""

    @cache
    def make() -> tuple[Callable[..., Any], ...]:
        made: dict[str, Any] = {}
        exec(text, scope, made)  # noqa: S102
        found = made[FACTORY](**about)
        return found if isinstance(found, tuple) else (found,)

    methods = tuple(_method(name, number, make) for number, name in enumerate(names))
    return methods if text.endswith(")") else methods[0]


def _method(name: str, number: int, make: Make) -> Callable[..., Any]:
    def method(self: object, /, *arguments: Any, **named: Any) -> Any:
        compiled = make()[number]
        compiled.__qualname__ = method.__qualname__
        for each in type(self).__mro__:
            if each.__dict__.get(name) is method:
                setattr(each, name, compiled)
        return compiled(self, *arguments, **named)

    method.__name__ = name
    return method
