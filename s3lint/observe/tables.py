"""Observe tables written by delta-rs, pandas, polars, pyarrow and awswrangler, where the destination is a store or a Delta table."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from .recorder import Recorder
from .values import GIVEN, reduced
from .wrapping import restore, wrap

STORES = re.compile(r"(?:s3[an]?|https?)://", re.IGNORECASE)

KEPT = frozenset(
    {
        "mode",
        "schema_mode",
        "partition_by",
        "predicate",
        "overwrite_schema",
        "dry_run",
        "retention_hours",
        "enforce_retention_duration",
    }
)
"""Arguments whose values rules ask about. A predicate says only whether there is one: it may hold data."""

METHODS = {
    ("pandas.core.generic", "NDFrame"): ("to_csv", "to_json", "to_pickle"),
    ("pandas.core.frame", "DataFrame"): ("to_parquet", "to_csv", "to_json", "to_orc", "to_feather", "to_excel"),
    ("polars.dataframe.frame", "DataFrame"): ("write_parquet", "write_csv", "write_ndjson", "write_delta", "write_ipc"),
    ("pyarrow.parquet.core", ""): ("write_table", "write_to_dataset"),
    ("pyarrow.dataset", ""): ("write_dataset",),
    ("awswrangler.s3._write_parquet", ""): ("to_parquet",),
    ("awswrangler.s3._write_text", ""): ("to_csv", "to_json"),
}
"""Functions that write a table, by module and class."""

PACKAGES = {
    "awswrangler.s3": ("to_parquet", "to_csv", "to_json", "to_deltalake"),
    "pyarrow.parquet": ("write_table", "write_to_dataset"),
    "deltalake": ("write_deltalake",),
}
"""Functions under the names that programs call them by."""

DELTA = ("vacuum", "delete")


def install(recorder: Recorder) -> None:
    """Wrap the functions of these libraries that are or will be imported."""
    for (module, owner), names in METHODS.items():
        for name in names:
            wrap(recorder, module, owner, name, _writer(module.partition(".")[0], name, is_method=bool(owner)))
    for module, names in PACKAGES.items():
        for name in names:
            wrap(recorder, module, "", name, _writer(module.partition(".")[0], name, is_method=False))
    for name in DELTA:
        wrap(recorder, "deltalake.table", "DeltaTable", name, _operation(name))


def remove(recorder: Recorder) -> None:
    """Put back the functions that were wrapped."""
    restore(recorder)


def _writer(library: str, name: str, *, is_method: bool) -> Any:
    def describe(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
        given = arguments[1:] if is_method else arguments
        texts = [*given[:3], *(keywords.get(each) for each in DESTINATIONS)]
        destination = next((each for each in map(_address, texts) if each), None)
        if destination is None:
            return None
        return f"{library}.{name}", {"destination": destination, **_options(keywords)}

    return describe


DESTINATIONS = ("path", "path_or_buf", "where", "root_path", "base_dir", "table_or_uri", "target", "file", "excel_writer")


def _address(value: Any) -> str | None:
    """Return the address of a store that a value names: a text, a path, or a Delta table."""
    value = getattr(value, "table_uri", value)
    text = os.fspath(value) if isinstance(value, (str, os.PathLike)) else ""
    return text if isinstance(text, str) and STORES.match(text) and len(text) <= 1_100 else None


def _operation(name: str) -> Any:
    def describe(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        names = {"vacuum": ("retention_hours", "dry_run", "enforce_retention_duration"), "delete": ("predicate",)}[name]
        given = {**dict(zip(names, arguments[1:], strict=False)), **keywords}
        return f"deltalake.table.{name}", {"destination": str(arguments[0].table_uri)[:1_100], **_options(given)}

    return describe


def _options(keywords: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in keywords.items() if value is not None and name not in DESTINATIONS}
    return {name: reduced(value) if name in KEPT - {"predicate"} else GIVEN for name, value in kept.items()}
