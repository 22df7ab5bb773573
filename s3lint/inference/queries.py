"""Ask a value what rules need to know: its alternatives with their confidence, its literals, whether it is missing or true."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from s3lint.finding import Confidence
from s3lint.inference.values import Absent, Constant, Fallback, Hole, Text, Union, Unknown, UserInput, Value, alternatives

Violates = Callable[[Value], bool]


def choices(
    value: Value, confidence: Confidence = Confidence.HIGH, violates: Violates | None = None
) -> Iterator[tuple[Value, Confidence]]:
    """Yield every value that may stand here.

    Alternatives between which a parameter chooses are not offered, unless all of them violate, so that no caller can choose well.
    """
    if isinstance(value, Union):
        if not value.chosen or (violates is not None and all(map(violates, alternatives(value)))):
            for alternative in value.alternatives:
                yield from choices(alternative, min(confidence, Confidence.MEDIUM), violates)
    elif isinstance(value, Fallback):
        yield from choices(value.primary, confidence, violates)
        yield from choices(value.default, min(confidence, Confidence.MEDIUM), violates)
    else:
        yield value, confidence


def texts(
    value: Value, confidence: Confidence = Confidence.HIGH, violates: Violates | None = None
) -> Iterator[tuple[Text, Confidence]]:
    """Yield the alternatives that are text."""
    for choice, sure in choices(value, confidence, violates):
        if isinstance(choice, Text):
            yield choice, sure


def sources(value: Value) -> tuple[Hole, ...]:
    """Return the texts that a value was cut out of or added from, each with the name of its expression."""
    return tuple(hole for choice in alternatives(value) if isinstance(choice, Unknown) for hole in choice.made_of)


def is_missing(value: Value) -> bool:
    """Tell whether an argument is left out, or None, on every way to the call."""
    return all(isinstance(choice, Absent) or is_none(choice) for choice in alternatives(value))


def is_none(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None


def is_true(value: Value) -> bool:
    """Tell whether a setting is on: `True`, or a text such as `"true"`."""
    if isinstance(value, Constant):
        return bool(value.value)
    return isinstance(value, Text) and (value.literal or "").lower() in ("true", "1", "yes")


def is_false(value: Value) -> bool:
    """Tell whether a setting is off: `False`, `0`, or a text such as `"false"`."""
    if isinstance(value, Constant):
        return value.value is not None and not value.value
    return isinstance(value, Text) and (value.literal or "").lower() in ("false", "0", "no")


def literals(value: Value) -> list[str]:
    """Return every text that a value may be, where it is known whole."""
    return [choice.literal for choice in alternatives(value) if isinstance(choice, Text) and choice.literal is not None]


def primary_choices(value: Value, confidence: Confidence = Confidence.HIGH) -> Iterator[tuple[Value, Confidence]]:
    """Yield the choices without those that stand in only as a fallback."""
    if isinstance(value, Union):
        if not value.chosen:
            for alternative in value.alternatives:
                yield from primary_choices(alternative, min(confidence, Confidence.MEDIUM))
    elif isinstance(value, Fallback):
        yield from primary_choices(value.primary, confidence)
    else:
        yield value, confidence


def default_choices(value: Value, confidence: Confidence = Confidence.HIGH) -> Iterator[tuple[Value, Confidence]]:
    """Yield the choices that stand in only as a fallback."""
    if isinstance(value, Union):
        for alternative in value.alternatives:
            yield from default_choices(alternative, confidence)
    elif isinstance(value, Fallback):
        yield from default_choices(value.primary, confidence)
        yield from choices(value.default, confidence)
    elif isinstance(value, UserInput) and value.default is not None:
        yield from choices(value.default, confidence)
