"""Literals that become lookups of the environment, and lookups that lose their fallback."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.fixes.changes import NoFix, Plan, Replace
from s3lint.fixes.enclosing import around, is_default
from s3lint.fixes.imports import Usable, canonical_path, usable
from s3lint.fixes.layout import literal
from s3lint.syntax.module import syntax_of
from s3lint.syntax.names import called_name
from s3lint.syntax.site import source_of

if TYPE_CHECKING:
    from s3lint.syntax.site import Site

GETTERS = frozenset({"get", "getenv", "setdefault", "pop", "getattr", "next"})
"""Functions whose last argument stands in for what is not there."""

DEFAULT_KEYWORDS = frozenset({"default", "default_value", "fallback", "initial"})
FIELDS = frozenset({"Field", "field", "Option", "Argument"})
"""What makes a field, or an option of a command, of its default."""

ALWAYS = "it is a default, and the lookup would run also where another value is given"
TAKEN = "the name `os` means something else there"


def lookup(site: Site, variable: str, *, inside: str = "") -> Usable | None:
    """`os.environ["VARIABLE"]` as the code at a place writes it; `inside` is the quote of an f-string that it will stand in."""
    environ = usable(site, "os.environ")
    return Usable(f"{environ.code}[{literal(site, variable, inside=inside)}]", environ.imports) if environ is not None else None


def from_environment(site: Site, name: str, variable: str) -> Plan | NoFix:
    """A literal that is a whole name, replaced by a lookup of an environment variable."""
    if site.span is not None or getattr(site.node, "evaluated_value", None) != name:
        return NoFix("the name is a part of a longer text")
    if stands_in(site):
        return NoFix(ALWAYS)
    found = lookup(site, variable)
    if found is None:
        return NoFix(TAKEN)
    message = f"Read it from the environment; set {variable} wherever the program runs, which ends with a KeyError otherwise"
    return Plan(message, (Replace(site, found.code),), imports=found.imports)


def stands_in(site: Site) -> bool:
    """Whether an expression is computed as the default of something that may be given otherwise."""
    if is_default(site):
        return True
    child = site.node
    for node in around(site):
        if isinstance(node, cst.Arg) and _is_default_of(node, site):
            return True
        if isinstance(node, cst.Param) and node.default is child:
            return True
        if isinstance(node, cst.AnnAssign):
            return _is_in_class(replace(site, node=node, span=None))
        # The body of a lambda runs only when it is called; a statement is as far as a default can reach.
        if isinstance(node, cst.Lambda | cst.BaseSuite | cst.BaseStatement):
            return False
        if isinstance(node, cst.BooleanOperation | cst.IfExp) and _is_lazy(node, child):
            return False
        child = node
    return False


def _is_lazy(node: cst.BooleanOperation | cst.IfExp, child: cst.CSTNode) -> bool:
    """Whether an operand is computed only where it is needed."""
    return child is node.right if isinstance(node, cst.BooleanOperation) else child is not node.test


def _is_default_of(arg: cst.Arg, site: Site) -> bool:
    call = site.block.parents.get(arg)
    if not isinstance(call, cst.Call):
        return False
    name = called_name(call.func)
    if arg.keyword is not None:
        return arg.keyword.value in DEFAULT_KEYWORDS
    return (name in GETTERS and call.args[0] is not arg) or name in FIELDS


def _is_in_class(site: Site) -> bool:
    """Whether a statement is a field of a class, not a variable of a function."""
    if site.block.member:
        return not any(isinstance(node, cst.FunctionDef) for node in around(site))
    inner = next((node for node in around(site) if isinstance(node, cst.FunctionDef | cst.ClassDef)), None)
    return isinstance(inner, cst.ClassDef)


def without_fallback(default: Site) -> Plan | NoFix:
    """`os.getenv("X", default)`, `os.getenv("X") or default` and argparse's `default=` without their default."""
    node = default.block.parents.get(default.node)
    if isinstance(node, cst.BooleanOperation) and node.right is default.node and isinstance(node.operator, cst.Or):
        whole, left = (replace(default, node=each, span=None) for each in (node, node.left))
        return _raising(whole, left)
    call = default.block.parents.get(node) if isinstance(node, cst.Arg) else None
    if not isinstance(node, cst.Arg) or not isinstance(call, cst.Call):
        return NoFix("it is no fallback of a lookup")
    if called_name(call.func) == "add_argument" and node.keyword is not None:
        return _required(call, node, default)
    site = replace(default, node=call, span=None)
    if len(call.args) == 2 and call.args[1] is node and node.keyword is None:
        return _raising(site, site)
    return NoFix("only a plain lookup in `os.environ` can lose its fallback")


