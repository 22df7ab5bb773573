"""What a program does before and after its fix, on a store: the object that it writes, or the URL that it makes."""

from __future__ import annotations

import io
import json
import urllib.request
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from moto.server import ThreadedMotoServer

from s3lint.settings import Settings
from s3lint.testing import fixed

pytestmark = pytest.mark.xdist_group("store")

BUCKET = "acme-documents"

HEAD = """\
from pathlib import Path
import boto3
s3 = boto3.client("s3")
Path("a.pdf").write_bytes(b"%PDF")
body = b"content"
bucket = "acme-" + "documents"
"""


@dataclass(frozen=True)
class Case:
    """A program that a rule finds something in, and what reading its object back shows before and after the fix."""

    code: str
    program: str
    before: dict[str, Any] | None
    after: dict[str, Any]
    key: str = "reports/a.pdf"
    environment: dict[str, str] = field(default_factory=dict)


PDF = {"ContentType": "application/pdf"}

CASES = [
    Case("STO301", 's3.put_object(Bucket=bucket, Key="reports/a.pdf", Body=body)', {"ContentType": "binary/octet-stream"}, PDF),
    Case("STO301", 's3.upload_file("a.pdf", bucket, "reports/a.pdf")', {"ContentType": "binary/octet-stream"}, PDF),
    Case(
        "STO301",
        'key = "reports/a.unknown"\ns3.put_object(Bucket=bucket, Key=key, Body=body, Metadata={"owner": "x"})',
        {"ContentType": "binary/octet-stream", "Metadata": {"owner": "x"}},
        {"ContentType": "application/octet-stream", "Metadata": {"owner": "x"}},
        "reports/a.unknown",
    ),
    Case(
        "STO302",
        's3.put_object(Bucket=bucket, Key="reports/a.pdf", Body=body, ContentType="text/plain")',
        {"ContentType": "text/plain"},
        PDF,
    ),
    Case(
        "STO302",
        'import mimetypes\nname = "a.nothing"\n'
        's3.put_object(Bucket=bucket, Key="reports/a.pdf", Body=body, ContentType=mimetypes.guess_type(name)[0])',
        None,
        {"ContentType": "application/octet-stream"},
    ),
    Case(
        "STO303",
        'import gzip\ns3.put_object(Bucket=bucket, Key="a/b.json", Body=gzip.compress(body), ContentType="application/json")',
        {"ContentEncoding": None},
        {"ContentEncoding": "gzip"},
        "a/b.json",
    ),
    Case("STO304", 's3.upload_file("a.pdf", bucket, "reports/a.pdf", ContentType="application/pdf")', None, PDF),
    Case(
        "STO304",
        's3.put_object(Bucket=bucket, Key="reports/b.pdf", Body=body)\n'
        's3.copy_object(Bucket=bucket, Key="reports/a.pdf", CopySource={"Bucket": bucket, "Key": "reports/b.pdf"},'
        ' ContentType="application/pdf")',
        {"ContentType": "binary/octet-stream"},
        PDF,
    ),
    Case(
        "STO311",
        's3.put_object(Bucket=bucket, Key="reports/a.pdf", Body=body, StorageClass="REDUCED_REDUNDANCY")',
        {"StorageClass": "REDUCED_REDUNDANCY"},
        {"StorageClass": None},
    ),
    Case(
        "STO312",
        's3.put_object(Bucket=bucket, Key="backups/2026/a.dump", Body=body)',
        {"StorageClass": None},
        {"StorageClass": "GLACIER_IR"},
        "backups/2026/a.dump",
    ),
    Case(
        "STO401",
        's3.put_object(Bucket=bucket, Key="reports/a.pdf", Body=body, ACL="public-read")',
        {"public": True},
        {"public": False},
    ),
    Case(
        "STO411",
        's3.put_object(Bucket=bucket, Key="patients/a.pdf", Body=body)',
        {"ServerSideEncryption": None},
        {"ServerSideEncryption": "AES256"},
        "patients/a.pdf",
    ),
    Case(
        "STO212",
        's3.put_object(Bucket=bucket, Key="/reports//a.pdf", Body=body)',
        None,
        {"ContentLength": 7},
    ),
    Case(
        "STO213",
        'import os\ns3.put_object(Bucket=bucket, Key=os.path.join("reports", "a.pdf"), Body=body)',
        {"ContentLength": 7},
        {"ContentLength": 7},
    ),
    Case(
        "STO201",
        's3.put_object(Bucket="acme-elsewhere", Key="reports/a.pdf", Body=body)',
        None,
        {"ContentLength": 7},
        environment={"ACME_ELSEWHERE_BUCKET": BUCKET},
    ),
    Case(
        "STO203",
        'import os\ns3.put_object(Bucket=os.getenv("TARGET", "acme-elsewhere"), Key="reports/a.pdf", Body=body)',
        {"ContentLength": 7},
        {"ContentLength": 7},
        environment={"TARGET": BUCKET},
    ),
]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def store(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An empty store with one bucket; the environment that leads programs to it."""
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")).close()  # noqa: S310
    made = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in made.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    return made


def execute(text: str, folder: Path, environment: dict[str, str]) -> str:
    """What a program prints, run in a folder and under an environment. Raises what it raises."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as printed:
        patch.chdir(folder)
        for name, value in environment.items():
            patch.setenv(name, value)
        exec(compile(text, "program.py", "exec"), {})  # noqa: S102
    return printed.getvalue()


def shown(key: str) -> dict[str, Any] | None:
    """The object under a key as readers see it, or None where there is none."""
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix=key).get("Contents", [])
    if key not in [item["Key"] for item in found]:
        return None
    grants = s3.get_object_acl(Bucket=BUCKET, Key=key)["Grants"]
    public = any("AllUsers" in grant["Grantee"].get("URI", "") for grant in grants)
    return {**s3.head_object(Bucket=BUCKET, Key=key), "public": public}


