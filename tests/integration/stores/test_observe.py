"""The recorder sees what awaited clients do: aioboto3, aiobotocore and s3fs against moto's server, Ceph's clients, and Spark on the JVM."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from conftest import BUCKET, client
from s3lint.observe import observing

APP = """\
import asyncio


async def put(client, **parameters):
    return await client.put_object(**parameters)


async def call(method, *arguments, **keywords):
    return await method(*arguments, **keywords)


async def gather(*calls):
    return await asyncio.gather(*calls)


def plain(call, message):
    return call(**message)


def handed_over(pool, call, *arguments, **keywords):
    return pool.submit(call, *arguments, **keywords).result()


def save(frame, options, path):
    frame.write.format(options["format"]).mode(options["mode"]).save(path)
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[ModuleType]:
    path = tmp_path / "app.py"
    path.write_text(APP)
    module = ModuleType("app")
    exec(compile(APP, str(path), "exec"), module.__dict__)  # noqa: S102 - imports would keep it for other tests
    yield module


def recorded(folder: Path) -> list[tuple[str, int, dict[str, Any]]]:
    lines = [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]
    return [(line["operation"], line["frames"][0]["line"], line["parameters"]) for line in lines]


def test_aioboto3(app: ModuleType, plain_store: str, tmp_path: Path) -> None:
    import aioboto3

    sent = tmp_path / "sent.pdf"
    sent.write_bytes(b"x")

    async def work() -> None:
        async with aioboto3.Session().client("s3", endpoint_url=plain_store) as s3:
            await asyncio.gather(*(app.put(s3, Bucket=BUCKET, Key=f"a/{n}", Body=b"x") for n in range(3)))
            await app.call(s3.upload_file, str(sent), BUCKET, "b/sent.pdf", ExtraArgs={"ContentType": "application/pdf"})
            await app.call(s3.generate_presigned_url, "get_object", Params={"Bucket": BUCKET, "Key": "a/0"}, ExpiresIn=60)

    with observing(tmp_path / "out.jsonl", tmp_path):
        asyncio.run(work())
    found = recorded(tmp_path)
    assert [(operation, line) for operation, line, _ in found] == [
        *[("s3.put_object", 5)] * 3,
        ("s3.upload_file", 9),
        ("s3.generate_presigned_url", 9),
    ], "what a transfer does inside is not recorded again"
    assert {parameters["Key"] for _, _, parameters in found[:3]} == {"a/0", "a/1", "a/2"}
    assert found[3][2]["ExtraArgs"] == {"ContentType": "application/pdf"}
    assert found[4][2]["ExpiresIn"] == 60


def test_aiobotocore(app: ModuleType, plain_store: str, tmp_path: Path) -> None:
    from aiobotocore.session import get_session

    async def work() -> None:
        async with get_session().create_client("s3", endpoint_url=plain_store) as s3:
            await app.put(s3, Bucket=BUCKET, Key="a/b", Body=b"x", ACL="public-read")
            await app.gather(*(s3.put_object(Bucket=BUCKET, Key=f"a/{n}", Body=b"x") for n in range(2)))

    with observing(tmp_path / "out.jsonl", tmp_path):
        asyncio.run(work())
    found = recorded(tmp_path)
    assert [(operation, line) for operation, line, _ in found] == [("s3.put_object", 5), *[("s3.put_object", 13)] * 2]
    assert found[0][2]["ACL"] == "public-read"


def test_s3fs_makes_its_requests_in_a_thread_of_its_own(app: ModuleType, plain_store: str, tmp_path: Path) -> None:
    import s3fs

    sent = tmp_path / "sent.pdf"
    sent.write_bytes(b"x")
    with observing(tmp_path / "out.jsonl", tmp_path):
        store = s3fs.S3FileSystem(endpoint_url=plain_store, skip_instance_cache=True)
        app.plain(store.pipe_file, {"path": f"{BUCKET}/fs/piped", "data": b"x"})
        app.plain(store.put, {"lpath": str(sent), "rpath": f"{BUCKET}/fs/sent.pdf"})
    assert [(operation, line, parameters["Key"]) for operation, line, parameters in recorded(tmp_path)] == [
        ("s3.put_object", 17, "fs/piped"),
        ("s3.put_object", 17, "fs/sent.pdf"),
    ]


def judged(folder: Path) -> set[tuple[int, str]]:
    """Return the rows and codes of what the rules find in the recording."""
    command = (
        sys.executable,
        "-m",
        "s3lint",
        "check",
        "--isolated",
        "--no-cache",
        "--profile",
        "strict",
        "--output-format",
        "json",
    )
    done = subprocess.run([*command, "--observed", "out.jsonl", "app.py"], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    return {(each["location"]["row"], each["code"]) for each in json.loads(done.stdout) if each.get("observed")}


def test_what_ceph_gets_is_recorded_and_judged(app: ModuleType, store: str, tmp_path: Path) -> None:
    sent = tmp_path / "sent.pdf"
    sent.write_bytes(b"x" * (9 << 20))
    typed = {"ContentType": "application/pdf", "StorageClass": "STANDARD"}
    with observing(tmp_path / "out.jsonl", tmp_path), ThreadPoolExecutor(2) as pool:
        s3 = client(store)
        for n in range(3):
            app.plain(s3.put_object, {"Bucket": BUCKET, "Key": f"observed/{n}.pdf", "Body": b"x", "ACL": "public-read", **typed})
        app.handed_over(pool, s3.upload_file, str(sent), BUCKET, "flat.pdf", ExtraArgs=typed)
        link = {"ClientMethod": "get_object", "Params": {"Bucket": BUCKET, "Key": "observed/0.pdf"}, "ExpiresIn": 10**7}
        app.plain(s3.generate_presigned_url, link)
        assert s3.head_object(Bucket=BUCKET, Key="flat.pdf")["ContentLength"] == 9 << 20
    assert [(operation, line) for operation, line, _ in recorded(tmp_path)] == [
        *[("s3.put_object", 17)] * 3,
        ("s3.upload_file", 21),
        ("s3.generate_presigned_url", 17),
    ], "the parts of a transfer are not recorded again"
    assert judged(tmp_path) == {(17, "STO401"), (17, "STO405"), (21, "STO211")}


def test_spark_on_the_jvm(app: ModuleType, spark: Any, tmp_path: Path) -> None:
    frame = spark.createDataFrame([("secret-name",)], ["name"])
    with observing(tmp_path / "out.jsonl", tmp_path):
        app.save(frame, {"format": "delta", "mode": "overwrite"}, f"s3a://{BUCKET}/observed/table")
    ((operation, line, parameters),) = recorded(tmp_path)
    assert (operation, line, parameters["arguments"]) == ("spark.save", 25, [f"s3a://{BUCKET}/observed/table"])
    assert ["mode", ["overwrite"], {}] in parameters["chain"]
    assert "secret-name" not in (tmp_path / "out.jsonl").read_text()
