"""Calls in other threads and tasks are recorded at the code of the project that handed them over."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

from s3lint.observe import observing
from support.servers import BUCKET

pytestmark = [pytest.mark.xdist_group("runtime"), pytest.mark.usefixtures("store")]

APP = """\
import asyncio
import threading
from functools import partial


def submit(pool, put, *arguments, **keywords):
    return pool.submit(put, *arguments, **keywords).result()


def again(pool, put, **keywords):
    return pool.submit(put, **keywords).result()


def spread(pool, put, keys):
    return list(pool.map(lambda_free(put), keys))


def lambda_free(put):
    return put


def start(put, **keywords):
    thread = threading.Thread(target=put, kwargs=keywords)
    thread.start()
    thread.join()


def through(library, call, **keywords):
    return library.run(call, **keywords)


async def gathered(library, put, keys):
    await asyncio.gather(*(library.put(put, key) for key in keys))


async def in_thread(put, **keywords):
    await asyncio.to_thread(put, **keywords)


def own(pool, put, **keywords):
    return pool.submit(inner, put, keywords).result()


def inner(put, keywords):
    put(**keywords)
"""

LIBRARY = f"""\
import asyncio
import threading

loop = asyncio.new_event_loop()
thread = threading.Thread(target=loop.run_forever)
thread.start()


async def put(call, key):
    call(Bucket={BUCKET!r}, Key=key)


async def _run(call, keywords):
    await asyncio.gather(put(call, **keywords))


def run(call, **keywords):
    return asyncio.run_coroutine_threadsafe(_run(call, keywords), loop).result()
"""


def loaded(path: Path, source: str) -> ModuleType:
    path.parent.mkdir(exist_ok=True)
    path.write_text(source)
    module = ModuleType(path.stem)
    exec(compile(source, str(path), "exec"), module.__dict__)  # noqa: S102 - imports would keep it for other tests
    return module


@pytest.fixture
def app(tmp_path: Path) -> ModuleType:
    return loaded(tmp_path / "project" / "app.py", APP)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[ModuleType]:
    """A library with a loop in a thread of its own, as fsspec has one."""
    module = loaded(tmp_path / "library" / "library.py", LIBRARY)
    yield module
    module.loop.call_soon_threadsafe(module.loop.stop)
    module.thread.join()
    module.loop.close()


def places(out: Path) -> list[tuple[str, str]]:
    """Return the key and the code of each recorded call, in order."""
    calls = [json.loads(line) for line in out.read_text().splitlines()]
    return [
        (call["parameters"]["Key"], APP.splitlines()[call["frames"][0]["line"] - 1].strip()) for call in calls if "frames" in call
    ]


def put(s3: Any, key: str) -> None:
    s3.put_object(Bucket=BUCKET, Key=key)


def test_every_way_into_another_thread(app: ModuleType, library: ModuleType, tmp_path: Path) -> None:
    sent = tmp_path / "sent.pdf"
    sent.write_bytes(b"x")
    with observing(tmp_path / "out.jsonl", tmp_path / "project"), ThreadPoolExecutor(1) as pool:
        s3 = boto3.Session(region_name="us-east-1").client("s3")
        bucket = boto3.Session(region_name="us-east-1").resource("s3").Bucket(BUCKET)
        app.submit(pool, s3.upload_file, str(sent), BUCKET, "a/upload")
        app.again(pool, s3.put_object, Bucket=BUCKET, Key="a/again")
        app.spread(pool, partial(put, s3), ["a/map"])
        app.start(s3.put_object, Bucket=BUCKET, Key="a/start")
        app.start(partial(bucket.put_object, Key="a/part"))
        app.through(library, s3.put_object, key="a/loop")
        asyncio.run(app.gathered(library, s3.put_object, ["a/gather"]))
        asyncio.run(app.in_thread(s3.put_object, Bucket=BUCKET, Key="a/thread"))
        app.own(pool, s3.put_object, Bucket=BUCKET, Key="a/own")
        pool.submit(s3.put_object, Bucket=BUCKET, Key="a/test").result()  # from a test, which lies outside of the root
    assert places(tmp_path / "out.jsonl") == [
        ("a/upload", "return pool.submit(put, *arguments, **keywords).result()"),
        ("a/again", "return pool.submit(put, **keywords).result()"),
        ("a/map", "return list(pool.map(lambda_free(put), keys))"),
        ("a/start", "thread.start()"),
        ("a/part", "thread.start()"),
        ("a/loop", "return library.run(call, **keywords)"),
        ("a/gather", "await asyncio.gather(*(library.put(put, key) for key in keys))"),
        ("a/thread", "await asyncio.to_thread(put, **keywords)"),
        ("a/own", "put(**keywords)"),
    ]


def test_what_a_call_hands_over_itself_is_its_own_business(app: ModuleType, tmp_path: Path) -> None:
    with observing(tmp_path / "out.jsonl", tmp_path / "project"), ThreadPoolExecutor(1) as pool:
        s3 = boto3.Session(region_name="us-east-1").client("s3")
        s3.put_object(Bucket=BUCKET, Key="large", Body=b"x" * (9 << 20))
        # boto3 copies in parts, by threads of its own.
        app.submit(pool, s3.copy, {"Bucket": BUCKET, "Key": "large"}, BUCKET, "a/copy")
    assert [key for key, _ in places(tmp_path / "out.jsonl")] == ["a/copy"]


def test_everything_is_put_back(tmp_path: Path) -> None:
    def state() -> list[Any]:
        wrapped = (ThreadPoolExecutor.submit, threading.Thread.start, asyncio.base_events.BaseEventLoop.create_task)
        return [*wrapped, asyncio.run_coroutine_threadsafe, asyncio.tasks.run_coroutine_threadsafe]

    before = state()
    with observing(tmp_path / "out.jsonl", tmp_path):
        assert all(now is not then for now, then in zip(state(), before, strict=True))
    assert state() == before


def test_a_module_that_is_imported_while_recording_is_put_back(tmp_path: Path) -> None:
    code = (
        "import sys; from s3lint.observe import observing\n"
        "assert 'asyncio' not in sys.modules\n"
        "with observing('out.jsonl'):\n    import asyncio\n    assert asyncio.run_coroutine_threadsafe.__module__ == 'asyncio.tasks'\n"
        "    assert hasattr(asyncio.run_coroutine_threadsafe, '__wrapped__')\n"
        "assert not hasattr(asyncio.run_coroutine_threadsafe, '__wrapped__')\n"
        "assert not hasattr(asyncio.tasks.run_coroutine_threadsafe, '__wrapped__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_errors_of_the_program_stay_its_own(app: ModuleType, tmp_path: Path) -> None:
    with observing(tmp_path / "out.jsonl", tmp_path / "project"), ThreadPoolExecutor(1) as pool:
        with pytest.raises(TypeError):
            pool.submit()  # type: ignore[call-arg]
        with pytest.raises(ZeroDivisionError):
            app.submit(pool, divmod, 1, 0)
        assert app.submit(pool, max, 1, 2) == 2
        thread = threading.Thread(target=None)
        thread.start()
        thread.join()
        with pytest.raises(RuntimeError):
            thread.start()
