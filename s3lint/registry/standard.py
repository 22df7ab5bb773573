"""Read the clauses of the standard, and find the rules that enforce each. Imports `registry.rule`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from s3lint.registry.rule import Rule
from s3lint.support.frozen import frozen

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@frozen()
class Clause:
    """One sentence of the standard. `same_as` are the ids of clauses that it restates, `unchecked` is why no rule enforces it."""

    id: str
    section: str
    text: str
    same_as: tuple[str, ...] = ()
    unchecked: str | None = None


@cache
def clauses() -> MappingProxyType[str, Clause]:
    """Return every clause by its id (`section.name`), in the order of the standard."""
    data = tomllib.loads(files("s3lint.registry").joinpath("standard.toml").read_text(encoding="utf-8"))
    return MappingProxyType({clause.id: clause for clause in _clauses(data)})


def _clauses(data: dict[str, dict[str, object]]) -> Iterator[Clause]:
    for section, entries in data.items():
        for name, entry in entries.items():
            if isinstance(entry, dict):
                same_as = tuple(entry.get("same-as", ()))
                yield Clause(f"{section}.{name}", str(entries["title"]), entry["text"], same_as, entry.get("unchecked"))


def rules_of(clause: Clause, rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules that enforce a clause or one that restates it."""
    ids = {clause.id, *clause.same_as}
    ids |= {other.id for other in clauses().values() if clause.id in other.same_as}
    return [rule for rule in rules if rule.clause in ids]
