"""`kill -9` at every step: a process is killed before each of its requests is passed on to the store, and after each was answered.

After it there is either nothing, or all, or an orphan that `find_orphans` names; a table is as it was, or as it should be.
"""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import deltalake
import pytest

from conftest import CHECKOUT
from s3lint.runtime import AccessPattern, find_orphans, store_document
from support.servers import BUCKET, TABLE

pytestmark = [pytest.mark.extended, pytest.mark.xdist_group("runtime")]

PROGRAMS = {
    "store_document": """\
from s3lint.runtime import AccessPattern, store_document
store_document(b"x" * 9, table=TABLE, key={"document_id": PREFIX}, bucket=BUCKET, object_key=PREFIX + "new", access=AccessPattern.FREQUENT)
""",
    "replace_document": """\
from s3lint.runtime import AccessPattern, replace_document
replace_document(b"x" * 9, table=TABLE, key={"document_id": PREFIX}, bucket=BUCKET, object_key=PREFIX + "new", access=AccessPattern.FREQUENT)
""",
    "delete_document": """\
from s3lint.runtime import delete_document
delete_document(table=TABLE, key={"document_id": PREFIX})
""",
    "upload_many": """\
from s3lint.runtime import AccessPattern, Upload, upload_many
uploads = [Upload(b"x" * 9, PREFIX + "a"), Upload(b"y" * (9 << 20), PREFIX + "b"), Upload(b"z", PREFIX + "c")]
upload_many(uploads, BUCKET, access=AccessPattern.FREQUENT, workers=1)
""",
    "merge": """\
import pyarrow as pa
from s3lint.runtime.delta import Evolution, Table, merge
schema = pa.schema([("id", pa.string()), ("n", pa.int64())])
merge(Table(f"s3://{BUCKET}/{PREFIX}table", schema, Evolution.FIXED), pa.table({"id": ["a", "b"], "n": [10, 20]}), keys=["id"])
""",
}


class Reaper(ThreadingHTTPServer):
    """Passes requests on, and kills a process before or after the n-th of them."""

    daemon_threads = True

    def __init__(self, store: str, number: int, *, after: bool) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        host, _, port = store.removeprefix("http://").partition(":")
        self.store, self.number, self.after = (host, int(port)), number, after
        self.victim: subprocess.Popen[bytes] | None = None
        self.ready, self.lock, self.requests = threading.Event(), threading.Lock(), 0

    def next_is_last(self) -> bool:
        self.ready.wait()
        with self.lock:
            self.requests += 1
            return self.requests == self.number

    def kill(self) -> None:
        assert self.victim is not None
        self.victim.send_signal(signal.SIGKILL)
        self.victim.wait()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Reaper

    def handle_any(self) -> None:
        if "100-continue" in self.headers.get("Expect", ""):
            self.send_response_only(100)
            self.end_headers()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_last = self.server.next_is_last()
        if is_last and not self.server.after:
            self.server.kill()
            self.close_connection = True
            return
        status, headers, content = self._pass_on(body)
        if is_last:
            self.server.kill()
            self.close_connection = True
            return
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        length = {name.lower(): value for name, value in headers}.get("content-length")
        self.send_header("Content-Length", length if self.command == "HEAD" and length else str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any  # noqa: N815 - the names in http.server

    def handle_expect_100(self) -> bool:
        return True

    def _pass_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(*self.server.store, timeout=60)
        try:
            kept = {name: value for name, value in self.headers.items() if name.lower() not in ("connection", "expect")}
            connection.request(self.command, self.path, body, kept)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            return  # the process that was killed closed its connection

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name in http.server
        return


@contextmanager
def reaping(store: str, number: int, *, after: bool) -> Iterator[Reaper]:
    reaper = Reaper(store, number, after=after)
    thread = threading.Thread(target=reaper.serve_forever, daemon=True)
    thread.start()
    try:
        yield reaper
    finally:
        reaper.shutdown()
        reaper.server_close()
        thread.join()


def killed(store: str, program: str, prefix: str, number: int, *, after: bool) -> bool:
    """Whether a program was killed at its n-th request; otherwise it ended well, with fewer."""
    import os

    with reaping(store, number, after=after) as reaper:
        environment = {**os.environ, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{reaper.server_port}"}
        names = f"BUCKET, TABLE, PREFIX = {BUCKET!r}, {TABLE!r}, {prefix!r}\n"
        reaper.victim = subprocess.Popen([sys.executable, "-c", names + program], env=environment, cwd=CHECKOUT)
        reaper.ready.set()
        code = reaper.victim.wait(timeout=120)
        assert code in (0, -signal.SIGKILL)
        return code != 0


def keys_under(prefix: str) -> set[str]:
    return {one["Key"] for one in boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", ())}


def reference(prefix: str) -> str | None:
    item = boto3.resource("dynamodb").Table(TABLE).get_item(Key={"document_id": prefix}).get("Item")
    return str(item["s3_key"]) if item else None


def stored_before(prefix: str) -> None:
    store_document(
        b"old",
        table=TABLE,
        key={"document_id": prefix},
        bucket=BUCKET,
        object_key=f"{prefix}old",
        access=AccessPattern.FREQUENT,
    )


def check_document(prefix: str) -> None:
    """The item points to an object that is there, and every other object is an orphan that is named."""
    pointed_to, there = reference(prefix), keys_under(prefix)
    assert pointed_to is None or pointed_to in there
    assert {one.key for one in find_orphans(prefix, TABLE, bucket=BUCKET)} == there - {pointed_to}
    assert len(there - {pointed_to}) <= 1


def check_uploads(prefix: str) -> None:
    """Objects are whole; what was sent in parts and never completed is named."""
    sizes = {"a": 9, "b": 9 << 20, "c": 1}
    s3 = boto3.client("s3")
    there = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", ())
    assert all(one["Size"] == sizes[one["Key"].removeprefix(prefix)] for one in there)
    unfinished = {one["UploadId"] for one in s3.list_multipart_uploads(Bucket=BUCKET, Prefix=prefix).get("Uploads", ())}
    assert {one.upload_id for one in find_orphans(prefix, TABLE, bucket=BUCKET) if one.upload_id} == unfinished


def table_before(prefix: str) -> None:
    import pyarrow as pa

    deltalake.write_deltalake(f"s3://{BUCKET}/{prefix}table", pa.table({"id": ["a"], "n": [1]}))


def check_table(prefix: str) -> None:
    rows = deltalake.DeltaTable(f"s3://{BUCKET}/{prefix}table").to_pyarrow_table().to_pylist()
    found = sorted((row["id"], row["n"]) for row in rows)
    assert found in ([("a", 1)], [("a", 10), ("b", 20)])


LIVES: dict[str, tuple[Callable[[str], None], Callable[[str], None]]] = {
    "store_document": (lambda _: None, check_document),
    "replace_document": (stored_before, check_document),
    "delete_document": (stored_before, check_document),
    "upload_many": (lambda _: None, check_uploads),
    "merge": (table_before, check_table),
}


@pytest.mark.parametrize("act", PROGRAMS)
def test_a_killed_process_leaves_nothing_that_is_not_named(store: str, act: str, record_property: Any) -> None:
    prepare, check = LIVES[act]
    number, kills, goes_on = 0, 0, True
    while goes_on:
        number += 1
        for after in (False, True):
            prefix = f"kills/{uuid.uuid4().hex}/"
            prepare(prefix)
            goes_on = killed(store, PROGRAMS[act], prefix, number, after=after)
            check(prefix)
            kills += goes_on
    record_property("kills", kills)
    print(f"{act}: {kills} kills")
    assert kills >= 4
