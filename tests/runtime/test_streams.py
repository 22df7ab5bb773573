"""Bytes on their way: for any behaviour of a stream, a file or a sink the object is what was given, or nothing is written."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from s3lint.runtime import (
    AccessPattern,
    ArgumentError,
    IntegrityError,
    StorageError,
    StoreError,
    Upload,
    download,
    s3_client,
    upload,
    upload_many,
)
from s3lint.runtime import objects as objects_module
from s3lint.runtime.delta import read_with_schema
from s3lint.runtime.streams import IN_MEMORY, Unchanged, content_of, write_all
from support.servers import BUCKET

pytestmark = [pytest.mark.xdist_group("runtime"), pytest.mark.usefixtures("store")]

FREQUENT = AccessPattern.FREQUENT
ONCE = Config(retries={"total_max_attempts": 1})


def is_there(key: str) -> bool:
    return "Contents" in boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=key)


class Parts(io.RawIOBase):
    """A raw stream that gives parts as they come, or raises one."""

    def __init__(self, *parts: Any) -> None:
        self.parts = [*parts]

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> Any:
        part = self.parts.pop(0) if self.parts else b""
        if isinstance(part, BaseException):
            raise part
        return part


@pytest.mark.parametrize(
    "parts",
    [
        (b"abc", None, b"def"), (None,), ("text",), (b"abc", "text"), (b"abc", 5), (b"abc", ValueError("of its own")), (OSError("torn"),),
        (b"abc", RuntimeError()), (b"abc", EOFError()), (b"abc", StopIteration()),
    ],
    ids=str,
)  # fmt: skip
def test_a_stream_that_fails_writes_nothing(parts: tuple[Any, ...]) -> None:
    body: Any = Parts(*parts)
    with pytest.raises(ArgumentError, match="The body"):
        upload(body, BUCKET, "failing/a.bin", access=FREQUENT)
    assert not is_there("failing/")


@given(st.lists(st.binary(min_size=1, max_size=9), max_size=9), st.sampled_from([bytes, bytearray, memoryview]))
def test_a_stream_in_parts_is_read_whole(parts: list[bytes], kind: Callable[[bytes], Any]) -> None:
    body: Any = Parts(*map(kind, parts))
    with content_of(body) as content:
        assert content.stream.read() == b"".join(parts)
        assert content.sha256 == hashlib.sha256(b"".join(parts)).hexdigest()


@given(st.binary(max_size=40), st.lists(st.integers(0, 50), max_size=6))
def test_what_is_sent_can_be_read_again_from_anywhere(data: bytes, places: list[int]) -> None:
    stream, plain = Unchanged(io.BytesIO(data), len(data), hashlib.sha256(data).hexdigest()), io.BytesIO(data)
    for place in [0, *places, 0]:
        for each in (stream, plain):
            each.seek(place)
        assert stream.read(7) == plain.read(7)
        assert stream.read() == plain.read()
        assert stream.seek(0, os.SEEK_END) == len(data)


@pytest.mark.parametrize("size", [100, IN_MEMORY + 1])
@pytest.mark.parametrize("create_only", [False, True])
@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        (lambda file, size: os.truncate(file, size + 4), True),
        (lambda file, size: os.truncate(file, size // 2), False),
        (lambda file, _: file.write_bytes(b"other"), False),
        (lambda file, size: file.write_bytes(b"b" * size), False),
        (lambda file, _: file.unlink(), True),
    ],
    ids=["grows", "shrinks", "is-replaced", "changes", "is-gone"],
)
def test_of_a_file_that_changes_what_is_said_is_true(
    tmp_path: Path, size: int, create_only: bool, change: Callable[[Path, int], Any], is_kept: bool
) -> None:
    """What fits into memory was read before it changed."""
    file, key = tmp_path / "log.bin", f"changing/{os.urandom(4).hex()}.bin"
    file.write_bytes(b"a" * size)
    client = s3_client(config=ONCE)
    client.meta.events.register("before-parameter-build.s3", lambda **_: change(file, size) if file.exists() else None)
    try:
        stored = upload(file, BUCKET, key, access=FREQUENT, client=client, create_only=create_only)
    except ArgumentError as error:
        assert not is_kept
        assert "changed while it was read" in str(error)
        assert not is_there(key)
        assert not boto3.client("s3").list_multipart_uploads(Bucket=BUCKET, Prefix=key).get("Uploads")
    else:
        assert is_kept or size < IN_MEMORY
        sink = io.BytesIO()
        assert download(BUCKET, key, sink) == stored
        assert sink.getvalue() == b"a" * size


class Half(io.RawIOBase):
    """A raw sink that takes half of what it is given."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        taken = bytes(part[: (len(part) + 1) // 2])
        self.data += taken
        return len(taken)


