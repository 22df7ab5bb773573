"""`check --observed` finds in recorded calls what the source does not show, and believes no recording."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from conftest import s3lint_here
from s3lint.observe.frames import digest_of

SOURCE = """\
class Store:
    def __init__(self, client, bucket):
        self.client, self.bucket = client, bucket

    def save(self, message):
        self.client.put_object(Bucket=self.bucket, Key=message["key"], Body=message["body"], **message["options"])


def link(client, message):
    return client.generate_presigned_url("get_object", Params=message["object"], ExpiresIn=message["life"])


def remember(table, message):
    table.put_item(Item=message["item"])


def keep(frame, options):
    frame.write.mode(options["mode"]).format("delta").save(options["path"])


def upload(s3_client, path):
    s3_client.upload_file(path, os.environ["BUCKET"], "reports/latest.pdf", ExtraArgs={"ACL": "public-read", "ContentType": "text/plain"})
    s3_client.put_object(Bucket=os.environ["BUCKET"], Key="report.pdf", Body=b"")
    s3_client.generate_presigned_url("get_object", Params={"Bucket": os.environ["BUCKET"], "Key": "a/b"}, ExpiresIn=1_000_000)
    s3_client.put_object(Bucket=os.environ["BUCKET"], Key="//a b.pdf", Body=b"", ContentType="application/pdf")
    s3_client.put_object_acl(Bucket=os.environ["BUCKET"], Key="a/b", ACL="public-read-write")
