"""Summarize the explanations of a line for a hover: bucket, key and types of each call, where they come from, and what is reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from s3lint.finding import Finding
from s3lint.linter.explain import NOT_GIVEN, Explanation, Observation, is_of
from s3lint.linter.observed_values import ObservedValues

SHOWN = (
    "Bucket", "Key", "ContentType", "ContentEncoding", "StorageClass", "ACL", "ServerSideEncryption", "ExpiresIn", "TableName", "Item",
    "path", "uri", "format", "mode", "schema",
)  # fmt: skip
"""The values that people ask a hover for, in this order. `s3lint check --explain` has all."""

MISSED = ("ContentType",)
"""The values that are shown even if they are not given, where a rule asks for them."""

MAX_CODE_CHARACTERS = 100


def hover_text(
    explanations: Sequence[Explanation], findings: Iterable[Finding], place: str, seen: Sequence[ObservedValues] = ()
) -> str:
    """Return a text for people; empty without explanations and findings.

    `findings` are those reported on the line, `place` is the file and line, as `--explain` takes them. `seen` is what recorded calls of
    the line had.
    """
    lines: dict[str, None] = {}
    for explanation in explanations:
        values = list(_values(explanation, SHOWN, seen))
        # Facts about one call have the same code and partly the same values: each is shown once.
        if any(value not in lines for value in values):
            lines |= dict.fromkeys([_shortened(explanation.text), *values])
    # A fact about a name alone has no other value than the name. Where a call has it too, it is shown as part of that.
    for explanation in () if lines else explanations:
        lines |= dict.fromkeys(_values(explanation, ("value",)))
    reported = [f"{finding.code} {finding.name}: {finding.message}" for finding in findings]
    if not lines and not reported:
        return ""
    return "\n".join([*lines, *([""] if lines and reported else []), *reported, "", f"More: s3lint check --explain {place}"])


def _values(explanation: Explanation, names: Iterable[str], seen: Sequence[ObservedValues] = ()) -> Iterator[str]:
    by_name = {each.name: each for each in explanation.observations}
    recorded = {name: text for each in seen if is_of(explanation, each) for name, text in each.texts().items()}
    for name in names:
        each = by_name.get(name)
        if each is not None and (each.value != NOT_GIVEN or name in MISSED):
            yield f"  {name}: {each.value}{_origin(each)}"
            if name in recorded:
                yield f"    observed: {recorded[name]}"
        elif name in recorded:
            yield f"  {name}: observed: {recorded[name]}"


def _origin(observation: Observation) -> str:
    """Return where a value was written, if that is known."""
    first = next(iter(observation.way), None)
    return f"  ({first.path.name}:{first.location.row})" if first is not None else ""


def _shortened(code: str) -> str:
    return code if len(code) <= MAX_CODE_CHARACTERS else f"{code[: MAX_CODE_CHARACTERS - 1]}…"
