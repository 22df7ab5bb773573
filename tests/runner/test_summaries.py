"""What a run knows of unchanged files without reading them is what they say."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import s3lint.project.files
import s3lint.project.ignored
import s3lint.project.summaries
import s3lint.runner.cache.contents
from conftest import Write
from runner.test_cache import CONTENTS, HELPER, PUT, STEPS, UPLOAD, Life, checked, on, said
from s3lint.linter.engine import Engine
from s3lint.project.dependencies import digest
from s3lint.project.searches import Kind, Search
from s3lint.project.summaries import Summaries
from s3lint.project.targets import targets
from s3lint.project.word_index import WordIndex
from s3lint.runner.cache.folder import RESULTS, project_folder
from s3lint.runner.cache.results import Cache
from s3lint.settings import Settings

KINDS: tuple[Kind, ...] = ("calls", "constructions", "entries", "imports", "members", "words")

NAMES = ("BUCKET", "config", "helpers", "other", "pkg", "pkg.config", "put", "absent", "café", "a-b")


def searches(root: Path) -> list[Search]:
    """Some of each kind, over the whole project and outside of a folder or file of it."""
    outside = ("", str(root / "pkg"), str(root / "config.py"))
    return [Search("stores"), *(Search(kind, name, out) for kind in KINDS for name in NAMES for out in outside)]


def answers(engine: Engine) -> list[Any]:
    """All that an engine knows of the files of its project without parsing them."""
    found = [(search, engine.project._searcher.found(search)) for search in searches(engine.settings.root)]
    graph, files = engine.import_graph, engine.files
    related = {path: graph.fingerprint(path, files.content(path)) for path in files.searched}
    return [
        list(files.searched),
        [(each, bool(there) if each.asks_whether else there) for each, there in found],
        graph.storage,
        related,
    ]


def known(made: Settings) -> Engine:
    """An engine that knows what earlier runs have stored."""
    cache = Cache(None, made.root)
    cache.results(targets([made.root], lambda _: made))
    return cache.project(made).engine()


def store(made: Settings) -> None:
    """Make a run store all answers that `answers` asks for, in which one file is analyzed anew."""
    cache, files = Cache(None, made.root), list(targets([made.root], lambda _: made))
    cache.results(files)
    freshness = cache.project(made)
    engine = freshness.engine()
    answers(engine)
    freshness.learn(engine.tracker.found.items(), ())
    cache.keep(files, [])


@settings(max_examples=int(os.environ.get("S3LINT_CACHE_EXAMPLES", "5")))
@given(st.lists(STEPS.filter(lambda step: step[0] in ("write", "delete", "rename")), min_size=2, max_size=8))
def test_an_engine_knows_what_it_would_read(steps: list[tuple[Any, ...]]) -> None:
    root = Path(tempfile.mkdtemp(prefix="s3lint-summaries-"))
    made = Settings(root=root)
    try:
        life = Life(root)
        for name, each in CONTENTS.items():
            life.write(name, each[0])
        with on(life.today):
            checked(made)
            for kind, *rest in steps:
                store(made)
                if kind == "write":
                    life.write(*rest)
                elif kind == "delete":
                    (root / rest[0]).unlink(missing_ok=True)
                else:
                    life.rename(*rest)
                s3lint.project.ignored._patterns.cache_clear()
                assert answers(known(made)) == answers(Engine(made))
    finally:
        shutil.rmtree(root)


PROJECT = {
    "storage.py": HELPER,
    "calls.py": "from storage import put\n\nput('acme-calls', 'a/b')\n",
    **{f"other_{number}.py": f"import json\n\n\ndef do_{number}():\n    return json.dumps({number})\n" for number in range(40)},
}

LONGER = HELPER + "\n\ndef drop(bucket, key):\n    s3.delete_object(Bucket=bucket, Key=key)\n"

LONGEST = LONGER + "\n\ndef load(bucket, key):\n    return s3.get_object(Bucket=bucket, Key=key)\n"


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as old enough for its times to tell whether it changed."""
    monkeypatch.setattr(s3lint.runner.cache.contents, "RACY_NANOSECONDS", -(10**10))


