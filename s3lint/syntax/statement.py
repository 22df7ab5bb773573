"""One statement by itself: its nodes, its calls, and whether it leaves. How statements follow each other is in `flow`.

A statement is `Made` of libcst nodes or `Written`: then its nodes are made when something asks for them, which is seldom.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import libcst as cst

from s3lint.support.by_type import ByType
from s3lint.support.cached import cached_property
from s3lint.syntax.bindings import changed_names
from s3lint.syntax.clauses import Statement, clauses_of
from s3lint.syntax.guards import Guard, guards_of_names
from s3lint.syntax.module import Block
from s3lint.syntax.names import dotted_name, parameter_names
from s3lint.syntax.outline import changed_by
from s3lint.syntax.recent_trees import first_row
from s3lint.syntax.skeleton import Skeleton
from s3lint.syntax.walk import Binders, children, expressions

LEAVING = frozenset({cst.Return, cst.Raise, cst.Continue, cst.Break})
EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "pytest.skip", "pytest.fail"})

GUARDS = re.compile(r"\b(?:if|and|or)\b")
"""The words of expressions with parts that are evaluated only where a condition holds."""

DEFINITIONS = frozenset({cst.FunctionDef, cst.ClassDef})

OTHERWISE_CALLED = {
    ast.AsyncFunctionDef: cst.FunctionDef, ast.AsyncFor: cst.For, ast.AsyncWith: cst.With, ast.Delete: cst.Del,
}  # fmt: skip

KINDS: ByType[type] = ByType(lambda kind: OTHERWISE_CALLED.get(kind) or getattr(cst, kind.__name__))
"""The type of libcst's nodes for each of Python's."""


@dataclass(eq=False, slots=True)
class Made:
    """A statement whose nodes are there, or a block that is not opened yet."""

    node: Any
    block: Block

    @property
    def kind(self) -> type:
        """The type of the node."""
        return type(self.node)

    @property
    def name(self) -> str:
        """The name of a function or a class."""
        return str(self.node.name.value)

    @property
    def changes(self) -> frozenset[str]:
        """The names that the statement itself binds or alters, without the statements nested in it."""
        return changed_names(self.node, self.block)

    @property
    def clauses(self) -> list[tuple[str, Sequence[AnyStatement]]]:
        """The role of each clause of a compound statement and what is in it."""
        return [(role, made(body.body, self.block)) for role, body, _ in clauses_of(self.node)]

    @property
    def body(self) -> Sequence[AnyStatement]:
        """What is in a function or a class."""
        return made(self.node.body.body, self.block)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of a function's parameters."""
        return parameter_names(self.node.params)

    @property
    def decorators(self) -> tuple[str, ...]:
        """The dotted names of the decorators of a function, called or not."""
        called = (item.decorator for item in self.node.decorators)
        return tuple(dotted_name(node.func if isinstance(node, cst.Call) else node) or "" for node in called)

    @property
    def may_assign_function(self) -> bool:
        """Whether it may give a name to a method, or to a partial application of a function."""
        return self.kind is cst.Assign

    @property
    def leaves(self) -> bool:
        """Whether control never reaches the next statement, in any suite: `return`, `sys.exit()`."""
        called = self.node.value if self.kind is cst.Expr else None
        return self.kind in LEAVING or (type(called) is cst.Call and dotted_name(called.func) in EXITS)

    @property
    def text(self) -> str:
        """The statement as it is written, and maybe more."""
        return self.block.text

    @property
    def rows(self) -> tuple[int, int] | None:
        """The first and the last row of the statement in its file, its suite left out; None where nothing tells without layout."""
        return None


