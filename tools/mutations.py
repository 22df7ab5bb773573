"""Make the mutants of a module: its text with one small mistake in it, by the operators of mutmut."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, WhitespaceInclusivePositionProvider
from mutmut.mutation.mutators import mutation_operators

LEFT_OUT = frozenset({"operator_arg_removal"})
"""Operators that are left out: a call with a missing argument or None nearly always raises, and makes two thirds of all mutants."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed module: its path from the root of the checkout, its first changed line before and after, and its whole text."""

    path: Path
    row: int
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.row}\n  - {self.before.strip()}\n  + {self.after.strip()}"


def mutants(path: Path, root: Path, chance: Random) -> Iterator[Mutant]:
    """Yield every mutant of a module, in a random order, each text once. Annotations, assertions and prose stay as they are."""
    before = (root / path).read_text(encoding="utf-8")
    module = cst.parse_module(before)
    places = MetadataWrapper(module, unsafe_skip_copy=True).resolve(WhitespaceInclusivePositionProvider)
    seen = {before}
    changes = list(_changes(module))
    chance.shuffle(changes)
    for node, changed in changes:
        after = spliced(before, places[node], module.code_for_node(changed))
        if after not in seen and _compiles(after):
            seen.add(after)
            yield _mutant(path, before, after)


def spliced(text: str, place: CodeRange, new: str) -> str:
    """Return the text with one node replaced."""
    lines = text.splitlines(keepends=True)
    start, end = place.start, place.end
    head = "".join(lines[: start.line - 1]) + lines[start.line - 1][: start.column]
    return head + new + lines[end.line - 1][end.column :] + "".join(lines[end.line :])


def _changes(module: cst.Module) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
    """Yield nodes, each with its replacement in a mutant."""
    for node in _nodes(module):
        for kind, operator in mutation_operators:
            if isinstance(node, kind) and operator.__name__ not in LEFT_OUT:
                for changed in _by(operator, node):
                    yield node, changed
        if isinstance(node, (cst.If, cst.While, cst.CompIf)):
            yield node.test, _negated(node.test)


def _nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(node, (cst.Annotation, cst.Assert)) or (isinstance(node, cst.If) and _is_for_types(node)):
        return
    yield node
    for child in node.children:
        yield from _nodes(child)


def _is_for_types(node: cst.If) -> bool:
    return isinstance(node.test, cst.Name) and node.test.value == "TYPE_CHECKING"


def _by(operator: Callable[[Any], Iterable[cst.CSTNode]], node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    """Return the mutations of a node by an operator: for a text only the first, for one with a space, which is prose, none."""
    if not isinstance(node, cst.BaseString):
        return operator(node)
    return () if " " in getattr(node, "value", " ") else islice(operator(node), 1)


def _negated(test: cst.BaseExpression) -> cst.UnaryOperation:
    parenthesised = test.with_changes(lpar=[cst.LeftParen(), *test.lpar], rpar=[*test.rpar, cst.RightParen()])
    return cst.UnaryOperation(cst.Not(), parenthesised)


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _mutant(path: Path, before: str, after: str) -> Mutant:
    lines = zip(before.splitlines(), after.splitlines(), strict=False)
    row, old, new = next((row, old, new) for row, (old, new) in enumerate(lines, 1) if old != new)
    return Mutant(path, row, old, new, after)
