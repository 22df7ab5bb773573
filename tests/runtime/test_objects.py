"""Objects on a store: what is written, what is read back, and what is refused."""

from __future__ import annotations

import base64
import io
import json
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from s3lint.runtime import (
    AccessPattern,
    ArgumentError,
    ConfigurationError,
    ConflictError,
    IntegrityError,
    MissingError,
    StoreError,
    Upload,
    UploadReport,
    download,
    object_key,
    presigned_get,
    presigned_post,
    presigned_put,
    s3_client,
    upload,
    upload_many,
)
from support.servers import BUCKET

pytestmark = [pytest.mark.xdist_group("runtime"), pytest.mark.usefixtures("store")]

FREQUENT = AccessPattern.FREQUENT


def head(key: str) -> dict[str, Any]:
    return dict(boto3.client("s3").head_object(Bucket=BUCKET, Key=key))


def test_an_upload_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"%PDF")
    stored = upload(path, BUCKET, "reports/1.pdf", access=AccessPattern.UNKNOWN, metadata={"owner": "x"}, content_encoding="gzip")
    found = head("reports/1.pdf")
    assert (found["ContentType"], found["ContentEncoding"], found["StorageClass"]) == (
        "application/pdf",
        "gzip",
        "INTELLIGENT_TIERING",
    )
    assert (found["ServerSideEncryption"], found["Metadata"]) == ("AES256", {"owner": "x", "sha256": stored.sha256})
    assert (stored.size, stored.content_type) == (4, "application/pdf")


def test_a_key_of_ones_own_encrypts() -> None:
    upload(b"x", BUCKET, "reports/2.bin", access=AccessPattern.ARCHIVE, kms_key_id="alias/reports")
    found = head("reports/2.bin")
    assert (found["ServerSideEncryption"], found["SSEKMSKeyId"], found["StorageClass"]) == ("aws:kms", "alias/reports", "GLACIER")


@pytest.mark.parametrize(
    ("key", "encoding", "expected"),
    [
        ("a/b.json", None, "application/json"),
        ("a/b.csv.gz", None, "application/gzip"),
        ("a/b.csv.gz", "gzip", "text/csv"),
        ("a/b.parquet", None, "application/vnd.apache.parquet"),
        ("a/b.jsonl", None, "application/x-ndjson"),
        ("a/b", None, "application/octet-stream"),
        ("a/b.unheard", None, "application/octet-stream"),
    ],
)
def test_the_type_follows_from_the_name(key: str, encoding: str | None, expected: str) -> None:
    assert upload(b"x", BUCKET, key, access=FREQUENT, content_encoding=encoding).content_type == expected


@pytest.mark.parametrize("size", [0, 1, 9 << 20])
def test_what_is_read_is_what_was_written(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    upload(io.BytesIO(content), BUCKET, f"streams/{size}.bin", access=FREQUENT)
    sink = io.BytesIO()
    read = download(BUCKET, f"streams/{size}.bin", sink)
    download(BUCKET, f"streams/{size}.bin", tmp_path / "read.bin")
    assert sink.getvalue() == (tmp_path / "read.bin").read_bytes() == content
    assert read.size == size


def test_an_object_that_was_changed_is_not_read(tmp_path: Path) -> None:
    upload(b"before", BUCKET, "changed/1.txt", access=FREQUENT)
    boto3.client("s3").put_object(Bucket=BUCKET, Key="changed/1.txt", Body=b"after!", Metadata=head("changed/1.txt")["Metadata"])
    with pytest.raises(IntegrityError):
        download(BUCKET, "changed/1.txt", tmp_path / "1.txt")
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="no object 'no/such'"):
        download(BUCKET, "no/such", tmp_path / "x")
    with pytest.raises(StoreError, match="Writing 'a/b' to the bucket 'no-such-bucket' failed"):
        upload(b"x", "no-such-bucket", "a/b", access=FREQUENT)