def test_a_sink_is_given_all() -> None:
    half: Any = Half()
    write_all(half, b"0123456789")
    assert half.data == b"0123456789"


class Answering:
    """A sink that answers what it is told to, or raises it."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.data = answer, b""

    def write(self, part: bytes) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        self.data += part
        return self.answer


class Blocked(io.RawIOBase):
    def write(self, part: Any) -> None:
        return None


@pytest.mark.parametrize("sink", [*map(Answering, [0, -1, 99, "3", OSError(28, "No space left"), ValueError("closed")]), Blocked()])
def test_a_sink_that_takes_nothing_fails(sink: Any) -> None:
    upload(b"0123", BUCKET, "sinks/a.bin", access=FREQUENT)
    with pytest.raises(ArgumentError, match="The destination"):
        download(BUCKET, "sinks/a.bin", sink)


def test_a_sink_that_counts_nothing_has_taken_everything() -> None:
    sink: Any = Answering(None)
    download(BUCKET, "sinks/a.bin", sink) if is_there("sinks/a.bin") else write_all(sink, b"0123")
    assert sink.data == b"0123"


@pytest.mark.parametrize("failing", [Parts(b"a", ValueError("of its own")), Parts(None), Parts(b"a", MemoryError())])
def test_a_stream_that_fails_fails_alone(failing: Any) -> None:
    wanted = [Upload(failing, "alone/bad.bin"), *(Upload(io.BytesIO(b"x"), f"alone/{number}.bin") for number in range(9))]
    report = upload_many(wanted, BUCKET, access=FREQUENT)
    assert [outcome.upload.key for outcome in report.failed] == ["alone/bad.bin"]
    assert len(report.stored) == 9


def test_paths_may_be_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("n\n1\n", encoding="utf-8")
    assert upload("a.csv", BUCKET, "texts/a", access=FREQUENT).content_type == "text/csv"
    (report,) = upload_many([Upload("a.csv", "texts/b")], BUCKET, access=FREQUENT).stored
    assert report.content_type == "text/csv"
    download(BUCKET, "texts/a", "b.csv")
    assert read_with_schema("b.csv", schema=pa.schema([("n", pa.int8())]), format="csv").to_pylist() == [{"n": 1}]


@pytest.fixture
def stored() -> bytes:
    upload(b"after", BUCKET, "files/a.bin", access=FREQUENT)
    return b"after"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path, stored: bytes, mode: int) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(b"before")
    file.chmod(mode)
    download(BUCKET, "files/a.bin", file)
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert file.read_bytes() == stored


def test_a_new_file_has_the_mode_of_new_files(tmp_path: Path, stored: bytes) -> None:
    (tmp_path / "plain").write_bytes(b"")
    download(BUCKET, "files/a.bin", tmp_path / "a.bin")
    assert (tmp_path / "a.bin").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_links_stay_links(tmp_path: Path, stored: bytes) -> None:
    target, other = tmp_path / "target.bin", tmp_path / "other.bin"
    target.write_bytes(b"before")
    other.hardlink_to(target)
    (tmp_path / "link.bin").symlink_to("target.bin")
    (tmp_path / "dangling.bin").symlink_to("made.bin")
    (tmp_path / "circle.bin").symlink_to("circle.bin")
    download(BUCKET, "files/a.bin", tmp_path / "link.bin")
    download(BUCKET, "files/a.bin", tmp_path / "dangling.bin")
    assert (tmp_path / "link.bin").is_symlink()
    assert target.read_bytes() == other.read_bytes() == (tmp_path / "made.bin").read_bytes() == stored
    assert target.stat().st_nlink == 2
    with pytest.raises(ArgumentError, match="cannot be written"):
        download(BUCKET, "files/a.bin", tmp_path / "circle.bin")
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "circle.bin", "dangling.bin", "link.bin", "made.bin", "other.bin", "target.bin",
    ]  # fmt: skip


def test_corrupt_bytes_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3's own checksum fails while the body is read, and the digest of the writer where there is no checksum."""

    class Spoilt:
        def __init__(self, client: Any) -> None:
            self._client = client

        def __getattr__(self, name: str) -> Any:
            return getattr(self._client, name)

        def get_object(self, **parameters: Any) -> Any:
            answer = self._client.get_object(**parameters)
            data = answer["Body"].read()
            return {**answer, "Body": io.BytesIO(data[:-1] + bytes([data[-1] ^ 1]))}

    upload(b"0123456789", BUCKET, "spoilt/a.bin", access=FREQUENT)
    boto3.client("s3").put_object(Bucket=BUCKET, Key="spoilt/b.bin", Body=b"0123456789", ChecksumAlgorithm="SHA256")
    spoilt: Any = Spoilt(s3_client())
    for key in ("spoilt/a.bin", "spoilt/b.bin"):
        with pytest.raises(IntegrityError):
            download(BUCKET, key, io.BytesIO(), client=spoilt)
    from botocore.exceptions import FlexibleChecksumError

    def mismatch(**_: Any) -> Any:
        raise FlexibleChecksumError(error_msg="Expected checksum x did not match")

    failing = s3_client()
    failing.meta.events.register("before-call.s3.GetObject", mismatch)
    with pytest.raises(IntegrityError, match="checksum"):
        download(BUCKET, "spoilt/a.bin", io.BytesIO(), client=failing)


