"""Media types that fit the extension of a file's name (iana.org/assignments/media-types, and the older names still in use)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from s3lint.inference.values import Text

OCTETS = ("application/octet-stream", "binary/octet-stream")
"""Media types of bytes of any kind."""

TYPES: dict[str, tuple[str, ...]] = {
    "7z": ("application/x-7z-compressed",),
    "avi": ("video/x-msvideo", "video/avi"),
    "avif": ("image/avif",),
    "avro": ("application/avro", "avro/binary", *OCTETS),
    "bmp": ("image/bmp", "image/x-ms-bmp"),
    "bz2": ("application/x-bzip2", "application/bzip2"),
    "css": ("text/css",),
    "csv": ("text/csv", "application/csv", "text/comma-separated-values"),
    "doc": ("application/msword",),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",),
    "eml": ("message/rfc822",),
    "epub": ("application/epub+zip",),
    "geojson": ("application/geo+json", "application/json"),
    "gif": ("image/gif",),
    "gz": ("application/gzip", "application/x-gzip"),
    "htm": ("text/html", "application/xhtml+xml"),
    "html": ("text/html", "application/xhtml+xml"),
    "ico": ("image/x-icon", "image/vnd.microsoft.icon"),
    "ics": ("text/calendar",),
    "jpeg": ("image/jpeg", "image/jpg"),
    "jpg": ("image/jpeg", "image/jpg"),
    "js": ("text/javascript", "application/javascript", "application/x-javascript"),
    "json": ("application/json", "text/json", "application/x-ndjson", "application/jsonl", "application/x-jsonlines"),
    "jsonl": ("application/jsonl", "application/x-ndjson", "application/x-jsonlines", "application/json"),
    "log": ("text/plain",),
    "m3u8": ("application/vnd.apple.mpegurl", "application/x-mpegurl", "audio/mpegurl"),
    "md": ("text/markdown", "text/x-markdown", "text/plain"),
    "mov": ("video/quicktime",),
    "mp3": ("audio/mpeg", "audio/mp3"),
    "mp4": ("video/mp4", "audio/mp4", "application/mp4"),
    "mpd": ("application/dash+xml",),
    "ndjson": ("application/x-ndjson", "application/jsonl", "application/json"),
    "ogg": ("audio/ogg", "video/ogg", "application/ogg"),
    "otf": ("font/otf", "application/x-font-otf"),
    "parquet": ("application/vnd.apache.parquet", "application/x-parquet", "application/parquet", *OCTETS),
    "pdf": ("application/pdf",),
    "png": ("image/png",),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation",),
    "py": ("text/x-python", "text/plain", "application/x-python-code"),
    "rtf": ("application/rtf", "text/rtf"),
    "svg": ("image/svg+xml",),
    "tar": ("application/x-tar",),
    "tgz": ("application/gzip", "application/x-gzip", "application/x-tar", "application/x-compressed-tar"),
    "tif": ("image/tiff",),
    "tiff": ("image/tiff",),
    "toml": ("application/toml", "text/plain"),
    "tsv": ("text/tab-separated-values", "text/csv"),
    "ttf": ("font/ttf", "application/x-font-ttf"),
    "txt": ("text/plain",),
    "wasm": ("application/wasm",),
    "wav": ("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"),
    "webm": ("video/webm", "audio/webm"),
    "webp": ("image/webp",),
    "woff": ("font/woff", "application/font-woff"),
    "woff2": ("font/woff2", "application/font-woff2"),
    "xls": ("application/vnd.ms-excel",),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
    "xml": ("application/xml", "text/xml"),
    "yaml": ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "text/plain"),
    "yml": ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "text/plain"),
    "zip": ("application/zip", "application/x-zip-compressed", "application/x-zip"),
    "zst": ("application/zstd", "application/x-zstd"),
}
"""For each extension the types that fit it, the registered one first. Extensions with several meanings (`ts`) are left out."""

ENCODINGS = {"gz": "gzip", "br": "br", "zst": "zstd"}
"""Extensions of a compressed file, with the content coding that means the same (iana.org/assignments/http-parameters)."""

ARCHIVES = frozenset({"gz", "tgz", "zip", "zst", "bz2", "7z", "tar", "br", "xz"})
"""Extensions of archives and compressed files."""


def extension_of(name: Text) -> str | None:
    """Return the extension that a key or file name certainly ends with, in lower case; None if that is unknown."""
    last = name.tail.rpartition("/")[2]
    stem, dot, extension = last.rpartition(".")
    # `.json` alone is a hidden file, not an extension, unless a hole is before it.
    known = dot and (stem or name.holes)
    return extension.lower() if known and extension.isalnum() else None


def inner_extension_of(name: Text) -> str | None:
    """Return the extension before that of a compressed file, `csv` of `report.csv.gz`; None if there is none."""
    parts = name.tail.rpartition("/")[2].lower().split(".")
    return parts[-2] if len(parts) > 2 and parts[-1] in ENCODINGS else None


def fits(media_type: str, extension: str) -> bool:
    """Tell whether a media type, without its parameters, fits an extension. Raises `KeyError` for one that `TYPES` lacks."""
    # Types that end in `+json` or `+xml` have that syntax (RFC 6839).
    bare = media_type.partition(";")[0].strip().lower()
    return bare in TYPES[extension] or (extension in ("json", "xml") and bare.endswith(f"+{extension}"))
