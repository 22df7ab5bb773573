"""Which content type a name tells of. Rules: missing-content-type, wrong-content-type."""

from __future__ import annotations

import mimetypes

FALLBACK = "application/octet-stream"

ANALYTICAL = {
    ".avro": "application/avro",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".parquet": "application/vnd.apache.parquet",
}
"""Types that Python's own table lacks (iana.org/assignments/media-types)."""

COMPRESSED = {
    "gzip": "application/gzip",
    "bzip2": "application/x-bzip2",
    "xz": "application/x-xz",
    "br": FALLBACK,
    "compress": FALLBACK,
}

TABLE = mimetypes.MimeTypes()
"""Python's own table, without what the machine adds to it."""


def content_type_of(*names: str, encoded: bool = False) -> str:
    """The type that the first telling name tells of.

    A compressed file (`a.csv.gz`) is of the type of its compression, unless it is `encoded`: then a Content-Encoding tells of that.
    """
    for name in names:
        guessed, compression = TABLE.guess_type(f"file:///{name.rpartition('/')[2]}")
        if compression and not encoded:
            return COMPRESSED.get(compression, FALLBACK)
        found = guessed or ANALYTICAL.get(f".{name.rpartition('.')[2].lower()}")
        if found:
            return found
    return FALLBACK
