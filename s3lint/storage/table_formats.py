"""Normalise the names of file and table formats: short names, class names, in any case. Imports nothing of s3lint."""

from __future__ import annotations

import re

FILE_FORMATS = frozenset(
    [
        "avro",
        "csv",
        "delimited",
        "excel",
        "feather",
        "hdf",
        "ion",
        "ipc",
        "json",
        "jsonl",
        "libsvm",
        "ndjson",
        "orc",
        "parquet",
        "pickle",
        "rcfile",
        "sequence",
        "sequencefile",
        "stata",
        "text",
        "textfile",
        "tsv",
        "xml",
        "hadoop",
        "newapihadoop",
        "hadoopdataset",
        "newapihadoopdataset",
    ]
)
"""Formats of plain files."""

TABLE_FORMATS = frozenset({"iceberg", "hudi"})
"""Table formats other than Delta."""

NEED_SCHEMA = frozenset({"csv", "json", "xml", "jsonl", "ndjson", "tsv"})
"""Formats whose files contain no schema."""

ALIASES = {"glueparquet": "parquet", "gluecsv": "csv", "parquetfile": "parquet", "orcfile": "orc", "jsonfile": "json"}


def format_name(text: str) -> str:
    """Return the short name of a format: `csv` for `com.databricks.spark.csv` and `CSV`; the last part of an unknown one."""
    words = [word for word in re.split(r"[.\s]+", text.strip().strip("'\"`").lower()) if word]
    known = FILE_FORMATS | TABLE_FORMATS | {"delta"}
    # From the end: the last part of a class name is the most specific (`org.apache.spark.sql.delta.sources.DeltaDataSource`).
    for written in reversed(words):
        word = ALIASES.get(written, written)
        stem = re.sub(r"(?:fileformat|datasource|source|relation|v2)$", "", word)
        if word in known or stem in known:
            return word if word in known else stem
    return words[-1] if words else ""


def is_delta(text: str) -> bool:
    """Tell whether a name of a format means Delta Lake."""
    return format_name(text) == "delta"


WRITER_FORMATS = {
    "to_excel": "excel", "write_excel": "excel", "write_table": "parquet", "write_to_dataset": "parquet", "write_metadata": "parquet", "write_feather": "feather",
    "to_textfiles": "text", "write_ipc": "ipc", "sink_ipc": "ipc", "ParquetWriter": "parquet",
}  # fmt: skip
"""Formats of writers whose names do not end with them."""


def written_format(method: str) -> str:
    """Return the format that a writer's method writes: what follows the last underscore of its name, unless `WRITER_FORMATS` has it."""
    return WRITER_FORMATS.get(method) or method.rpartition("_")[2]
