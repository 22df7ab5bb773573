"""Where a value may be replaced: only where no other code can set it or reads it too.

Callers that are seen tell what a rule reports; they never tell what other callers, a subclass or another module pass.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.fixes.changes import NoFix
from s3lint.fixes.enclosing import around, is_default
from s3lint.inference.values import Chunk, Constant, Mapping, Text, alternatives
from s3lint.project.searches import Search
from s3lint.syntax.walk import subtree

if TYPE_CHECKING:
    from s3lint.inference.arguments import Arguments, Written
    from s3lint.inference.values import Value
    from s3lint.project.modules import Project
    from s3lint.syntax.site import Site

SHARED = "other code sets or reads the value too"

LITERALS = (cst.SimpleString, cst.ConcatenatedString, cst.Integer, cst.Float, cst.UnaryOperation, cst.BinaryOperation)


def own_value(arguments: Arguments, written: Written) -> Value:
    """Return the value of an argument within its own function: parameters stay parameters, without the values that callers pass."""
    evaluator = getattr(arguments.evaluator, "evaluator", arguments.evaluator)
    value: Value = evaluator.evaluate(written.node, written.place.within(None))
    return value


def is_own(site: Site | None, used: Site) -> bool:
    """Whether what is written at a site is as good as written at its use: in the same function, or a constant of a module."""
    if site is None:
        return False
    return site.block is used.block or _is_constant(site)


def _is_constant(site: Site) -> bool:
    """Whether an expression is assigned at the top of a module, where only `global` could change what it is."""
    nodes = list(around(site))
    assigned = any(isinstance(node, cst.Assign | cst.AnnAssign) for node in nodes)
    nested = any(isinstance(node, cst.FunctionDef | cst.ClassDef | cst.Lambda) for node in nodes)
    return assigned and not nested and not site.block.member


def own_text(value: Value, used: Site) -> bool:
    """Whether a value is a text whose end no other code sets."""
    last = value.parts[-1] if isinstance(value, Text) and value.parts else None
    return isinstance(last, Chunk) and is_own(last.site or value.site, used)


def lacks(arguments: Arguments, name: str, used: Site) -> bool:
    """Whether what `**` spreads into a call is known not to hold a name, on every way to it."""
    for written in arguments.call.splats:
        for choice in alternatives(own_value(arguments, written)):
            # An open mapping may have been given the name by code that is not seen.
            held = isinstance(choice, Mapping) and not choice.open and name not in choice.names
            if not held or choice.site is None:
                return False
            if choice.site.block is not used.block and not (_is_constant(choice.site) and _is_only_read(written)):
                return False
    return arguments.before is None or not arguments.before.spreads


def is_within(site: Site | None, outer: Site) -> bool:
    """Whether an expression is a part of another one."""
    return site is not None and site.block is outer.block and any(node is site.node for node in subtree(outer.node))


def _is_only_read(written: Written) -> bool:
    """Whether no code of the module fills a mapping of its top, or takes something out of it."""
    if not isinstance(written.node, cst.Name):
        return False
    name = re.escape(written.node.value)
    return re.search(rf"\b{name}\s*(?:\[|\.|\|=)|\b(?:global|del)\b[^\n]*\b{name}\b", written.site.module.source.text) is None


def replaceable(used: Site, arguments: Arguments, written: Written | None, value: Value) -> Site | NoFix:
    """Where a value that a call gets can be replaced: where it is written, if nothing else reads it there, else at the call."""
    site = value.site
    # A hop at the literal itself is a call that passes it: the literal is an argument there, which only that call reads.
    passed = any(hop.site.node is site.node for hop in value.trace) if site is not None else False
    own = own_value(arguments, written) if written is not None else None
    project = getattr(getattr(arguments.evaluator, "evaluator", arguments.evaluator), "project", None)
    closed = written is not None and site is not None and written.node is site.node and isinstance(own, Text | Constant)
    if site is not None and site.span is None and (closed or _is_literal(site)) and (passed or is_private(site, used, project)):
        return site
    if written is None or written.site.block is not used.block or not isinstance(written.node, cst.Name):
        return NoFix(SHARED)
    known = list(alternatives(own_value(arguments, written)))
    if len(known) != 1 or not isinstance(known[0], Text | Constant) or not is_own(known[0].site, used):
        return NoFix(SHARED)
    return written.site


def _is_literal(site: Site) -> bool:
    """Whether an expression holds nothing that other code sets."""
    names = (node for node in subtree(site.node) if isinstance(node, cst.Name | cst.Attribute | cst.Call | cst.FormattedString))
    return isinstance(site.node, LITERALS) and not any(names)


def is_private(site: Site | None, used: Site, project: Project | None = None) -> bool:
    """Whether a literal is read by one call alone: it is a part of the call, or the value of a variable or parameter of one use.

    With a project also a constant of the module that no other code of the project names.
    """
    if is_within(site, used):
        return True
    if site is None:
        return False
    if is_default(site):
        return _reaches_once(site)
    if project is not None and _is_used_once(site, used, project):
        return True
    parent = site.block.parents.get(site.node)
    if site.block is not used.block or not isinstance(parent, cst.Assign) or len(parent.targets) != 1:
        return False
    target = parent.targets[0].target
    return isinstance(target, cst.Name) and _mentions(site, target.value) == 2 and _is_local(site)


def _is_used_once(site: Site, used: Site, project: Project) -> bool:
    """Whether a literal is a constant of its module that only one place of the project names."""
    parent = site.block.parents.get(site.node)
    target = parent.targets[0].target if isinstance(parent, cst.Assign) and len(parent.targets) == 1 else None
    if not isinstance(target, cst.Name) or not _is_constant(site) or site.module is not used.module:
        return False
    # Two words: the assignment and the use. A name in a comment or text counts as a use, which errs on the safe side.
    words = re.findall(rf"\b{re.escape(target.value)}\b", site.module.source.text)
    others = (module for module in project.holding(Search("words", target.value)) if module is not site.module)
    return len(words) == 2 and next(others, None) is None


def _reaches_once(site: Site) -> bool:
    """Whether a parameter is used at one place of its function, so that its default has one meaning."""
    param = site.block.parents.get(site.node)
    return isinstance(param, cst.Param) and _mentions(site, param.name.value) == 2


def _mentions(site: Site, name: str) -> int:
    """How often a name stands in the function, or the statement, that a site is in; keywords of that name are not counted."""
    nodes = [node for statement in site.block.statements for node in subtree(statement)]
    keywords = {id(node.keyword) for node in nodes if isinstance(node, cst.Arg) and node.keyword is not None}
    return sum(isinstance(node, cst.Name) and node.value == name and id(node) not in keywords for node in nodes)


def _is_local(site: Site) -> bool:
    return any(isinstance(node, cst.FunctionDef) for node in around(site))