def _raising(whole: Site, got: Site) -> Plan | NoFix:
    """A lookup that raises, in the place of one that gives None or a fallback."""
    name = _variable(got)
    if name is None:
        return NoFix("without the fallback None is passed on: only a lookup in `os.environ` can raise instead")
    if stands_in(whole):
        return NoFix(ALWAYS)
    environ = usable(whole, "os.environ")
    if environ is None:
        return NoFix(TAKEN)
    shown = name.strip("'\"") if name.strip("'\"").isidentifier() and name[-1] in "'\"" else "the variable"
    message = f"Drop the default; set {shown} wherever the program runs, which ends with a KeyError otherwise"
    return Plan(message, (Replace(whole, f"{environ.code}[{name}]"),), imports=environ.imports)


def _variable(got: Site) -> str | None:
    """The code of the variable's name in a lookup of `os.environ`."""
    node = got.node
    if isinstance(node, cst.Subscript) and len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
        path = canonical_path(got, source_of(replace(got, node=node.value, span=None)))
        return source_of(replace(got, node=node.slice[0].slice.value, span=None)) if path == "os.environ" else None
    if not isinstance(node, cst.Call) or not node.args or node.args[0].keyword is not None or node.args[0].star:
        return None
    path = canonical_path(got, source_of(replace(got, node=node.func, span=None)))
    if path not in ("os.getenv", "os.environ.get"):
        return None
    return source_of(replace(got, node=node.args[0].value, span=None))


def _required(call: cst.Call, arg: cst.Arg, default: Site) -> Plan | NoFix:
    """`required=True` in the place of argparse's `default=`."""
    option = call.args[0].value
    if not isinstance(option, cst.SimpleString) or not str(option.raw_value).startswith("-"):
        return NoFix("a positional argument with a default is optional")
    others = {each.keyword.value for each in call.args if each.keyword is not None}
    if others & {"required", "action", "nargs"} or any(each.star for each in call.args):
        return NoFix("the option says already when it may be left out")
    receiver = source_of(replace(default, node=call.func.value, span=None)) if isinstance(call.func, cst.Attribute) else ""
    if _may_be_exclusive(default, receiver):
        return NoFix("options of a mutually exclusive group must be optional")
    message = "Require the option; pass it wherever the program runs"
    return Plan(message, (Replace(replace(default, node=arg, span=None), "required=True"),))


def _may_be_exclusive(site: Site, receiver: str) -> bool:
    """Whether what an option is added to may be a mutually exclusive group."""
    if "exclusive" in receiver:
        return True
    name = receiver.partition(".")[0]
    made = [node for node in ast.walk(syntax_of(site.module)) if isinstance(node, ast.Assign | ast.withitem | ast.NamedExpr)]
    values = [_value(node) for node in made if name in _targets(node)]
    return any("exclusive" in value for value in values) or (not values and "group" in name.lower())


def _targets(node: ast.Assign | ast.withitem | ast.NamedExpr) -> set[str]:
    targets = (
        node.targets if isinstance(node, ast.Assign) else [node.optional_vars if isinstance(node, ast.withitem) else node.target]
    )
    return {part.id for target in targets if target is not None for part in ast.walk(target) if isinstance(part, ast.Name)}


def _value(node: ast.Assign | ast.withitem | ast.NamedExpr) -> str:
    return ast.unparse(node.context_expr if isinstance(node, ast.withitem) else node.value)
