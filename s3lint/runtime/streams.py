"""Bytes on their way: bodies that are sent whole or not at all, sinks that are given all of them, files that appear complete."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import stat
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from s3lint.runtime.arguments import path, wrong
from s3lint.runtime.errors import ArgumentError, StorageError

Body = bytes | str | Path | BinaryIO
"""Bytes, the path of a file, or a binary stream that is read from where it stands."""

Destination = str | Path | BinaryIO
"""The path of a file, or a binary stream that is written to."""

CHUNK = 1 << 20
IN_MEMORY = 8 << 20
CHANGED = "The file of the body changed while it was read, and nothing was written: upload a copy, or wait until it is complete."


@dataclass(frozen=True)
class Content:
    """What an object holds: a stream that gives exactly these bytes, from the start, as often as it is read."""

    stream: Unchanged
    size: int
    sha256: str


class Unchanged(io.RawIOBase):
    """A stream of so many bytes with a digest; the read that would complete other bytes fails, so that they are never sent.

    A file may grow, shrink or change while it is sent. `changed` tells that this was why sending failed.
    """

    def __init__(self, source: BinaryIO, size: int, sha256: str) -> None:
        super().__init__()
        self._source, self._size, self._sha256 = source, size, sha256
        self._digest, self._digested = hashlib.sha256(), 0
        self._place, self._passes = 0, 0
        self.changed = False

    @contextmanager
    def told(self) -> Iterator[None]:
        """Raises `ArgumentError` in place of what a client made of this stream's failure."""
        try:
            yield
        except Exception as error:
            if self.changed and not isinstance(error, ArgumentError):
                raise ArgumentError(CHANGED) from error
            raise

    @property
    def is_incomplete(self) -> bool:
        """Whether it changed before it was given to anybody in whole."""
        return self.changed and not self._passes

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._place = max(0, (0, self._place, self._size)[whence] + offset)
        return self._place

    def read(self, size: int | None = -1, /) -> bytes:
        """Returns the next bytes. Raises `ArgumentError` at the end of bytes that are not those measured before."""
        wanted = max(0, self._size - self._place)
        wanted = wanted if size is None or size < 0 else min(size, wanted)
        self._source.seek(self._place)
        found = self._source.read(wanted)
        if self._place == 0:
            self._digest, self._digested = hashlib.sha256(), 0
        if self._place == self._digested:
            self._digest.update(found)
            self._digested += len(found)
        self._place += len(found)
        complete = self._digested == self._size
        if len(found) < wanted or (complete and self._digest.hexdigest() != self._sha256):
            self.changed = True
            raise ArgumentError(CHANGED)
        self._passes += complete
        return found

    def readinto(self, buffer: Any, /) -> int:
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


def body_of(name: str, value: Any) -> Any:
    """Returns the bytes, the path or the stream that is the body of an object; a rule for arguments."""
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    return value if isinstance(value, bytes) else _file_or_stream(name, value, "read")


def source_of(name: str, value: Any) -> Any:
    """Returns the path or the stream that raw data is read from; a rule for arguments."""
    return _file_or_stream(name, value, "read")


def destination_of(name: str, value: Any) -> Any:
    """Returns the path or the stream that an object is read into; a rule for arguments."""
    found = _file_or_stream(name, value, "write")
    if isinstance(found, Path):
        with file_errors(f"The file {str(found)!r} cannot be written"):
            target = found.resolve()
            if target.exists() and not target.is_file():
                raise wrong(name, value, "the path of a regular file, or a stream that is open for writing")
    return found


def _file_or_stream(name: str, value: Any, method: str) -> Any:
    if isinstance(value, (str, os.PathLike)):
        return path(name, value)
    if isinstance(value, (type, io.TextIOBase)) or not callable(getattr(value, method, None)):
        raise wrong(name, value, "a path, or a stream that is open in binary mode")
    if getattr(value, "closed", False) is True:
        raise wrong(name, value, "a stream that is open")
    return value


@contextmanager
def content_of(value: Any) -> Iterator[Content]:
    """Gives the content of a body with its size and digest. A stream is kept aside, on disk where it is large.

    Raises `ArgumentError` where it cannot be read.
    """
    if isinstance(value, Path):
        with file_errors(f"The file {str(value)!r} cannot be read"):
            opened = value.open("rb")
        with opened:
            yield _measured(opened)
    elif isinstance(value, bytes):
        yield _measured(io.BytesIO(value))
    else:
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as aside:
            aside.writelines(chunks_of(value))
            aside.seek(0)
            yield _measured(aside)  # type: ignore[arg-type]


