"""What only a store that checks can show: signatures, expiry, policies, sizes, and who was first."""

from __future__ import annotations

import datetime as dt
import io
import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import botocore.auth
import pytest
from ceph import OWNER, Account

from conftest import BUCKET, client
from s3lint.runtime import (
    AccessPattern,
    ConflictError,
    StoreError,
    download,
    object_key,
    presigned_get,
    presigned_post,
    presigned_put,
    upload,
)
from s3lint.runtime.probe import require_conditional_put

FREQUENT = AccessPattern.FREQUENT


def ask(url: str, method: str = "GET", data: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers or {}, method=method)) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def post(url: str, fields: dict[str, str], content: bytes) -> int:
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()
    ]
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    return ask(
        url, "POST", b"".join([*parts, head, content, b"\r\n--edge--\r\n"]), {"Content-Type": "multipart/form-data; boundary=edge"}
    )[0]


@pytest.mark.parametrize("size", [0, 3, 20 << 20])
def test_what_is_read_is_what_was_written(s3: Any, tmp_path: Path, size: int) -> None:
    content = b"x" * size
    upload(content, BUCKET, f"sizes/{size}.txt", access=FREQUENT, client=s3)
    assert download(BUCKET, f"sizes/{size}.txt", tmp_path / "read", client=s3).size == size
    assert (tmp_path / "read").read_bytes() == content


def test_a_wrong_secret_opens_nothing(store: str, s3: Any) -> None:
    wrong = client(store, Account(OWNER.access_key, "another"))
    with pytest.raises(StoreError, match="SignatureDoesNotMatch"):
        upload(b"x", BUCKET, "wrong/a.txt", access=FREQUENT, client=wrong)


def test_a_url_lends_one_object_and_nothing_else(s3: Any) -> None:
    key = object_key("lent", filename="é & +.txt")
    upload(b"lent", BUCKET, key, access=FREQUENT, client=s3)
    upload(b"kept", BUCKET, "lent/other.txt", access=FREQUENT, client=s3)
    url = presigned_get(BUCKET, key, client=s3)
    assert ask(url) == (200, b"lent")
    assert ask(url.partition("?")[0])[0] == 403
    assert ask(url, "DELETE")[0] == 403
    assert ask(url.replace(url.partition("?")[0], url.partition("?")[0].rpartition("/")[0] + "/other.txt"))[0] == 403
    assert ask(url.replace("X-Amz-Expires=3600", "X-Amz-Expires=86400"))[0] == 403


def test_a_url_ends(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(b"lent", BUCKET, "lent/ends.txt", access=FREQUENT, client=s3)

    def signed(ago: dt.timedelta) -> str:
        class Earlier(dt.datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return dt.datetime.now(tz) - ago

            @classmethod
            def utcnow(cls) -> Any:
                return dt.datetime.now(dt.timezone.utc).replace(tzinfo=None) - ago

        with monkeypatch.context() as patched:
            if hasattr(botocore.auth, "get_current_datetime"):
                patched.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: Earlier.utcnow())
            else:
                patched.setattr(botocore.auth.datetime, "datetime", Earlier)
            return presigned_get(BUCKET, "lent/ends.txt", expires=60, client=s3)

    assert ask(signed(dt.timedelta(seconds=5)))[0] == 200
    assert ask(signed(dt.timedelta(seconds=120)))[0] == 403


def test_a_url_writes_what_was_agreed(s3: Any) -> None:
    lent = presigned_put(BUCKET, "lent/put.txt", content_type="text/plain", content_length=4, client=s3)
    headers = dict(lent.headers)
    assert ask(lent.url, "PUT", b"here", {**headers, "Content-Type": "text/html"})[0] == 403
    assert ask(lent.url, "PUT", b"longer", {**headers, "Content-Length": "6"})[0] == 403
    assert ask(lent.url, "PUT", b"here", headers)[0] == 200
    assert s3.head_object(Bucket=BUCKET, Key="lent/put.txt")["ContentType"] == "text/plain"


def test_a_form_takes_what_was_agreed(s3: Any) -> None:
    form = presigned_post(BUCKET, "lent/form.txt", content_type="text/plain", max_bytes=10, client=s3)
    fields = dict(form.fields)
    assert post(form.url, fields, b"x" * 11) == 400
    assert post(form.url, fields, b"") == 400
    assert post(form.url, {**fields, "Content-Type": "text/html"}, b"x") == 403
    assert post(form.url, {**fields, "key": "lent/other"}, b"x") == 403
    assert post(form.url, fields, b"x" * 10) == 204
    assert s3.head_object(Bucket=BUCKET, Key="lent/form.txt")["ContentLength"] == 10


def test_a_policy_is_obeyed(s3: Any, stranger: Any, tmp_path: Path) -> None:
    upload(b"shared", BUCKET, "shared/a.txt", access=FREQUENT, client=s3)
    with pytest.raises(StoreError, match=r"AccessDenied|Forbidden"):
        download(BUCKET, "shared/a.txt", tmp_path / "a", client=stranger)
    reader = {"AWS": ["arn:aws:iam:::user/stranger"]}
    statement = {
        "Effect": "Allow",
        "Principal": reader,
        "Action": ["s3:GetObject"],
        "Resource": [f"arn:aws:s3:::{BUCKET}/shared/*"],
    }
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert download(BUCKET, "shared/a.txt", tmp_path / "a", client=stranger).size == 6
    with pytest.raises(StoreError, match="AccessDenied"):
        upload(b"x", BUCKET, "shared/a.txt", access=FREQUENT, client=stranger)


def test_one_of_many_creates(s3: Any) -> None:
    def create(number: int) -> bool:
        try:
            upload(f"{number}".encode(), BUCKET, "once/a.txt", access=FREQUENT, create_only=True, client=s3)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(create, range(8)))
    sink = io.BytesIO()
    download(BUCKET, "once/a.txt", sink, client=s3)
    assert won.count(True) == 1
    assert sink.getvalue() == f"{won.index(True)}".encode()


def test_the_store_can_hold_delta_tables(s3: Any) -> None:
    require_conditional_put(BUCKET, "probed", client=s3)
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET, Prefix="probed/")
