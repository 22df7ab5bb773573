"""Context: what a rule's check gets beside its fact, such as the settings, the module and the evaluator. Imports types alone."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    from s3lint.facts import Fact
    from s3lint.inference.callers import Callers
    from s3lint.inference.evaluator import Evaluator
    from s3lint.settings import Settings
    from s3lint.syntax.flow import Scope
    from s3lint.syntax.module import Module


@frozen()
class Context:
    """The checked file, its settings, and the evaluators of its project."""

    module: Module
    settings: Settings
    callers: Callers
    facts: dict[tuple[Scope, str, int], list[Fact]] = field(default_factory=dict, compare=False, repr=False)
    """Cache of `facts_within`, by scope, extractor and depth: several rules ask for the same facts."""

    answers: dict[tuple[Any, ...], Any] = field(default_factory=dict, compare=False, repr=False)
    """What other queries answered, by what they were asked: rules ask again for each of thousands of facts."""

    @property
    def evaluator(self) -> Evaluator:
        return self.callers.evaluator