"""


def call(operation: str, parameters: dict[str, Any], line: int, first: int, last: int, **changes: Any) -> dict[str, Any]:
    frame = {"file": "app.py", "line": line, "function": "f", "first": first, "lines": last - first + 1}
    digest = digest_of(SOURCE.splitlines()[first - 1 : last])
    made = {"version": 1, "operation": operation, "parameters": parameters, "frames": [frame | {"digest": digest}], "count": 2}
    return made | changes


SAVE = call("s3.put_object", {"Bucket": "b", "Key": "a/a.pdf", "ACL": "public-read", "ContentType": "application/pdf"}, 6, 5, 6)
CALLS = [
    SAVE,
    call(
        "s3.generate_presigned_url",
        {"ClientMethod": "get_object", "Params": {"Bucket": "b", "Key": "a/b"}, "ExpiresIn": 999999},
        10,
        9,
        10,
    ),
    call("dynamodb.put_item", {"TableName": "t", "Item": {"text": {"kind": "text", "size": 200_000}}}, 14, 13, 14),
    call(
        "spark.save",
        {"chain": [["format", ["delta"], {}], ["mode", ["overwrite"], {}]], "arguments": ["s3://b/t"], "keywords": {}},
        18,
        17,
        18,
    ),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text("import os\n" + SOURCE)  # a line more than when the calls were recorded
    (tmp_path / "pyproject.toml").write_text("[tool.s3lint]\n")
    return tmp_path


def check(project: Path, *lines: dict[str, Any] | bytes, options: tuple[str, ...] = ()) -> tuple[list[dict[str, Any]], str]:
    recording = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    (project / "out.jsonl").write_bytes(recording)
    done = s3lint_here("check", "--no-cache", "--output-format", "json", "--observed", "out.jsonl", *options, cwd=project)
    assert done.code in (0, 1), done.err
    return json.loads(done.out), done.err


def found(findings: list[dict[str, Any]]) -> set[tuple[int, str]]:
    return {(finding["location"]["row"], finding["code"]) for finding in findings}


def test_source_and_recording_find_more_together(project: Path) -> None:
    static = found(check(project)[0])
    observed, said = check(project, *CALLS)
    assert static == {(23, "STO302"), (23, "STO401"), (24, "STO211"), (25, "STO405"), (26, "STO212"), (27, "STO401")}
    assert found(observed) - static == {(7, "STO401"), (11, "STO405"), (15, "STO101"), (19, "STO503")}
    assert said == ""
    acl = next(finding for finding in observed if finding["code"] == "STO401" and finding["location"]["row"] == 7)
    assert acl["observed"] == {"count": 2, "example": "Bucket='b', Key='a/a.pdf'"}
    assert (
        acl["confidence"] == "high"
        and acl["related"][-1]["message"] == "seen 2 times in recorded calls, such as Bucket='b', Key='a/a.pdf'"
    )


def test_a_recorded_call_confirms_the_static_finding(project: Path) -> None:
    confirmed = call("s3.put_object", {"Bucket": "b", "Key": "report.pdf"}, 23, 21, 25)
    (static,) = [each for each in check(project)[0] if each["code"] == "STO211"]
    (both,) = [each for each in check(project, confirmed)[0] if each["code"] == "STO211"]
    assert both["location"] == static["location"] and both["observed"]["count"] == 2 and "observed" not in static


def test_a_value_that_is_reported_where_it_is_written_is_reported_once(project: Path) -> None:
    source = "import boto3\n\ndef save(key):\n    boto3.client('s3').put_object(Bucket=B, Key=key, Body=b'', ContentType='application/pdf')\n\n"
    (project / "store.py").write_text(source)
    (project / "app.py").write_text("from store import save\n\nsave('report.pdf')\n")
    frame = {"file": "store.py", "line": 4, "first": 3, "lines": 2, "digest": digest_of(source.splitlines()[2:4])}
    calls = [
        call("s3.put_object", {"Bucket": "b", "Key": key, "ContentType": "application/pdf"}, 1, 1, 1, frames=[frame])
        for key in ("report.pdf", "a/b", "other.pdf")
    ]
    (one,) = check(project, calls[0], calls[1])[0]
    assert (Path(one["filename"]).name, one["location"]["row"], one["code"]) == ("app.py", 3, "STO211")
    assert one["observed"]["count"] == 2
    both = check(project, calls[2])[0]
    assert [(Path(each["filename"]).name, "observed" in each) for each in both] == [("app.py", False), ("store.py", True)]


def test_suppressions_and_settings_apply(project: Path) -> None:
    app = project / "app.py"
    app.write_text(
        app.read_text().replace('**message["options"])', '**message["options"])  # s3lint: allow[STO401] a test of ours')
    )
    changed = SAVE | {"frames": [SAVE["frames"][0] | {"digest": digest_of(app.read_text().splitlines()[5:7])}]}
    assert (7, "STO401") not in found(check(project, changed)[0])
    assert (11, "STO405") not in found(check(project, *CALLS, options=("--ignore", "STO405"))[0])


def test_calls_of_code_that_has_changed_are_stale(project: Path) -> None:
    app = project / "app.py"
    app.write_text(app.read_text().replace('Body=message["body"]', 'Body=message["data"]'))
    findings, said = check(project, *CALLS)
    assert not {row for row, _ in found(findings)} & {7}
    assert (
        said
        == f"s3lint: warning: {app}: 1 recorded call is stale, because the code around it has changed: record the calls again\n"
    )


HOSTILE: list[dict[str, Any] | bytes] = [
    b"\xff\xfe", b"{", b"[]", b"null", b'{"version": 2}', b"[" * 50_000, json.dumps(SAVE).encode()[:200], SAVE | {"count": "x" * 50},
    SAVE | {"count": -1}, SAVE | {"frames": []}, SAVE | {"parameters": []}, SAVE | {"frames": [{"file": "../../etc/passwd", "line": 1}]},
    SAVE | {"parameters": {"Key": "x" * 200_000}}, SAVE | {"count": 10**40}, SAVE | {"count": 1e300}, SAVE | {"version": "1"},
    SAVE | {"frames": [{"file": "app.py", "line": float("inf")}]}, gzip.compress(b"\0" * 50_000_000).replace(b"\n", b""),
]  # fmt: skip

HARMLESS: list[dict[str, Any]] = [
    SAVE | {"operation": "os.system", "parameters": {"command": "touch owned"}},
    SAVE | {"operation": "s3.put_object()\nimport os; os.system"},
    SAVE | {"operation": "s3.class"},
    SAVE | {"operation": "spark.save", "parameters": {"chain": [["__class__", [], {}]], "arguments": [], "keywords": {}}},
    SAVE | {"parameters": {"Key": "a/b\n\u2028import os\x00\x1b[2J", "class": 1, "x=1": 2, "*": 3, "ContentType": "a/b"}},
    SAVE | {"parameters": {"Key": "a/" + "x" * 60_000, "ContentType": float("inf"), "Metadata": {"a": [[[[[[[[[[1]]]]]]]]]]}}},
    SAVE | {"operation": "dynamodb.put_item", "parameters": {"TableName": {"a": "b"}, "Item": {"a": 1, "b'": {"size": 10**12}}}},
    SAVE | {"operation": "pyarrow.write_table", "parameters": {"destination": ["s3://x"]}},
    *(SAVE | {"parameters": {"Body": {"kind": "bytes", "coding": wrong, "extension": wrong}}} for wrong in ([], {}, [{}])),
    *(
        SAVE | {"operation": "spark.save", "parameters": {"chain": [[wrong, [], {}]], "arguments": [], "keywords": {}}}
        for wrong in ([], {})
    ),
]


def test_hostile_recordings_are_one_sentence_and_run_nothing(project: Path) -> None:
    findings, said = check(project, *HOSTILE, SAVE)
    assert (7, "STO401") in found(findings), "the good line counts"
    assert (
        said
        == f"s3lint: warning: {project / 'out.jsonl'}: {len(HOSTILE)} lines are cut, or of another version of s3lint: record the calls again\n"
    )
    findings, said = check(project, *HARMLESS, SAVE)
    assert (7, "STO401") in found(findings) and said == ""
    assert not any(finding["code"] == "STO900" for finding in findings)
    assert {path.name for path in project.iterdir()} == {"app.py", "pyproject.toml", "out.jsonl"}


def test_values_of_a_recording_reach_no_terminal(project: Path) -> None:
    hostile = "a/\x1b]0;owned\x07\u202e\ud800 b.pdf"
    (project / "out.jsonl").write_text(json.dumps(SAVE | {"parameters": SAVE["parameters"] | {"Key": hostile}}))
    for form in ("text", "concise", "github", "junit"):
        done = s3lint_here("check", "--no-cache", "--output-format", form, "--observed", "out.jsonl", cwd=project)
        assert done.code == 1 and "STO212" in done.out, done.err
        assert not {"\x1b", "\x07", "\u202e"} & set(done.raw.decode()), form


def test_calls_of_files_that_are_gone_are_one_sentence(project: Path) -> None:
    gone: list[dict[str, Any] | bytes] = [
        SAVE | {"frames": [SAVE["frames"][0] | {"file": file}]} for file in ("gone.py", "a\0b", "x" * 5_000, "\ud800")
    ]
    findings, said = check(project, *gone, SAVE)
    assert (7, "STO401") in found(findings)
    assert said == f"s3lint: warning: {project}: 4 recorded calls are of files that are gone: record the calls again\n"


def test_lines_are_counted_as_python_counts_them(project: Path) -> None:
    app = project / "app.py"
    app.write_bytes(b"\xef\xbb\xbf# coding: utf-8\r\n# \x0c \x1c \xe2\x80\xa8\r\n" + app.read_bytes().replace(b"\n", b"\r\n"))
    findings, said = check(project, SAVE)
    assert (9, "STO401") in found(findings) and said == ""


def test_the_search_for_functions_that_moved_is_bounded(project: Path) -> None:
    lines = 40_000
    (project / "app.py").write_text("\n" * lines)
    frame = {"file": "app.py", "line": 1, "first": 1, "lines": lines // 2}
    calls = [SAVE | {"parameters": {"Key": f"a/{n}"}, "frames": [frame | {"digest": f"{n}"}]} for n in range(2_000)]
    assert "2,000 recorded calls are stale" in check(project, *calls)[1]


def test_lines_beyond_the_limit_are_one_sentence(project: Path) -> None:
    _, said = check(project, SAVE, b"\n" * 2_000_000)
    assert (
        said == f"s3lint: warning: {project / 'out.jsonl'}: only the first 1,000,000 lines are used: record fewer tests at a time\n"
    )


def unreadable(project: Path, kind: str) -> str:
    """Make a recording that cannot be read, and return its name."""
    path = project / kind
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "sparse":
        with path.open("wb") as file:
            file.truncate(2**40)
    return {"folder": ".", "device": "/dev/zero"}.get(kind, kind)


@pytest.mark.parametrize("kind", ["missing", "folder", "sparse", "pipe", "device"])
def test_a_recording_that_cannot_be_read_is_one_sentence(project: Path, kind: str) -> None:
    if kind == "pipe" and not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    name = unreadable(project, kind)
    done = s3lint_here("check", "--observed", name, cwd=project)
    assert done.code == 2 and done.err.count("\n") == 1 and "the recording cannot be read" in done.err