def after(text: str, code: str) -> str:
    return fixed(text, Settings(root=Path("/nowhere"), select=(code,)))


@pytest.mark.parametrize("case", CASES, ids=[f"{case.code} {index}" for index, case in enumerate(CASES)])
def test_the_object_is_what_the_fix_says(case: Case, store: dict[str, str], tmp_path: Path) -> None:
    program = HEAD + case.program + "\n"
    changed = after(program, case.code)
    assert changed != program
    with suppress(Exception) if case.before is None else nullcontext():
        execute(program, tmp_path, case.environment)
    found = shown(case.key)
    assert (found is None) == (case.before is None)
    assert {name: (found or {}).get(name) for name in case.before or {}} == (case.before or {})
    execute(changed, tmp_path, case.environment)
    found = shown(case.key)
    assert found is not None
    assert {name: found.get(name) for name in case.after} == case.after


URL = 'print(s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "reports/a.pdf"}, ExpiresIn=EXPIRES))'


@pytest.mark.parametrize(
    ("expires", "seconds"),
    [("31536000", 86400), ("172800", 86400), ("0", 3600), ("-60", 3600), ("timedelta(hours=1)", 3600)],
)
def test_a_url_lives_as_long_as_the_fix_says(expires: str, seconds: int, store: dict[str, str], tmp_path: Path) -> None:
    pinned = "from datetime import timedelta\nfrom botocore.config import Config\n" + HEAD.replace(
        'client("s3")', 'client("s3", config=Config(signature_version="s3v4"))'
    )
    printed = execute(after(f"{pinned}{URL.replace('EXPIRES', expires)}\n", "STO405"), tmp_path, {})
    assert parse_qs(urlsplit(printed.strip()).query)["X-Amz-Expires"] == [str(seconds)]


def test_a_url_is_signed_with_version_4(store: dict[str, str], tmp_path: Path) -> None:
    program = f"{HEAD}{URL.replace('EXPIRES', '600')}\n"
    before = parse_qs(urlsplit(execute(program, tmp_path, {}).strip()).query)
    made = parse_qs(urlsplit(execute(after(program, "STO406"), tmp_path, {}).strip()).query)
    assert "Signature" in before
    assert made["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]


def test_public_access_stays_blocked(store: dict[str, str], tmp_path: Path) -> None:
    program = HEAD + 's3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": False})\n'
    execute(after(program, "STO403"), tmp_path, {})
    flags = boto3.client("s3").get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert list(flags.values()) == [True] * 4, json.dumps(flags)
