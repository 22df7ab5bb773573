"""Scopes, suites and steps: the shape of the code through which a value flows.

A *suite* is a list of statements, a *step* is one statement in it. A step of a module may be a block that is not parsed yet: the
outline already tells which names it changes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import libcst as cst

from s3lint.support.cached import cached_property
from s3lint.support.frozen import frozen
from s3lint.syntax.clauses import COMPOUND, clauses_of
from s3lint.syntax.guards import GUARDING, Guard, guards_of_branch, guards_past, may_refuse, names_tested
from s3lint.syntax.module import Block, Module
from s3lint.syntax.names import applied_function, dotted_name, parameter_names
from s3lint.syntax.outline import Part
from s3lint.syntax.statement import DEFINITIONS, AnyStatement, Made, OwnNodes, statements_of
from s3lint.syntax.walk import Binders, expressions

FunctionNode = cst.FunctionDef | cst.Lambda

JUMPS = frozenset({cst.Return, cst.Continue, cst.Break})
"""Statements that leave without an exception."""


@dataclass(eq=False, repr=False)
class Step(OwnNodes):
    """One statement. `changes` are the names that it, or a statement nested in it, binds or alters (`self.x` is one name)."""

    suite: Suite
    index: int
    changes: frozenset[str]
    suites: list[Suite] = field(default_factory=list)
    scope: Scope | None = None
    """The scope that a function or class statement opens."""

    @cached_property
    def header_nodes(self) -> list[tuple[cst.CSTNode, Binders]]:
        """The nodes of a class statement's decorators and arguments, where the outline has split its members off."""
        header = self.scope.header if self.kind is Block and self.scope is not None else None
        return list(expressions(header)) if header is not None else []

    @property
    def passed_guards(self) -> list[Guard]:
        """What holds when control passes this statement, of names that it does not change after the test."""
        if self.kind not in GUARDING:
            return []
        if self.kind is cst.Assert:
            return [Guard(cast("cst.Assert", self.node).test, holds=True, refused=True)]
        if self.kind is cst.If or self.kind is cst.Match:
            # Where control may pass every branch no test tells anything, and the nodes need not be made.
            if not any(suite.ends for suite in self.suites):
                return []
            node = cast("cst.If | cst.Match", self.node)
            return guards_past(node, [(suite.clause, suite.ends, suite.raises) for suite in self.suites])
        if self.kind is cst.With:
            return self.suites[0].guards_at_end
        if self.kind is cst.Try or self.kind is cst.TryStar:
            handled = any(suite.role == "handler" and not suite.ends for suite in self.suites)
            # A handler that goes on may have been entered before the tests of the body.
            return [] if handled else self.suites[0].guards_at_end
        return []

    @property
    def body(self) -> Suite:
        """The statements of a block, which is parsed for it."""
        if not self.suites and self.kind is Block:
            self.suites.append(suite_of(statements_of(self.block), "block", self.suite.scope, self))
        return self.suites[0]

    @cached_property
    def path(self) -> tuple[int, ...]:
        """Where the step stands in its scope: paths compare as the source is ordered."""
        owner = self.suite.owner
        if owner is None:
            return (self.index,)
        return (*owner.path, owner.suites.index(self.suite), self.index)

    @cached_property
    def ends(self) -> bool:
        """Whether control never passes on to the next step."""
        if self.leaves:
            return True
        if not self.suites:
            return False
        ways = {suite.role for suite in self.suites}
        if self.kind is cst.With or (self.kind is cst.If and "else" in ways):
            return all(suite.ends for suite in self.suites)
        if self.kind is cst.Try or self.kind is cst.TryStar:
            # A body with an `else` goes on into it; whether that ends is not asked, so the statement counts as going on.
            return all(suite.ends for suite in self.suites if suite.role in ("try", "handler")) and "orelse" not in ways
        return False


