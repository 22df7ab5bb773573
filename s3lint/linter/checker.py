"""The single walk over the blocks of one file: facts are extracted and handed to the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import libcst as cst

import s3lint.facts.register  # noqa: F401
from s3lint.facts.call_view import OPERATORS, Views
from s3lint.facts.context import Context
from s3lint.facts.extractor import CALLS, STEPS
from s3lint.facts.triggers import VOCABULARY
from s3lint.finding import failure
from s3lint.inference.place import Place
from s3lint.linter.prefilter import Mentions, word_sets_of
from s3lint.registry import rules
from s3lint.registry.rule import Check, Match, Rule
from s3lint.source.text import Unreadable
from s3lint.support.clock import CLOCK
from s3lint.syntax.flow import Scope, Step, Suite
from s3lint.syntax.module import Block

if TYPE_CHECKING:
    from s3lint.config.selection import Selection
    from s3lint.inference.analysis import Analysis
    from s3lint.settings import Settings
    from s3lint.syntax.module import Module

MOCKS = frozenset({"mock_aws", "moto.mock_aws", "mock_s3", "mock_dynamodb", "mock_dynamodb2"})


class Checker:
    """One file under the rules that are on. `refused` holds the blocks that libcst does not read."""

    def __init__(self, analysis: Analysis, settings: Settings, selection: Selection) -> None:
        self.analysis = analysis
        self.settings = settings
        self.selection = selection
        self.refused: list[Unreadable] = []
        wanted = _wanted(selection.codes)
        self.checks = wanted.checks
        self._wanted = wanted
        self._views = Views(wanted.names, analysis.callers, settings)
        self._errors: list[str] = []

    def matches(self, module: Module, found: Mentions) -> tuple[list[Match], list[str]]:
        """What the rules find in the blocks that mention something, and what went wrong in rules and extractors."""
        context = Context(module, self.settings, self.analysis.callers)
        scope = self.analysis.evaluator.module_scope(module)
        matches = [match for step in self.steps(scope.suite, found) for match in self._step(step, context, found)]
        return matches, self._errors

    def steps(self, suite: Suite, found: Mentions) -> Iterator[Step]:
        """Every statement of the mentioned blocks, those of nested functions and classes included."""
        for step in suite.steps:
            if isinstance(step.node, Block):
                part = step.block.part
                if not found.within(part.start, part.end):
                    continue
                if step.scope is None:
                    yield from self.steps(step.body, found)
                    if step.block.refused is not None:
                        self.refused.append(step.block.refused)
                    continue
            yield step
            for inner in step.suites:
                yield from self.steps(inner, found)
            if step.scope is not None:
                yield from self.steps(step.scope.suite, found)

    def _step(self, step: Step, context: Context, found: Mentions) -> Iterator[Match]:
        mocked = _is_mocked(step.suite.scope)
        for fact in self.facts(step, context, found):
            for check, rule in self.checks.get(type(fact), ()):
                if not mocked or self.selection.checks_tests(rule.code):
                    yield from self._guarded(lambda check=check, fact=fact: check(fact, context), rule.name, context)  # type: ignore[misc]

    def facts(self, step: Step, context: Context, found: Mentions) -> Iterator[Any]:
        """The facts of one statement, and its nodes of the types that a rule subscribes to."""
        for words in self._wanted.step_words & found.words:
            for extract in STEPS[words]:
                yield from self._guarded(lambda extract=extract: extract(step, context), f"facts: {words}", context)  # type: ignore[misc]
        for node, binders in step.nodes:
            if type(node) in self.checks:
                yield node
            if type(node) is cst.Call:
                for view in self._views.of(node, Place(step, binders)):
                    for words in self._words_for(view.name):
                        if words in found.words:
                            for call_extract in CALLS[words]:
                                yield from self._guarded(lambda e=call_extract, v=view: e(v), f"facts: {words}", context)  # type: ignore[misc]

    def _words_for(self, name: str) -> Iterable[str]:
        """The word sets whose extractors look at calls of a name; operators are known by the end of theirs."""
        wanted = self._wanted
        return wanted.names.get(name) or (("airflow",) if name.endswith(OPERATORS) and "airflow" in wanted.words else ())

    def _guarded(self, compute: Callable[[], Iterable[Any]], name: str, context: Context) -> Iterator[Any]:
        """One failing rule or extractor must not silence the others."""
        try:
            yield from CLOCK.over(name, compute())
        except Exception as error:
            self._errors.append(failure(name, error, context.module.path))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a set of rules asks for: its checks by the kind of fact, the word sets of which facts are made, and for each name of a
    call the word sets whose extractors look at it. `step_words` are those whose extractors look at statements.
    """

    checks: dict[type, list[tuple[Check, Rule]]]
    words: frozenset[str]
    names: dict[str, list[str]]
    step_words: frozenset[str]


@cache
def _wanted(codes: frozenset[str]) -> Wanted:
    selected = [rule for code, rule in rules().items() if code in codes]
    words = frozenset(word_sets_of(selected))
    return Wanted(_by_kind(selected), words, _names(words), words & STEPS.keys())


def _by_kind(selected: Iterable[Rule]) -> dict[type, list[tuple[Check, Rule]]]:
    found: dict[type, list[tuple[Check, Rule]]] = {}
    for rule in selected:
        for kinds, check in rule.checks:
            for kind in kinds:
                found.setdefault(kind, []).append((check, rule))
    return found


def _names(words: frozenset[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word_set in sorted(words & CALLS.keys()):
        for name in {name for entry in VOCABULARY[word_set] for name in entry.names}:
            found.setdefault(name, []).append(word_set)
    return found


def _is_mocked(scope: Scope | None) -> bool:
    """Whether a function, or one around it, runs against moto's mocks."""
    while scope is not None:
        if not MOCKS.isdisjoint(scope.decorators):
            return True
        scope = scope.parent
    return False
