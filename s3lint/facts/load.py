"""Importing this module registers every extractor."""

from s3lint.facts import (
    addresses,
    airflow,
    clients,
    delta,
    files,
    frames,
    items,
    names,
    objects,
    reads,
    settings,
    sql,
    storages,
    urls,
    writes,
)

__all__ = [
    "addresses",
    "airflow",
    "clients",
    "delta",
    "files",
    "frames",
    "items",
    "names",
    "objects",
    "reads",
    "settings",
    "sql",
    "storages",
    "urls",
    "writes",
]
