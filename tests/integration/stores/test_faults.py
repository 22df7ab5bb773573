"""After every failure what was acknowledged is there, once, and what is not there was not acknowledged."""

from __future__ import annotations

import asyncio
import io
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import deltalake
import pyarrow as pa
import pytest
from botocore.config import Config
from ceph import OWNER
from faults import FAULTS, SILENCE, failing

from conftest import BUCKET, TABLE, client, dynamodb
from s3lint.runtime import (
    AccessPattern,
    MissingError,
    OrphanError,
    StorageError,
    StoreError,
    Upload,
    delete_document_async,
    download,
    find_orphans,
    find_orphans_async,
    object_key,
    open_document,
    open_document_async,
    read_document,
    read_document_async,
    replace_document,
    replace_document_async,
    store_document,
    store_document_async,
    upload,
    upload_many,
)
from s3lint.runtime.delta import Application, Evolution, Table, append, merge

FREQUENT = AccessPattern.FREQUENT
ONCE = Config(retries={"total_max_attempts": 1})
QUICK = Config(read_timeout=2, connect_timeout=2)


def stored(s3: Any, key: str) -> bytes:
    sink = io.BytesIO()
    download(BUCKET, key, sink, client=s3)
    return sink.getvalue()


@pytest.mark.parametrize("every", [2, 3, 7])
def test_many_uploads_through_a_failing_network(store: str, s3: Any, every: int) -> None:
    wanted = [Upload(f"{every}-{number}".encode() * 999, f"many/{every}/{number}.txt") for number in range(40)]
    with failing(store, every=every) as proxy:
        report = upload_many(wanted, BUCKET, access=FREQUENT, workers=4, tries=4, client=client(proxy.address))
    assert proxy.injected.total() >= 5
    assert len(report.outcomes) == len(wanted)
    assert report.failed == ()
    assert [stored(s3, one.key) for one in wanted] == [one.body for one in wanted]


def test_uploads_to_a_store_that_accepts_and_does_not_answer(store: str, s3: Any) -> None:
    """Reading times out and is tried again; streams are sent whole at every try."""
    contents = [f"silent-{number}".encode() * 999 for number in range(12)]
    wanted = [Upload(io.BytesIO(content), f"silent/{number}.txt") for number, content in enumerate(contents)]
    with failing(store, every=3, faults=SILENCE) as proxy:
        impatient = client(proxy.address, config=Config(read_timeout=1, connect_timeout=1, retries={"total_max_attempts": 1}))
        report = upload_many(wanted, BUCKET, access=FREQUENT, workers=4, tries=6, client=impatient)
    assert min(proxy.injected.values()) >= 2
    assert report.failed == ()
    assert max(outcome.tries for outcome in report.outcomes) >= 2
    assert [stored(s3, one.key) for one in wanted] == contents


def test_a_store_that_never_answers_is_told(store: str) -> None:
    wanted = [Upload(io.BytesIO(b"x"), f"never/{number}.txt") for number in range(3)]
    with failing(store, every=1, faults=("ignore",)) as proxy:
        impatient = client(proxy.address, config=Config(read_timeout=1, retries={"total_max_attempts": 1}))
        report = upload_many(wanted, BUCKET, access=FREQUENT, tries=2, client=impatient)
    assert [(outcome.tries, "Read timeout" in str(outcome.error)) for outcome in report.failed] == [(2, True)] * 3


def test_a_store_that_is_gone_is_told_for_each_upload(store: str) -> None:
    wanted = [Upload(b"x", f"gone/{number}.txt") for number in range(5)]
    with failing(store, every=1, faults=("refuse", "drop")) as proxy:
        report = upload_many(wanted, BUCKET, access=FREQUENT, tries=2, client=client(proxy.address, config=ONCE))
    assert [(outcome.upload.key, outcome.tries) for outcome in report.failed] == [(one.key, 2) for one in wanted]
    with pytest.raises(StoreError, match="5 of 5"):
        report.raise_failures()


def test_parts_and_streams_through_a_failing_network(store: str, s3: Any) -> None:
    content = bytes(range(256)) * (1 << 17)
    with failing(store, every=3) as proxy:
        shaky = client(proxy.address)
        upload(content, BUCKET, "parts/32.bin", access=FREQUENT, client=shaky)
        assert stored(s3, "parts/32.bin") == content
    with failing(store, every=1, faults=("halve",)) as proxy:
        assert stored(client(proxy.address), "parts/32.bin") == content
        assert proxy.injected["halve"] > 20


