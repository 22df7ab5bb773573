"""Nothing that is checked is ever executed or imported, and no configuration names code."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path

import pytest
from conftest import Write, run, s3lint

from s3lint.settings import Settings

PLANTED = (
    "open({marker!r}, 'a').write(__name__)\nimport boto3\nboto3.client('s3').put_object(Bucket='acme-x', Key='x.txt', Body=b)\n"
)

NAMES = (
    "conftest.py", "sitecustomize.py", "usercustomize.py", "setup.py", "__init__.py", "__main__.py", "ast.py", "tokenize.py",
    "tomllib.py", "json.py", "boto3.py", "libcst.py", "libcst/__init__.py", "flake8.py", "rich.py", "pathspec.py", "noxfile.py",
)  # fmt: skip


@pytest.fixture
def planted(project: Write, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A project whose every file would leave a mark if it were run, and the mark."""
    marker = tmp_path_factory.mktemp("mark") / "executed"
    text = PLANTED.format(marker=str(marker))
    root = project(dict.fromkeys(NAMES, text))
    (root / "planted.pth").write_text(f"import os; open({str(marker)!r}, 'a').write('pth')\n")
    (root / "pyproject.toml").write_text(
        "[build-system]\nbuild-backend = 'setup'\nbackend-path = ['.']\n[tool.s3lint]\nlint-tests = true\n"
    )
    return root, marker


@pytest.mark.parametrize(
    "arguments",
    [("check",), ("check", "--fix", "--unsafe-fixes"), ("report", "--html", "report.html")],
    ids=lambda given: given[-1],
)
def test_nothing_in_a_checked_project_is_executed(planted: tuple[Path, Path], arguments: tuple[str, ...]) -> None:
    root, marker = planted
    done = s3lint(*arguments, cwd=root)
    assert done.code in (0, 1), done.err
    assert not marker.exists()


def test_the_mark_shows_when_something_is_executed(planted: tuple[Path, Path]) -> None:
    root, marker = planted
    run(sys.executable, "-c", "import conftest", cwd=root)
    assert marker.exists()


@pytest.mark.parametrize("key", ["plugins", "rules", "packs", "load", "import", "entry-points"])
def test_no_setting_names_code(project: Write, key: str) -> None:
    done = s3lint("check", cwd=project({"s3lint.toml": f"{key} = ['os.system']\n", "a.py": ""}))
    assert done.code == 2
    assert "no setting is called" in done.err
    assert {field.name for field in fields(Settings)}.isdisjoint({key.replace("-", "_")})