def read_by(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files of projects that are read from now on."""
    read: list[str] = []
    real = s3lint.project.files.read_bounded

    def noted(path: Path, limit: int) -> bytes:
        data = real(path, limit)
        read.append(path.name)
        return data

    monkeypatch.setattr(s3lint.project.files, "read_bounded", noted)
    return read


@pytest.mark.usefixtures("steady")
@pytest.mark.parametrize("paths", [(), ("storage.py",)], ids=["whole", "partial"])
@pytest.mark.parametrize("after", [LONGER.replace("b''", "b' '"), LONGEST], ids=["same names", "new name"])
def test_after_an_edit_unchanged_files_are_not_read(
    project: Write, monkeypatch: pytest.MonkeyPatch, paths: tuple[str, ...], after: str
) -> None:
    root = project(PROJECT)
    made, there = Settings(root=root), [root / name for name in paths]
    checked(made)
    for text in (LONGER, after):
        project({"storage.py": text})
        read = read_by(monkeypatch)
        outcome = checked(made, there)
    assert set(read) <= {"storage.py", "calls.py"}
    assert said(outcome) == said(checked(made, there, cached=False))


@pytest.mark.usefixtures("steady")
def test_no_search_is_made_again(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Settings(root=project(PROJECT))
    checked(made)
    monkeypatch.setattr(WordIndex, "files_with", None)
    monkeypatch.setattr(WordIndex, "candidates", None)
    project({"storage.py": HELPER.replace("b''", "b' '")})
    assert said(checked(made))[1] == []
    project({"storage.py": LONGER})
    assert "NoneType" in str(said(checked(made))[1])


@pytest.mark.usefixtures("steady")
def test_what_a_partial_run_asks_of_every_file_is_read_once(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Settings(root=project(PROJECT))
    for number in range(2):
        project({"other_0.py": f"import json\n# {number}\n"})
        read = read_by(monkeypatch)
        checked(made, [made.root / "storage.py"])
        assert len(read) >= len(PROJECT) if number == 0 else set(read) <= {"storage.py", "calls.py", "other_0.py"}


FORGED = {"mentions": False, "imports": "", "words": ""}


@pytest.mark.usefixtures("steady")
@pytest.mark.parametrize("kind", FORGED)
def test_forged_and_damaged_summaries_are_not_believed(project: Write, kind: str) -> None:
    root = project({**PROJECT, "config.py": "BUCKET = 'acme-config'\n", "uses.py": f"from config import BUCKET\n{PUT}"})
    made = Settings(root=root)
    checked(made)
    for text in (LONGER, LONGEST):
        project({"storage.py": text})
        checked(made)
        checked(made, [root / "storage.py"])
    file = project_folder(root) / RESULTS
    with sqlite3.connect(file) as opened:
        [(value,)] = opened.execute("SELECT value FROM entries WHERE key = ?", (kind.encode(),)).fetchall()
        known = json.loads(zlib.decompress(value))
        assert len(known) >= len(PROJECT)
        forged = zlib.compress(json.dumps(dict.fromkeys(known, FORGED[kind])).encode())
        opened.execute("UPDATE entries SET value = ? WHERE key = ?", (forged, kind.encode()))
    opened.close()
    project(
        {
            "storage.py": LONGEST + "\n\ndef move(a, b):\n    put(a, b)\n",
            "late.py": "import storage\nstorage.move('acme-late', 'x/y')\n",
        }
    )
    for paths in ([root / "storage.py"], [root / "config.py"], []):
        assert said(checked(made, paths)) == said(checked(made, paths, cached=False))


@pytest.mark.usefixtures("steady")
def test_a_search_that_lost_its_only_known_hit_is_made_again(project: Write) -> None:
    """It had ended there, so nobody knows of the others."""
    lib = f"{UPLOAD}\n\ndef put(bucket):\n    s3.put_object(Bucket=bucket, Key='a/b', Body=b'')\n"
    call = "from pkg.lib import put\n\nput('acme-{}')\n"
    root = project({"pkg/__init__.py": "", "pkg/lib.py": lib, "a.py": call.format("a"), "b.py": call.format("b")})
    made = Settings(root=root)
    checked(made)
    project({"a.py": "print()\n"})
    checked(made, [root / "a.py"])
    project({"pkg/lib.py": lib + "\n\ndef other():\n    return 1\n"})
    after = checked(made)
    assert said(after) == said(checked(made, cached=False))
    assert any("acme-b" in finding.message for finding in after.findings)


def test_summaries_of_too_many_files_are_not_stored(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    stored: dict[str, str] = {}
    files = {Path(f"{number}.py"): f"import a{number}\n".encode() for number in range(9)}

    def serialized(paths: Iterable[Path]) -> str | None:
        digests = {path: digest(data) for path, data in files.items()}
        made = Summaries(lambda kind: stored.get(kind, ""), lambda: digests)
        for path in paths:
            assert made.of("imports", path, files.__getitem__, bytes.decode) == files[path].decode()
        return made.serialize("imports")

    stored["imports"] = serialized(files) or ""
    assert serialized(files) is None
    monkeypatch.setattr(s3lint.project.summaries, "MAX_SUMMARY_CHARACTERS", 50)
    assert serialized(files) is None
    del stored["imports"]
    assert serialized(files) == "{}"


def test_a_summary_is_of_the_bytes_that_were_read() -> None:
    """Whatever the file was when the run began."""
    begun, read = digest(b"begun"), digest(b"read")
    made = Summaries(lambda _: "", lambda: {Path("a"): begun, Path("b"): read})
    assert made.of("imports", Path("a"), lambda _: b"read", bytes.decode) == "read"
    assert made.serialize("imports") == f'{{"{read}": "read"}}'
