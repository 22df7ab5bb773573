"""What earlier runs found is used again where it still holds, and nowhere else."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import EntryPoint
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import s3lint.finding
import s3lint.linter.engine
import s3lint.project.discovery
import s3lint.runner.cache.contents
import s3lint.runner.cache.fingerprint
import s3lint.runner.cache.results
import s3lint.runner.cache.store
import s3lint.runner.run
import s3lint.runner.worker
from conftest import BUCKET_BY_NAME, Write, run, s3lint_here
from s3lint.cli import main
from s3lint.project.targets import targets
from s3lint.runner.cache.folder import RESULTS, project_folder
from s3lint.runner.cache.results import Cache
from s3lint.runner.cache.store import Entry, Store, Update
from s3lint.runner.run import RunResult, check_all
from s3lint.runner.worker import Worker
from s3lint.settings import Settings


def checked(made: Settings, paths: Sequence[Path] = (), *, cached: bool = True) -> RunResult:
    files = list(targets(list(paths) or [made.root], lambda _: made))
    return check_all(files, 1, cache=Cache(None, made.root) if cached else None)


def said(outcome: RunResult) -> tuple[Any, ...]:
    """All that an outcome tells a user."""
    waivers = [(each.path, each.cell, each.location, vars(each.suppression), each.suppressed) for each in outcome.suppressions]
    return outcome.findings, outcome.errors, outcome.files, len(outcome.baselined), waivers


UPLOAD = "import boto3\n\ns3 = boto3.client('s3')\n"

HELPER = UPLOAD + "\n\ndef put(bucket, key):\n    s3.put_object(Bucket=bucket, Key=key, Body=b'')\n"

OTHER = "\n\ndef other():\n    return 1\n"

NOTEBOOK = (
    '{"cells": [{"cell_type": "code", "source": ["from config import BUCKET\\n", "import boto3\\n", "%time 1\\n",'
    ' "boto3.client(\'s3\').put_object(Bucket=BUCKET, Key=\'a\')"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
)

CONTENTS = {
    "config.py": (
        "BUCKET = 'acme-documents'\n",
        "BUCKET = 'acme-images'  # s3lint: allow[STO201] moves until=2026-06-30\n",
        "import os\nBUCKET = os.environ['B']\n",
        "from defaults import BUCKET\n",
        "def put(a, b): pass\n",
        "BUCKET = 'acme-documents'\n" + OTHER,
        OTHER.lstrip() + "\n\nBUCKET = 'acme-documents'\n",
        OTHER.lstrip().replace("1", "2") + "\n\nBUCKET = 'acme-documents'\n",
    ),
    "defaults.py": ("BUCKET = 'acme-defaults'\n", "BUCKET = None\n"),
    "helpers.py": (
        HELPER,
        HELPER.replace("bucket,", "target,").replace("=bucket", "=target"),
        HELPER.replace("Key=key", "Key='x/y'"),
        # The same functions, with others around them: only what was read counts.
        HELPER + OTHER,
        HELPER + OTHER.replace("1", "2"),
        HELPER + OTHER.replace("return 1", "return put('acme-o', 'o')"),
        OTHER.lstrip() + "\n\n" + HELPER,
    ),
    "a.py": (
        "from config import BUCKET\n" + UPLOAD + "s3.put_object(Bucket=BUCKET, Key='a', Body=b'')\n",
        "import config\n" + UPLOAD + "s3.put_object(Bucket=config.BUCKET, Key='a', Body=b'')  # noqa: STO201, STO211\n",
        "def broken(:\n    s3.put_object(Bucket='acme')\n",
    ),
    "b.py": (
        "from helpers import put\n\nput('acme-b', 'b')\n",
        "import helpers\nfrom config import BUCKET\n\nhelpers.put(BUCKET, 'x/b')\n",
        "from config import put\n\nput('acme-b', 'b')\n",
        "print('nothing')\n",
    ),
    "pkg/c.py": (
        "from config import BUCKET\nfrom helpers import put\n\nput(BUCKET, 'c')\n",
        "from . import config\nput = config.BUCKET\n",
    ),
    "pkg/__init__.py": ("",),
    "tests/test_a.py": ("from helpers import put\n\nput('acme-test', 'test')\n",),
    "n.ipynb": (NOTEBOOK, "{"),
    "d.py": ("# Databricks notebook source\n# MAGIC %sql\n# MAGIC CREATE TABLE a USING parquet\n", BUCKET_BY_NAME),
    ".gitignore": ("b.py\n", "pkg/\n"),
}

PLACES = [*CONTENTS, "config/__init__.py", "pkg/config.py", "pkg/defaults.py", "src/config.py", "src/helpers.py"]

SETTINGS: list[dict[str, Any]] = [
    {}, {"profile": "strict"}, {"lint_tests": True}, {"min_confidence": s3lint.finding.Confidence.LOW}, {"require_reason": False},
    {"per_file_ignores": {"config.py": ("STO201",)}}, {"ignore": ("STO211",)}, {"extend_exclude": ("pkg/",)}, {"src": ("pkg",)},
    {"bucket_env": {"acme-b": "B_NAME"}}, {"unfixable": ("STO201",)},
]  # fmt: skip


@dataclass
class Life:
    """A project, and how it is checked, while both change."""

    root: Path
    options: dict[str, Any] = field(default_factory=dict)
    today: date = date(2026, 6, 1)
    times: Iterator[int] = field(default_factory=lambda: count(1))

    def write(self, name: str, content: str) -> None:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
        os.utime(path, (0, next(self.times)))

    def rename(self, name: str, other: str) -> None:
        if (self.root / name).exists():
            (self.root / other).parent.mkdir(exist_ok=True)
            (self.root / name).replace(self.root / other)

    def agrees(self, paths: Sequence[str]) -> None:
        """A run with the cache says what one without says, twice."""
        made = Settings(root=self.root, **self.options)
        there = [self.root / name for name in paths if (self.root / name).exists()]
        s3lint.project.ignored._patterns.cache_clear()
        with on(self.today):
            fresh = said(checked(made, there, cached=False))
            for _ in range(2):
                assert said(checked(made, there)) == fresh


@contextmanager
def on(today: date) -> Iterator[None]:
    class Fixed(date):
        @classmethod
        def today(cls) -> date:
            return today

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(s3lint.linter.policy, "date", Fixed)
        patch.setattr(s3lint.runner.cache.results, "date", Fixed)
        # Every write gives a file a time of its own, however fast one follows the other.
        patch.setattr(s3lint.runner.cache.contents, "RACY_NANOSECONDS", -(10**10))
        yield


def contents() -> st.SearchStrategy[str]:
    return st.sampled_from(sorted({content for each in CONTENTS.values() for content in each}))


STEPS = st.one_of(
    st.sampled_from([("write", name, content) for name, each in CONTENTS.items() for content in each]),
    st.tuples(st.just("write"), st.sampled_from(PLACES), contents()),
    st.tuples(st.just("delete"), st.sampled_from(PLACES)),
    st.tuples(st.just("rename"), st.sampled_from(PLACES), st.sampled_from(PLACES)),
    st.tuples(st.just("settings"), st.sampled_from(SETTINGS)),
    st.tuples(st.just("date"), st.sampled_from([date(2026, 6, 1), date(2026, 7, 1)])),
)

RUNS = st.sampled_from([(), (), (), ("a.py",), ("config.py", "b.py"), ("pkg",), ("helpers.py",)])


@settings(max_examples=int(os.environ.get("S3LINT_CACHE_EXAMPLES", "5")))
@given(st.lists(st.tuples(STEPS, RUNS), min_size=2, max_size=6))
def test_whatever_changes_the_cache_says_what_a_look_would(steps: list[tuple[tuple[Any, ...], tuple[str, ...]]]) -> None:
    root = Path(tempfile.mkdtemp(prefix="s3lint-life-"))
    try:
        life = Life(root)
        for name, each in CONTENTS.items():
            if name != ".gitignore":
                life.write(name, each[0])
        life.agrees(())
        for (kind, *rest), paths in steps:
            if kind == "write":
                life.write(*rest)
            elif kind == "delete":
                (root / rest[0]).unlink(missing_ok=True)
            elif kind == "rename":
                life.rename(*rest)
            elif kind == "settings":
                life.options = rest[0]
            else:
                life.today = rest[0]
            life.agrees(paths)
    finally:
        shutil.rmtree(root)


DEPENDANTS = {
    "config.py": "BUCKET = 'acme-documents'\n",
    "uses.py": f"from config import BUCKET\n{UPLOAD}s3.put_object(Bucket=BUCKET, Key='a/b', Body=b'')\n",
    "helpers.py": HELPER,
    "calls.py": "from helpers import put\nfrom config import BUCKET\n\nput(BUCKET, 'a/b')\n",
    "apart.py": BUCKET_BY_NAME,
    "pkg/other.py": f"from config import BUCKET\n{UPLOAD}s3.put_object(Bucket=BUCKET, Key='a/b', Body=b'')\n",
}


@pytest.mark.parametrize(
    ("name", "content", "again"),
    [
        # What is written in it is a bucket of `uses`, and one of `helpers` by way of a call in `calls`.
        ("config.py", "BUCKET = 'acme-images'\n", {"config.py", "uses.py", "pkg/other.py", "helpers.py"}),
        ("apart.py", "print()\n", {"apart.py"}),
        ("calls.py", "from helpers import put\n\nput('acme-x', 'a/b')\n", {"calls.py", "helpers.py"}),
        ("more.py", "from helpers import put\n\nput('acme-y', 'a/b')\n", {"more.py", "helpers.py"}),
        ("more.py", "put = None\n", {"more.py"}),
        # A package that hides the module.
        ("config/__init__.py", "BUCKET = 'acme-package'\n", {"config/__init__.py", "uses.py", "pkg/other.py", "helpers.py"}),
        ("pkg/config.py", "BUCKET = 'acme-other'\n", {"pkg/config.py", "pkg/other.py"}),
    ],
)
def test_only_what_depends_on_a_change_is_looked_at_again(
    project: Write, name: str, content: str, again: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(DEPENDANTS)
    made = Settings(root=root)
    checked(made)
    assert checked(made).reused == len(DEPENDANTS)

    project({name: content})
    looked = watched(monkeypatch)
    outcome = checked(made)

    assert {path.relative_to(root).as_posix() for path in looked} == again
    assert outcome.reused == outcome.files - len(again)


def test_a_run_over_parts_of_a_project_looks_at_the_importers_of_a_change_too(
    project: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Settings(root=project(DEPENDANTS))
    parts = [made.root / name for name in DEPENDANTS]
    checked(made, parts)
    assert checked(made, parts).reused == len(parts)

    project({"config.py": "BUCKET = 'acme-images'\n"})
    looked = watched(monkeypatch)
    checked(made, parts)

    assert {path.name for path in looked} == {"config.py", "uses.py", "helpers.py", "calls.py", "other.py"}


def test_settings_that_only_choose_among_findings_keep_every_result(project: Write) -> None:
    root = project(DEPENDANTS)
    before = checked(Settings(root=root))
    chosen = Settings(root=root, per_file_ignores={"*.py": ("STO201",)}, require_reason=False, unfixable=("STO3",))

    assert checked(chosen).reused == len(DEPENDANTS)
    assert said(checked(chosen)) == said(checked(chosen, cached=False)) != said(before)
    assert checked(Settings(root=root, bucket_env_var="BUCKET")).reused == 0


def watched(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are looked at from now on."""
    looked: list[Path] = []
    look = s3lint.runner.worker.Worker.analyze

    def noted(worker: s3lint.runner.worker.Worker, job: s3lint.runner.worker.Task) -> s3lint.linter.result.Result:
        looked.append(job.path)
        return look(worker, job)

    monkeypatch.setattr(s3lint.runner.worker.Worker, "analyze", noted)
    return looked