def test_an_acknowledgement_that_is_lost_is_no_conflict(store: str, s3: Any) -> None:
    with failing(store, every=2, faults=("lose",)) as proxy:
        shaky = client(proxy.address)
        for number in range(10):
            upload(b"mine", BUCKET, f"lost/{number}.txt", access=FREQUENT, create_only=True, client=shaky)
    assert proxy.injected["lose"] >= 5
    assert all(stored(s3, f"lost/{number}.txt") == b"mine" for number in range(10))


@pytest.mark.parametrize(
    ("every", "faults"), [(2, FAULTS), (3, FAULTS), (5, FAULTS), (7, SILENCE)], ids=["2", "3", "5", "7-in-silence"]
)
def test_documents_through_failing_networks(store: str, s3: Any, items: str, every: int, faults: tuple[str, ...]) -> None:
    """No item points to nothing; an object that no item points to was named, or is not there."""
    keys = {number: uuid.uuid4().hex for number in range(24)}
    acknowledged, named = set(), set()
    of_items = tuple(fault for fault in faults if fault != "halve")
    with failing(store, every=every, faults=faults) as objects, failing(items, every=every + 1, faults=of_items) as table:
        shaky_s3, shaky_items = client(objects.address, config=QUICK), dynamodb(table.address, config=QUICK)
        for number, key in keys.items():
            try:
                store_document(
                    f"{number}".encode(),
                    table=TABLE,
                    key={"document_id": key},
                    bucket=BUCKET,
                    object_key=object_key("documents", key, filename="a.txt"),
                    access=FREQUENT,
                    s3=shaky_s3,
                    dynamodb=shaky_items,
                )
                acknowledged.add(key)
            except OrphanError as error:
                named.add(error.key)
            except StorageError:
                pass
    for number, key in keys.items():
        sink = io.BytesIO()
        try:
            document = read_document(sink, table=TABLE, key={"document_id": key}, s3=s3, dynamodb=dynamodb(items))
        except MissingError as error:
            assert "no item" in str(error)
            assert key not in acknowledged
            left = "Contents" in s3.list_objects_v2(Bucket=BUCKET, Prefix=f"documents/{key}/")
            assert not left or f"documents/{key}/a.txt" in named
        else:
            assert sink.getvalue() == f"{number}".encode()
            assert document.object_key == f"documents/{key}/a.txt"
    assert len(acknowledged) >= 20


def test_the_twins_that_are_awaited(store: str, items: str) -> None:
    import aioboto3

    async def use() -> tuple[bytes, bytes, list[str]]:
        session = aioboto3.Session(
            aws_access_key_id=OWNER.access_key, aws_secret_access_key=OWNER.secret_key, region_name="us-east-1"
        )
        key, prefix = {"document_id": uuid.uuid4().hex}, f"awaited/{uuid.uuid4().hex}/"
        large = b"awaited" * 3_000_000
        async with session.client("s3", endpoint_url=store) as s3, session.client("dynamodb", endpoint_url=items) as dynamodb:
            clients: dict[str, Any] = {"s3": s3, "dynamodb": dynamodb}
            place: dict[str, Any] = {"table": TABLE, "key": key, "bucket": BUCKET, "access": FREQUENT, **clients}
            await store_document_async(b"first", object_key=f"{prefix}first", **place)
            await replace_document_async(io.BytesIO(large), object_key=f"{prefix}second", **place)
            sink = io.BytesIO()
            await read_document_async(sink, table=TABLE, key=key, **clients)
            async with open_document_async(table=TABLE, key=key, **clients) as stream:
                chunks = [chunk async for chunk in stream]
            await s3.put_object(Bucket=BUCKET, Key=f"{prefix}orphan", Body=b"x")
            orphans = await find_orphans_async(prefix, TABLE, bucket=BUCKET, **clients)
            await delete_document_async(table=TABLE, key=key, **clients)
            with pytest.raises(MissingError):
                await read_document_async(sink, table=TABLE, key=key, **clients)
            assert sink.getvalue() == large
            return sink.getvalue(), b"".join(chunks), [one.key.removeprefix(prefix) for one in orphans]

    read, streamed, orphans = asyncio.run(use())
    assert read == streamed
    assert orphans == ["orphan"]


