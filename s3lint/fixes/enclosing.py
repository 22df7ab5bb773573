"""Find the call, dict or list that encloses an expression, and rewrite what depends on it, such as a default."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.syntax.names import called_name
from s3lint.syntax.walk import subtree

if TYPE_CHECKING:
    from s3lint.syntax.module import Block
    from s3lint.syntax.site import Site

ITEMS = (cst.Arg, cst.DictElement, cst.StarredDictElement, cst.Element)

COMPARING = frozenset({"startswith", "endswith", "removeprefix", "removesuffix"})

Item = cst.Arg | cst.DictElement | cst.StarredDictElement | cst.Element
Enclosing = cst.Call | cst.Dict | cst.List


def enclosing_call(site: Site) -> Enclosing | None:
    """The call, dict or list whose argument, entry or element a value is."""
    item = item_of(site)
    holder = site.block.parents.get(item) if item is not None else None
    return holder if isinstance(holder, Enclosing) else None


def item_of(site: Site) -> Item | None:
    """The argument, entry or element whose value a node is."""
    item = site.block.parents.get(site.node)
    return item if isinstance(item, ITEMS) and item.value is site.node else None


def around(site: Site) -> Iterator[cst.CSTNode]:
    """The nodes around one, from within outwards, to the end of its block."""
    node = site.block.parents.get(site.node)
    while node is not None:
        yield node
        node = site.block.parents.get(node)


def is_default(site: Site) -> bool:
    """Return whether an expression is the default of a parameter."""
    parent = site.block.parents.get(site.node)
    return isinstance(parent, cst.Param) and parent.default is site.node


def is_compared(site: Site) -> bool:
    """Return whether other texts are compared with an expression: texts that were stored with it keep what it is now."""
    for node in around(site):
        if isinstance(node, cst.Comparison | cst.ComparisonTarget):
            return True
        if isinstance(node, cst.Call):
            return called_name(node.func) in COMPARING
        if not isinstance(node, cst.Arg | cst.BaseElement | cst.Tuple | cst.List | cst.Set):
            return False
    return False


def elements_about(site: Site, field: str) -> list[Site] | None:
    """Return the conditions on one field in the list of a presigned POST; None if the expression is not a list display."""
    if not isinstance(site.node, cst.List):
        return None
    return [replace(site, node=item.value) for item in site.node.elements if field in _fields_of(item.value)]


def _fields_of(condition: cst.BaseExpression) -> Iterator[str]:
    """Yield the fields of a condition: `{"acl": …}` and `["eq", "$acl", …]` are about `acl`."""
    if isinstance(condition, cst.Dict):
        keys = [item.key for item in condition.elements if isinstance(item, cst.DictElement)]
        yield from (str(key.raw_value) for key in keys if isinstance(key, cst.SimpleString))
    elif isinstance(condition, cst.List | cst.Tuple):
        parts = [item.value for item in condition.elements]
        yield from (str(part.raw_value).removeprefix("$") for part in parts[1:2] if isinstance(part, cst.SimpleString))


def begins_text(site: Site) -> bool:
    """Whether nothing can come before a literal in the text that it is a part of, also where a variable of one use holds it."""
    child, node = site.node, site.block.parents.get(site.node)
    while node is not None and not isinstance(node, cst.Arg | cst.DictElement | cst.Return):
        if isinstance(node, cst.BinaryOperation | cst.ConcatenatedString) and node.left is not child:
            return False
        if isinstance(node, cst.FormattedStringExpression):
            template = site.block.parents.get(node)
            if not isinstance(template, cst.FormattedString) or template.parts[0] is not node:
                return False
        if isinstance(node, cst.Assign):
            target = node.targets[0].target
            uses = [use for use in _names(site, target) if use.block.parents.get(use.node) is not node.targets[0]]
            return len(uses) == 1 and begins_text(uses[0])
        child, node = node, site.block.parents.get(node)
    return isinstance(node, cst.DictElement | cst.Return) or (isinstance(node, cst.Arg) and not _is_joined(node, site))


def _names(site: Site, target: cst.BaseExpression) -> list[Site]:
    """Where a name stands: in the function or statement of a site, or in the module where the site is a constant of it."""
    name = target.value if isinstance(target, cst.Name) else ""
    nested = any(isinstance(node, cst.FunctionDef | cst.ClassDef) for node in around(site))
    blocks = [site.block] if nested else [block for block in site.module.blocks if name in block.text]
    return [
        replace(site, block=block, node=node, span=None)
        for block in blocks
        for statement in block.statements
        for node in subtree(statement)
        if isinstance(node, cst.Name) and node.value == name and not _is_keyword(node, block)
    ]


def _is_keyword(node: cst.Name, block: Block) -> bool:
    parent = block.parents.get(node)
    return isinstance(parent, cst.Arg) and parent.keyword is node


def _is_joined(arg: cst.Arg, site: Site) -> bool:
    """Whether an argument goes into a text behind others: `os.path.join(a, "/b")`, `"{}{}".format(a, "/b")`."""
    call = site.block.parents.get(arg)
    return isinstance(call, cst.Call) and called_name(call.func) in ("join", "joinpath", "format")
