"""Tell which names a statement binds or alters. The outline answers the same for blocks that are not parsed by libcst."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import libcst as cst

from s3lint.syntax.module import Block, Module
from s3lint.syntax.names import import_names, target_names
from s3lint.syntax.outline import CHAINED, MUTATORS
from s3lint.syntax.walk import expressions, subtree

FILLING = r"^[ \t]+{name}(?:\[.*\][ \t]*=(?!=)|\.(?:add|append|extend|insert|setdefault|update)\()"


def is_filled_by_functions(module: Module, name: str) -> bool:
    """Tell by their text whether functions of a module add to a dict or list that the module itself makes."""
    blocks = (module.blocks[number] for number in module.blocks_holding(name))
    filling = re.compile(FILLING.format(name=re.escape(name)), re.MULTILINE)
    return any(block.part.kind in ("function", "class") and filling.search(block.text) for block in blocks)


def changed_names(node: cst.CSTNode, block: Block) -> frozenset[str]:
    """Return the names that a statement itself binds or alters, without the statements nested in it."""
    found = set(_changed(node))
    # The text is asked first, since few blocks have a walrus and every statement comes here.
    if block.holds_walrus:
        for part, binders in expressions(node):
            if isinstance(part, cst.NamedExpr) and isinstance(part.target, cst.Name) and not _in_lambda(binders):
                found.add(part.target.value)
    return frozenset(found)


def _in_lambda(binders: tuple[cst.CSTNode, ...]) -> bool:
    return any(isinstance(binder, cst.Lambda) for binder in binders)


def _changed(node: cst.CSTNode) -> Iterable[str]:
    function = _CHANGES.get(type(node))
    return function(node) if function is not None else ()


def _assign(node: cst.Assign) -> Iterator[str]:
    for target in node.targets:
        yield from target_names(target.target)
    yield from _mutated(node.value)


def _import(node: cst.Import | cst.ImportFrom) -> Iterator[str]:
    # A star may bind any name: readers of `changes` look for this one too.
    if isinstance(node.names, cst.ImportStar):
        yield "*"
    yield from (local for local, _ in import_names(node))


def _with(node: cst.With) -> Iterator[str]:
    for item in node.items:
        if item.asname is not None:
            yield from target_names(item.asname.name)


def _try(node: cst.Try | cst.TryStar) -> Iterator[str]:
    for handler in node.handlers:
        if handler.name is not None:
            yield from target_names(handler.name.name)


def _match(node: cst.Match) -> Iterator[str]:
    return (name for case in node.cases for name in pattern_names(case.pattern))


_CHANGES: dict[type, Callable[[Any], Iterable[str]]] = {
    cst.Assign: _assign,
    cst.AugAssign: lambda node: target_names(node.target),
    cst.AnnAssign: lambda node: target_names(node.target),
    cst.For: lambda node: target_names(node.target),
    cst.Del: lambda node: target_names(node.target),
    cst.Expr: lambda node: _mutated(node.value),
    cst.FunctionDef: lambda node: (node.name.value,),
    cst.ClassDef: lambda node: (node.name.value,),
    cst.Import: _import,
    cst.ImportFrom: _import,
    cst.With: _with,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.Match: _match,
}


def _mutated(value: cst.CSTNode) -> Iterator[str]:
    if type(value) is cst.Await:
        value = value.expression
    if type(value) is cst.Call and type(value.func) is cst.Attribute:
        method = value.func.attr.value
        # `extra.update(…)` and `writer.mode(…)` give their receiver another value, as an assignment would.
        if method in MUTATORS or method in CHAINED:
            yield from target_names(value.func.value)


def pattern_names(pattern: cst.CSTNode) -> Iterator[str]:
    for node in subtree(pattern):
        if isinstance(node, (cst.MatchAs, cst.MatchStar)) and node.name is not None:
            yield node.name.value
        elif isinstance(node, cst.MatchMapping) and node.rest is not None:
            yield node.rest.value
