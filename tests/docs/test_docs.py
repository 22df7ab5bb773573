"""The documentation says what is true."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from conftest import CHECKOUT, run, s3lint
from docs.figures import layers, table
from docs.generate import PAGE, generated
from s3lint import REPOSITORY, SITE
from s3lint.config import schema
from s3lint.config.load import INTERNAL
from s3lint.registry import rules
from s3lint.settings import Settings

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_settings_is_fresh() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert generated(text) == text, "run `make docs`"


def test_a_stale_table_is_noticed() -> None:
    assert "| `presign-max-seconds` | `86400` |" in generated("<!-- settings -->\n| old |\n<!-- /settings -->")
    with pytest.raises(ValueError, match="not one"):
        generated("<!-- settingz -->\n| old |\n<!-- /settingz -->")


def test_the_output_shown_is_real() -> None:
    shown = re.search(r"```console\n\$ s3lint (.+?)\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    real = iter(s3lint(*shown[1].split(), "--isolated", cwd=CHECKOUT).out.splitlines())
    assert [line for line in shown[2].splitlines() if line != "…" and line not in real] == []


def test_every_setting_is_listed() -> None:
    page = PAGE.read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([a-z0-9-]+)` \|", page, re.MULTILINE))
    assert named == {"extend", *(field.name.replace("_", "-") for field in fields(Settings) if field.name not in INTERNAL)}


def page(name: str) -> str:
    return (CHECKOUT / "docs" / f"{name}.md").read_text(encoding="utf-8")


LIMITS = {limit: constant.strip("`") for limit, constant in table(page("architecture"), "Limits")}
"""The constant of each limit, by what users' pages call it."""


@pytest.mark.parametrize("name", ["reliability", "inference"])
def test_limits_are_as_documented(name: str) -> None:
    rows = list(table(page(name), "Limits"))
    assert len(rows) > 10
    for limit, value, *_ in rows:
        module, _, constant = LIMITS[limit].rpartition(".")
        shown = int(value.replace(",", ""))
        real = getattr(importlib.import_module(module), constant)
        assert real in (shown, 1 << shown), limit  # a number of bits is kept as the power of two


def test_every_limit_is_explained_to_users() -> None:
    assert set(LIMITS) == {limit for name in ("reliability", "inference") for limit, *_ in table(page(name), "Limits")}


NAMED = re.findall(r"`((?:\w+/)+\w+\.py|s3lint(?:\.\w+)+)`", page("architecture"))


@pytest.mark.parametrize("name", sorted(set(NAMED)))
def test_the_architecture_names_what_exists(name: str) -> None:
    if name.endswith(".py"):
        made_up = ("ftp.py", "missing_cache_control.py", "missing_cache_control/bad.py", "missing_cache_control/good.py")
        assert name.endswith(made_up) or any((CHECKOUT / folder / name).is_file() for folder in ("s3lint", "."))
    else:
        assert pkgutil.resolve_name(name) is not None


def test_the_layers_described_are_those_of_the_contract() -> None:
    """`make lint` checks the contract, which names every part of the package."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(each for each in project["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    level = {name: row for row, names in enumerate(contract["layers"]) for name in names.split(" | ")}
    described = [name for row in layers(page("architecture")) for name in row]
    assert set(described) == level.keys() - {"__main__"}
    assert sorted(described, key=level.__getitem__) == described


def test_the_project_has_one_address() -> None:
    listed = run(
        "git", "grep", "-IhoE", r"(github\.com/|uses: )[[:alnum:]-]+/s3lint\b|[[:alnum:].-]+\.io/s3lint/", cwd=CHECKOUT
    ).out
    owner = REPOSITORY.removeprefix("https://")
    assert set(listed.split("\n")) - {""} <= {owner, SITE.removeprefix("https://"), f"uses: {owner.partition('/')[2]}"}
    urls = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    assert (urls["Homepage"], urls["Documentation"]) == (REPOSITORY, SITE)


def test_files_linked_to_exist() -> None:
    for path in (CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert target.startswith("https://") or (path.parent / target).exists(), f"{path.name}: {target}"


@pytest.mark.extended
def test_the_site_is_whole(tmp_path: Path) -> None:
    """MkDocs is strict: a link that leads nowhere, or a page that nothing leads to, fails."""
    done = run(
        sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path, cwd=CHECKOUT, NO_MKDOCS_2_WARNING="true"
    )
    assert done.code == 0, done.err
    for rule in rules().values():
        path = tmp_path / rule.url.removeprefix(SITE) / "index.html"
        assert rule.code in path.read_text(encoding="utf-8")
    published = tmp_path / schema.URL.removeprefix(SITE)
    assert json.loads(published.read_text(encoding="utf-8")) == schema.schema()
