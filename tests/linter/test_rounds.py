"""Rounds of fixes find what a look at the whole project would, and look again only at what a change may concern."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import Write
from s3lint.linter.engine import Engine
from s3lint.linter.fix import FixSession
from s3lint.linter.result import Result
from s3lint.settings import Settings

CLIENT = "import boto3\n\ns3 = boto3.client('s3')\n"

HELPER = f"{CLIENT}\n\ndef put(bucket, key):\n    s3.put_object(Bucket=bucket, Key=key, Body=b'')\n"

TEXTS = {
    "config.py": (
        "BUCKET = 'acme-documents'\n",
        "import os\n\nBUCKET = os.environ['B']\n",
        "from defaults import BUCKET\n",
        f"from helpers import put\n{CLIENT}\nBUCKET = 'acme-images'\nput(BUCKET, 'b.pdf')\n",
    ),
    "defaults.py": ("BUCKET = 'acme-defaults'\n", "BUCKET = None\n"),
    "helpers.py": (HELPER, HELPER.replace("Key=key", "Key='x/y.json'"), HELPER.replace("put(", "send("), "def put(a, b): pass\n"),
    "uses.py": (
        f"from config import BUCKET\nfrom helpers import put\n{CLIENT}\nput(BUCKET, 'a.csv')\ns3.upload_file('a', BUCKET, 'b.csv')\n",
        f"import helpers\n{CLIENT}\nhelpers.put('acme-other', 'a/b.json')\n",
        "# nothing of s3\n",
        "def broken(:\n",
    ),
    "apart.py": (
        HELPER.replace("put(", "apart(") + "\n\napart('acme-apart', 'a.csv')\n",
        f"from uses import BUCKET\n{HELPER}\n\nput(BUCKET, 'c.pdf')\n",
    ),
    "test_uses.py": ("from helpers import put\n\nput('acme-test', 'test.csv')\n", "from config import BUCKET\n"),
}

CHANGES = st.sampled_from(sorted(TEXTS)).flatmap(lambda name: st.tuples(st.just(name), st.lists(st.sampled_from(TEXTS[name]))))


@settings(max_examples=15)
@given(st.lists(CHANGES, min_size=2, max_size=5), st.sampled_from([{}, {"profile": "strict"}, {"select": ("STO201", "STO301")}]))
def test_later_rounds_find_what_a_first_one_would(changes: list[tuple[str, list[str]]], options) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = Settings(root=Path(folder), **options)
        for name, texts in TEXTS.items():
            (made.root / name).write_text(texts[0], encoding="utf-8")
        session = FixSession.on_disk(made, is_decided=True)
        for name, texts in changes:
            path = made.root / name
            with session.changing(path):
                for text in (TEXTS[name][0], *texts):
                    fresh = FixSession.on_disk(made, is_decided=True)
                    found = session.findings(path, text.encode(), unsafe=True)
                    assert found == fresh.findings(path, text.encode(), unsafe=True)


@pytest.mark.parametrize(
    ("name", "text", "looked"),
    [
        ("uses.py", TEXTS["uses.py"][0], {"uses.py"}),
        ("config.py", "BUCKET = 'acme-images'\n", {"config.py", "uses.py", "helpers.py"}),
        # Nothing has read the file, but a search for calls finds it now.
        ("defaults.py", f"from apart import apart\n{CLIENT}\napart('acme-new', 'b.pdf')\n", {"defaults.py", "apart.py"}),
    ],
    ids=["the same", "a file that was read", "a call"],
)
def test_a_round_looks_again_at_what_depends_on_the_changed_file(
    project: Write, monkeypatch: pytest.MonkeyPatch, name: str, text: str, looked: set[str]
) -> None:
    made = Settings(root=project({name: texts[0] for name, texts in TEXTS.items()}))
    session = FixSession.on_disk(made, is_decided=True)
    for each in ("uses.py", "config.py"):
        with session.changing(made.root / each):
            session.findings(made.root / each, TEXTS[each][0].encode(), unsafe=True)
    analyzed: list[str] = []
    look = Engine._analyze_source

    def noting(engine: Engine, path: Path, *given) -> Result:
        analyzed.append(path.name)
        return look(engine, path, *given)

    monkeypatch.setattr(Engine, "_analyze_source", noting)
    session.findings(made.root / name, text.encode(), unsafe=True)
    assert set(analyzed) == looked