@dataclass(eq=False, repr=False)
class Suite:
    """A list of statements. `role` tells how control enters it."""

    role: str
    scope: Scope
    owner: Step | None
    number: int = 0
    """Its place among the suites of its owner."""
    steps: list[Step] = field(default_factory=list)

    @cached_property
    def clause(self) -> cst.CSTNode | None:
        """The node that heads it."""
        node = self.owner.node if self.owner is not None else None
        return [head for _, _, head in clauses_of(node)][self.number] if node is not None and not isinstance(node, Block) else None

    @cached_property
    def changes(self) -> dict[str, list[int]]:
        """For each name, the steps that change it."""
        found: dict[str, list[int]] = {}
        for step in self.steps:
            for name in step.changes:
                found.setdefault(name, []).append(step.index)
        return found

    @cached_property
    def guards(self) -> dict[str, list[Guard]]:
        """For each name in them, the conditions on which control enters the suite."""
        found: dict[str, list[Guard]] = {}
        owner = self.owner if self.role in ("if", "else", "case") else None
        if owner is None or isinstance(owner.node, Block):
            return found
        branches = owner.suites[: owner.suites.index(self) + 1]
        for guard in guards_of_branch(owner.node, [suite.clause for suite in branches]):
            for name in names_tested(guard.test):
                found.setdefault(name, []).append(guard)
        return found

    @cached_property
    def passed_guards(self) -> dict[str, list[tuple[int, Guard]]]:
        """For each name in them, the conditions on which control passes a step, with the index of the step."""
        found: dict[str, list[tuple[int, Guard]]] = {}
        for step in self.steps:
            for guard in step.passed_guards:
                for name in names_tested(guard.test):
                    found.setdefault(name, []).append((step.index, guard))
        return found

    @cached_property
    def refusing_blocks(self) -> list[Step]:
        """The statements of a module that may end the program, or go on only where a condition holds."""
        blocks = (step for step in self.steps if step.kind is Block and step.scope is None)
        # To define a function refuses nothing: the texts of functions are not even read.
        return [step for step in blocks if step.block.part.kind != "function" and may_refuse(step.block.text)]

    def guards_passed(self, name: str, since: int, until: int) -> list[Guard]:
        """Return the conditions on a name that control passed between two steps, both left out."""
        found = [guard for passed, guard in self.passed_guards.get(name, ()) if since < passed < until]
        # The blocks of a module are parsed on demand: only one whose text may refuse the name is worth it.
        if self.owner is None and self.scope.kind == "module":
            for step in self.refusing_blocks:
                if since < step.index < until and name in step.block.text:
                    found += step.body.guards_left.get(name, ())
        return found

    @property
    def guards_at_end(self) -> list[Guard]:
        """The conditions that still hold when control leaves the suite by its end."""
        found = [(name, index, guard) for name, passed in self.passed_guards.items() for index, guard in passed]
        return [guard for name, index, guard in found if not any(changed >= index for changed in self.changes.get(name, ()))]

    @cached_property
    def guards_left(self) -> dict[str, list[Guard]]:
        """For each name in them, the conditions that still hold when control leaves the suite."""
        found: dict[str, list[Guard]] = {}
        for guard in self.guards_at_end:
            for name in names_tested(guard.test):
                found.setdefault(name, []).append(guard)
        return found

    @cached_property
    def ends(self) -> bool:
        return any(step.ends for step in self.steps)

    @property
    def raises(self) -> bool:
        """Whether control leaves by an exception, or the program ends."""
        return any(step.ends and step.kind not in JUMPS for step in self.steps)

    def last_change(self, name: str, before: int) -> Step | None:
        """Return the last step before an index that changes a name."""
        changing = self.changes.get(name, ())
        last = bisect_left(changing, before) - 1
        return self.steps[changing[last]] if last >= 0 else None

    def walk(self) -> Iterator[Step]:
        """Yield every step of the suite and of the suites nested in it, but for those of nested functions and classes."""
        for step in self.steps:
            yield step
            for suite in step.suites:
                yield from suite.walk()


@frozen()
class Passing:
    """An argument of a call: its position or its keyword."""

    step: Step
    call: cst.Call
    argument: int | str


@frozen()
class AssignedMethod:
    """`name = x.method`, or `name = partial(x.method, …)`."""

    step: Step
    function: cst.Attribute
    partial: cst.Call | None = None


