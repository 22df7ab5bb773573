"""One project with a recording, and the same findings in it through every front end, for the whole project and for single files."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import Write, run, s3lint_here
from s3lint.lsp.analysis import Analysis
from s3lint.lsp.documents import Document, DocumentPart
from s3lint.observe.frames import digest_of

FILES = {
    "s3lint.toml": 'observed = ["out.jsonl"]\nselect = ["STO211", "STO401"]\n',
    "store.py": (
        "import boto3\n\n\n"
        "def save(bucket, key, **options):\n"
        "    boto3.client('s3').put_object(Bucket=bucket, Key=key, Body=b'', ContentType='text/plain', **options)\n"
    ),
    "app.py": "from store import save\n\n\ndef run(bucket):\n    save(bucket, 'report.txt')\n",
    "relay.py": "def relay(call, message):\n    return call(**message)\n",
}
"""A value that is written in another file than the call, an option that only the recording shows, and a file without a word of storage."""

REPORTED = {("app.py", 5, "STO211"), ("store.py", 5, "STO401"), ("relay.py", 2, "STO211")}


def recorded(file: str, row: int, first: int, **parameters: str) -> str:
    lines = FILES[file].splitlines()[first - 1 : row]
    frame = {"file": file, "line": row, "first": first, "lines": len(lines), "digest": digest_of(lines), "function": "f"}
    made = {"Bucket": "b", "ContentType": "text/plain", **parameters}
    return json.dumps({"version": 1, "operation": "s3.put_object", "parameters": made, "frames": [frame], "count": 3})


CALLS = (
    recorded("store.py", 5, 4, Key="report.txt"),
    recorded("store.py", 5, 4, Key="a/b", ACL="public-read"),
    recorded("relay.py", 2, 1, Key="other.txt"),
)

Places = set[tuple[str, int, str]]


@pytest.fixture
def planted(project: Write) -> Path:
    return project(FILES | {"out.jsonl": "\n".join(CALLS)})


def by_command(root: Path, *names: str) -> list[dict[str, Any]]:
    done = s3lint_here("check", "--no-cache", "--output-format", "json", *names, cwd=root)
    assert done.err == ""
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


def shown(found: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    return sorted((Path(each["filename"]).name, each["location"]["row"], each["code"]) for each in found)


def test_the_command(planted: Path) -> None:
    together = by_command(planted)
    assert shown(together) == sorted(REPORTED)
    (written,) = (each for each in together if each["code"] == "STO211" and each["filename"].endswith("app.py"))
    assert written["observed"]["count"] == 3 and written["confidence"] == "high"
    single = [each for name in ("app.py", "store.py", "relay.py") for each in by_command(planted, name)]
    assert sorted(map(json.dumps, single)) == sorted(map(json.dumps, together))


@pytest.mark.parametrize("paths", [["."], ["app.py", "store.py", "relay.py"]], ids=["folder", "files"])
def test_flake8(planted: Path, paths: list[str]) -> None:
    done = run(sys.executable, "-m", "flake8", "--isolated", "--select", "STO", "--jobs", "1", *paths, cwd=planted)
    lines = [re.fullmatch(r"(?:\./)?(\w+\.py):(\d+):\d+: (STO\d+) .*", line) for line in done.out.splitlines()]
    assert sorted((line[1], int(line[2]), line[3]) for line in lines if line is not None) == sorted(REPORTED)


def opened(analysis: Analysis, path: Path, text: str) -> Document:
    document = Document(path.as_uri(), path, 1, (DocumentPart(path.as_uri(), text, 1),))
    analysis.update(document)
    return document


def test_an_editor_with_unsaved_changes(planted: Path) -> None:
    analysis = Analysis((planted,), "utf-16")
    found: Places = set()
    for name in ("app.py", "store.py", "relay.py"):
        path = planted / name
        document = opened(analysis, path, "# a line that is not saved\n" + path.read_text())
        report = analysis.check(path)
        assert not report.error
        found |= {(name, each.range.start.line, str(each.code)) for each in report.diagnostics[document.uri]}
    assert found == REPORTED


def test_a_hover_shows_observed_values_beside_inferred_ones(planted: Path) -> None:
    analysis = Analysis((planted,), "utf-16")
    path = planted / "store.py"
    opened(analysis, path, "\n" + path.read_text())
    text = analysis.explain(path, 0, 6)
    lines = text.splitlines()
    key = next(index for index, line in enumerate(lines) if line.startswith("  Key: "))
    assert lines[key + 1] == '    observed: "report.txt", "a/b"'
    acl = next(index for index, line in enumerate(lines) if line.startswith("  ACL: "))
    assert '"public-read"' in lines[acl] + lines[acl + 1]
    assert "STO401 public-acl" in text
    assert "observed" not in analysis.explain(path, 0, 1)


def test_a_hover_shows_no_values_of_calls_in_changed_code(planted: Path) -> None:
    analysis = Analysis((planted,), "utf-16")
    path = planted / "store.py"
    opened(analysis, path, path.read_text().replace("Body=b''", "Body=b'new'"))
    assert "Key" in analysis.explain(path, 0, 5) and "observed" not in analysis.explain(path, 0, 5)
