"""Walk the statements of one file once: extract facts, and hand each to the rules that subscribe to its kind.

Imports libcst and the extractors, so `engine` imports it only when a file is parsed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from itertools import filterfalse
from typing import TYPE_CHECKING, Any

import libcst as cst

import s3lint.facts.register  # noqa: F401
from s3lint.facts.call_view import OPERATORS, Views
from s3lint.facts.context import Context
from s3lint.facts.extractor import CALLS, MARKS, STEPS
from s3lint.finding import failure
from s3lint.inference.place import Place
from s3lint.linter.prefilter import Mentions, extractors_of
from s3lint.registry import rules
from s3lint.registry.rule import Check, Match, Rule, name_of
from s3lint.source.text import Unreadable
from s3lint.support.clock import CLOCK
from s3lint.support.frozen import frozen
from s3lint.syntax.flow import Scope, Step, Suite
from s3lint.syntax.module import Block, once_for_module, syntax_of
from s3lint.syntax.prose import rows_of_code
from s3lint.syntax.site import locate
from s3lint.syntax.walk import Binders
from s3lint.triggers import TRIGGERS

if TYPE_CHECKING:
    from s3lint.config.selection import Selection
    from s3lint.inference.analysis import Analysis
    from s3lint.settings import Settings
    from s3lint.syntax.module import Module

INFRASTRUCTURE = ("aws_cdk", "cdktf", "pulumi", "troposphere")
"""Beginnings of the packages that describe infrastructure: a module that imports one makes buckets, and no rule applies to it."""

MOCKS = frozenset({"mock_aws", "moto.mock_aws", "mock_s3", "mock_dynamodb", "mock_dynamodb2"})


class Checker:
    """Checks one file by the rules of a selection."""

    def __init__(self, analysis: Analysis, settings: Settings, selection: Selection) -> None:
        self.analysis = analysis
        self.settings = settings
        self.selection = selection
        self._blocks: list[Block] = []
        dispatch = _dispatch(selection.codes)
        self.checks = dispatch.checks
        self._dispatch = dispatch
        self._views = Views(dispatch.names, analysis.callers, settings)
        self._errors: list[str] = []

    @property
    def refused(self) -> list[Unreadable]:
        """The errors of blocks that libcst cannot parse, of those whose layout was asked for until now."""
        return [block.refused for block in self._blocks if block.refused is not None]

    def matches(self, module: Module, found: Mentions) -> tuple[list[Match], list[str]]:
        """Return the matches in blocks with hits of the prefilter, and one line for each failure of a rule or an extractor."""
        # `aws_cdk` and its kind declare buckets with the words of the API; nothing is read or written there.
        if any(name.partition(".")[0].startswith(INFRASTRUCTURE) for name in module.imports):
            return [], []
        # The hits in comments and docstrings are left out.
        found = found.on(rows_of_code(module, found.rows))
        if not found.rows:
            return [], []
        context = Context(module, self.settings, self.analysis.callers)
        scope = self.analysis.evaluator.module_scope(module)
        matches = [match for step in self.steps(scope.suite, found) for match in self._step(step, context, found)]
        return matches, self._errors

    def steps(self, suite: Suite, found: Mentions) -> Iterator[Step]:
        """Yield every statement of the blocks with hits, including those of nested functions and classes."""
        for step in suite.steps:
            if step.kind is Block:
                part = step.block.part
                # Asked by line numbers alone: a block without a hit is never parsed by libcst, which is most of the run time saved.
                if not found.within(part.start, part.end):
                    continue
                # A block of plain statements, or a function; a class opens a scope of its own and is split into members below.
                if step.scope is None:
                    yield from self.steps(step.body, found)
                    self._blocks.append(step.block)
                    continue
            yield step
            for inner in step.suites:
                yield from self.steps(inner, found)
            if step.scope is not None:
                yield from self.steps(step.scope.suite, found)

    def _step(self, step: Step, context: Context, found: Mentions) -> Iterator[Match]:
        # A test against moto touches no store: only rules that apply in tests apply to it, also in a file that is not called a test.
        mocked = _is_mocked(step.suite.scope)
        for fact in self.facts(step, context, found):
            for check, rule in self.checks[type(fact)]:
                if not mocked or self.selection.checks_tests(rule.code):
                    found_by_rule = self._guarded(lambda check=check, fact=fact: check(fact, context), rule.name, context)  # type: ignore[misc]
                    yield from (
                        found_by_rule
                        if self.selection.checks_tests(rule.code)
                        else filterfalse(_is_passed_by_mocked, found_by_rule)
                    )

    def facts(self, step: Step, context: Context, found: Mentions) -> Iterator[Any]:
        """Yield the facts of one statement, and its nodes of the types to which a rule subscribes."""
        rows = step.statement.rows
        for name in self._dispatch.of_steps & found.extractors.keys():
            if rows is None or _is_worth_a_look(step, rows, name, found):
                for extract in STEPS[name]:
                    yield from self._guarded(lambda extract=extract: extract(step, context), f"facts: {name}", context)  # type: ignore[misc]
        # What triggers an extractor of calls is written where it is called, or where it gets another name.
        if rows is None or found.within(*rows) or self._dispatch.nodes or self._has_aliases(step):
            yield from self._facts_of_nodes(step, context, found)

    def _facts_of_nodes(self, step: Step, context: Context, found: Mentions) -> Iterator[Any]:
        for node, binders in _nodes(step, found):
            if type(node) in self._dispatch.nodes:
                _ = step.block.tree  # A rule that asks for nodes may read their layout.
                yield node
            if type(node) is cst.Call:
                for view in self._views.of(node, Place(step, binders)):
                    for name in self._extractors_for(view.name):
                        if name in found.extractors and (name, view.name) not in found.closed:
                            for call_extract in CALLS[name]:
                                yield from self._guarded(lambda e=call_extract, v=view: e(v), f"facts: {name}", context)  # type: ignore[misc]

    def _has_aliases(self, step: Step) -> bool:
        """Return whether what triggers an extractor may be called by another name than its own."""
        scope = step.suite.scope
        known = self._views.knows
        if any(known(name) for name in scope.module.aliases.values()):
            return True
        methods = (method.function.attr.value for each in scope.assigned_methods.values() for method in each)
        return any(map(known, methods))

    def _extractors_for(self, name: str) -> Iterable[str]:
        """Return the extractors that take calls of a name. Airflow's operators are too many to name: the end of the name tells them."""
        dispatch = self._dispatch
        return dispatch.names.get(name) or (("airflow",) if name.endswith(OPERATORS) and "airflow" in dispatch.extractors else ())

    def _guarded(self, compute: Callable[[], Iterable[Any]], name: str, context: Context) -> Iterator[Any]:
        """Yield what a rule or an extractor yields. If it fails, note one line and go on with the others."""
        try:
            yield from CLOCK.over(name, compute())
        except Exception as error:
            self._errors.append(failure(name, error, context.module.path))


