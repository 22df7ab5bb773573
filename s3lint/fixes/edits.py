"""Render the plans of rules as edits: the ranges of text that a fix replaces."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.finding import Edit, Fix, Location
from s3lint.fixes.changes import AddArgument, AddEntry, Append, Change, Drop, Plan, Replace
from s3lint.fixes.enclosing import around, enclosing_call, item_of
from s3lint.fixes.imports import added_imports
from s3lint.fixes.layout import added_item, dropped_item, first_item, quote_of, within
from s3lint.fixes.wrapping import wrapped
from s3lint.source.text import between
from s3lint.syntax.site import locate
from s3lint.syntax.walk import subtree

if TYPE_CHECKING:
    from s3lint.syntax.module import Module
    from s3lint.syntax.site import Site


WORD = re.compile(r"\w+")

SPACED = re.compile(r"\w+ = [^\s\\#]")
"""A keyword and its value with spaces around the sign between them."""


class Unfixable(Exception):
    """The shape of the code does not allow the change. Says why, in words that end a sentence."""


def fix_of(plan: Plan, module: Module) -> Fix:
    """The fix of a plan, whose edits all lie in one file. Raises `Unfixable`."""
    edits = _joined(edit for change in plan.changes for edit in _edits_of(change, module))
    unused = next(_left_unused(plan), None)
    if unused is not None:
        raise Unfixable(f"it would leave `{unused}` without a use")
    if plan.imports:
        # The import must come above the earliest place that uses it.
        used = min(edit.start for edit in edits)
        edits += added_imports(module, plan.imports, used)
    if any(_drops_comment(module, edit) for edit in edits):
        raise Unfixable("it would drop a comment")
    edits = wrapped(module, list(dict.fromkeys(edits)))
    return Fix(plan.message, tuple(sorted(edits, key=lambda edit: (edit.start, edit.end))), plan.safe)


def _left_unused(plan: Plan) -> Iterator[str]:
    """Yield the parameters and variables of a function that only the code used which a plan replaces or drops."""
    written = set(WORD.findall(" ".join(change.text for change in plan.changes if not isinstance(change, Drop))))
    gone = {id(part): part.value for change in plan.changes for part in _gone(change)}
    for name in sorted(set(gone.values()) - written):
        for change in plan.changes:
            function = next((node for node in around(change.site) if isinstance(node, cst.FunctionDef)), None)
            named = [node for node in subtree(function) if isinstance(node, cst.Name) and node.value == name] if function else []
            holders = [(node, change.site.block.parents.get(node)) for node in named]
            if any(_binds(node, holder) for node, holder in holders) and all(
                id(node) in gone or _binds(node, holder) or _only_names(node, holder) for node, holder in holders
            ):
                yield name


def _gone(change: Change) -> Iterator[cst.Name]:
    """Yield the names that are used in code which a change takes away."""
    for part in subtree(change.site.node) if isinstance(change, Replace | Drop) else ():
        if isinstance(part, cst.Name) and not _only_names(part, change.site.block.parents.get(part)):
            yield part


def _binds(node: cst.Name, holder: cst.CSTNode | None) -> bool:
    """Whether a name is that of a parameter, or of a variable that is set."""
    return (isinstance(holder, cst.Param) and holder.name is node) or (
        isinstance(holder, cst.AssignTarget | cst.AnnAssign) and holder.target is node
    )


def _only_names(node: cst.Name, holder: cst.CSTNode | None) -> bool:
    """Whether a name is that of an attribute or of a keyword, which no variable of the same name has to do with."""
    return (isinstance(holder, cst.Attribute) and holder.attr is node) or (isinstance(holder, cst.Arg) and holder.keyword is node)


def _joined(edits: Iterable[Edit]) -> list[Edit]:
    """Join insertions at the same place to one edit. Raises `Unfixable` if two changes replace the same range."""
    found: dict[tuple[Location, Location], str] = {}
    for edit in edits:
        place = (edit.start, edit.end)
        # Two insertions at one place follow each other; two replacements of one range exclude each other.
        if place in found and edit.start != edit.end:
            raise Unfixable("two of its changes meet")
        before = found.get(place, "")
        found[place] = before + (", " if before and edit.content[0] not in ",.\r\n" else "") + edit.content
    return [Edit(*place, content) for place, content in found.items()]


def _drops_comment(module: Module, edit: Edit) -> bool:
    """Whether an edit would take a comment away."""
    old = between(module.source.lines, edit.start, edit.end)
    return "#" in old and _comments(old) > _comments(edit.content)


def _comments(code: str) -> int:
    """How many comments a piece of code holds; one that does not end is read as far as it goes."""
    count = 0
    try:
        # The bracket joins the rows: a piece of code rarely is a statement with the right indentation.
        for token in tokenize.generate_tokens(io.StringIO(f"({code}").readline):
            count += token.type == tokenize.COMMENT
    except (tokenize.TokenError, SyntaxError):
        pass
    return count


def _edits_of(change: Change, module: Module) -> list[Edit]:
    if change.site.module is not module:
        raise Unfixable("it would change another file")
    if change.site.block.range_of(change.site.node) is None:
        raise Unfixable("the code is spaced in a way that hides where it ends")
    edits = _edits(change)
    if any(_ends_text(change.site, edit.content) for edit in edits):
        raise Unfixable("its quotes would end the f-string around it")
    return edits


def _edits(change: Change) -> list[Edit]:
    start, end = locate(change.site)
    if isinstance(change, Replace):
        return [Edit(start, end, change.text)]
    if isinstance(change, Append):
        return [Edit(end, end, change.text)]
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


def _added_argument(change: AddArgument) -> list[Edit]:
    call = change.site.node
    if not isinstance(call, cst.Call):
        raise Unfixable("the call is made by reference")
    if any(arg.keyword is not None and arg.keyword.value == change.name for arg in call.args):
        raise Unfixable(f"`{change.name}` is passed already")
    if any(arg.star == "**" and not change.beside_spread and not _is_empty(arg.value) for arg in call.args):
        raise Unfixable(f"what `**` spreads may hold `{change.name}` too")
    if call.args and isinstance(call.args[-1].value, cst.GeneratorExp):
        _ = change.site.block.tree  # Gives the generator its parentheses.
        # `f(x for x in xs)` may lack them only while it is the one argument.
        if not call.args[-1].value.lpar:
            raise Unfixable("a generator stands alone in the call")
    _check_placed(change.site, call.args)
    return added_item(change.site, call.args, f"{change.name}{_equals(change.site, call)}{change.text}")


def _equals(site: Site, call: cst.Call) -> str:
    """The sign between a keyword and its value, with spaces where the other arguments of the call have them."""
    lines = site.module.source.lines
    named = [between(lines, *locate(within(site, arg))) for arg in call.args if arg.keyword is not None]
    return " = " if named and all(map(SPACED.match, named)) else "="


def _is_empty(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Dict) and not node.elements


def _added_entry(change: AddEntry) -> list[Edit]:
    node = change.site.node
    if not isinstance(node, cst.Dict):
        raise Unfixable("the dict is not written out there")
    if any(isinstance(item, cst.DictElement) and _key(item) == change.key for item in node.elements):
        raise Unfixable(f"`{change.key}` is given already")
    quote = _quote(change.site, node)
    written = f"{quote}{change.key}{quote}: {change.text}"
    _check_placed(change.site, node.elements)
    # What is spread into the dict was given on purpose: the entry goes before it, as a default.
    spreads = any(isinstance(item, cst.StarredDictElement) for item in node.elements)
    return (first_item if spreads else added_item)(change.site, node.elements, written)


def _check_placed(site: Site, nodes: Iterable[cst.CSTNode]) -> None:
    """Raises `Unfixable` where libcst does not tell where a node ends."""
    if any(site.block.range_of(node) is None for node in nodes):
        raise Unfixable("the code is spaced in a way that hides where it ends")


def _key(item: cst.DictElement) -> str:
    return str(item.key.raw_value) if isinstance(item.key, cst.SimpleString) else ""


def _quote(site: Site, node: cst.Dict) -> str:
    """The quotes that the keys of a dict use, or else the file."""
    first = next((item.key for item in node.elements if isinstance(item, cst.DictElement)), None)
    return first.value[-1] if isinstance(first, cst.SimpleString) else quote_of(site.module)


def _dropped(change: Drop) -> list[Edit]:
    """An argument or entry with its comma."""
    holder, item = enclosing_call(change.site), item_of(change.site)
    if holder is None or item is None:
        raise Unfixable("it is no argument and no entry of a dict that is written out")
    items = [*(holder.args if isinstance(holder, cst.Call) else holder.elements)]
    _check_placed(change.site, items)
    return dropped_item(within(change.site, holder), items, next(i for i, one in enumerate(items) if one is item))
