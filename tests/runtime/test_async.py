"""The functions for asyncio: the loop runs on, and programs that use them are typed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest

from s3lint.runtime import (
    AccessPattern,
    MissingError,
    delete_document_async,
    dynamodb_client,
    find_orphans_async,
    open_document_async,
    read_document_async,
    references,
    replace_document_async,
    s3_client,
    store_document_async,
)
from s3lint.runtime.steps import Steps, run_async
from support.servers import BUCKET, TABLE

pytestmark = [pytest.mark.xdist_group("runtime")]

PROGRAM = """\
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from {package} import {maker}
from s3lint.runtime import (
    AccessPattern,
    Document,
    Orphan,
    delete_document_async,
    find_orphans_async,
    open_document_async,
    read_document_async,
    replace_document_async,
    store_document_async,
)

KEY: dict[str, int | str] = {{"year": 2026, "id": "x"}}


async def use() -> Document:
    session = {maker}()
    async with session.{client}("s3") as s3, session.{client}("dynamodb") as dynamodb:
        stored: Document = await store_document_async(
            "report.pdf", table="documents", key=KEY, bucket="b", object_key="a/b", access=AccessPattern.FREQUENT, s3=s3, dynamodb=dynamodb
        )
        await replace_document_async(
            BytesIO(b"x"), table="documents", key=KEY, bucket="b", object_key="a/c", access=AccessPattern.FREQUENT, s3=s3, dynamodb=dynamodb
        )
        await read_document_async(Path("copy.pdf"), table="documents", key=stored.key, s3=s3, dynamodb=dynamodb)
        async with open_document_async(table="documents", key=KEY, s3=s3, dynamodb=dynamodb) as stream:
            chunks: AsyncIterator[bytes] = stream.__aiter__()
            print(stream.document.size, [len(chunk) async for chunk in chunks])
        found: tuple[Orphan, ...] = await find_orphans_async(
            "a/", "documents", bucket="b", older_than=timedelta(hours=1), s3=s3, dynamodb=dynamodb
        )
        print(found)
        return await delete_document_async(table="documents", key=KEY, s3=s3, dynamodb=dynamodb)
"""

WAITING = """\
from s3lint.runtime import Document, StoredObject, dynamodb_client, open_document, s3_client, store_document, upload, AccessPattern

stored: StoredObject = upload("report.pdf", "some-bucket", "a/b", access=AccessPattern.FREQUENT, client=s3_client())
document: Document = store_document(
    b"x", table="documents", key={"id": 1}, bucket="b", object_key="a/b", access=AccessPattern.FREQUENT, s3=s3_client(), dynamodb=dynamodb_client()
)
with open_document(table="documents", key={"id": 1}) as stream:
    again: StoredObject = upload(stream, "some-bucket", "a/c", access=AccessPattern.FREQUENT)
"""

WRONG = """\
from s3lint.runtime import s3_client, delete_document_async

work = delete_document_async(table="documents", key={"id": 1}, s3=s3_client())
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    (tmp_path / "of_aioboto3.py").write_text(PROGRAM.format(package="aioboto3", maker="Session", client="client"), encoding="utf-8")
    of_aiobotocore = PROGRAM.format(package="aiobotocore.session", maker="get_session", client="create_client")
    (tmp_path / "of_aiobotocore.py").write_text(of_aiobotocore, encoding="utf-8")
    (tmp_path / "waiting.py").write_text(WAITING, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
    return tmp_path


@pytest.mark.extended
def test_programs_of_users_are_typed_for_mypy(programs: Path) -> None:
    """The stubs of aioboto3 and aiobotocore are enough: their packages need not be there."""
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(programs / "cache"), "--no-error-summary"]
    done = subprocess.run(
        [*command, *map(str, sorted(programs.glob("*.py")))], capture_output=True, text=True, cwd=programs, check=False
    )
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert [error.partition(":")[0] for error in errors] == ["wrong.py"], [error[:200] for error in errors]
    assert "AsyncS3Client" in errors[0]