@dataclass(eq=False, slots=True)
class Written:
    """A statement of a skeleton."""

    skeleton: Skeleton
    number: int
    block: Block

    @property
    def node(self) -> Any:
        """The node, in which suites may be empty."""
        node = self.skeleton.node(self.number)
        if self.skeleton.refused:
            _ = self.block.tree  # Tells what libcst refuses.
        return node

    @property
    def _written(self) -> Any:
        return self.skeleton.statement(self.number)

    @property
    def kind(self) -> type:
        """The type of the node."""
        return KINDS[type(self._written)]

    @property
    def name(self) -> str:
        """The name of a function or a class."""
        return str(self._written.name)

    @property
    def changes(self) -> frozenset[str]:
        """The names that the statement itself binds or alters, without the statements nested in it."""
        walrus, node = self.block.holds_walrus, self._written
        found = changed_by(node, walrus=walrus)
        # The tests of an `elif` chain are those of one statement.
        while walrus and type(node) is ast.If and (node := self.skeleton.elif_of(node)) is not None:
            found |= changed_by(node, walrus=True)
        return found

    @property
    def clauses(self) -> list[tuple[str, Sequence[AnyStatement]]]:
        """The role of each clause of a compound statement and what is in it."""
        return [(role, self._statements(numbers)) for role, numbers in self.skeleton.clauses(self.number)]

    @property
    def body(self) -> Sequence[AnyStatement]:
        """What is in a function or a class."""
        return self.clauses[0][1]

    def _statements(self, numbers: Iterable[int]) -> Sequence[Written]:
        return [Written(self.skeleton, number, self.block) for number in numbers]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of a function's parameters."""
        args = self._written.args
        found = [*args.posonlyargs, *args.args, *args.kwonlyargs, *(each for each in (args.vararg, args.kwarg) if each is not None)]
        return tuple(each.arg for each in found)

    @property
    def decorators(self) -> tuple[str, ...]:
        """The dotted names of the decorators of a function, called or not."""
        return tuple(_dotted(node.func if isinstance(node, ast.Call) else node) for node in self._written.decorator_list)

    @property
    def may_assign_function(self) -> bool:
        """Whether it may give a name to a method, or to a partial application of a function."""
        value = self._written.value if self.kind is cst.Assign else None
        is_function = type(value) is ast.Attribute or (type(value) is ast.Call and _dotted(value.func).endswith("partial"))
        return is_function and type(self._written.targets[0]) is ast.Name

    @property
    def leaves(self) -> bool:
        """Whether control never reaches the next statement, in any suite: `return`, `sys.exit()`."""
        called = self._written.value if self.kind is cst.Expr else None
        return self.kind in LEAVING or (type(called) is ast.Call and _dotted(called.func) in EXITS)

    @property
    def text(self) -> str:
        """The statement as it is written, and maybe more."""
        return self.skeleton.text_of(self.number)

    @property
    def rows(self) -> tuple[int, int] | None:
        """The first and the last row of the statement in its file, its suite left out; None where nothing tells without layout."""
        first, last = self.skeleton.rows(self.number)
        # Above the members of a class stands a header that is in no file.
        shift = self.block.part.start - first_row(self.skeleton.statement(1 if self.block.member else 0))
        return first + shift, last + shift


AnyStatement = Made | Written


def made(statements: Iterable[cst.BaseStatement | cst.BaseSmallStatement], block: Block) -> Sequence[Made]:
    """Return the statements that are made of some nodes."""
    return [
        Made(node, block)
        for statement in statements
        for node in (statement.body if type(statement) is cst.SimpleStatementLine else (statement,))
    ]


def statements_of(block: Block) -> Sequence[AnyStatement]:
    """Return the statements of a block, most often without making their nodes."""
    skeleton = block.skeleton
    if skeleton is None:
        return made(block.statements, block)
    if block.member and skeleton.top:
        return Written(skeleton, skeleton.top[0], block).body
    return [Written(skeleton, number, block) for number in skeleton.top]


def _dotted(node: ast.expr) -> str:
    """`a.b.c` of names and attributes alone, else an empty text."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


@dataclass(eq=False, repr=False)
class OwnNodes:
    """What one statement consists of, without the statements nested in it; nothing, where it is a block that is not opened."""

    statement: AnyStatement
    block: Block
    kind: type
    """The type of the node, which is not made to tell it; `Block` for a block."""

    @cached_property
    def node(self) -> Statement | Block:
        """The node. The suites in it may be empty: `suites` has what they hold."""
        return cast("Statement | Block", self.statement.node)

    @cached_property
    def nodes(self) -> list[tuple[cst.CSTNode, Binders]]:
        """The nodes of this statement alone, in source order, with the lambdas and comprehensions around each."""
        return [] if isinstance(self.node, Block) else list(expressions(self.node))

    @cached_property
    def calls(self) -> list[tuple[cst.Call, Binders]]:
        """The calls among the nodes."""
        return [(node, binders) for node, binders in self.nodes if type(node) is cst.Call]

    @cached_property
    def parents(self) -> dict[int, cst.CSTNode]:
        """For the `id` of each node of this statement, the node around it."""
        return {id(child): node for node, _ in self.nodes for child in children(node)}

    @cached_property
    def guards(self) -> dict[int, list[Guard]]:
        """The conditions under which names of this statement are evaluated, by the `id` of their nodes."""
        # The nodes of most statements are never made.
        return guards_of_names(node for node, _ in self.nodes) if GUARDS.search(self.statement.text) else {}

    @cached_property
    def leaves(self) -> bool:
        """Whether control never reaches the next statement, in any suite: `return`, `sys.exit()`."""
        return self.statement.leaves
