"""Extract objects that are written as files: by s3fs and fsspec, smart_open, cloudpathlib and awswrangler's upload."""

from __future__ import annotations

from collections.abc import Iterator

from s3lint.facts import BucketName, Fact, KeyTemplate, ObjectCall, Parameters
from s3lint.facts.call_view import CallView
from s3lint.facts.extractor import from_calls
from s3lint.facts.queries.destinations import Destination, destination_of
from s3lint.finding import Confidence
from s3lint.inference.library_values import CloudPath, FileSystem
from s3lint.inference.queries import choices, is_false, is_missing, literals
from s3lint.inference.values import Absent, Reference, Text, Value, alternatives
from s3lint.storage.uris import S3Uri, split_path, split_uri

FILE_SYSTEM_WRITES = {
    "open": 0,
    "pipe": 0,
    "pipe_file": 0,
    "put": 1,
    "put_file": 1,
    "upload": 1,
    "touch": 0,
    "write_text": 0,
    "write_bytes": 0,
}
"""Methods of a file system that write, with the position of the path."""

OPENERS = {"smart_open.open": "uri", "smart_open.smart_open": "uri", "fsspec.open": "urlpath"}

CLOUD_PATH_WRITES = frozenset({"write_text", "write_bytes", "upload_from", "touch", "open"})


@from_calls("files")
def store_buckets(view: CallView) -> Iterator[Fact]:
    """Yield the bucket of an obstore `S3Store`."""
    if view.path == "obstore.store.S3Store":
        bucket = view.arguments.get("bucket", 0)
        if not isinstance(bucket, Absent):
            yield BucketName(view.site, view.place, Confidence.HIGH, bucket, "call", view.name)


@from_calls("files")
def file_writes(view: CallView) -> Iterator[Fact]:
    """Yield an `ObjectCall` for each path on S3 that a call writes, as boto3's `put_object`, with the key it writes."""
    for path, library, confidence in _written_paths(view):
        for choice in alternatives(path):
            if isinstance(choice, Reference) and destination_of(choice) is Destination.S3:
                yield KeyTemplate(view.site, view.place, confidence, choice, view.name)
            uri = _split(choice, library)
            if uri is not None and uri.key is not None:
                parameters = Parameters(view.arguments, bound={"Bucket": uri.bucket, "Key": uri.key})
                yield ObjectCall(view.site, view.place, confidence, library, "put_object", parameters)
                yield KeyTemplate(view.site, view.place, confidence, uri.key, view.name)


SINGLE_FILES = frozenset({"to_csv", "to_json", "to_parquet", "to_excel"})
"""Functions of awswrangler's `s3` that write one object, unless they write a data set."""


@from_calls("files")
def table_files(view: CallView) -> Iterator[Fact]:
    if view.name not in SINGLE_FILES or view.path != f"awswrangler.s3.{view.name}":
        return
    if not is_missing(view.arguments.get("dataset")) and not is_false(view.arguments.get("dataset")):
        return
    for path, confidence in choices(view.arguments.get("path", 1), Confidence.HIGH):
        uri = _split(path, "awswrangler")
        if uri is not None and uri.key is not None:
            yield KeyTemplate(view.site, view.place, confidence, uri.key, f"wr.s3.{view.name}")


def _split(value: Value, library: str) -> S3Uri | None:
    """Return the bucket and key of a path; None if it is not on S3. s3fs takes `bucket/key` without a scheme too."""
    if not isinstance(value, Text):
        return None
    uri = split_uri(value)
    # `/tmp/x` and `./x` are local paths by mistake or by fallback, not a bucket called `tmp`.
    if uri is None and library == "s3fs" and "://" not in value.head and not value.head.startswith(("/", ".")):
        uri = split_path(value)
    return uri


def _written_paths(view: CallView) -> Iterator[tuple[Value, str, Confidence]]:
    for receiver, confidence in view.receivers():
        if isinstance(receiver, FileSystem) and view.name in FILE_SYSTEM_WRITES and _is_for_writing(view):
            yield view.arguments.get("path", FILE_SYSTEM_WRITES[view.name]), "s3fs", confidence
        # The path is the receiver here, so the mode is the first argument of `open`.
        elif isinstance(receiver, CloudPath) and view.name in CLOUD_PATH_WRITES and _is_for_writing(view, 0):
            yield receiver.uri, "cloudpathlib", confidence
    if view.path in OPENERS and _is_for_writing(view):
        yield view.arguments.get(OPENERS[view.path], 0), view.path.partition(".")[0], Confidence.HIGH
    elif view.path == "awswrangler.s3.upload":
        yield view.arguments.get("path", 1), "awswrangler", Confidence.HIGH


def _is_for_writing(view: CallView, position: int = 1) -> bool:
    """Tell whether a call writes: `open` only with a mode that is known to write or append, any other method always."""
    if view.name != "open":
        return True
    mode = view.arguments.get("mode", position)
    return not isinstance(mode, Absent) and any("w" in text or "a" in text for text in literals(mode))
