"""One statement by itself: its nodes, its calls, and whether it leaves. How statements follow each other is in `flow`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import libcst as cst

from s3lint.syntax.clauses import Statement
from s3lint.syntax.guards import Guard, guards_of_names
from s3lint.syntax.module import Block
from s3lint.syntax.names import dotted_name
from s3lint.syntax.walk import Binders, children, expressions

LEAVING = frozenset({cst.Return, cst.Raise, cst.Continue, cst.Break})
EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "pytest.skip", "pytest.fail"})


@dataclass(eq=False, repr=False)
class OwnNodes:
    """What one statement consists of, without the statements nested in it; nothing, where the node is a block still to be parsed."""

    node: Statement | Block
    block: Block

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
        text = self.block.text
        return guards_of_names(node for node, _ in self.nodes) if " if " in text or " and " in text or " or " in text else {}

    @cached_property
    def leaves(self) -> bool:
        """Whether control never reaches the next statement, in any suite: `return`, `sys.exit()`."""
        # By exact type: `isinstance` asks the metaclass of libcst's nodes, which takes ten times as long.
        if type(self.node) in LEAVING:
            return True
        called = self.node.value if type(self.node) is cst.Expr else None
        return type(called) is cst.Call and dotted_name(called.func) in EXITS
