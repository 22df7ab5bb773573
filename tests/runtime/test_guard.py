"""`guard` refuses requests before they are sent, for clients, resources, sessions, and clients for asyncio."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.exceptions import EndpointConnectionError

from s3lint.runtime import ArgumentError, PolicyError, guard
from s3lint.runtime.guard import RULES
from support.servers import BUCKET, TABLE

pytestmark = [pytest.mark.xdist_group("runtime"), pytest.mark.usefixtures("store")]

GOOD: dict[str, Any] = {"Bucket": BUCKET, "Key": "guarded/b.pdf", "ContentType": "application/pdf", "Body": b""}


REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("put_object", "public-acl", GOOD | {"ACL": "public-read"}),
    ("put_object", "public-acl", GOOD | {"GrantRead": 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'}),
    ("put_object", "missing-content-type", {"Bucket": BUCKET, "Key": "guarded/b.pdf", "Body": b""}),
    ("create_multipart_upload", "missing-content-type", {"Bucket": BUCKET, "Key": "guarded/b.pdf"}),
    ("put_object", "flat-key", GOOD | {"Key": "b.pdf"}),
    ("put_object", "malformed-key", GOOD | {"Key": "/a//b.pdf"}),
    ("put_object", "malformed-key", GOOD | {"Key": "a/../b.pdf"}),
    ("put_object", "sensitive-data-unencrypted", GOOD | {"Key": "patients/b.pdf"}),
]


@pytest.mark.parametrize(("method", "rule", "arguments"), REFUSED)
def test_a_request_is_refused_before_it_is_sent(method: str, rule: str, arguments: dict[str, Any]) -> None:
    s3 = guard(boto3.client("s3", region_name="us-east-1"))
    with pytest.raises(PolicyError, match=rule) as refused:
        getattr(s3, method)(**arguments)
    assert refused.value.rule == rule
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET, Prefix=arguments["Key"])


def test_good_requests_pass() -> None:
    s3 = guard(boto3.client("s3", region_name="us-east-1"))
    s3.put_object(**GOOD)
    s3.put_object(**GOOD | {"Key": "patients/a.pdf", "ServerSideEncryption": "aws:kms"})
    s3.copy_object(Bucket=BUCKET, Key="guarded/c.pdf", CopySource={"Bucket": BUCKET, "Key": GOOD["Key"]})
    for key in ("guarded/b.pdf", "guarded/c.pdf", "patients/a.pdf"):
        s3.delete_object(Bucket=BUCKET, Key=key)
    assert s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "guarded/b.pdf"}, 60)
    table = guard(boto3.resource("dynamodb", region_name="us-east-1")).Table(TABLE)
    table.put_item(Item={"document_id": "guarded", "text": "x" * 1000})
    table.delete_item(Key={"document_id": "guarded"})
    with pytest.raises(PolicyError, match="large-object-in-dynamodb"):
        table.put_item(Item={"document_id": "a", "text": "x" * 500_000})
    with pytest.raises(PolicyError, match="large-object-in-dynamodb"), table.batch_writer() as batch:
        batch.put_item(Item={"document_id": "b", "text": "é" * 250_000})


@pytest.mark.parametrize("expires", [(86_401,), ()], ids=["by place", "by name"])
def test_a_long_expiry_is_refused(expires: tuple[int, ...]) -> None:
    s3 = guard(boto3.client("s3", region_name="us-east-1"), max_expiry=timedelta(hours=24))
    with pytest.raises(PolicyError, match="presign-expiry"):
        s3.generate_presigned_url(
            "get_object", {"Bucket": "b", "Key": "a/b"}, *expires, **({} if expires else {"ExpiresIn": 10**6})
        )


def test_a_session_guards_the_clients_that_it_makes() -> None:
    for session in (boto3.Session(region_name="us-east-1"), botocore.session.Session()):
        guard(session)
        made: Any = session
        client = session.client("s3") if isinstance(session, boto3.Session) else made.create_client("s3", region_name="us-east-1")
        with pytest.raises(PolicyError, match="flat-key"):
            client.put_object(**GOOD | {"Key": "flat.pdf"})
        with pytest.raises(PolicyError, match="presign-expiry"):
            client.generate_presigned_url("get_object", {"Bucket": "b", "Key": "a/b"}, 10**6)


def test_http_is_refused_but_to_this_machine() -> None:
    far = guard(boto3.client("s3", endpoint_url="http://s3.example.com", region_name="us-east-1"))
    with pytest.raises(PolicyError, match="unencrypted-transport"):
        far.list_objects_v2(Bucket=BUCKET)
    near = guard(boto3.client("s3", endpoint_url="http://127.0.0.1:9", region_name="us-east-1"))
    with pytest.raises(EndpointConnectionError):
        near.list_objects_v2(Bucket=BUCKET)


def test_a_warning_is_one_line_of_json(caplog: pytest.LogCaptureFixture) -> None:
    s3 = guard(boto3.client("s3", region_name="us-east-1"), refuse=(), warn=["flat-key"])
    with caplog.at_level(logging.WARNING, "s3lint.runtime.guard"):
        s3.put_object(**GOOD | {"Key": "flat.pdf"})
    s3.delete_object(Bucket=BUCKET, Key="flat.pdf")
    (message,) = [record.getMessage() for record in caplog.records if record.name == "s3lint.runtime.guard"]
    assert "\n" not in message
    assert json.loads(message) | {"problem": "", "remedy": ""} == {
        "rule": "flat-key", "operation": "PutObject", "bucket": BUCKET, "key": "flat.pdf", "problem": "", "remedy": "",
    }  # fmt: skip


def test_what_cannot_be_guarded_is_refused() -> None:
    with pytest.raises(ArgumentError, match="knows no rule 'public-alc': pass names among"):
        guard(boto3.client("s3", region_name="us-east-1"), refuse=["public-alc"])
    with pytest.raises(ArgumentError, match="a client, a resource or a session"):
        guard("s3")


def test_every_name_is_a_rule_of_the_linter() -> None:
    from s3lint.registry import rules

    assert {rule.name for rule in rules().values()} >= RULES
