"""Which rules there are. Nothing imports a rule by name: the package `s3lint.rules` is walked."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import MappingProxyType

from s3lint.rule import Rule


class UnknownRule(LookupError):
    """A code or name that no rule has. `nearest` is the most similar one, or None."""

    def __init__(self, text: str, nearest: str | None) -> None:
        hint = f": did you mean {nearest}?" if nearest else ""
        super().__init__(f"no rule is called {text}{hint}")
        self.nearest = nearest


@cache
def rules() -> MappingProxyType[str, Rule]:
    """Every rule by its code, in order of codes."""
    found = sorted(_walk(), key=lambda rule: rule.code)
    return MappingProxyType({rule.code: rule for rule in found})


def _walk() -> Iterator[Rule]:
    package = import_module("s3lint.rules")
    for info in pkgutil.walk_packages(package.__path__, "s3lint.rules."):
        rule = getattr(import_module(info.name), "rule", None)
        if isinstance(rule, Rule):
            yield rule


@cache
def by_name() -> MappingProxyType[str, Rule]:
    return MappingProxyType({rule.name: rule for rule in rules().values()})


def find(text: str) -> Rule:
    """The rule of a code or a name. Raises `UnknownRule`."""
    found = rules().get(text.upper()) or by_name().get(text.lower())
    if found is None:
        raise UnknownRule(text, nearest(text))
    return found


def select(text: str) -> frozenset[str]:
    """The codes that a selector names: a code, the beginning of one (`STO5`), a name, or `ALL`. Raises `UnknownRule`."""
    if text.upper() == "ALL":
        return frozenset(rules())
    codes = frozenset(code for code in rules() if text.upper().startswith("STO") and code.startswith(text.upper()))
    return codes or frozenset({find(text).code})


def nearest(text: str) -> str | None:
    from difflib import get_close_matches

    known = [*rules(), *by_name()]
    close = get_close_matches(text.upper(), known, 1) or get_close_matches(text.lower(), known, 1)
    return close[0] if close else None