def _is_worth_a_look(step: Step, rows: tuple[int, int], name: str, found: Mentions) -> bool:
    """Return whether an extractor of statements may find something in one that stands on these rows."""
    mark = MARKS.get(name)
    return found.within(*rows) if mark is None else mark.search(step.statement.text) is not None


def _nodes(step: Step, found: Mentions) -> list[tuple[cst.CSTNode, Binders]]:
    """Return the nodes of a statement. The header of a class is parsed only if it has a hit."""
    part = step.block.part if step.kind is Block else None
    if part is None or part.kind != "class":
        return step.nodes
    return step.header_nodes if found.within(part.start, part.header) else []


@frozen()
class Dispatch:
    """Dispatch tables for a rule selection.

    `checks` are the checks by kind of fact, `nodes` the types of nodes among the kinds; `extractors` are those that are needed,
    `names` those of calls by the name of the callee, and `of_steps` those that extract from whole statements.
    """

    checks: Checks
    nodes: frozenset[type]
    extractors: frozenset[str]
    names: dict[str, list[str]]
    of_steps: frozenset[str]


@cache
def _dispatch(codes: frozenset[str]) -> Dispatch:
    selected = [rule for code, rule in rules().items() if code in codes]
    extractors = frozenset(extractors_of(selected))
    return Dispatch(Checks(selected), _node_types(selected), extractors, _names(extractors), extractors & STEPS.keys())


class Checks(dict[type, list[tuple[Check, Rule]]]):
    """The checks by kind of fact or node. The modules of the rules are imported when the first one of their kind is met."""

    def __init__(self, selected: Iterable[Rule]) -> None:
        super().__init__()
        self._rules: dict[str, list[Rule]] = {}
        for rule in selected:
            for name in rule.kinds:
                self._rules.setdefault(name, []).append(rule)

    def __missing__(self, kind: type) -> list[tuple[Check, Rule]]:
        rules = [rule.imported() for rule in self._rules.get(name_of(kind), ())]
        self[kind] = [(check, rule) for rule in rules for kinds, check in rule.checks for each in kinds if each is kind]
        return self[kind]


def _node_types(selected: Iterable[Rule]) -> frozenset[type]:
    """Return the types of nodes to which rules subscribe."""
    subscribed = [rule.imported() for rule in selected if any("." in name for name in rule.kinds)]
    return frozenset(kind for rule in subscribed for kinds, _ in rule.checks for kind in kinds if issubclass(kind, cst.CSTNode))


def _names(extractors: frozenset[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for extractor in sorted(extractors & CALLS.keys()):
        for name in TRIGGERS[extractor].names:
            found.setdefault(name, []).append(extractor)
    return found


def _is_passed_by_mocked(match: Match) -> bool:
    """Return whether a match is reported in a function under moto's mocks: what a test passes to the code that it tests."""
    module = match.site.module
    return _mentions_mocks(module.source.data) and locate(match.site)[0].row in _mocked_rows(module)


@lru_cache(maxsize=4)  # All findings in a file ask.
def _mentions_mocks(data: bytes) -> bool:
    return b"mock_" in data


@once_for_module
def _mocked_rows(module: Module) -> frozenset[int]:
    functions = (
        node for node in ast.walk(syntax_of(module)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    )
    mocked = (
        node
        for node in functions
        if not MOCKS.isdisjoint(ast.unparse(each.func if isinstance(each, ast.Call) else each) for each in node.decorator_list)
    )
    return frozenset(row for node in mocked for row in range(node.lineno, (node.end_lineno or node.lineno) + 1))


def _is_mocked(scope: Scope | None) -> bool:
    """Return whether a function, or one around it, runs against moto's mocks instead of a store."""
    while scope is not None:
        if not MOCKS.isdisjoint(scope.decorators):
            return True
        scope = scope.parent
    return False
