"""Observe writes and SQL of PySpark, classic and Connect: `df.write` by the settings that its methods collect."""

from __future__ import annotations

import functools
from typing import Any

from .recorder import Recorder
from .values import GIVEN, reduced, statement
from .wrapping import wrap

WRITERS = ("pyspark.sql.readwriter", "pyspark.sql.connect.readwriter")
SESSIONS = ("pyspark.sql.session", "pyspark.sql.connect.session")
BUILDERS = ("format", "mode", "option", "options", "partitionBy")
ENDS = ("save", "saveAsTable", "insertInto", "parquet", "csv", "json", "orc", "text")
KEPT = frozenset({"replacewhere", "overwriteschema", "mergeschema", "datachange", "partitionoverwritemode"})
"""Options whose values are kept, in lower case, as Spark compares them. A condition is kept as given."""

_COLLECTED = "_s3lint_calls"


def install(recorder: Recorder) -> None:
    """Wrap the methods of Spark's writers and sessions."""
    for module in WRITERS:
        for name in BUILDERS:
            wrap(recorder, module, "DataFrameWriter", name, functools.partial(_collect, name))
        for name in ENDS:
            wrap(recorder, module, "DataFrameWriter", name, functools.partial(_ended, name))
    for module in SESSIONS:
        wrap(recorder, module, "SparkSession", "sql", _sql)


def remove(recorder: Recorder) -> None:
    """Nothing is left to do: `tables.remove` puts back everything that was wrapped for a recorder."""


def _collect(name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
    """Keep the call of a builder's method with its writer. Nothing is recorded before the write."""
    writer, *given = arguments
    calls = writer.__dict__.setdefault(_COLLECTED, [])
    if len(calls) < 32:
        calls.append([name, [_setting(name, given, index) for index in range(len(given))], _keywords(name, keywords)])


def _setting(name: str, given: list[Any], index: int) -> Any:
    if name == "option" and index == 1:
        return _option(str(given[0]), given[1])
    return reduced(given[index])


def _keywords(name: str, keywords: dict[str, Any]) -> dict[str, Any]:
    return {key: _option(key, value) if name in {"option", "options"} else reduced(value) for key, value in keywords.items()}


def _option(key: str, value: Any) -> Any:
    if key.lower() not in KEPT:
        return GIVEN
    return reduced(value) if key.lower() != "replacewhere" else "…"


def _ended(name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    writer, *given = arguments
    return f"spark.{name}", {
        "chain": list(writer.__dict__.get(_COLLECTED, ())),
        "arguments": [reduced(value) for value in given[:1]],
        "keywords": {
            key: reduced(value) if key in {"path", "mode", "format", "overwrite"} else GIVEN for key, value in keywords.items()
        },
    }


def _sql(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "spark.sql", {"statement": statement(arguments[1] if len(arguments) > 1 else keywords.get("sqlQuery"))}