def test_documents_are_replaced_through_failing_networks(store: str, s3: Any, items: str) -> None:
    """The item always points to a whole object, and what else is there was named, and is found."""
    key, prefix = {"document_id": uuid.uuid4().hex}, f"replaced/{uuid.uuid4().hex}/"
    place: dict[str, Any] = {"table": TABLE, "key": key, "bucket": BUCKET, "access": FREQUENT}
    store_document(b"0", object_key=f"{prefix}0", **place, s3=s3, dynamodb=dynamodb(items))
    named, done = set(), 0
    of_items = tuple(fault for fault in FAULTS if fault != "halve")
    with failing(store, every=3) as objects, failing(items, every=4, faults=of_items) as table:
        shaky: dict[str, Any] = {
            "s3": client(objects.address, config=ONCE),
            "dynamodb": dynamodb(table.address, config=ONCE),
        }
        for number in range(1, 30):
            try:
                replace_document(f"{number}".encode(), object_key=f"{prefix}{number}", **place, **shaky)
                done += 1
            except OrphanError as error:
                named.add(error.key)
                named.update(part for part in str(error).split("'") if part.startswith(prefix))
            except StorageError:
                pass
    with open_document(table=TABLE, key=key, s3=s3, dynamodb=dynamodb(items)) as stream:
        assert stream.read() == stream.document.object_key.removeprefix(prefix).encode()
        pointed_to = stream.document.object_key
    left = {one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["Contents"]} - {pointed_to}
    assert left <= named
    assert {one.key for one in find_orphans(prefix, TABLE, bucket=BUCKET, s3=s3, dynamodb=dynamodb(items))} == left
    assert done >= 3


SCHEMA = pa.schema([pa.field("id", pa.string(), nullable=False), pa.field("n", pa.int64())])


def declared(address: str, name: str, patience: int = 10) -> Table:
    """A table whose requests are given up after some seconds."""
    options = {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": OWNER.access_key,
        "AWS_SECRET_ACCESS_KEY": OWNER.secret_key,
        "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
        "timeout": f"{patience}s",
    }
    return Table(f"s3://{BUCKET}/tables/{name}", SCHEMA, Evolution.FIXED, storage_options=options)


def ids(table: Table) -> list[str]:
    return sorted(deltalake.DeltaTable(table.uri, storage_options=dict(table.storage_options)).to_pyarrow_table()["id"].to_pylist())


@pytest.mark.parametrize(
    ("writers", "every", "faults", "patience"),
    [(2, 0, FAULTS, 10), (4, 0, FAULTS, 10), (2, 11, FAULTS, 10), (4, 7, FAULTS, 10), (3, 19, SILENCE, 1)],
    ids=["2-0", "4-0", "2-11", "4-7", "3-19-in-silence"],
)
def test_every_acknowledged_commit_is_there_once(
    store: str, writers: int, every: int, faults: tuple[str, ...], patience: int, record_property: Any
) -> None:
    name = f"commits-{writers}-{every}"
    with failing(store, every=every, faults=faults) as proxy:
        table = declared(proxy.address, name, patience)
        first = declared(store, name)
        append(first, pa.table({"id": ["first"], "n": [0]}))
        start = threading.Barrier(writers)

        def write(writer: int) -> list[str]:
            start.wait()
            return [one for number in range(12) if acknowledged(table, one := f"{writer}-{number}", writer, number)]

        with ThreadPoolExecutor(writers) as pool:
            told = [one for each in pool.map(write, range(writers)) for one in each]
    found = ids(first)
    record_property("acknowledged", len(told))
    assert set(told) <= set(found)
    assert len(found) == len(set(found))
    assert len(told) == writers * 12
    assert not every or proxy.injected.total() >= 10


def acknowledged(table: Table, name: str, writer: int, number: int) -> bool:
    """Whether a write was acknowledged, in one of ten tries under one application's version."""
    for _ in range(10):
        try:
            append(table, pa.table({"id": [name], "n": [number]}), application=Application(f"writer-{writer}", number))
        except StorageError:
            continue
        return True
    return False


def test_merges_of_several_writers_count_each_row_once(store: str) -> None:
    table = declared(store, "merged")
    append(table, pa.table({"id": ["first"], "n": [0]}))

    def write(writer: int) -> int:
        for number in range(4):
            merge(table, pa.table({"id": ["shared", f"{writer}-{number}"], "n": [number, number]}), keys=["id"], retries=50)
        return 4

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(write, range(3))) == [4, 4, 4]
    assert ids(table) == sorted(["first", "shared", *(f"{writer}-{number}" for writer in range(3) for number in range(4))])
