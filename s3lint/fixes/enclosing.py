"""Find the call, dict or list that encloses an expression, and rewrite what depends on it, such as a default."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.fixes.changes import Change, Replace
from s3lint.fixes.imports import local_name
from s3lint.syntax.site import source_of

if TYPE_CHECKING:
    from s3lint.syntax.site import Site

ITEMS = (cst.Arg, cst.DictElement, cst.StarredDictElement, cst.Element)

Enclosing = cst.Call | cst.Dict | cst.List


def enclosing_call(site: Site) -> Enclosing | None:
    """Return the call, dict or list of which an expression is an argument, entry or element; None if there is none."""
    item = site.block.parents.get(site.node)
    enclosing = site.block.parents.get(item) if isinstance(item, ITEMS) else None
    if not isinstance(enclosing, Enclosing) or not isinstance(item, ITEMS) or item.value is not site.node:
        return None
    return enclosing


def is_default(site: Site) -> bool:
    """Return whether an expression is the default of a parameter."""
    parent = site.block.parents.get(site.node)
    return isinstance(parent, cst.Param) and parent.default is site.node


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


def without_fallback(default: Site) -> tuple[Change, tuple[str, ...]] | None:
    """Return the change that removes the default from `os.getenv("X", default)`, `… or default` or argparse's `default=`.

    The second item are the imports that the new code needs. None where the default cannot be removed.
    """
    node = default.block.parents.get(default.node)
    if isinstance(node, cst.BooleanOperation) and node.right is default.node and isinstance(node.operator, cst.Or):
        return Replace(replace(default, node=node, span=None), source_of(replace(default, node=node.left, span=None))), ()
    call = default.block.parents.get(node) if isinstance(node, cst.Arg) else None
    if isinstance(call, cst.Call):
        return _without_default(call, replace(default, node=call, span=None), default)
    return None


def _without_default(call: cst.Call, site: Site, default: Site) -> tuple[Change, tuple[str, ...]] | None:
    function = source_of(replace(default, node=call.func, span=None))
    arg = next(arg for arg in call.args if arg.value is default.node)
    if function.endswith("add_argument") and arg.keyword is not None:
        option = call.args[0].value
        optional = isinstance(option, cst.SimpleString) and option.raw_value.startswith("-")
        return (Replace(replace(default, node=arg, span=None), "required=True"), ()) if optional else None
    if len(call.args) != 2 or call.args[1] is not arg or call.args[0].keyword is not None:
        return None
    name = source_of(replace(default, node=call.args[0].value, span=None))
    if function.endswith("environ.get"):
        return Replace(site, f"{function.removesuffix('.get')}[{name}]"), ()
    module = local_name(site, "os")
    if function.endswith("getenv") and module is not None:
        return Replace(site, f"{module}.environ[{name}]"), ("os",)
    return None
