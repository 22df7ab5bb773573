"""Extract addresses of buckets from literals that code uses: `s3://…` URIs, ARNs and endpoint URLs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeGuard

import libcst as cst

from s3lint.facts import BucketAddress, BucketName, Fact
from s3lint.facts.extractor import from_steps
from s3lint.facts.extractors.sql import locate
from s3lint.finding import Confidence
from s3lint.inference.place import Place
from s3lint.inference.queries import choices, default_choices
from s3lint.inference.values import Chunk, Fallback, Hole, Parameter, Text, Union, UserInput, Value, join_values
from s3lint.storage.uris import bucket_of
from s3lint.syntax.flow import Step
from s3lint.syntax.module import once_for_module
from s3lint.syntax.names import called_name, last_name
from s3lint.syntax.site import Site
from s3lint.syntax.walk import subtree
from s3lint.triggers.api_names import ADDRESSES

if TYPE_CHECKING:
    from s3lint.facts.context import Context
    from s3lint.syntax.module import Module

LITERALS = (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)

TEMPLATES = (*LITERALS, cst.BinaryOperation)
"""Expressions that join several literals into one text."""

HOLES = (cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.BooleanOperation)
"""What a template may take a bucket from that has a fallback."""

USES = (cst.Arg, cst.Param, cst.Assign, cst.AnnAssign, cst.NamedExpr)
"""Nodes that pass a text to a call, assign it to a name, or make it a default."""

LOGGING = frozenset(
    {"print", "pprint", "debug", "info", "warning", "warn", "error", "exception", "critical", "log", "echo", "secho"}
)
"""Calls whose arguments are messages for people."""

PROSE = frozenset({"help", "description", "doc", "epilog", "example", "examples", "metavar", "title", "prompt", "message", "msg"})
"""Keywords whose arguments are texts for people."""

WORD = re.compile(r"\w+")

SQL = re.compile(
    r"(?:\s|--[^\n]*\n)*(?:CREATE|INSERT|COPY|UNLOAD|ALTER|SELECT|WITH|MERGE|DROP|DELETE|UPDATE|VACUUM|OPTIMIZE|CONVERT|DESCRIBE|MSCK|LOAD)\b",
    re.IGNORECASE,
)

IN_SQL = re.compile(r"s3[an]?://([a-z0-9][^/'\"`\s]*)", re.IGNORECASE)


@from_steps("addresses")
def bucket_addresses(step: Step, context: Context) -> Iterator[Fact]:
    """Yield a `BucketAddress` for each bucket that a literal of a statement addresses, unless the literal is only logged."""
    for node, binders in step.nodes:
        if _is_literal(node) and _mentions_address(node):
            whole, place = _template_of(node, step), Place(step, binders)
            if _is_used(whole, step):
                yield from _addresses(whole, place, context)
            elif isinstance(step.parents.get(id(whole)), cst.Return):
                yield from _fallbacks(whole, place, context)


def _is_literal(node: cst.CSTNode) -> TypeGuard[cst.BaseExpression]:
    # By exact type: `isinstance` asks the metaclass of libcst's nodes, which takes ten times as long.
    return type(node) in LITERALS


def _mentions_address(node: cst.BaseExpression) -> bool:
    parts = (part.value for part in subtree(node) if type(part) is cst.SimpleString or type(part) is cst.FormattedStringText)
    return any(word in text for text in parts for word in ADDRESSES)


def _template_of(node: cst.BaseExpression, step: Step) -> cst.BaseExpression:
    """Return the largest text that contains a literal: `"s3://%s/x" % bucket`, `"s3://{}/x".format(bucket)`."""
    parent = step.parents.get(id(node))
    if isinstance(parent, TEMPLATES):
        return _template_of(parent, step)
    if isinstance(parent, cst.Attribute) and parent.attr.value == "format":
        call = step.parents.get(id(parent))
        return _template_of(call, step) if isinstance(call, cst.Call) else node
    return node


def _is_used(node: cst.CSTNode, step: Step) -> bool:
    """Tell whether a text is passed, assigned or a default, and not only shown to people."""
    while not isinstance(node, USES):
        # A text that is compared, indexed with, raised or returned is not yet used as an address here.
        parent = step.parents.get(id(node))
        if isinstance(parent, cst.DictElement) and _names_an_example(parent):
            return False
        if parent is None or isinstance(parent, (cst.Comparison, cst.Subscript, cst.Raise, cst.Return)):
            return False
        node = parent
    if not isinstance(node, cst.Arg):
        return True
    call = step.parents.get(id(node))
    logged = isinstance(call, cst.Call) and called_name(call.func) in LOGGING
    return not logged and not isinstance(step.node, cst.Raise) and not (node.keyword is not None and node.keyword.value in PROSE)


def _names_an_example(entry: cst.DictElement) -> bool:
    """Tell whether an entry is an example in a schema (`json_schema_extra = {"example": {…}}`), which documents values."""
    return isinstance(entry.key, cst.SimpleString) and entry.key.raw_value in ("example", "examples")


def _addresses(node: cst.BaseExpression, place: Place, context: Context) -> Iterator[Fact]:
    site = Site(place.block, node)
    for value, confidence in choices(context.evaluator.evaluate(node, place)):
        if isinstance(value, Text):
            bucket = bucket_of(value)
            found = [(bucket, _named(bucket))] if bucket is not None else _in_sql(value)
            for name, written in found:
                literal = _whole(written) if written is not None else site
                # Reported where the name is written in this text, or once for all texts at a constant that they share.
                inside = written is not None and any(part is written.node for part in subtree(node))
                shared = literal.module is not site.module or _is_used_again(literal)
                at = written if inside and written is not None else literal if shared else site
                yield BucketAddress(at, place, confidence, name, literal)
    yield from _fallbacks(node, place, context)


def _fallbacks(node: cst.BaseExpression, place: Place, context: Context) -> Iterator[Fact]:
    """Yield the lookups with a fallback that a URI takes its bucket from, and the names that callers pass for it."""
    for value, confidence in choices(context.evaluator.evaluate(node, place)):
        bucket = bucket_of(value) if isinstance(value, Text) else None
        fallback = _fallback(bucket, node, place, context) if bucket is not None else None
        if fallback is not None:
            yield BucketName(Site(place.block, node), place, confidence, fallback, "call", "s3://…")
        for name in _passed(_only_hole(bucket), node, place, context) if bucket is not None else ():
            if isinstance(name, Text) and name.literal and name.origin is not None:
                yield BucketAddress(name.origin, place, Confidence.MEDIUM, name, name.origin)


def _only_hole(bucket: Text) -> Value | None:
    """Return what the whole name of a bucket is taken from; None if a part of it is written out."""
    only = bucket.parts[0] if len(bucket.parts) == 1 else None
    return only.value if isinstance(only, Hole) else None


def _fallback(bucket: Text, node: cst.BaseExpression, place: Place, context: Context) -> Value | None:
    """Return the value in a template for which its whole bucket stands in: `f"s3://{os.getenv('BUCKET', 'acme-raw')}/x"`."""
    only = bucket.parts[0] if len(bucket.parts) == 1 else None
    if isinstance(only, Hole):
        if isinstance(only.value, UserInput):
            return only.value
        lookups = [choice for choice in _passed(only.value, node, place, context) if isinstance(choice, (Fallback, UserInput))]
        return join_values(lookups) if lookups else None
    if only is None or only.site is None:
        return None
    for part in subtree(node):
        if isinstance(part, HOLES):
            value = context.evaluator.evaluate(part, place)
            if any(_is_written_at(only.site, default) for default, _ in default_choices(value)):
                return value
    return None


def _passed(parameter: Value | None, node: cst.BaseExpression, place: Place, context: Context) -> tuple[Value, ...]:
    """Return the values that callers pass for a parameter in a template."""
    if isinstance(parameter, Parameter):
        for part in subtree(node):
            if isinstance(part, cst.Name) and context.evaluator.evaluate(part, place) == parameter:
                passed = context.callers.evaluate(part, place)
                # Not `alternatives`, which takes fallbacks apart.
                return passed.alternatives if isinstance(passed, Union) else (passed,)
    return ()


def _is_written_at(literal: Site, value: Value) -> bool:
    """Tell whether a value is the text of a literal, and not an address itself."""
    return isinstance(value, Text) and "://" not in value.known and value.site is not None and value.site.node is literal.node


def _is_used_again(literal: Site) -> bool:
    """Tell whether the name that a literal is assigned to is mentioned more than once after that."""
    holder = literal.block.parents.get(literal.node)
    target = holder.targets[0].target if isinstance(holder, cst.Assign) else getattr(holder, "target", None)
    name = last_name(target) if isinstance(target, cst.BaseExpression) else ""
    return bool(name) and _words(literal.module)[name] > 2


@once_for_module
def _words(module: Module) -> Counter[str]:
    """Count the words of a file."""
    return Counter(WORD.findall(module.source.text))


def _whole(written: Site) -> Site:
    """Return the f-string around a part of it, where another rule reports the same bucket; any other literal as it is."""
    if not isinstance(written.node, cst.FormattedStringText) or written.span is not None:
        return written
    parent = written.block.parents.get(written.node)
    text = written.node.value
    return replace(written, node=parent) if parent is not None and "://" not in text and "arn:" not in text else written


def _named(bucket: Text) -> Site | None:
    """Return the literal with the beginning of a bucket's name; None if the name begins with a hole."""
    first = bucket.parts[0] if bucket.parts else None
    return first.site if isinstance(first, Chunk) else None


def _in_sql(value: Text) -> Iterator[tuple[Text, Site]]:
    """Yield the buckets of the URIs in a SQL text, each with its site inside the literal."""
    if not SQL.match(value.head):
        return
    for index, part in enumerate(value.parts):
        if isinstance(part, Chunk) and part.site is not None:
            for match in IN_SQL.finditer(part.text):
                # If the name reaches the end of its literal, the hole that follows may continue it: `s3://acme-{env}`.
                rest = value.parts[index + 1 : index + 2] if match.end() == len(part.text) else ()
                site = locate(part.site, re.compile(re.escape(match[0])))
                yield Text((Chunk(match[1], part.site), *rest), site=site), site