@dataclass(eq=False, repr=False)
class Scope:
    """A module, a class or a function."""

    module: Module
    kind: str
    name: str
    parent: Scope | None
    block: Block | None = None
    given: cst.Lambda | None = None
    """The node of a lambda."""
    part: Part | None = None
    step: Step | None = None
    """The statement that defines it."""
    setting: dict[str, list[Scope]] = field(default_factory=dict)
    """Cache: for an attribute, the methods of a class that set it."""
    passing: dict[str, list[Passing]] = field(default_factory=dict)
    """Cache: for a name, the calls that take it as an argument."""

    @cached_property
    def suite(self) -> Suite:
        if self.kind == "module":
            return _outlined(self, self.module.blocks)
        if self.part is not None:
            return _outlined(self, [Block(self.module, member, member=True) for member in self.part.members])
        assert self.block is not None
        statements = self.step.statement.body if self.step is not None and self.given is None else ()
        return suite_of(statements, "scope", self, None)

    @cached_property
    def node(self) -> FunctionNode | cst.ClassDef | None:
        """The node of a function, or of a class whose members are not split off."""
        if self.given is not None or self.step is None or self.step.kind not in DEFINITIONS:
            return self.given
        return cast("FunctionNode | cst.ClassDef", self.step.node)

    @cached_property
    def header(self) -> cst.ClassDef | None:
        """The statement of a class, without its body where the outline has split that off."""
        if isinstance(self.node, cst.ClassDef):
            return self.node
        if self.block is None or not self.block.statements:
            return None
        statement = self.block.statements[0]
        return statement if isinstance(statement, cst.ClassDef) else None

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        if self.given is not None:
            return parameter_names(self.given.params)
        return self.step.statement.parameters if self.kind == "function" and self.step is not None else ()

    @cached_property
    def decorators(self) -> tuple[str, ...]:
        """The dotted names of a function's decorators, called or not."""
        return self.step.statement.decorators if self.step is not None and self.kind == "function" and self.given is None else ()

    @cached_property
    def outside(self) -> frozenset[str]:
        """Names that the function declares `global` or `nonlocal`."""
        if self.kind != "function":
            return frozenset()
        declared = [step.node for step in self.suite.walk() if step.kind is cst.Global or step.kind is cst.Nonlocal]
        return frozenset(item.name.value for node in declared for item in cast("cst.Global | cst.Nonlocal", node).names)

    @property
    def qualified_name(self) -> str:
        outer = f"{self.parent.qualified_name}." if self.parent is not None and self.parent.kind != "module" else ""
        return f"{outer}{self.name}"

    @property
    def owner(self) -> Scope | None:
        """The class whose method this function is."""
        return self.parent if self.parent is not None and self.parent.kind == "class" else None

    def passed(self, name: str) -> list[Passing]:
        """Return the calls in this function that take a name, which may be dotted, as an argument."""
        if name not in self.passing:
            self.passing[name] = list(self._find_passing(name))
        return self.passing[name]

    def _find_passing(self, name: str) -> Iterator[Passing]:
        last = name.rpartition(".")[2]
        for step in self.suite.walk():
            # The nodes of most statements are never made.
            for node, _ in step.calls if last in step.statement.text else ():
                for index, arg in enumerate(node.args):
                    if not arg.star and dotted_name(arg.value) == name:
                        yield Passing(step, node, arg.keyword.value if arg.keyword else index)

    @cached_property
    def returns(self) -> list[tuple[Step, cst.Return]]:
        """The `return` statements of a function."""
        return [(step, cast("cst.Return", step.node)) for step in self.suite.walk() if step.kind is cst.Return]

    @cached_property
    def yields(self) -> list[tuple[Step, cst.Yield, Binders]]:
        """The `yield` expressions of a function."""
        steps = (step for step in self.suite.walk() if step.block.holds_yield)
        return [(step, node, binders) for step in steps for node, binders in step.nodes if type(node) is cst.Yield]

    @cached_property
    def assigned_methods(self) -> dict[str, list[AssignedMethod]]:
        """Local names that stand for a method of something, or for a partial application of one."""
        found: dict[str, list[AssignedMethod]] = {}
        for step in self.suite.walk() if self.kind == "function" else ():
            if not step.statement.may_assign_function or not isinstance(step.node, cst.Assign):
                continue
            if type(step.node.targets[0].target) is cst.Name:
                function, partial = applied_function(step.node.value)
                if isinstance(function, cst.Attribute):
                    found.setdefault(step.node.targets[0].target.value, []).append(AssignedMethod(step, function, partial))
        return found

    def binds(self, name: str) -> bool:
        if name in self.outside:
            return False
        return name in self.parameters or name in self.suite.changes

    def may_bind(self, name: str) -> bool:
        """Tell whether the scope binds a name, or has a star import, which may bind any."""
        return self.binds(name) or (self.kind == "module" and self.binds("*"))

    def walk(self) -> Iterator[Step]:
        return self.suite.walk()


def _outlined(scope: Scope, blocks: Sequence[Block]) -> Suite:
    suite = Suite("scope", scope, None)
    for index, block in enumerate(blocks):
        step = Step(Made(block, block), block, Block, suite, index, block.part.binds)
        # The outline does not split `if`, `try` and the like: what their statements change is known once they are parsed.
        if block.part.kind == "whole":
            step.changes = frozenset(step.body.changes)
        if block.part.kind == "class":
            step.scope = Scope(scope.module, "class", block.part.name, scope, block, part=block.part, step=step)
        suite.steps.append(step)
    return suite


def suite_of(statements: Iterable[AnyStatement], role: str, scope: Scope, owner: Step | None, number: int = 0) -> Suite:
    suite = Suite(role, scope, owner, number)
    suite.steps = [_step(statement, suite, index) for index, statement in enumerate(statements)]
    return suite


def _step(statement: AnyStatement, suite: Suite, index: int) -> Step:
    kind, changes = statement.kind, statement.changes
    step = Step(statement, statement.block, kind, suite, index, changes)
    if kind in DEFINITIONS:
        parent, defined = suite.scope, "function" if kind is cst.FunctionDef else "class"
        step.scope = Scope(parent.module, defined, statement.name, parent, statement.block, step=step)
    elif kind in COMPOUND:
        clauses = enumerate(statement.clauses)
        step.suites = [suite_of(nested, role, suite.scope, step, number) for number, (role, nested) in clauses]
        step.changes = changes.union(*(inner.changes for inner in step.suites))
    return step
