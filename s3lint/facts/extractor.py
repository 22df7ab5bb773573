"""Registry of extractors: functions that turn calls, or statements, into facts. `register` imports all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from s3lint.facts import Fact
from s3lint.facts.call_view import CallView
from s3lint.syntax.flow import Step
from s3lint.triggers import TRIGGERS

if TYPE_CHECKING:
    from s3lint.facts.context import Context
    from s3lint.syntax.module import Module

CallExtractor = Callable[[CallView], Iterator[Fact]]
StepExtractor = Callable[[Step, "Context"], Iterator[Fact]]

CALLS: dict[str, list[CallExtractor]] = {}
"""Functions that extract facts from calls, by their name in `TRIGGERS`; several may share one."""

STEPS: dict[str, list[StepExtractor]] = {}
"""Functions that extract facts from statements, by their name in `TRIGGERS`."""

ROWS: dict[str, Callable[[Module], Sequence[int] | None]] = {}
"""Functions that return the rows of a module of which a statement must have one to be worth a look, ascending; None for any row.

Extractors without such a function look at statements with a hit of the prefilter alone.
"""

E = TypeVar("E", CallExtractor, StepExtractor)


def from_calls(name: str) -> Callable[[CallExtractor], CallExtractor]:
    """Register a function for the calls that trigger an extractor. Raises `LookupError` for a name that `TRIGGERS` lacks."""
    return _registering(CALLS, name)


def from_steps(name: str, rows: Callable[[Module], Sequence[int] | None] | None = None) -> Callable[[StepExtractor], StepExtractor]:
    """Register a function for the statements of blocks that trigger an extractor. Raises `LookupError` likewise.

    `rows` tells which statements are worth a look (`ROWS`), where that are not those with hits.
    """
    if rows is not None:
        ROWS[name] = rows
    return _registering(STEPS, name)


def any_row(_: Module) -> None:
    """Tell that an extractor looks at every statement: what it finds may be written elsewhere, and only its value is here."""


def _registering(registry: dict[str, list[E]], name: str) -> Callable[[E], E]:
    if name not in TRIGGERS:
        raise LookupError(f"no extractor is called {name}")

    def register(function: E) -> E:
        registry.setdefault(name, []).append(function)
        return function

    return register