def test_a_write_of_the_same_size_and_time_is_seen(project: Write) -> None:
    root = project({"a.py": BUCKET_BY_NAME})
    before = (root / "a.py").stat()
    made = Settings(root=root)
    checked(made)

    (root / "a.py").write_text(BUCKET_BY_NAME.replace("acme-documents", "acme-paintings"), encoding="utf-8")
    os.utime(root / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))

    assert any("acme-paintings" in finding.message for finding in checked(made).findings)


def test_another_version_looks_at_everything_again(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Settings(root=project(DEPENDANTS))
    checked(made)
    monkeypatch.setattr(s3lint.runner.cache.results, "fingerprint", lambda _: "another")

    assert checked(made).reused == 0


@pytest.mark.parametrize("damage", ["empty", "garbage", "half", "tail", "other"])
def test_a_damaged_file_costs_what_it_held_and_nothing_else(project: Write, damage: str) -> None:
    made = Settings(root=project(DEPENDANTS))
    fresh = said(checked(made))
    file = project_folder(made.root) / RESULTS
    data = file.read_bytes()
    broken = {
        "empty": b"", "garbage": b"\x00garbage" * 999, "half": data[: len(data) // 2], "tail": data[:-100] + b"\xff" * 100, "other": None,
    }[damage]  # fmt: skip
    if broken is None:
        file.unlink()
        with sqlite3.connect(file) as other:
            other.execute("CREATE TABLE entries (a)")
        other.close()
    else:
        file.write_bytes(broken)

    assert said(checked(made)) == fresh
    assert checked(made).reused == len(DEPENDANTS)


def test_a_flipped_byte_anywhere_changes_no_result(project: Write) -> None:
    made = Settings(root=project({"config.py": DEPENDANTS["config.py"], "uses.py": DEPENDANTS["uses.py"]}))
    fresh = said(checked(made))
    file = project_folder(made.root) / RESULTS
    data = file.read_bytes()
    places = [place for place in range(len(data)) if data[place]]
    for place in places[:: len(places) // 40]:
        file.write_bytes(data[:place] + bytes([data[place] ^ 0x15]) + data[place + 1 :])
        assert said(checked(made)) == fresh, place


def test_the_store_stays_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def saved(today: int, key: bytes, *used: bytes) -> Store:
        store = Store(tmp_path / RESULTS, bytes(32), today)
        store.entries("v", [b"a", b"b"])
        store.save(Update({("v", key): Entry("", [f"read {today}"], "{}")}, used=[("v", each) for each in used]))
        return store

    saved(1, b"a")
    saved(2, b"b")
    saved(20, b"c", b"a")
    late = saved(45, b"d")
    assert late.entries("v", [b"a", b"b", b"c", b"d"]).keys() == {b"a", b"c", b"d"}
    assert set(late.dependencies(range(99)).values()) == {"read 1", "read 20", "read 45"}

    monkeypatch.setattr(s3lint.runner.cache.store, "MAX_FILE_BYTES", 1_000)
    assert saved(46, b"e").entries("v", [b"a", b"c", b"d", b"e"]).keys() == {b"e"}


def s3lint_in(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    """What the command prints, in this process."""
    monkeypatch.chdir(root)
    code = main(arguments)
    return code, *capsys.readouterr()


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_command_repeats_what_it_said(
    project: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    root = project({"a.py": BUCKET_BY_NAME, "s3lint.toml": ""})
    first = s3lint_in(root, monkeypatch, capsys, "check", "--output-format", form)
    assert first[0] == 1
    with monkeypatch.context() as patch:
        patch.setattr(Worker, "analyze", None)
        assert s3lint_in(root, monkeypatch, capsys, "check", "--output-format", form) == first
        assert s3lint_in(root, monkeypatch, capsys, "check", "--output-format", form, "--exit-zero") == (0, *first[1:])
    assert s3lint_in(root, monkeypatch, capsys, "check", "--output-format", form, "--no-cache") == first
    (root / "a.py").write_text("print()\n", encoding="utf-8")
    assert s3lint_in(root, monkeypatch, capsys, "check", "--output-format", form)[0] == 0


def test_fixes_are_made_of_files_as_they_are(
    project: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project({"a.py": BUCKET_BY_NAME, "s3lint.toml": "select = ['STO201']"})
    s3lint_in(root, monkeypatch, capsys, "check")
    fixed = s3lint_in(root, monkeypatch, capsys, "check", "--fix", "--unsafe-fixes")

    assert (fixed[0], fixed[1].splitlines()[0]) == (0, "No findings. 1 file checked.")
    assert s3lint_in(root, monkeypatch, capsys, "check") == (0, "No findings. 1 file checked.\n", "")


def test_a_reports_day_is_the_day_of_the_run(
    project: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    allowed = BUCKET_BY_NAME.replace('"acme-documents"', '"acme-documents"  # s3lint: allow[STO201] moves until=2026-06-30')
    root = project({"a.py": allowed, "s3lint.toml": "select = ['STO201', 'STO9']"})
    for today, code in ((date(2026, 6, 1), 0), (date(2026, 7, 1), 1), (date(2026, 6, 1), 0)):
        with on(today):
            assert s3lint_in(root, monkeypatch, capsys, "check")[0] == code


def test_a_run_over_unchanged_files_needs_neither_parser_nor_processes(project: Write) -> None:
    root = project({"a.py": BUCKET_BY_NAME})
    heavy = "{'libcst', 's3lint.linter.engine', 'concurrent.futures', 'ahocorasick_rs'}"
    program = f"import sys; from s3lint.cli import main; main(['check']); print({heavy} & sys.modules.keys())"
    first = run(sys.executable, "-c", program, cwd=root)
    again = run(sys.executable, "-c", program, cwd=root)

    assert again.out.splitlines()[:-1] == first.out.splitlines()[:-1]
    assert again.out.splitlines()[-1] == "set()" != first.out.splitlines()[-1]


def test_a_run_over_many_projects_stores_each_of_them_once(
    project: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project({f"{name}/{file}": text for name in "ab" for file, text in (("a.py", BUCKET_BY_NAME), ("s3lint.toml", ""))})
    monkeypatch.setattr(s3lint.runner.cache.contents, "RACY_NANOSECONDS", -(10**10))
    stored: list[object] = []
    save = Store.save

    def noting(store: Store, update: Update) -> None:
        stored.extend([*update.contents, *update.used])
        save(store, update)

    monkeypatch.setattr(Store, "save", noting)
    assert s3lint_in(root, monkeypatch, capsys, "check")[0] == 1
    assert {root / "a" / "a.py", root / "b" / "a.py"} <= set(stored)
    assert len(stored) == len(set(stored))


def test_runs_at_the_same_time_do_not_disturb_each_other(project: Write) -> None:
    root = project({f"{number}.py": BUCKET_BY_NAME for number in range(6)})
    command = [sys.executable, "-m", "s3lint", "check", "--output-format", "concise", "--quiet", "--jobs", "1"]
    together = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(2)]
    outs = {process.communicate()[0] for process in together}

    assert outs == {run(*command, "--no-cache", cwd=root).out.encode()}
    assert checked(Settings(root=root)).reused == 6


def test_the_folder_is_marked_and_cleaned(
    project: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project({"a.py": BUCKET_BY_NAME, "s3lint.toml": ""})
    folder = project_folder(root)
    s3lint_in(root, monkeypatch, capsys, "check", "--no-cache")
    assert not folder.exists()
    assert s3lint_in(root, monkeypatch, capsys, "clean") == (0, f"{folder}: there is no cache.\n", "")

    s3lint_in(root, monkeypatch, capsys, "check")
    assert (folder / ".gitignore").read_text().splitlines()[-1] == "*"
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert s3lint_in(root, monkeypatch, capsys, "clean") == (0, f"{folder} removed.\n", "")
    assert not folder.exists()


def test_clean_removes_nothing_that_is_not_the_caches(
    project: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project({"a.py": BUCKET_BY_NAME, "mine/notes.txt": "", "mine/.gitignore": "", "kept/notes.txt": ""})
    s3lint_in(root, monkeypatch, capsys, "check", "--cache-dir", "kept")
    s3lint_in(root, monkeypatch, capsys, "clean", "--cache-dir", "kept")
    s3lint_in(root, monkeypatch, capsys, "clean", "--cache-dir", "mine")

    assert sorted(path.name for path in (root / "kept").iterdir()) == ["notes.txt"]
    assert sorted(path.name for path in (root / "mine").iterdir()) == [".gitignore", "notes.txt"]


def test_without_a_usable_folder_nothing_is_remembered(
    project: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project({"a.py": BUCKET_BY_NAME, "taken": "a file"})
    command = ("check", "--output-format", "jsonl", "--cache-dir", "taken")
    code, out, err = s3lint_in(root, monkeypatch, capsys, *command)

    assert (code, len(out.splitlines())) == (1, 2)
    assert err == f"s3lint: warning: {root / 'taken'}: nothing is remembered: File exists\n"
    assert s3lint_in(root, monkeypatch, capsys, *command, "--quiet") == (code, out, "")


def test_a_rule_pack_that_is_worked_on_counts_by_its_files(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Settings(root=project(DEPENDANTS))
    pack = project({"packs/acme_rules/__init__.py": "rule = None\n"}) / "packs"
    monkeypatch.syspath_prepend(pack)
    monkeypatch.setattr(s3lint.runner.cache.fingerprint, "packs", lambda: [EntryPoint("acme", "acme_rules", "s3lint.rules")])
    checked(made)
    assert checked(made).reused == len(DEPENDANTS) + 1

    (pack / "acme_rules" / "__init__.py").write_text("rule = 'other'\n", encoding="utf-8")
    assert checked(made).reused == 0


def test_a_file_that_comes_into_a_project_may_be_a_new_neighbour(project: Write) -> None:
    """What it does with a constant is reported where the constant stands, also by a run over that file alone."""
    root = project(
        {
            "config.py": "BUCKET = 'acme-documents'\n",
            "other.py": "import config\n" + UPLOAD + "s3.get_object(Bucket=name, Key=key)\n",
        }
    )
    made = Settings(root=root)
    config = [root / "config.py"]
    assert checked(made, config).findings == []
    assert checked(made, config).reused == 1
    (root / "new.py").write_text(f"from config import BUCKET\n{UPLOAD}s3.put_object(Bucket=BUCKET, Key='a/b', Body=b'')\n")
    again = checked(made, config)
    assert {finding.code for finding in again.findings} == {"STO201"}
    assert said(again) == said(checked(made, config, cached=False))


def test_a_run_over_a_folder_sees_what_the_rest_of_the_project_does_with_it(
    project: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where many files are asked for, the others that touch storage are looked at, and count for what is remembered."""
    monkeypatch.setattr("s3lint.project.targets.MAX_PARTIAL_FILES_PER_PROJECT", 1)
    use = f"from lib.config import BUCKET\n{UPLOAD}s3.put_object(Bucket=BUCKET, Key='a/b', Body=b'')\n"
    root = project(
        {
            "s3lint.toml": "",
            "lib/config.py": "BUCKET = 'acme-documents'\n",
            "lib/other.py": "",
            "run.py": use,
            "bad.py": BUCKET_BY_NAME,
        }
    )
    monkeypatch.chdir(root)
    command = ["check", "lib", "--output-format", "concise", "--quiet"]
    for _ in range(2):
        assert main(command) == 1
        found = capsys.readouterr().out
        assert found.startswith("lib/config.py:1:10: STO201")
        assert "bad.py" not in found
    (root / "run.py").write_text("")
    assert main(command) == 0


PUT = f"{UPLOAD}s3.put_object(Bucket=BUCKET, Key='a/b', Body=b'')\n"

LATE = "BUCKET = 'acme-late'\n"


def test_two_functions_of_a_name_hear_of_new_calls(project: Write) -> None:
    one = f"{UPLOAD}def one(bucket):\n    s3.put_object(Bucket=bucket, Key='a/b', Body=b'')\n"
    calls = "import a, b\na.one('acme-first')\nb.one('acme-first')\n"
    made = Settings(root=project({"a.py": one, "b.py": one, "calls.py": calls}))
    checked(made)

    project({"calls.py": calls.replace("b.one('acme-first')", "b.one('acme-other')")})
    after = checked(made)
    assert said(after) == said(checked(made, cached=False))
    [found] = [finding for finding in after.findings if "acme-other" in finding.message]
    assert {place.path.name for place in found.related} >= {"b.py"}

    project({"more.py": "import b\nb.one('acme-third')\n"})
    assert said(checked(made)) == said(checked(made, cached=False))


@pytest.mark.parametrize(
    ("files", "name"),
    [
        # Two files share a value that comes from a third one by way of a fourth.
        ({"a.py": f"from between import BUCKET\n{PUT}", "b.py": f"from between import BUCKET\n{PUT}"}, "config.py"),
        # A folder, and a folder without `__init__.py`, that were not there.
        ({"a.py": f"from new.config import BUCKET\n{PUT}"}, "new/config.py"),
        ({"a.py": f"from new import config\n{PUT.replace('BUCKET', 'config.BUCKET')}"}, "new/config.py"),
        # A parameter whose callers pass what comes from elsewhere; both questions share what is known of the calls.
        (
            {
                "a.py": f"{UPLOAD}def one(bucket):\n    s3.put_object(Bucket=bucket, Key='a/b', Body=b'')\n",
                "b.py": f"{UPLOAD}def one(bucket):\n    s3.put_object(Bucket=bucket, Key='a/b', Body=b'')\n",
                "calls.py": "import a, b\nfrom between import BUCKET\na.one(BUCKET)\nb.one(BUCKET)\n",
            },
            "config.py",
        ),
    ],
    ids=["shared", "folder", "namespace", "callers"],
)
def test_every_user_of_a_value_hears_of_its_change(project: Write, files: dict[str, str | bytes], name: str) -> None:
    made = Settings(root=project({"between.py": "from config import BUCKET\n", "config.py": "BUCKET = None\n", **files}))
    before = checked(made)
    assert "acme-late" not in str(before.findings)

    project({name: LATE})
    after = checked(made)
    assert said(after) == said(checked(made, cached=False))
    [found] = [finding for finding in after.findings if "acme-late" in finding.message]
    assert {place.path.name for place in found.related} >= files.keys() - {"calls.py"}


def test_a_frame_hears_that_its_project_names_a_store(project: Write) -> None:
    """As long as no file does, nobody asks what the frame is written to."""
    writer = "from config import OUT\n\n\ndef save(frame):\n    frame.to_parquet(OUT)\n"
    made = Settings(root=project({"config.py": "OUT = 'out'\n", "writer.py": writer}))
    assert checked(made).findings == []
    assert checked(made).reused == 2

    project({"config.py": "OUT = 's3://acme-lake/out'\n"})
    after = checked(made)
    assert {finding.code for finding in after.findings} >= {"STO501"}
    assert said(after) == said(checked(made, cached=False))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name is text")
def test_a_file_whose_name_is_no_text_is_remembered_too(project: Write) -> None:
    made = Settings(root=project({os.fsdecode(b"\xff.py"): BUCKET_BY_NAME, "helpers.py": HELPER}))
    fresh = said(checked(made, cached=False))
    assert fresh[1] == []
    assert said(checked(made)) == said(checked(made)) == fresh
    assert checked(made).reused == 2


def test_a_module_that_becomes_a_link_out_of_the_project_is_no_longer_read(
    project: Write, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = "import os\nimport boto3\nfrom config import KEY\nboto3.client('s3').upload_file('p', os.environ['B'], KEY)\n"
    root = project({"a.py": text, "config.py": "KEY = 'folder/'\n", ".git/HEAD": ""})
    made = Settings(root=root)
    before = said(checked(made))
    outside = tmp_path_factory.mktemp("outside") / "config.py"
    shutil.move(root / "config.py", outside)
    (root / "config.py").symlink_to(outside)
    again = said(checked(made))
    assert again == said(checked(made, cached=False))
    assert again != before


def test_an_edit_while_workers_search_is_seen_by_the_next_run(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = "import os\nimport boto3\n\n\ndef put(key):\n    boto3.client('s3').upload_file('p', os.environ['B'], key)\n"
    many = {
        f"{folder}m{n}.py": UPLOAD + f"s3.put_object(Bucket=b, Key='a/{n}.txt')\n" for folder in ("", "sub/") for n in range(12)
    }
    root = project(
        {"s3lint.toml": "", "sub/s3lint.toml": "profile = 'strict'\n", "helper.py": helper, "caller.py": "x = 1\n", **many}
    )
    files = [root / name for name in ("helper.py", *many)]
    in_workers = s3lint.runner.run._in_workers

    def edited(*arguments: Any) -> Iterator[Any]:
        yield from in_workers(*arguments)
        (root / "caller.py").write_text("from helper import put\n\nput('folder/')\n", encoding="utf-8")

    command = ("check", "--exit-zero", "--output-format", "concise", "--jobs", "2")
    with monkeypatch.context() as during:
        during.setattr(s3lint.runner.run, "_in_workers", edited)
        assert "helper.py" in s3lint_here(*command, *files, cwd=root).out
    again = s3lint_here(*command, *files, cwd=root).out
    assert "helper.py" not in again
    assert again == s3lint_here(*command, "--no-cache", *files, cwd=root).out


@pytest.mark.parametrize("name", ["ruff.toml", "pyproject.toml", ".flake8", "sub/.ruff.toml"])
def test_the_length_of_lines_that_a_fix_keeps_to_counts(project: Write, name: str) -> None:
    call = 's3.put_object(Bucket=os.environ["B"], Key=f"docs/{some_name}.txt", Body=some_body)'
    text = f"import os\nimport boto3\n\ns3 = boto3.client('s3')\n\n\ndef f(some_body, some_name):\n    {call}\n"
    root = project({"sub/a.py": text, ".git/HEAD": "", "s3lint.toml": ""})
    made = Settings(root=root)

    def texts(*, cached: bool = True) -> list[str]:
        fixes = [finding.fix for finding in checked(made, cached=cached).findings]
        return [edit.content for fix in fixes if fix is not None for edit in fix.edits]

    before = texts()
    lines = {".flake8": "[flake8]\nmax-line-length = 140\n", "pyproject.toml": "[tool.ruff]\nline-length = 140\n"}
    project({name: lines.get(name, "line-length = 140\n")})
    after = texts()
    assert after == texts(cached=False)
    assert after != before
    assert texts() == after
