"""What a loop leaves of a value: unknown where a round computes it from the round before, open where rounds collect into it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from s3lint.inference.library_values import Frame, Reader, Writer
from s3lint.inference.values import Mapping, Sequence, Unbound, Union, Unknown, Value
from s3lint.syntax.flow import Step, Suite

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator
    from s3lint.inference.place import CallContext


def loop_of(step: Step) -> Suite | None:
    suite: Suite | None = step.suite
    while suite is not None and suite.role != "loop":
        suite = suite.owner.suite if suite.owner is not None else None
    return suite


def settled(evaluator: Evaluator, value: Value, context: CallContext | None, *questions: Hashable) -> Value:
    """Return the value, unknown where each round of a loop computes it from the round before; what a loop collects stays, open."""
    has_looped = any(evaluator.has_looped(question, context) for question in questions)
    return _collection(evaluator.each(value, _collected)) if has_looped else value


def _collection(value: Value) -> Value:
    """Return the lists that a loop may have filled so far, as one."""
    if isinstance(value, Union) and all(isinstance(choice, Sequence) for choice in value.alternatives):
        items = dict.fromkeys(item for choice in value.alternatives if isinstance(choice, Sequence) for item in choice.items)
        return Sequence(tuple(items), open=True, site=value.site)
    return value


def _collected(value: Value) -> Value:
    if isinstance(value, (Mapping, Sequence)):
        return value.opened()
    # `for column in columns: frame = frame.withColumn(…)`: it stays a frame of the same sources.
    if isinstance(value, (Writer, Reader, Frame, Unbound)):
        return value
    return Unknown("it changes in a loop", site=value.site)
