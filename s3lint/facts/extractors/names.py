"""Extract buckets and keys by the name that a value is given: `RAW_BUCKET = …`, `upload(bucket_name=…)`, `s3_key = …`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.facts import BucketName, Fact, KeyTemplate
from s3lint.facts.extractor import from_steps
from s3lint.facts.queries.fallbacks import is_only_a_fallback
from s3lint.facts.queries.key_parts import may_get_a_prefix
from s3lint.finding import Confidence
from s3lint.inference.annotations import STUBS
from s3lint.inference.classes import default_of_field, is_settings
from s3lint.inference.other_stores import is_other_bucket, uses_other_store
from s3lint.inference.place import Place
from s3lint.inference.values import Environment, Fallback, Text, Unknown, Value
from s3lint.syntax.flow import Step
from s3lint.syntax.module import once_for_module
from s3lint.syntax.names import all_parameters, called_name, last_name
from s3lint.syntax.site import Site
from s3lint.triggers.api_names import S3_LIBRARIES

if TYPE_CHECKING:
    from s3lint.facts.context import Context
    from s3lint.syntax.module import Module

BUCKET_NAME = re.compile(r"bucket(_?name)?$", re.IGNORECASE)
AWS_NAME = re.compile(r"s3|aws", re.IGNORECASE)
"""Names that mention S3 or AWS, which count even in a module that imports no library for S3."""
KEY_NAME = re.compile(r"(?:^|_)(?:s3|object|obj|file|blob|upload)_key$", re.IGNORECASE)

MARKED = re.compile(r"(?:bucket(?:_?name)?|_key)\b", re.IGNORECASE)
"""The end of any such name as it is written."""


def uses_s3(module: Module) -> bool:
    """Tell whether a module imports a library that reaches S3, or its type stubs."""
    return any(name.startswith((*S3_LIBRARIES, *STUBS)) for name in module.imports)


def _keeps_buckets_on_s3(module: Module) -> bool:
    """Tell whether a module uses S3, and no other store beside it, whose bucket a name may be as well."""
    return uses_s3(module) and not uses_other_store(module.imports)


@from_steps("names", MARKED)
def named_values(step: Step, context: Context) -> Iterator[Fact]:
    """Yield a `BucketName` or `KeyTemplate` for each value of a statement whose name marks it as one, in a module that uses S3."""
    for name, node, place in named(step):
        if BUCKET_NAME.search(name) and not is_other_bucket(name, context.settings.not_s3) and not _is_a_key(name, place):
            if _keeps_buckets_on_s3(context.module) or AWS_NAME.search(f"{name} {_called_with(node, place.step)}"):
                yield _bucket(name, node, place, context)
        elif KEY_NAME.search(name) and ("s3" in name.lower() or uses_s3(context.module)):
            if may_get_a_prefix(name, place, context):
                continue
            site = Site(place.block, node)
            yield KeyTemplate(site, place, Confidence.HIGH, context.evaluator.evaluate(node, place), name, named=True)


def _is_a_key(name: str, place: Place) -> bool:
    """Tell whether a constant is the key of a mapping that holds the bucket: `event[Key.SOURCE_BUCKET]`."""
    return place.step.suite.scope.kind != "function" and name in _indexing_names(place.module)


@once_for_module
def _indexing_names(module: Module) -> frozenset[str]:
    """Return the names that index something."""
    return frozenset(re.findall(r"\[(?:\w+\.)*(\w+)\]", module.source.text))


def _called_with(node: cst.BaseExpression, step: Step) -> str:
    """Return the name of the function that an expression is an argument of: `S3Location(bucket=…)`; else an empty text."""
    argument = step.parents.get(id(node))
    call = step.parents.get(id(argument)) if isinstance(argument, cst.Arg) else None
    return (called_name(call.func) or "") if isinstance(call, cst.Call) else ""


def _bucket(name: str, node: cst.BaseExpression, place: Place, context: Context) -> BucketName:
    value = setting_of(name, context.evaluator.evaluate(node, place), place, context)
    if isinstance(value, Text) and value.literal and is_only_a_fallback(node, place):
        value = Fallback(Unknown("a setting decides"), value)
    return BucketName(Site(place.block, node), place, Confidence.HIGH, value, "name", name)


def setting_of(name: str, value: Value, place: Place, context: Context) -> Value:
    """Return the value of a field, which in a class of settings is only a fallback for a variable of the environment."""
    scope = place.step.suite.scope
    if scope.kind == "class":
        value = default_of_field(context.evaluator, value)
    if scope.kind == "class" and isinstance(value, Text) and is_settings(context.evaluator, scope):
        return Fallback(Environment(name.upper()), value)
    return value


def named(step: Step) -> Iterator[tuple[str, cst.BaseExpression, Place]]:
    """Yield each name of a statement with the expression that is assigned to it, passed or stored under it, or its default."""
    place = Place(step)
    node = step.node
    if isinstance(node, cst.Assign):
        for target in node.targets:
            yield from _assigned(target.target, node.value, place)
    elif isinstance(node, cst.AnnAssign) and node.value is not None:
        yield last_name(node.target), node.value, place
    elif isinstance(node, cst.FunctionDef):
        for parameter in all_parameters(node.params):
            if parameter.default is not None:
                yield parameter.name.value, parameter.default, place
    for part, binders in step.nodes:
        if type(part) is cst.Arg and part.keyword is not None:
            yield part.keyword.value, part.value, Place(step, binders)
        elif type(part) is cst.DictElement and isinstance(part.key, cst.SimpleString):
            yield part.key.raw_value, part.value, Place(step, binders)


def _assigned(
    target: cst.BaseExpression, value: cst.BaseExpression, place: Place
) -> Iterator[tuple[str, cst.BaseExpression, Place]]:
    if isinstance(target, (cst.Tuple, cst.List)):
        if isinstance(value, (cst.Tuple, cst.List)) and len(value.elements) == len(target.elements):
            for inner, item in zip(target.elements, value.elements, strict=True):
                yield from _assigned(inner.value, item.value, place)
    else:
        yield last_name(target), value, place
