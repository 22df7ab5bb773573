"""Render the plans of rules as edits: the ranges of text that a fix replaces."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.finding import Edit, Fix, Location
from s3lint.fixes.changes import AddArgument, AddEntry, Append, Change, Drop, Plan, Replace
from s3lint.fixes.enclosing import enclosing_call
from s3lint.fixes.imports import added_imports, newline_of
from s3lint.source.text import between, split_lines
from s3lint.syntax.site import locate

if TYPE_CHECKING:
    from s3lint.syntax.module import Module
    from s3lint.syntax.site import Site


class Unfixable(Exception):
    """The shape of the code does not allow a change."""


def fix_of(plan: Plan, module: Module) -> Fix | None:
    """Return the fix of a plan; None if one of its changes is in another file or cannot be made there."""
    try:
        edits = _joined(_edit_of(change, module) for change in plan.changes)
        edits += added_imports(module, plan.imports)
    except Unfixable:
        return None
    # A fix may remove a comment with the code that it is about, but not unread.
    dropped = any(_holds_comment(module, edit) for edit in edits)
    return Fix(
        plan.message, tuple(sorted(dict.fromkeys(edits), key=lambda edit: (edit.start, edit.end))), plan.safe and not dropped
    )


def _joined(edits: Iterable[Edit]) -> list[Edit]:
    """Join insertions at the same place to one edit. Raises `Unfixable` if two changes replace the same range."""
    found: dict[tuple[Location, Location], str] = {}
    for edit in edits:
        place = (edit.start, edit.end)
        if place in found and edit.start != edit.end:
            raise Unfixable
        before = found.get(place, "")
        found[place] = before + (", " if before and edit.content[0] not in ",.\r\n" else "") + edit.content
    return [Edit(*place, content) for place, content in found.items()]


COMMENT = re.compile(r"""(?:'[^'\n]*'|"[^"\n]*"|[^'"#\n])*#""")


def _holds_comment(module: Module, edit: Edit) -> bool:
    """Return whether an edit removes a comment."""
    old = between(module.source.lines, edit.start, edit.end)
    return any(COMMENT.match(line) is not None for line in split_lines(old)) and old.count("#") > edit.content.count("#")


def _edit_of(change: Change, module: Module) -> Edit:
    if change.site.module is not module or change.site.block.positions.of(change.site.node) is None:
        raise Unfixable
    edit = _edit(change)
    if _ends_text(change.site, edit.content):
        raise Unfixable
    return edit


def _edit(change: Change) -> Edit:
    start, end = locate(change.site)
    if isinstance(change, Replace):
        return Edit(start, end, change.text)
    if isinstance(change, Append):
        return Edit(end, end, change.text)
    if isinstance(change, AddArgument):
        return _added_argument(change)
    return _added_entry(change) if isinstance(change, AddEntry) else _dropped(change)


def _ends_text(site: Site, code: str) -> bool:
    """Return whether new code would end an f-string around it: before Python 3.12 it must not contain the quotes of the string."""
    node = site.block.parents.get(site.node)
    while node is not None:
        if isinstance(node, cst.FormattedString) and node.end in code:
            return True
        node = site.block.parents.get(node)
    return False


def _added_argument(change: AddArgument) -> Edit:
    call = change.site.node
    if not isinstance(call, cst.Call) or any(arg.keyword is not None and arg.keyword.value == change.name for arg in call.args):
        raise Unfixable
    written = f"{change.name}={change.text}"
    if not call.args:
        _, end = locate(change.site)
        place = Location(end.row, end.column - 1)
        return Edit(place, place, written)
    last = call.args[-1]
    place = _end_of(change.site, last)
    if isinstance(last.value, cst.GeneratorExp) and not last.value.lpar:
        raise Unfixable
    return _behind(change.site, place, written, trailing=isinstance(last.comma, cst.Comma))


def _added_entry(change: AddEntry) -> Edit:
    node = change.site.node
    if not isinstance(node, cst.Dict):
        raise Unfixable
    if any(isinstance(item, cst.DictElement) and _key(item) == change.key for item in node.elements):
        raise Unfixable
    quote = _quote(node)
    written = f"{quote}{change.key}{quote}: {change.text}"
    if not node.elements:
        start, _ = locate(change.site)
        place = Location(start.row, start.column + 1)
        return Edit(place, place, written)
    last = node.elements[-1]
    return _behind(change.site, _end_of(change.site, last), written, trailing=isinstance(last.comma, cst.Comma))


def _key(item: cst.DictElement) -> str:
    return item.key.raw_value if isinstance(item.key, cst.SimpleString) else ""


def _quote(node: cst.Dict) -> str:
    """Return the quotes of the first key of a dict."""
    first = next((item.key for item in node.elements if isinstance(item, cst.DictElement)), None)
    return "'" if isinstance(first, cst.SimpleString) and first.value.endswith("'") else '"'


def _end_of(site: Site, node: cst.CSTNode) -> Location:
    if site.block.positions.of(node) is None:
        raise Unfixable
    return locate(replace(site, node=node, span=None))[1]


LAST_ON_LINE = re.compile(r"\s*,\s*(?:#[^\n]*)?$")


def _behind(site: Site, place: Location, written: str, *, trailing: bool) -> Edit:
    """Insert an item behind the last one: on a line of its own if the last one ends its line, so that its comment stays with it."""
    line = site.module.source.lines[place.row - 1].rstrip("\r\n")
    opened, _ = locate(site)
    if trailing and place.row > opened.row and LAST_ON_LINE.match(line[place.column - 1 :]):
        indent = line[: len(line) - len(line.lstrip())]
        end = Location(place.row, len(line) + 1)
        return Edit(end, end, f"{newline_of(site.module)}{indent}{written},")
    return Edit(place, place, f", {written}")


def _dropped(change: Drop) -> Edit:
    """Remove an argument or entry with the comma behind it; for the last one with the comma before it."""
    enclosing = enclosing_call(change.site)
    if enclosing is None:
        raise Unfixable
    items: list[cst.Arg | cst.BaseDictElement | cst.BaseElement] = [
        *(enclosing.args if isinstance(enclosing, cst.Call) else enclosing.elements)
    ]
    index = next(i for i, item in enumerate(items) if item.value is change.site.node)

    def start_of(node: cst.CSTNode) -> Location:
        return locate(replace(change.site, node=node, span=None))[0]

    def end_of(node: cst.CSTNode) -> Location:
        return locate(replace(change.site, node=node, span=None))[1]

    if index + 1 < len(items):
        return Edit(start_of(items[index]), start_of(items[index + 1]), "")
    if index:
        return Edit(end_of(items[index - 1]), end_of(items[index]), "")
    end = end_of(items[index])
    if isinstance(items[index].comma, cst.Comma):
        line = change.site.module.source.lines[end.row - 1]
        end = Location(end.row, end.column + line[end.column - 1 :].index(",") + 1) if "," in line[end.column - 1 :] else end
    return Edit(start_of(items[index]), end, "")
