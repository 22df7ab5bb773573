"""The examples of `docs/runtime.md` run, and keep the standard."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from conftest import CHECKOUT
from s3lint import runtime
from s3lint.settings import Settings
from s3lint.testing import check
from support.servers import BUCKET

TEXT = (CHECKOUT / "docs" / "runtime.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)

RAW = '{"event_id":"e1","user_id":"u1","day":"2026-01-31","amount":1}\n{"event_id":"e2","user_id":"u1","day":"2026-01-30"}\n'


@pytest.mark.xdist_group("spark")
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning")
def test_the_examples_run(store: str, spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAKEHOUSE", f"s3://{BUCKET}/docs")
    monkeypatch.setenv("ORDERS", str(tmp_path / "orders"))
    monkeypatch.setenv("RAW", str(tmp_path / "events.jsonl"))
    (tmp_path / "events.jsonl").write_text(RAW, encoding="utf-8")
    for name in ("report.pdf", "local1.pdf", "local2.pdf", "local3.pdf"):
        (tmp_path / name).write_bytes(b"%PDF")
    for number, example in enumerate(EXAMPLES):
        exec(compile(example, f"runtime.md example {number}", "exec"), {"__name__": "__example__"})  # noqa: S102
    assert (tmp_path / "copy.pdf").read_bytes() == b"%PDF"
    assert spark.read.format("delta").load(str(tmp_path / "orders")).count() == 2


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(EXAMPLES.index(example)))
def test_the_examples_keep_the_standard(example: str) -> None:
    assert check(example, Settings(root=Path("/nowhere"), profile="strict")) == []


def test_every_good_example_is_here() -> None:
    titles = [path.stem.removeprefix("good_") for path in (CHECKOUT / "fixtures" / "standard").glob("good_*.py")]
    headings = "\n".join(re.findall(r"^### (.+)$", TEXT, re.MULTILINE)).lower()
    short = {"hierarchical_key_organization": "hierarchical keys"}
    assert [title for title in titles if short.get(title, title.replace("_", " ")) not in headings] == []


def test_the_hierarchy_of_errors_is_as_shown() -> None:
    shown = re.search(r"```text\n(.*?)```", TEXT, re.DOTALL)
    assert shown is not None
    listed: list[tuple[int, str]] = []
    for line in shown[1].splitlines():
        name = re.search(r"[A-Z]\w+Error", line)
        if name is not None:
            listed.append((name.start() // 4, name[0]))
    parents: dict[int, str] = {}
    for depth, name in listed:
        parents[depth] = name
        assert depth == 0 or getattr(runtime, name).__bases__[0].__name__ == parents[depth - 1], name
    assert {name for _, name in listed} == {name for name in runtime.__all__ if name.endswith("Error")}
