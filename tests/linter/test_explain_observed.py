"""`check --explain FILE:LINE` shows what recorded calls of the line had beside what is inferred."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conftest import s3lint_here
from s3lint.observe.frames import digest_of

APP = """\
import boto3

s3 = boto3.client("s3")


def save(message):
    s3.put_object(Bucket=message["bucket"], Key=message["key"], Body=b"x", **message["options"])


def keep(frame, options):
    frame.write.mode(options["mode"]).format("delta").save(options["path"])
"""


def call(operation: str, parameters: dict[str, Any], first: int, last: int, count: int = 1) -> str:
    frame = {"file": "app.py", "line": last, "function": "f", "first": first, "lines": last - first + 1}
    digest = digest_of(APP.splitlines()[first - 1 : last])
    return json.dumps(
        {"version": 1, "operation": operation, "parameters": parameters, "frames": [frame | {"digest": digest}], "count": count}
    )


def explained(folder: Path, row: int, *calls: str) -> str:
    (folder / "app.py").write_text(APP)
    (folder / "out.jsonl").write_text("\n".join(calls))
    done = s3lint_here("check", "--isolated", "--observed", "out.jsonl", "--explain", f"app.py:{row}", cwd=folder)
    assert (done.code, done.err) == (0, "")
    return done.out


def test_observed_values_are_beside_the_inferred_ones(tmp_path: Path) -> None:
    keys = ["a/1", "a/2", "a/3", "a/4"]
    body = {"kind": "content", "type": "bytes", "size": 9}
    calls = [
        call("s3.put_object", {"Bucket": "b", "Key": key, "ACL": "public-read", "Body": body}, 6, 7, count + 1)
        for count, key in enumerate(keys)
    ]
    text = explained(tmp_path, 7, *calls)
    assert '  Key: unknown: what `[\'key\']` holds is not known\n    observed: "a/4", "a/3", "a/2" and 1 more\n' in text
    assert '  ACL: unknown: the mapping is not known\n    observed: "public-read"\n' in text
    assert "    observed: ‹bytes, 9 bytes›\n" in text
    assert text.count("recorded calls of put_object: 10") == 1


def test_the_settings_of_a_spark_writer_are_shown(tmp_path: Path) -> None:
    chain = [["mode", ["overwrite"], {}], ["format", ["delta"], {}]]
    text = explained(tmp_path, 11, call("spark.save", {"chain": chain, "arguments": ["s3://b/\x1b[2J"], "keywords": {}}, 10, 11))
    assert '    observed: "overwrite"\n' in text
    assert "s3://b/\\u001b[2J" in text and "\x1b" not in text


def test_calls_of_changed_code_and_of_other_lines_are_not_shown(tmp_path: Path) -> None:
    changed = json.loads(call("s3.put_object", {"Key": "a/b"}, 6, 7))
    changed["frames"][0]["digest"] = "0" * 16
    text = explained(tmp_path, 7, json.dumps(changed), call("spark.save", {"chain": [], "arguments": [], "keywords": {}}, 10, 11))
    assert "put_object" in text and "observed" not in text
