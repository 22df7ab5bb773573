"""The documentation says what is true."""

from __future__ import annotations

import importlib
import json
import re
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from conftest import CHECKOUT, run, s3lint
from docs.generate import DOCUMENTS, generated
from s3lint.config.load import INTERNAL
from s3lint.registry import rules
from s3lint.settings import Settings

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_generated_parts_are_fresh(path) -> None:
    text = path.read_text(encoding="utf-8")
    assert generated(text) == text, "run `make docs`"


def test_a_stale_table_is_noticed() -> None:
    assert generated("<!-- rules -->\n| old |\n<!-- /rules -->").count("\n| STO") == len(rules())
    with pytest.raises(ValueError, match="nothing is generated"):
        generated("<!-- rulez -->\n<!-- /rulez -->")


def test_the_output_shown_is_real() -> None:
    shown = re.search(r"```console\n\$ s3lint (.+?)\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    real = iter(s3lint(*shown[1].split(), "--isolated", cwd=CHECKOUT).out.splitlines())
    assert [line for line in shown[2].splitlines() if line != "…" and line not in real] == []


def test_the_settings_named_are_settings() -> None:
    table = README.partition("## Configuration")[2].partition("## ")[0]
    named = {key for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE) for key in re.findall(r"`([a-z-]+)`", row)}
    known = {field.name.replace("_", "-") for field in fields(Settings) if field.name not in INTERNAL}
    assert named - {"extend"} <= known


BOUNDS = re.findall(
    r"^\| `([\w.]+)\.([A-Z]+)` \| [^|]+ \| ([\d,]+) \|", (CHECKOUT / "docs" / "inference.md").read_text("utf-8"), re.MULTILINE
)


@pytest.mark.parametrize(("module", "name", "value"), BOUNDS, ids=lambda each: each)
def test_the_bounds_are_as_documented(module: str, name: str, value: str) -> None:
    assert getattr(importlib.import_module(f"s3lint.{module}"), name) == int(value.replace(",", ""))


def test_files_linked_to_exist() -> None:
    for path in (CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert target.startswith("https://") or (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_site_is_whole(tmp_path: Path) -> None:
    """MkDocs is strict: a link that leads nowhere, or a page that nothing leads to, fails."""
    done = run(
        sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path, cwd=CHECKOUT, NO_MKDOCS_2_WARNING="true"
    )
    assert done.code == 0, done.err
    for rule in rules().values():
        path = tmp_path / rule.url.removeprefix("https://s3lint.github.io/s3lint/") / "index.html"
        assert rule.code in path.read_text(encoding="utf-8")
    assert json.loads((tmp_path / "schema.json").read_text(encoding="utf-8"))["$id"].endswith("/schema.json")
