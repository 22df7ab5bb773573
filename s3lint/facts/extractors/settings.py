"""Extract settings of Spark sessions, Hadoop and delta-rs: by a call, in a mapping, or as an environment variable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.facts import Fact, SessionSetting
from s3lint.facts.extractor import from_steps
from s3lint.finding import Confidence
from s3lint.inference.place import Place
from s3lint.inference.values import Absent, Value
from s3lint.syntax.flow import Step
from s3lint.syntax.module import Block
from s3lint.syntax.names import called_name, subscript_key
from s3lint.syntax.site import Site
from s3lint.triggers.api_names import SPARK_SETTINGS, STORAGE_OPTIONS

if TYPE_CHECKING:
    from s3lint.facts.context import Context

SETTERS = frozenset({"config", "set", "setIfMissing", "setdefault"})

TLS, ENDPOINT = "fs.s3a.connection.ssl.enabled", "fs.s3a.endpoint"

OF_ONE_TABLE = frozenset({"spark_conf"})
"""Arguments whose settings apply to one table of a pipeline, not to the session."""

ANYTHING = re.compile("")
"""The key of a setting may be a constant from elsewhere."""

Setting = tuple[cst.BaseExpression, cst.BaseExpression, Place]
"""The expressions of a key and of its value, and where they are evaluated."""


@from_steps("settings", ANYTHING)
def session_settings(step: Step, context: Context) -> Iterator[Fact]:
    """Yield a `SessionSetting` for each key of a statement that rules check, with its inferred value."""
    for key, node, place in _pairs(step):
        name = context.evaluator.text(key, place)
        if name is not None and _asked_about(normal(name)):
            yield _setting(normal(name), node, place, context)
    for part, binders in step.nodes:
        if type(part) is cst.Arg and part.keyword is not None and part.keyword.value in STORAGE_OPTIONS:
            # `dict(aws_conditional_put="etag")`
            yield _setting(part.keyword.value, part.value, Place(step, binders), context)


def _setting(key: str, node: cst.BaseExpression, place: Place, context: Context) -> SessionSetting:
    value = context.callers.evaluate(node, place)
    endpoint = _endpoint_beside(place.step, context) if key == TLS else Absent()
    return SessionSetting(Site(place.block, node), place, Confidence.HIGH, key, value, endpoint)


def _endpoint_beside(step: Step, context: Context) -> Value:
    """Return the endpoint that statements of the same suite set: the settings of one session are written together."""
    for beside in _statements_beside(step):
        for key, node, place in _pairs(beside):
            name = context.evaluator.text(key, place)
            if name is not None and normal(name) == ENDPOINT:
                return context.callers.evaluate(node, place)
    return Absent()


def _statements_beside(step: Step) -> Iterator[Step]:
    """Yield the statement, then those of its suite, or, at the top of a module, those whose text names the endpoint."""
    yield step
    if not isinstance(step.suite.owner.node if step.suite.owner is not None else None, Block):
        yield from step.suite.steps
        return
    assert step.suite.owner is not None
    for other in step.suite.owner.suite.steps:
        if other.scope is None and ENDPOINT in other.block.text.lower():
            yield from other.body.steps


def normal(key: str) -> str:
    """Return a key in lower case without `spark.hadoop.`: Hadoop and delta-rs ignore the case of the keys that rules check."""
    return key.lower().removeprefix("spark.hadoop.")


def _asked_about(key: str) -> bool:
    """Tell whether some rule checks a normalised key."""
    return key in STORAGE_OPTIONS or key.startswith(SPARK_SETTINGS)


def _pairs(step: Step) -> Iterator[Setting]:
    """Yield each key with the value that is set for it: `conf[key] = …`, `config(key, …)`, `{key: …}`, `(key, …)`."""
    node = step.node
    if isinstance(node, cst.Assign) and isinstance(node.targets[0].target, cst.Subscript):
        key = subscript_key(node.targets[0].target)
        if key is not None:
            yield key, node.value, Place(step)
    for part, binders in step.nodes:
        place = Place(step, binders)
        if isinstance(part, cst.Call) and called_name(part.func) in SETTERS:
            yield from _passed(part, place)
        elif isinstance(part, cst.DictElement) and not _is_of_one_table(part, step):
            yield part.key, part.value, place
        # Pairs, as `SparkConf.setAll` takes them and loops over settings use them.
        elif isinstance(part, cst.Tuple) and len(part.elements) == 2:
            yield part.elements[0].value, part.elements[1].value, place


def _passed(call: cst.Call, place: Place) -> Iterator[Setting]:
    key, value = (_argument(call, index, name) for index, name in enumerate(("key", "value")))
    if key is not None and value is not None:
        yield key, value, place


def _argument(call: cst.Call, index: int, name: str) -> cst.BaseExpression | None:
    """Return the expression of an argument by keyword or position; None if the call does not contain it."""
    named = next((arg.value for arg in call.args if arg.keyword is not None and arg.keyword.value == name), None)
    if named is None and len(call.args) > index and call.args[index].keyword is None and not call.args[index].star:
        return call.args[index].value
    return named


def _is_of_one_table(element: cst.CSTNode, step: Step) -> bool:
    node: cst.CSTNode | None = element
    while node is not None:
        if isinstance(node, cst.Arg) and node.keyword is not None and node.keyword.value in OF_ONE_TABLE:
            return True
        node = step.parents.get(id(node))
    return False