def test_create_only_leaves_what_is_there_alone() -> None:
    upload(b"first", BUCKET, "once/1.txt", access=FREQUENT, create_only=True)
    with pytest.raises(ConflictError):
        upload(b"second", BUCKET, "once/1.txt", access=FREQUENT, create_only=True)
    sink = io.BytesIO()
    download(BUCKET, "once/1.txt", sink)
    assert sink.getvalue() == b"first"


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "flat.pdf"}, {"key": "/a/b"}, {"key": "a//b"}, {"key": "a/../b"}, {"key": "a/b c"}, {"key": "a/" + "x" * 1_023},
        {"bucket": "No Bucket"}, {"body": "text"}, {"body": Path("/no/such/file")}, {"body": io.StringIO("x")}, {"access": "STANDARD"},
        {"metadata": ["a"]}, {"metadata": {"a": "é"}}, {"metadata": {"a": "x" * 2_048}}, {"metadata": {"sha256": "x"}},
    ],
    ids=lambda wrong: f"{next(iter(wrong))}-{str(next(iter(wrong.values())))[:9]}",
)  # fmt: skip
def test_wrong_arguments_are_refused_in_one_sentence(wrong: dict[str, Any]) -> None:
    arguments = {"body": b"x", "bucket": BUCKET, "key": "a/b", "access": FREQUENT, **wrong}
    with pytest.raises(ArgumentError) as caught:
        upload(**arguments)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_every_upload_of_many_is_accounted_for(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a")
    wanted = [Upload(tmp_path / "a.txt", "many/a.txt"), Upload(tmp_path / "gone.txt", "many/b.txt"), Upload(b"c", "many/c.txt")]
    told: list[tuple[int, int]] = []
    report = upload_many(wanted, BUCKET, access=FREQUENT, workers=2, progress=lambda done, total, _: told.append((done, total)))
    assert [outcome.upload for outcome in report.outcomes] == wanted
    assert [stored.key for stored in report.stored] == ["many/a.txt", "many/c.txt"]
    assert [(outcome.upload.key, outcome.tries) for outcome in report.failed] == [("many/b.txt", 1)]
    assert told == [(1, 3), (2, 3), (3, 3)]
    with pytest.raises(StoreError, match=r"1 of 3 uploads failed, the first of them 'many/b.txt': The file .* cannot be read"):
        report.raise_failures()
    UploadReport(report.outcomes[:1]).raise_failures()


class Broken(io.BytesIO):
    """A stream from a connection that breaks in the middle."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise ConnectionResetError("the connection was reset")
        return super().read(2)


def test_a_stream_is_sent_whole_at_every_try(monkeypatch: pytest.MonkeyPatch) -> None:
    failures = {"streams/a.txt": 2, "streams/b.txt": 1}

    def unreachable(request: Any, **_: Any) -> None:
        key = request.url.partition(f"{BUCKET}/")[2]
        if failures.get(key, 0):
            failures[key] -= 1
            raise EndpointConnectionError(endpoint_url=request.url)

    monkeypatch.setattr("s3lint.runtime.batches.time.sleep", lambda _: None)
    client = s3_client(config=Config(retries={"total_max_attempts": 1}))
    client.meta.events.register("before-send.s3", unreachable)
    started = io.BytesIO(b"head-and-rest")
    started.seek(5)
    wanted = [
        Upload(started, "streams/a.txt"),
        Upload(io.BytesIO(b"b" * 10), "streams/b.txt"),
        Upload(Broken(b"gone"), "streams/c.txt"),
    ]
    report = upload_many(wanted, BUCKET, access=FREQUENT, client=client)
    assert [outcome.tries for outcome in report.outcomes] == [3, 2, 1]
    assert [boto3.client("s3").get_object(Bucket=BUCKET, Key=one.key)["Body"].read() for one in wanted[:2]] == [
        b"and-rest",
        b"b" * 10,
    ]
    assert str(report.failed[0].error) == "The body cannot be read: the connection was reset."


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(ArgumentError, match="Two uploads go to the key 'a/b'"):
        upload_many([Upload(b"a", "a/b"), Upload(b"b", "a/b")], BUCKET, access=FREQUENT)
    with pytest.raises(ArgumentError, match="One of the uploads is of type tuple: pass an Upload for each"):
        upload_many([(b"a", "a/b")], BUCKET, access=FREQUENT)  # type: ignore[list-item]
    stream = io.BytesIO(b"x")
    with pytest.raises(ArgumentError, match="Two uploads read one stream, the second of them for 'a/c'"):
        upload_many([Upload(stream, "a/b"), Upload(stream, "a/c")], BUCKET, access=FREQUENT)


def test_a_url_reads_one_object() -> None:
    key = object_key("lent", filename="é & co.txt")
    upload(b"lent", BUCKET, key, access=FREQUENT)
    with urllib.request.urlopen(presigned_get(BUCKET, key, filename="é.txt")) as answer:  # noqa: S310
        assert answer.read() == b"lent"
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%C3%A9.txt"


def test_a_url_writes_one_object() -> None:
    lent = presigned_put(BUCKET, "lent/put.txt", content_type="text/plain", content_length=4)
    request = urllib.request.Request(lent.url, data=b"here", method="PUT", headers=dict(lent.headers))  # noqa: S310
    with urllib.request.urlopen(request):  # noqa: S310
        pass
    assert (head("lent/put.txt")["ContentType"], head("lent/put.txt")["ServerSideEncryption"]) == ("text/plain", "AES256")


def test_a_form_is_bounded() -> None:
    form = presigned_post(BUCKET, "lent/form.txt", content_type="text/plain", max_bytes=10)
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    assert ["content-length-range", 1, 10] in policy["conditions"]
    assert {"Content-Type": "text/plain"} in policy["conditions"]


@pytest.mark.parametrize("expires", [0, -1, timedelta(days=2), 10**9, timedelta(milliseconds=1), "1h"])
def test_a_life_that_is_none_is_refused(expires: Any) -> None:
    with pytest.raises(ArgumentError):
        presigned_get(BUCKET, "a/b", expires=expires)


def test_a_week_is_the_longest_life() -> None:
    assert "X-Amz-Expires=604800" in presigned_get(BUCKET, "a/b", expires=timedelta(days=7), longest=timedelta(days=30))
    with pytest.raises(ArgumentError, match="at most 7 days"):
        presigned_get(BUCKET, "a/b", expires=timedelta(days=8), longest=timedelta(days=30))


def test_only_version_4_signs() -> None:
    with pytest.raises(ConfigurationError, match="Version 2"):
        presigned_get(BUCKET, "a/b", client=boto3.client("s3"))
    assert "AWS4-HMAC-SHA256" in presigned_get(BUCKET, "a/b", client=s3_client(region_name="eu-west-1"))
