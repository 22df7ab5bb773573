"""Read names off expressions and targets as they are written: `a.b.c`, the last name, the names in a target."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

import libcst as cst

from s3lint.syntax import bare_nodes as bare
from s3lint.syntax.walk import subtree


def dotted_name(node: cst.CSTNode) -> str | None:
    """`a.b.c` of names and attributes alone, or None."""
    parts: list[str] = []
    # By exact type, here and below: `isinstance` asks the metaclass of libcst's nodes, which takes ten times as long.
    while type(node) is cst.Attribute:
        parts.append(node.attr.value)
        node = node.value
    if type(node) is not cst.Name:
        return None
    parts.append(node.value)
    return ".".join(reversed(parts))


def dotted_node(name: str) -> Any:
    """Return the node of a dotted name, without layout."""
    first, *rest = name.split(".")
    found = bare.NAME(first)
    for part in rest:
        found = bare.ATTRIBUTE(found, bare.NAME(part))
    return found


def last_name(node: cst.CSTNode) -> str:
    """Return the name that tells a reader what an expression is: `prefix` in `self.prefix`, `row["prefix"]` and `row.get("prefix")`."""
    while True:
        if isinstance(node, cst.Name):
            return node.value
        if isinstance(node, cst.Attribute):
            return node.attr.value
        if isinstance(node, (cst.Await, cst.StarredElement)):
            node = node.expression if isinstance(node, cst.Await) else node.value
        elif isinstance(node, cst.Call):
            looked_up = _looked_up(node)
            if looked_up is not None:
                return looked_up
            node = _called_on(node.func)
        elif isinstance(node, cst.Subscript):
            # `row["prefix"]` is called prefix, not row.
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


def _looked_up(call: cst.Call) -> str | None:
    """Return the key in `row.get("prefix")` and `os.getenv("PREFIX")`."""
    function = called_name(call.func)
    key = call.args[0].value if function in ("get", "getenv", "pop", "setdefault") and call.args else None
    return key.raw_value if isinstance(key, cst.SimpleString) else None


def _called_on(function: cst.BaseExpression) -> cst.BaseExpression:
    """Return what names a call best: the text for a method that only changes how a text is written, else the function."""
    return function.value if isinstance(function, cst.Attribute) and function.attr.value in TEXT_METHODS else function


def called_name(node: cst.BaseExpression) -> str | None:
    """Return the last name of what is called: `put` in `s3.put(…)`."""
    if type(node) is cst.Name:
        return node.value
    return node.attr.value if type(node) is cst.Attribute else None


def subscript_key(node: cst.Subscript) -> cst.BaseExpression | None:
    """Return the expression in `x[…]`, where it is a single index."""
    if len(node.slice) != 1 or not isinstance(node.slice[0].slice, cst.Index):
        return None
    return node.slice[0].slice.value


def parameter_names(parameters: cst.Parameters) -> tuple[str, ...]:
    stars = [star for star in (parameters.star_arg, parameters.star_kwarg) if isinstance(star, cst.Param)]
    return tuple(param.name.value for param in (*all_parameters(parameters), *stars))


def all_parameters(parameters: cst.Parameters) -> Iterator[cst.Param]:
    """Yield the parameters in order, without `*args` and `**kwargs`."""
    yield from parameters.posonly_params
    yield from parameters.params
    yield from parameters.kwonly_params


def target_names(target: cst.CSTNode) -> Iterator[str]:
    """Yield the names that an assignment target binds or alters; `d` for `d["k"]`, `self.x` for `self.x` and `self.x["k"]`.

    None for `self.x.y`: the object that `self.x` holds is the same one afterwards.
    """
    pending = [target]
    while pending:
        node = pending.pop()
        if type(node) is cst.Name:
            yield node.value
        elif type(node) is cst.Attribute:
            if type(node.value) is cst.Name:
                yield f"{node.value.value}.{node.attr.value}"
        elif isinstance(node, (cst.Subscript, cst.StarredElement, cst.Element, cst.AssignTarget)):
            pending.append(node.target if isinstance(node, cst.AssignTarget) else node.value)
        elif isinstance(node, (cst.Tuple, cst.List)):
            pending.extend(node.elements)
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            pending.append(node.func.value)


def import_names(node: cst.Import | cst.ImportFrom) -> Iterator[tuple[str, cst.ImportAlias]]:
    """Yield the local name that each import binds; `*` for a star import."""
    if isinstance(node.names, cst.ImportStar):
        return
    for alias in node.names:
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            yield alias.asname.name.value, alias
        else:
            # `import a.b` binds `a`.
            yield (dotted_name(alias.name) or "").partition(".")[0], alias


def words_in(node: cst.CSTNode, besides: Container[str] = ()) -> Iterator[str]:
    """Yield the literals and the names in an expression, but for some names."""
    for part in subtree(node):
        if isinstance(part, cst.SimpleString):
            yield part.raw_value
        elif isinstance(part, (cst.FormattedStringText, cst.Name)) and part.value not in besides:
            yield part.value


def applied_function(value: cst.BaseExpression) -> tuple[cst.BaseExpression, cst.Call | None]:
    """Return the function that an expression stands for, and the call of `partial` that applies it, if there is one."""
    if isinstance(value, cst.Call) and value.args and (dotted_name(value.func) or "").endswith("partial"):
        return value.args[0].value, value
    return value, None
