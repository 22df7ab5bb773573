"""Registry of extractors: functions that turn calls, or statements, into facts. `register` imports all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from s3lint.facts import Fact
from s3lint.facts.call_view import CallView
from s3lint.syntax.flow import Step
from s3lint.triggers import TRIGGERS

if TYPE_CHECKING:
    from s3lint.facts.context import Context

CallExtractor = Callable[[CallView], Iterator[Fact]]
StepExtractor = Callable[[Step, "Context"], Iterator[Fact]]

CALLS: dict[str, list[CallExtractor]] = {}
"""Functions that extract facts from calls, by their name in `TRIGGERS`; several may share one."""

STEPS: dict[str, list[StepExtractor]] = {}
"""Functions that extract facts from statements, by their name in `TRIGGERS`."""

MARKS: dict[str, re.Pattern[str]] = {}
"""What must stand in a statement for an extractor to be worth a look. The others look at statements with a hit of the prefilter alone."""

E = TypeVar("E", CallExtractor, StepExtractor)


def from_calls(name: str) -> Callable[[CallExtractor], CallExtractor]:
    """Register a function for the calls that trigger an extractor. Raises `LookupError` for a name that `TRIGGERS` lacks."""
    return _registering(CALLS, name)


def from_steps(name: str, mark: re.Pattern[str] | None = None) -> Callable[[StepExtractor], StepExtractor]:
    """Register a function for the statements of blocks that trigger an extractor. Raises `LookupError` likewise.

    With `mark` it looks at the statements with such a text, instead of those with a hit: what it finds may be written elsewhere.
    """
    if mark is not None:
        MARKS[name] = mark
    return _registering(STEPS, name)


def _registering(registry: dict[str, list[E]], name: str) -> Callable[[E], E]:
    if name not in TRIGGERS:
        raise LookupError(f"no extractor is called {name}")

    def register(function: E) -> E:
        registry.setdefault(name, []).append(function)
        return function

    return register
