"""Many uploads at once, each accounted for. Rules: missing-content-type, implicit-storage-class."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3lint.runtime.arguments import checked, flag, having, header, media_type, optional, whole, wrong
from s3lint.runtime.clients import default_s3, is_transient, reason
from s3lint.runtime.errors import ArgumentError, StorageError, StoreError
from s3lint.runtime.keys import a_bucket, a_key
from s3lint.runtime.objects import AN_ACCESS_PATTERN, AccessPattern, StoredObject, metadata_of, upload
from s3lint.runtime.streams import Body, body_of, chunks_of, file_errors

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

LONGEST_PAUSE = 8.0
"""Seconds between two rounds."""


@dataclass(frozen=True)
class Upload:
    """One object of many: what `upload` takes, without what is common to all."""

    body: Body
    key: str
    content_type: str | None = None
    content_encoding: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of one upload after all its tries: an object, or an error."""

    upload: Upload
    stored: StoredObject | None
    error: StorageError | None
    tries: int


@dataclass(frozen=True)
class UploadReport:
    """What became of every upload, in the order given."""

    outcomes: tuple[Outcome, ...]

    @property
    def stored(self) -> tuple[StoredObject, ...]:
        return tuple(outcome.stored for outcome in self.outcomes if outcome.stored is not None)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.error is not None)

    def raise_failures(self) -> None:
        """Raises `StoreError` where an upload failed; its message holds the first failure, its cause is that error."""
        if self.failed:
            first = self.failed[0]
            count = f"{len(self.failed)} of {len(self.outcomes)} uploads failed, the first of them {first.upload.key!r}"
            raise StoreError(f"{count}: {reason(first.error or StoreError())}.") from first.error


Progress = Callable[[int, int, Outcome], None]
"""Is told, in the caller's thread, how many uploads are settled, how many there are, and the latest outcome."""


def _uploads(name: str, value: Any) -> tuple[Upload, ...]:
    """Returns the uploads with their own arguments checked; a rule for arguments."""
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise wrong(name, value, "Uploads in a list")
    return tuple(_checked_upload(one) for one in value)


def _checked_upload(one: object) -> Upload:
    if not isinstance(one, Upload):
        raise ArgumentError(f"One of the uploads is of type {type(one).__name__}: pass an Upload for each.")
    body_of("body", one.body)
    a_key("key", one.key)
    optional(media_type)("content_type", one.content_type)
    optional(header)("content_encoding", one.content_encoding)
    metadata_of("metadata", one.metadata)
    return one


@checked(
    uploads=_uploads,
    bucket=a_bucket,
    access=AN_ACCESS_PATTERN,
    kms_key_id=optional(header),
    create_only=flag,
    workers=whole(1, 1_000),
    tries=whole(1, 1_000),
    progress=optional(having("__call__", "a function of three arguments")),
    client=optional(having("upload_fileobj", "a client for S3, as s3lint.runtime.s3_client makes one")),
)
def upload_many(
    uploads: Iterable[Upload],
    bucket: str,
    *,
    access: AccessPattern,
    kms_key_id: str | None = None,
    create_only: bool = False,
    workers: int = 8,
    tries: int = 3,
    progress: Progress | None = None,
    client: S3Client | None = None,
) -> UploadReport:
    """Uploads with at most `workers` at a time, and accounts for each; a failed upload stops no other.

    What failed for a passing reason (throttling, a server's error, a broken connection) is tried again, after a pause, `tries` times in
    all. A stream is read once, from where it stands, and kept on disk until its upload is settled.

    Rules: missing-content-type (STO301), implicit-storage-class (STO313).

    Raises `ArgumentError` before anything is sent: for two uploads to one key or of one stream, for wrong keys, and for `workers` or `tries` under 1.
    """
    wanted = _distinct(uploads)
    write = partial(
        upload, bucket=bucket, access=access, kms_key_id=kms_key_id, create_only=create_only, client=client or default_s3()
    )
    settled: dict[int, Outcome] = {}
    with tempfile.TemporaryDirectory(prefix="s3lint-") as folder:
        bodies = _Bodies(Path(folder))
        for index, outcome in _settled(wanted, bodies, write, workers, tries):
            settled[index] = outcome
            bodies.drop(index)
            if progress is not None:
                progress(len(settled), len(wanted), outcome)
    return UploadReport(tuple(settled[index] for index in range(len(wanted))))


class _Bodies:
    """What each try sends: of a stream the copy that was made when it was read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._copies: dict[int, Path] = {}

    def of(self, index: int, body: Body) -> bytes | str | Path:
        """Returns a body that can be sent again. Raises `ArgumentError` where a stream cannot be read or kept."""
        if isinstance(body, (bytes, bytearray, memoryview, str, Path)):
            return body
        if index not in self._copies:
            copy = self._folder / str(index)
            with file_errors("A stream cannot be kept on disk"), copy.open("wb") as file:
                file.writelines(chunks_of(body))
            self._copies[index] = copy
        return self._copies[index]

    def drop(self, index: int) -> None:
        """Removes the copy of a stream whose upload is settled."""
        copy = self._copies.pop(index, None)
        if copy is not None:
            copy.unlink()


Write = Callable[..., StoredObject]


def _settled(wanted: tuple[Upload, ...], bodies: _Bodies, write: Write, workers: int, tries: int) -> Iterator[tuple[int, Outcome]]:
    """The outcome of each upload, by its place among those wanted, when it is not tried again."""
    pending = list(range(len(wanted)))
    for number in range(1, tries + 1):
        again = []
        for index, outcome in _round(wanted, pending, bodies, write, number, workers):
            if outcome.error is not None and number < tries and is_transient(outcome.error):
                again.append(index)
            else:
                yield index, outcome
        pending = sorted(again)
        if not pending:
            return
        time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.2 * 2**number)))  # noqa: S311 - spreads tries, keeps no secret


def _round(
    wanted: tuple[Upload, ...], pending: list[int], bodies: _Bodies, write: Write, number: int, workers: int
) -> Iterator[tuple[int, Outcome]]:
    """Tries each once and yields the outcomes as they end. An exception in the caller stops those that have not begun."""
    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            futures = {pool.submit(_attempt, wanted[index], partial(bodies.of, index), write, number): index for index in pending}
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _attempt(one: Upload, body: Callable[[Body], bytes | str | Path], write: Write, number: int) -> Outcome:
    details = {"content_type": one.content_type, "content_encoding": one.content_encoding, "metadata": one.metadata}
    try:
        return Outcome(one, write(body=body(one.body), key=one.key, **details), None, number)
    except StorageError as error:
        return Outcome(one, None, error, number)


def _distinct(uploads: Iterable[Upload]) -> tuple[Upload, ...]:
    """Returns the uploads. Raises `ArgumentError` for two to one key, or of one stream."""
    wanted = tuple(uploads)
    keys: set[str] = set()
    streams: set[int] = set()
    for one in wanted:
        if one.key in keys:
            raise ArgumentError(f"Two uploads go to the key {one.key!r}, and one would be lost: give each a key of its own.")
        keys.add(one.key)
        if id(one.body) in streams:
            raise ArgumentError(f"Two uploads read one stream, the second of them for {one.key!r}: open it for each.")
        if hasattr(one.body, "read"):
            streams.add(id(one.body))
    return wanted
