"""Names as they are written: dotted names, and the names that a statement binds or alters."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from s3lint.syntax.outline import CHAINED, MUTATORS
from s3lint.syntax.walk import expressions, subtree

if TYPE_CHECKING:
    from s3lint.syntax.module import Block


def dotted_name(node: cst.CSTNode) -> str | None:
    """`a.b.c` of names and attributes alone, or None."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return None
    parts.append(node.value)
    return ".".join(reversed(parts))


def last_name(node: cst.CSTNode) -> str:
    """The name that tells a reader what an expression is: `prefix` in `self.prefix`, `row["prefix"]` and `get(prefix)`."""
    while True:
        if isinstance(node, cst.Name):
            return node.value
        if isinstance(node, cst.Attribute):
            return node.attr.value
        if isinstance(node, (cst.Await, cst.StarredElement)):
            node = node.expression if isinstance(node, cst.Await) else node.value
        elif isinstance(node, cst.Call):
            node = _called_on(node.func)
        elif isinstance(node, cst.Subscript):
            key = subscript_key(node)
            if isinstance(key, cst.SimpleString):
                return key.raw_value
            node = node.value
        else:
            return ""


TEXT_METHODS = frozenset(
    [
        "capitalize",
        "casefold",
        "decode",
        "encode",
        "format",
        "join",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "strip",
        "title",
        "upper",
    ]
)


def _called_on(function: cst.BaseExpression) -> cst.BaseExpression:
    """What a call is about: not a method that changes the writing of a text alone, but the text."""
    return function.value if isinstance(function, cst.Attribute) and function.attr.value in TEXT_METHODS else function


def called_name(node: cst.BaseExpression) -> str | None:
    """The last name of what is called: `put` in `s3.put(…)`."""
    if isinstance(node, cst.Name):
        return node.value
    return node.attr.value if isinstance(node, cst.Attribute) else None


def subscript_key(node: cst.Subscript) -> cst.BaseExpression | None:
    """The expression in `x[…]`, where it is a single index."""
    if len(node.slice) != 1 or not isinstance(node.slice[0].slice, cst.Index):
        return None
    return node.slice[0].slice.value


def parameter_names(parameters: cst.Parameters) -> tuple[str, ...]:
    stars = [star for star in (parameters.star_arg, parameters.star_kwarg) if isinstance(star, cst.Param)]
    return tuple(param.name.value for param in (*all_parameters(parameters), *stars))


def all_parameters(parameters: cst.Parameters) -> Iterator[cst.Param]:
    """Parameters in order, without `*args` and `**kwargs`."""
    yield from parameters.posonly_params
    yield from parameters.params
    yield from parameters.kwonly_params


def target_names(target: cst.CSTNode) -> Iterator[str]:
    """The names that an assignment target binds or alters; `d` for `d["k"]`, `self.x` for `self.x` and `self.x["k"]`.

    None for `self.x.y`: the object that `self.x` holds is the same one afterwards.
    """
    pending = [target]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Name):
            yield node.value
        elif isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name):
            yield f"{node.value.value}.{node.attr.value}"
        elif isinstance(node, (cst.Subscript, cst.StarredElement, cst.Element, cst.AssignTarget)):
            pending.append(node.target if isinstance(node, cst.AssignTarget) else node.value)
        elif isinstance(node, (cst.Tuple, cst.List)):
            pending.extend(node.elements)
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            pending.append(node.func.value)


def import_names(node: cst.Import | cst.ImportFrom) -> Iterator[tuple[str, cst.ImportAlias]]:
    """The local name that each import binds; `*` for a star import."""
    if isinstance(node.names, cst.ImportStar):
        return
    for alias in node.names:
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            yield alias.asname.name.value, alias
        else:
            yield (dotted_name(alias.name) or "").partition(".")[0], alias


def changed_names(node: cst.CSTNode, block: Block) -> frozenset[str]:
    """The names that a statement itself binds or alters, without the statements nested in it."""
    found = set(_changed(node))
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
    if isinstance(value, cst.Await):
        value = value.expression
    if isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute):
        method = value.func.attr.value
        if method in MUTATORS or method in CHAINED:
            yield from target_names(value.func.value)


def pattern_names(pattern: cst.CSTNode) -> Iterator[str]:
    for node in subtree(pattern):
        if isinstance(node, (cst.MatchAs, cst.MatchStar)) and node.name is not None:
            yield node.name.value
        elif isinstance(node, cst.MatchMapping) and node.rest is not None:
            yield node.rest.value


def words_in(node: cst.CSTNode, besides: Container[str] = ()) -> Iterator[str]:
    """The literals and the names in an expression, but for some names."""
    for part in subtree(node):
        if isinstance(part, cst.SimpleString):
            yield part.raw_value
        elif isinstance(part, (cst.FormattedStringText, cst.Name)) and part.value not in besides:
            yield part.value