def _measured(stream: BinaryIO) -> Content:
    """Returns the content of a stream that can be read again. What fits into memory is read once, and sent from there."""
    first = b"".join(_up_to(stream, IN_MEMORY))
    digest, size = hashlib.sha256(first), len(first)
    if size < IN_MEMORY:
        stream = io.BytesIO(first)
    else:
        for chunk in chunks_of(stream):
            digest.update(chunk)
            size += len(chunk)
    return Content(Unchanged(stream, size, digest.hexdigest()), size, digest.hexdigest())


def _up_to(stream: BinaryIO, size: int) -> Iterator[bytes]:
    while size and (chunk := read_chunk(stream, min(CHUNK, size))):
        size -= len(chunk)
        yield chunk


def chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    """Gives what a binary stream holds from where it stands. Raises `ArgumentError` where it cannot be read."""
    while chunk := read_chunk(stream, CHUNK):
        yield chunk


def read_chunk(stream: BinaryIO, size: int) -> bytes:
    """Returns the next bytes of a stream, none at its end. Raises `ArgumentError` where it fails, or gives something else."""
    try:
        chunk: Any = stream.read(size)
    except StorageError:
        raise
    except Exception as error:
        raise ArgumentError(f"The body cannot be read: {_told(error)}.") from error
    if chunk is None:
        raise ArgumentError(
            "The body has nothing to give for now, though it has not ended: pass a stream that waits for its bytes."
        )
    if not isinstance(chunk, (bytes, bytearray, memoryview)):
        raise ArgumentError(f"The body gives {type(chunk).__name__} instead of bytes: open it in binary mode.")
    return bytes(chunk)


def write_all(sink: BinaryIO, chunk: bytes) -> None:
    """Writes all of a chunk to a sink that may take less at a time. Raises `ArgumentError` where it takes nothing, or fails."""
    rest = memoryview(chunk)
    while rest:
        try:
            taken: Any = sink.write(rest if isinstance(sink, io.IOBase) else bytes(rest))
        except StorageError:
            raise
        except Exception as error:
            raise ArgumentError(f"The destination cannot be written to: {_told(error)}.") from error
        if taken is None and not isinstance(sink, io.RawIOBase):
            return  # a sink that counts nothing has taken everything, as `write` of most wrappers does
        if not isinstance(taken, int) or not 0 < taken <= len(rest):
            raise ArgumentError(
                f"The destination took {taken} of {len(rest):,} bytes: pass a stream that waits until it can write."
            )
        rest = rest[taken:]


@contextmanager
def appearing(path: Path) -> Iterator[BinaryIO]:
    """Gives a file that takes its name when the block ends well, and leaves nothing otherwise.

    A file that it replaces keeps its mode and its owner, a symbolic link goes on pointing to it, and a file with several names, which
    cannot be replaced under all of them at once, is written over. Raises `ArgumentError` where it cannot be written.
    """
    doing = f"The file {str(path)!r} cannot be written"
    with file_errors(doing):
        target = path.resolve()
        draft = target.with_name(f".s3lint-{uuid.uuid4().hex}")
        mode = 0o600 if target.exists() else 0o666
        stream = os.fdopen(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode), "wb", buffering=0
        )
    try:
        with stream:
            yield stream
        with file_errors(doing):
            _take_place(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _take_place(draft: Path, target: Path) -> None:
    try:
        before = target.stat()
    except FileNotFoundError:
        draft.replace(target)
        return
    if before.st_nlink > 1:
        shutil.copyfile(draft, target)
        return
    with suppress(PermissionError, AttributeError):  # only root may give files away, and Windows has no owners
        os.chown(draft, before.st_uid, before.st_gid)
    draft.chmod(stat.S_IMODE(before.st_mode))
    draft.replace(target)


@contextmanager
def file_errors(doing: str) -> Iterator[None]:
    """Turns what the file system raises into an `ArgumentError`; `doing` begins its sentence."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # Python before 3.13 raises RuntimeError at a circle of links
        raise ArgumentError(f"{doing}: {_told(error)}.") from error


def _told(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return " ".join(str(text).split()).rstrip(".") or type(error).__name__
