"""The registry of extractors: functions that turn calls, and statements, into facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from s3lint.facts import Fact
from s3lint.facts.call_view import CallView
from s3lint.facts.triggers import VOCABULARY
from s3lint.syntax.flow import Step

if TYPE_CHECKING:
    from s3lint.facts.context import Context

CallExtractor = Callable[[CallView], Iterator[Fact]]
StepExtractor = Callable[[Step, "Context"], Iterator[Fact]]

CALLS: dict[str, list[CallExtractor]] = {}
"""Extractors for calls, by the word set of their names."""

STEPS: dict[str, list[StepExtractor]] = {}
"""Extractors for statements, by the word set that their block must mention."""

E = TypeVar("E", CallExtractor, StepExtractor)


def from_calls(words: str) -> Callable[[CallExtractor], CallExtractor]:
    """Registers an extractor for calls whose names are in a word set of the vocabulary."""
    return _registering(CALLS, words)


def from_steps(words: str) -> Callable[[StepExtractor], StepExtractor]:
    """Registers an extractor for statements in blocks that mention a word set."""
    return _registering(STEPS, words)


def _registering(registry: dict[str, list[E]], words: str) -> Callable[[E], E]:
    if words not in VOCABULARY:
        raise LookupError(f"no word set is called {words}")

    def register(function: E) -> E:
        registry.setdefault(words, []).append(function)
        return function

    return register
