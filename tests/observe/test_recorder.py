"""The recorder sees what a program does, keeps no content, and never gets in its way."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

from s3lint.observe import observing
from s3lint.observe.values import masked
from support.plugins import with_plugins
from support.servers import BUCKET, TABLE

pytestmark = [pytest.mark.xdist_group("runtime"), pytest.mark.usefixtures("store")]

CONTENT = "never-to-be-written"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[ModuleType]:
    """A first-party module whose functions make the calls."""
    path = tmp_path / "app.py"
    path.write_text("def call(function, *arguments, **keywords):\n    return function(*arguments, **keywords)\n")
    module = ModuleType("app")
    exec(compile(path.read_text(), str(path), "exec"), module.__dict__)  # noqa: S102 - imports would keep it for other tests
    yield module


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_calls_of_boto3_are_recorded_without_their_content(app: ModuleType, tmp_path: Path) -> None:
    sent = tmp_path / "a.pdf"
    sent.write_text(CONTENT)
    with observing(tmp_path / "out.jsonl", tmp_path):
        session = boto3.Session(region_name="us-east-1")
        s3 = session.client("s3")
        s3.put_object(Bucket=BUCKET, Key="a/b", Body=b"")  # from a test, which lies outside of the root
        for _ in range(3):
            app.call(
                s3.put_object,
                Bucket=BUCKET,
                Key="a.pdf",
                Body=CONTENT,
                SSECustomerKey=CONTENT * 2,
                SSECustomerAlgorithm="AES256",
            )
        app.call(s3.upload_file, str(sent), BUCKET, "b/a.pdf", ExtraArgs={"ACL": "public-read", "Metadata": {"a": "b"}})
        url = app.call(s3.generate_presigned_url, "get_object", {"Bucket": BUCKET, "Key": "a"}, 99)
        table = session.resource("dynamodb").Table(TABLE)
        app.call(table.put_item, Item={"document_id": CONTENT, "url": url, "blob": CONTENT.encode()})
    text = (tmp_path / "out.jsonl").read_text()
    assert CONTENT not in text
    first, *rest = lines(tmp_path / "out.jsonl")
    assert [line["operation"] for line in rest[:-1]] == ["s3.upload_file", "s3.generate_presigned_url", "dynamodb.put_item"]
    assert first["parameters"]["Body"] == {"kind": "content", "type": "str", "size": len(CONTENT)}
    assert first["frames"][0] | {"digest": ""} == {
        "file": "app.py",
        "line": 2,
        "function": "call",
        "first": 1,
        "lines": 2,
        "digest": "",
    }
    assert rest[-1]["count"] == 2, "two repeats of the first call"
    assert rest[0]["parameters"]["ExtraArgs"] == {"ACL": "public-read", "Metadata": {"a": "b"}}
    assert rest[1]["parameters"]["ExpiresIn"] == 99
    assert rest[2]["parameters"]["Item"]["url"]["presigned"] is True


def test_redacted_keys_keep_their_shape(app: ModuleType, tmp_path: Path) -> None:
    with observing(tmp_path / "out.jsonl", tmp_path, redact=True):
        s3 = boto3.Session(region_name="us-east-1").client("s3")
        app.call(s3.put_object, Bucket=BUCKET, Key="users/Ann-7//x.pdf")
    assert lines(tmp_path / "out.jsonl")[0]["parameters"]["Key"] == "xxxxx/Xxx-0//x.pdf" == masked("users/Ann-7//x.pdf")


def test_a_failure_of_the_recorder_is_one_warning(app: ModuleType, tmp_path: Path) -> None:
    with observing(tmp_path / "out.jsonl", tmp_path) as recorder:
        recorder.path = tmp_path / "gone" / "out.jsonl"
        s3 = boto3.Session(region_name="us-east-1").client("s3")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", RuntimeWarning)
            for _ in range(2):
                app.call(s3.put_object, Bucket=BUCKET, Key="a/b", Body=b"")
    assert [str(warning.message) for warning in caught if "s3lint" in str(warning.message)] == [
        f"s3lint stopped recording storage calls: FileNotFoundError: [Errno 2] No such file or directory: {str(recorder.path)!r}"
    ]


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    import pandas as pd
    from botocore.handlers import BUILTIN_HANDLERS

    before = list(BUILTIN_HANDLERS), pd.DataFrame.to_parquet
    with observing(tmp_path / "out.jsonl", tmp_path):
        assert pd.DataFrame.to_parquet is not before[1]
    assert (list(BUILTIN_HANDLERS), pd.DataFrame.to_parquet) == before


def test_threads_and_processes_share_a_file(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import boto3, threading, os, sys\n"
        "from moto import mock_aws\n"
        "def put(s3, key):\n"
        "    s3.put_object(Bucket='documents', Key=key, Body=b'')\n"
        "with mock_aws():\n"
        "    s3 = boto3.client('s3', region_name='us-east-1')\n"
        "    s3.create_bucket(Bucket='documents')\n"
        "    threads = [threading.Thread(target=put, args=(s3, f'{os.getpid()}/{n}')) for n in range(20)]\n"
        "    [thread.start() for thread in threads]; [thread.join() for thread in threads]\n"
        "sys.exit(3)\n"
    )
    command = [sys.executable, "-m", "s3lint", "observe", "--", sys.executable, "app.py"]
    running = [subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE) for _ in range(2)]
    assert [(process.communicate()[1], process.returncode) for process in running] == [(b"", 3)] * 2, "the program's own exit code"
    found = lines(tmp_path / "s3lint-observed.jsonl")
    assert len({line["parameters"]["Key"] for line in found if line["operation"] == "s3.put_object"}) == 40


@pytest.mark.parametrize("plugins", [(), pytest.param(("-n", "2"), marks=pytest.mark.extended)], ids=["one process", "xdist"])
def test_the_plugin_of_pytest(tmp_path: Path, plugins: tuple[str, ...]) -> None:
    (tmp_path / "app.py").write_text("def put(s3, key):\n    s3.put_object(Bucket='documents', Key=key, Body=b'')\n")
    (tmp_path / "test_app.py").write_text(
        "import boto3, pytest\nfrom app import put\nfrom moto import mock_aws\n"
        "@pytest.mark.parametrize('key', ['a', 'b'])\n@mock_aws\n"
        "def test_put(key):\n    s3 = boto3.client('s3', region_name='us-east-1')\n    s3.create_bucket(Bucket='documents')\n    put(s3, key)\n"
    )
    line = [sys.executable, "-m", "pytest", "-q", "-W", "ignore", "--basetemp", str(tmp_path / "base")]
    line += [*with_plugins("s3lint", "xdist"), *plugins]
    assert subprocess.run(line, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    assert not (tmp_path / "s3lint-observed.jsonl").exists(), "off unless asked for"
    assert (
        subprocess.run(
            [*line, "--s3lint", "--s3lint-output", "out.jsonl"], cwd=tmp_path, capture_output=True, check=False
        ).returncode
        == 0
    )
    puts = [line for line in lines(tmp_path / "out.jsonl") if line["operation"] == "s3.put_object"]
    assert {(line["frames"][0]["file"], line["frames"][0]["line"], line["parameters"]["Key"]) for line in puts} == {
        ("app.py", 2, "a"),
        ("app.py", 2, "b"),
    }


def test_tables_of_pandas_polars_pyarrow_and_delta(app: ModuleType, tmp_path: Path) -> None:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    frame = pa.table({"a": [1]})
    with observing(tmp_path / "out.jsonl", tmp_path):
        import deltalake
        import pyarrow.parquet as pq

        for function, arguments in (
            (pd.DataFrame({"a": [1]}).to_csv, ("s3://lake/a.csv",)),
            (pl.DataFrame({"a": [1]}).write_parquet, ("s3://lake/a.parquet",)),
            (pq.write_table, (frame, "s3://lake/a.parquet")),
            (pd.DataFrame({"a": [1]}).to_csv, (str(tmp_path / "local.csv"),)),
        ):
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
                with suppress(Exception):  # nothing listens there: the call was made
                    app.call(function, *arguments)
        app.call(deltalake.write_deltalake, str(tmp_path / "table"), frame, mode="overwrite")
        app.call(deltalake.DeltaTable(str(tmp_path / "table")).vacuum, 0, dry_run=False, enforce_retention_duration=False)
    assert [line["operation"] for line in lines(tmp_path / "out.jsonl")] == [
        "pandas.to_csv",
        "polars.write_parquet",
        "pyarrow.write_table",
        "deltalake.table.vacuum",
    ]


def test_a_program_that_closes_its_files_and_forks_is_recorded_once(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    with observing(out, tmp_path) as recorder:
        threads = [threading.Thread(target=recorder.record, args=(lambda: [("s3.put_object", {})],)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert out.read_text() == "", "no first-party frame made these calls"
