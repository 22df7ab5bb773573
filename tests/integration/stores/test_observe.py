"""The recorder sees what awaited clients do: aioboto3 and aiobotocore against moto's server, and Spark on the JVM."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from conftest import BUCKET
from s3lint.observe import observing

APP = """\
async def put(client, **parameters):
    return await client.put_object(**parameters)


async def call(method, *arguments, **keywords):
    return await method(*arguments, **keywords)


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
        *[("s3.put_object", 2)] * 3,
        ("s3.upload_file", 6),
        ("s3.generate_presigned_url", 6),
    ], "what a transfer does inside is not recorded again"
    assert {parameters["Key"] for _, _, parameters in found[:3]} == {"a/0", "a/1", "a/2"}
    assert found[3][2]["ExtraArgs"] == {"ContentType": "application/pdf"}
    assert found[4][2]["ExpiresIn"] == 60


def test_aiobotocore(app: ModuleType, plain_store: str, tmp_path: Path) -> None:
    from aiobotocore.session import get_session

    async def work() -> None:
        async with get_session().create_client("s3", endpoint_url=plain_store) as s3:
            await app.put(s3, Bucket=BUCKET, Key="a/b", Body=b"x", ACL="public-read")

    with observing(tmp_path / "out.jsonl", tmp_path):
        asyncio.run(work())
    ((operation, line, parameters),) = recorded(tmp_path)
    assert (operation, line, parameters["ACL"]) == ("s3.put_object", 2, "public-read")


def test_spark_on_the_jvm(app: ModuleType, spark: Any, tmp_path: Path) -> None:
    frame = spark.createDataFrame([("secret-name",)], ["name"])
    with observing(tmp_path / "out.jsonl", tmp_path):
        app.save(frame, {"format": "delta", "mode": "overwrite"}, f"s3a://{BUCKET}/observed/table")
    ((operation, line, parameters),) = recorded(tmp_path)
    assert (operation, line, parameters["arguments"]) == ("spark.save", 10, [f"s3a://{BUCKET}/observed/table"])
    assert ["mode", ["overwrite"], {}] in parameters["chain"]
    assert "secret-name" not in (tmp_path / "out.jsonl").read_text()
