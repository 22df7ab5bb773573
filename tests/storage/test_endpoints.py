"""Whose service a URL's host is."""

from __future__ import annotations

import pytest

from s3lint.inference.values import Chunk, Hole, Text, Unknown
from s3lint.storage.endpoints import is_local, is_other_store


def url(text: str) -> Text:
    """Return a URL in which each `{}` is a hole."""
    chunks = [Chunk(each) for each in text.split("{}")]
    parts = [part for chunk in chunks for part in (Hole(Unknown("a test"), "name"), chunk)][1:]
    return Text(tuple(part for part in parts if not isinstance(part, Chunk) or part.text))


@pytest.mark.parametrize(
    "text",
    [
        "https://nyc3.digitaloceanspaces.com",
        "https://{}.r2.cloudflarestorage.com/",
        "https://objects.acme.com:9000",
        "s3.fr-par.scw.cloud",
        "https://user@storage.googleapis.com/x",
        "https://S3.ACME.COM.",
        "https://notamazonaws.com",
        "https://s3.amazonaws.com.acme.org",
    ],
)
def test_a_domain_that_is_not_of_aws_is_another_store(text: str) -> None:
    assert is_other_store(url(text))


@pytest.mark.parametrize(
    "text",
    [
        "https://s3.eu-west-1.amazonaws.com",
        "https://S3.Amazonaws.com.",
        "https://s3.cn-north-1.amazonaws.com.cn/x",
        "https://s3.dualstack.{}.api.aws",
        "https://bucket.vpce-1a2b.s3.us-east-1.vpce.amazonaws.com",
        "https://s3.eusc-de-east-1.amazonaws.eu",
        "http://localhost:4566",
        "http://minio:9000",
        "http://s3.localhost.localstack.cloud:4566",
        "http://store.svc.internal",
        "http://10.0.0.4:9000",
        "http://[fd00::1]:9000",
        "https://{}",
        "https://{}.com",
        "https://s3.acme.{}",
        "",
    ],
)
def test_hosts_of_aws_local_ones_and_unknown_ones_count_as_aws(text: str) -> None:
    assert not is_other_store(url(text))


def test_local_hosts_are_those_of_the_machine_and_its_network() -> None:
    assert [is_local(url(text)) for text in ("http://minio:9000", "http://a.local", "http://acme.com", "http://{}")] == [
        True,
        True,
        False,
        False,
    ]