@pytest.mark.parametrize("cut", [slice(0, -9), slice(0, 20)])
def test_a_compressed_file_that_is_corrupt_is_told(tmp_path: Path, cut: slice) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"n\n" + b"1\n" * 9_999)[cut])
    with pytest.raises(IntegrityError, match="corrupt"):
        read_with_schema(tmp_path / "a.csv.gz", schema=pa.schema([("n", pa.int32())]), format="csv")


def test_bounds_of_size_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects_module, "LARGEST_PUT", 3)
    monkeypatch.setattr(objects_module, "LARGEST_OBJECT", 5)
    with pytest.raises(ArgumentError, match="only in parts"):
        upload(b"1234", BUCKET, "bounds/a.bin", access=FREQUENT, create_only=True)
    with pytest.raises(ArgumentError, match="10,000 parts"):
        upload(b"123456", BUCKET, "bounds/a.bin", access=FREQUENT)
    assert not is_there("bounds/")


@pytest.mark.parametrize(
    "error", [KeyError("x"), AttributeError("x"), OSError("x"), UnicodeError("x"), RuntimeError(), MemoryError("x")]
)
def test_whatever_a_client_raises_is_told(error: Exception) -> None:
    def fail(**_: Any) -> None:
        raise error

    client = s3_client(config=ONCE)
    client.meta.events.register("before-call.s3", fail)
    calls: list[Callable[[], Any]] = [
        lambda: upload(b"x", BUCKET, "raised/a.bin", access=FREQUENT, client=client),
        lambda: upload(b"x", BUCKET, "raised/a.bin", access=FREQUENT, client=client, create_only=True),
        lambda: download(BUCKET, "raised/a.bin", io.BytesIO(), client=client),
    ]
    for call in calls:
        with pytest.raises(StoreError) as caught:
            call()
        causes: list[BaseException | None] = [caught.value.__cause__]
        while causes[-1] is not None:
            causes.append(causes[-1].__cause__ or causes[-1].__context__)
        assert error in causes
        assert "\n" not in str(caught.value)
    report = upload_many([Upload(b"x", "raised/a.bin")], BUCKET, access=FREQUENT, client=client, tries=1)
    assert isinstance(report.failed[0].error, StorageError)
