"""Registry of the rules: those in the package `s3lint.rules`, and those that installed rule packs offer by an entry point.

The manifest tells what the former declare; their modules are imported on demand. Imports `registry.rule` and `registry.manifest`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import cache
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING

from s3lint.registry.manifest import declared_rules
from s3lint.registry.rule import Rule
from s3lint.support.distributions import may_offer
from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

OWN = "s3lint.rules"
"""The package of s3lint's own rules, and the group of entry points under which packs offer theirs."""

DIGITS = 3

CODE = re.compile(rf"[A-Z]{{1,3}}\d{{{DIGITS}}}")
"""A code: what flake8 accepts as one, with all three digits."""


class UnknownRule(LookupError):
    """A code or name that no rule has. `nearest` is the most similar one, or None."""

    def __init__(self, text: str, nearest: str | None) -> None:
        hint = f": did you mean {nearest}?" if nearest else ""
        super().__init__(f"no rule is called {text}{hint}")
        self.nearest = nearest


@frozen()
class Registry:
    """The rules by code, the origin of each (`s3lint`, or a pack's name and version), and a sentence for each pack that failed."""

    rules: MappingProxyType[str, Rule]
    origins: MappingProxyType[str, str]
    problems: tuple[str, ...]


@cache
def registry() -> Registry:
    """Return the rules of s3lint and of installed rule packs. A pack that fails is left out as a whole, and named in `problems`."""
    found = {rule.code: rule for rule in declared_rules()}
    origins = dict.fromkeys(found, "s3lint")
    problems = []
    for pack in packs():
        try:
            offered = list(_offered(pack, found))
        except Exception as error:  # A pack is code of others: no error in it may stop the remaining rules.
            problems.append(f"the rule pack {_origin(pack)} is left out: {type(error).__name__}: {error}")
            continue
        found |= {rule.code: rule for rule in offered}
        origins |= {rule.code: _origin(pack) for rule in offered}
    return Registry(MappingProxyType(dict(sorted(found.items()))), MappingProxyType(origins), tuple(problems))


def packs() -> list[EntryPoint]:
    """Return the entry points of rule packs, sorted by name. Each leads to a rule, several rules, or a package of rule modules."""
    if not may_offer(OWN):
        return []
    from importlib.metadata import entry_points

    return sorted(entry_points(group=OWN), key=lambda entry: (entry.name, entry.value))


def _origin(pack: EntryPoint) -> str:
    """Return the name and version of the distribution of a pack."""
    return f"{pack.dist.name} {pack.dist.version}" if pack.dist is not None else pack.name


def _offered(pack: EntryPoint, known: Container[str]) -> Iterator[Rule]:
    """Yield the rules of a pack. Raises what its import raises, `TypeError` for an object that is no rule, and `ValueError` for no
    rule at all, a malformed code or one in `known`.
    """
    offer = pack.load()
    if isinstance(offer, Rule):
        offer = [offer]
    elif isinstance(offer, ModuleType):
        offer = list(walk(offer.__name__))
    if not offer:
        raise ValueError(f"{pack.value} offers no rule")
    for rule in offer:
        if not isinstance(rule, Rule):
            raise TypeError(f"{pack.value} offers a {type(rule).__name__}, which is no rule")
        if CODE.fullmatch(rule.code) is None:
            raise ValueError(f"{rule.code!r} is no code: it takes one to three capitals and three digits")
        if rule.code in known:
            raise ValueError(f"the code {rule.code} is taken")
        yield rule


def rules() -> MappingProxyType[str, Rule]:
    """Return every rule by its code, sorted by code."""
    return registry().rules


def walk(package: str) -> Iterator[Rule]:
    """Yield the `rule` of a package and of the modules in it. Modules whose name begins with `_` are helpers of rules."""
    from pkgutil import walk_packages

    module = import_module(package)
    rule = getattr(module, "rule", None)
    if isinstance(rule, Rule):
        yield rule
    for info in walk_packages(getattr(module, "__path__", ()), f"{package}."):
        rule = getattr(import_module(info.name), "rule", None) if not _is_helper(info.name) else None
        if isinstance(rule, Rule):
            yield rule


def _is_helper(name: str) -> bool:
    """Tell whether a module contains helpers of rules instead of a rule."""
    return name.rpartition(".")[2].startswith("_")


@cache
def by_name() -> MappingProxyType[str, Rule]:
    """Return every rule by its name, such as `hardcoded-bucket`."""
    return MappingProxyType({rule.name: rule for rule in rules().values()})


def find(text: str) -> Rule:
    """Return the rule with a code or name, in any case. Raises `UnknownRule`."""
    found = _known(text)
    if found is None:
        raise UnknownRule(text, nearest(text))
    return found


def _known(text: str) -> Rule | None:
    return rules().get(text.upper()) or by_name().get(text.lower())


def select(text: str) -> frozenset[str]:
    """Return the codes that a selector names: a code, the beginning of one (`STO5`), a name, or `ALL`. Raises `UnknownRule`."""
    codes = codes_of(text)
    if not codes:
        raise UnknownRule(text, nearest(text))
    return codes


def codes_of(selector: str) -> frozenset[str]:
    """Return the codes that a selector names; empty if no rule has that code or name."""
    if selector.upper() == "ALL":
        return frozenset(rules())
    match = BEGINNING.fullmatch(selector.upper())
    codes = frozenset(code for code in rules() if match is not None and code.startswith(match[0]) and code[:-DIGITS] == match[1])
    named = _known(selector) if not codes else None
    return frozenset({named.code}) if named is not None else codes


BEGINNING = re.compile(r"([A-Z]{1,3})\d{0,3}")
"""The beginning of a code, with all of its letters: `S` is what other linters call rules of theirs, and must not suppress all of ours."""


def nearest(text: str) -> str | None:
    """Return the code or name most similar to a text, or None if none is similar."""
    from difflib import get_close_matches

    known = [*rules(), *by_name()]
    # Codes are written in capitals, names in lower case.
    close = get_close_matches(text.upper(), known, 1) or get_close_matches(text.lower(), known, 1)
    return close[0] if close else None
