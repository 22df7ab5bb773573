"""What a check may ask besides its fact: the settings, the module, the values of other expressions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from s3lint.facts import Fact
    from s3lint.inference.callers import Callers
    from s3lint.inference.evaluator import Evaluator
    from s3lint.settings import Settings
    from s3lint.syntax.flow import Scope
    from s3lint.syntax.module import Module


@dataclass(frozen=True, slots=True)
class Context:
    """The file that is checked, and the project around it."""

    module: Module
    settings: Settings
    callers: Callers
    facts: dict[tuple[Scope, str, int], list[Fact]] = field(default_factory=dict, compare=False, repr=False)
    """The facts of whole functions, which several rules ask for."""

    @property
    def evaluator(self) -> Evaluator:
        return self.callers.evaluator