@pytest.mark.extended
def test_programs_of_users_are_typed_for_pyright(programs: Path) -> None:
    (programs / "pyrightconfig.json").write_text(
        '{"typeCheckingMode": "strict", "reportMissingModuleSource": false, "reportUnknownMemberType": false}', encoding="utf-8"
    )
    command = [str(Path(sys.executable).parent / "basedpyright"), "--pythonpath", sys.executable, "--project", str(programs)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=programs, check=False)
    errors = [line.strip() for line in done.stdout.splitlines() if " error: " in line]
    assert [Path(error.partition(":")[0]).name for error in errors] == ["wrong.py"], [error[:200] for error in errors]


class Watched:
    """A client of boto3's that notes in which thread it is used."""

    def __init__(self, client: Any, threads: set[int]) -> None:
        self._client, self._threads = client, threads

    def __getattr__(self, name: str) -> Any:
        def call(**parameters: Any) -> Any:
            self._threads.add(threading.get_ident())
            return getattr(self._client, name)(**parameters)

        return call


class Noting:
    """A stream, and a sink, that notes in which thread it is used."""

    def __init__(self, threads: set[int], *parts: bytes) -> None:
        self._threads, self._parts = threads, [*parts]

    def read(self, size: int) -> bytes:
        self._threads.add(threading.get_ident())
        return self._parts.pop() if self._parts else b""

    def write(self, part: bytes) -> int:
        self._threads.add(threading.get_ident())
        return len(part)


def test_nothing_that_waits_runs_in_the_loops_thread(store: str, tmp_path: Path) -> None:
    """Requests of boto3's clients, streams, sinks and files: all of them in threads."""
    threads: set[int] = set()
    clients: dict[str, Any] = {"s3": Watched(s3_client(), threads), "dynamodb": Watched(dynamodb_client(), threads)}
    key, prefix = {"document_id": uuid.uuid4().hex}, f"threads/{uuid.uuid4().hex}/"
    place: dict[str, Any] = {"table": TABLE, "key": key, "bucket": BUCKET, "access": AccessPattern.FREQUENT}
    body: Any = Noting(threads, b"abc")
    sink: Any = Noting(threads)

    async def use() -> None:
        await store_document_async(body, object_key=f"{prefix}a", **place, **clients)
        await replace_document_async(b"x", object_key=f"{prefix}b", **place, **clients)
        await read_document_async(sink, table=TABLE, key=key, **clients)
        async with open_document_async(table=TABLE, key=key, **clients) as stream:
            assert [chunk async for chunk in stream] == [b"x"]
        await find_orphans_async(prefix, TABLE, bucket=BUCKET, **clients)
        await delete_document_async(table=TABLE, key=key, **clients)

    asyncio.run(use())
    assert threads
    assert threading.get_ident() not in threads


def test_clients_are_made_beside_the_loop(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making the first takes some hundred milliseconds, in which boto3 reads its models."""
    threads: list[int] = []

    def noted(real: Any) -> Any:
        def make() -> Any:
            threads.append(threading.get_ident())
            return real()

        return make

    for name in ("default_s3", "default_dynamodb"):
        monkeypatch.setattr(references, name, noted(getattr(references, name)))

    async def use() -> None:
        with pytest.raises(MissingError):
            await delete_document_async(table=TABLE, key={"document_id": "none"})
        await find_orphans_async("none/", TABLE, bucket=BUCKET)

    asyncio.run(use())
    assert len(threads) == 4
    assert threading.get_ident() not in threads


def test_a_cancelled_step_is_waited_for() -> None:
    """A thread cannot be stopped: what it uses stays open until it ends."""
    begun, may_end, ended = threading.Event(), threading.Event(), []

    def slow() -> None:
        begun.set()
        may_end.wait()
        ended.append("step")

    def describe() -> Steps[None]:
        try:
            yield slow
        finally:
            ended.append("steps")

    async def use() -> None:
        task = asyncio.ensure_future(run_async(describe()))
        await asyncio.to_thread(begun.wait)
        task.cancel()
        await asyncio.sleep(0)
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(use())
    assert ended == ["step", "steps"]
