"""Tell what was observed about the calls of a line, beside what was inferred: `--explain`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from s3lint.linter.recordings import Source, recordings_of
from s3lint.settings import Settings

MAX_VALUES = 3
"""Different values of a parameter that are shown."""

MAX_CHARACTERS = 80

NESTED = frozenset({"ExtraArgs", "Params", "Fields", "keywords"})
"""Parameters whose entries are parameters of the call in their own right, as facts have them."""


@dataclass(slots=True)
class ObservedValues:
    """The values that recorded calls of one method had on a line: for each parameter how often each value was given."""

    method: str
    count: int
    values: dict[str, dict[str, int]]

    def texts(self) -> dict[str, str]:
        """Return the values of each parameter in words, the most frequent first."""
        return {name: _in_words(values) for name, values in self.values.items()}


def observed_values(settings: Settings, path: Path, row: int, text: bytes | None = None) -> list[ObservedValues]:
    """Return what was recorded of the calls on a row, by method. Raises `ConfigurationError` for a recording that cannot be read.

    `text` is that of the file where an editor has not saved it.
    """
    calls = recordings_of(settings).of(path) if settings.observed else []
    source = Source.of(path, text) if calls else Source("", [])
    found: dict[str, ObservedValues] = {}
    for call in calls:
        if source.row(call.place) != row:
            continue
        method = call.operation.rpartition(".")[2]
        seen = found.setdefault(method, ObservedValues(method, 0, {}))
        seen.count += call.count
        for name, value in _flat(call.parameters):
            values = seen.values.setdefault(name, {})
            values[value] = values.get(value, 0) + call.count
    return list(found.values())


def _flat(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the names and shown values of a call's parameters."""
    for name, value in parameters.items():
        if name in NESTED and isinstance(value, Mapping) and "kind" not in value:
            yield from _flat(value)
        elif name == "chain" and isinstance(value, list):
            # Spark's writer: the first argument of each method that set something.
            yield from ((str(link[0]), _shown(link[1][0])) for link in value if _is_link(link))
        elif name == "arguments" and isinstance(value, list):
            yield from (("path", _shown(each)) for each in value[:1])
        else:
            yield name, _shown(value)


def _is_link(link: object) -> bool:
    return isinstance(link, list) and len(link) > 1 and isinstance(link[1], list) and bool(link[1])


def _shown(value: object) -> str:
    """Return a recorded value in words; one that was not kept by its type and size."""
    if isinstance(value, Mapping) and "kind" in value:
        words = [str(value.get("type") or value["kind"]), f"{value['size']} bytes" if isinstance(value.get("size"), int) else ""]
        text = f"‹{', '.join(filter(None, words))}›"
    else:
        text = json.dumps(value)
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 1]}…"


def _in_words(values: Mapping[str, int]) -> str:
    ordered = sorted(values, key=lambda value: -values[value])
    more = f" and {len(ordered) - MAX_VALUES} more" if len(ordered) > MAX_VALUES else ""
    return ", ".join(ordered[:MAX_VALUES]) + more
