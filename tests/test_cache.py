"""What earlier runs found is used again where it still holds, and nowhere else."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from conftest import BUCKET_BY_NAME
from hypothesis import given, settings
from hypothesis import strategies as st

import s3lint.cache.contents
import s3lint.engine
from s3lint.cache.folder import NAME
from s3lint.cache.results import Cache
from s3lint.run import Outcome, check_all
from s3lint.settings import Settings
from s3lint.targets import targets


def checked(made: Settings, paths: Sequence[Path] = (), *, cached: bool = True, folder: str = NAME) -> Outcome:
    files = list(targets(list(paths) or [made.root], lambda _: made))
    return check_all(files, 1, cache=Cache(made.root / folder) if cached else None)


def said(outcome: Outcome) -> tuple[Any, ...]:
    """All that an outcome tells a user."""
    waivers = [(each.path, each.cell, each.location, vars(each.suppression), each.hidden) for each in outcome.waivers]
    return outcome.findings, outcome.errors, outcome.files, outcome.known, waivers


UPLOAD = "import boto3\n\ns3 = boto3.client('s3')\n"

HELPER = UPLOAD + "\n\ndef put(bucket, key):\n    s3.put_object(Bucket=bucket, Key=key, Body=b'')\n"

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
    ),
    "defaults.py": ("BUCKET = 'acme-defaults'\n", "BUCKET = None\n"),
    "helpers.py": (
        HELPER,
        HELPER.replace("bucket,", "target,").replace("=bucket", "=target"),
        HELPER.replace("Key=key", "Key='x/y'"),
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
    {}, {"profile": "strict"}, {"lint_tests": True}, {"min_confidence": s3lint.engine.Confidence.LOW}, {"require_reason": False},
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
        s3lint.discovery._ignore_file.cache_clear()
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
        patch.setattr(s3lint.engine, "date", Fixed)
        # Every write gives a file a time of its own, however fast one follows the other.
        patch.setattr(s3lint.cache.contents, "RACY", -(10**10))
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


@settings(max_examples=25)
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
