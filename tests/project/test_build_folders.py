"""Folders that a build makes are skipped, and first-party code with the same names is not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conftest import s3lint_here
from s3lint.project.discovery import is_excluded, python_files
from s3lint.settings import Settings
from support.repositories import commit_all, git

if TYPE_CHECKING:
    from conftest import Write


def found(root: Path, **settings: object) -> list[str]:
    made = Settings(root=root, **settings)  # type: ignore[arg-type]
    files = [path.relative_to(root).as_posix() for path in python_files(root, made)]
    every = [path.relative_to(root).as_posix() for path in sorted(root.rglob("*.py")) if not is_excluded(path, made)]
    assert sorted(files) == every, "a walk and a single file are told the same"
    return files


CODE = {"src/app/build/steps.py": "", "src/app/dist/send.py": "", "build/lib/app.py": "", "dist/app.py": ""}


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.py", "setup.cfg"])
def test_untracked_folders_beside_the_file_of_a_project_are_built(project: Write, name: str) -> None:
    root = project({name: ""} | CODE)
    git(root, "init", "--quiet")
    assert [path for path in found(root) if path != name] == ["src/app/build/steps.py", "src/app/dist/send.py"]
    assert "build: made by a build" in s3lint_here("check", "--isolated", "--show-files", cwd=root).out


def test_tracked_folders_are_code(project: Write) -> None:
    root = project({"pyproject.toml": ""} | CODE)
    commit_all(root)
    assert found(root) == sorted(CODE)


def test_folders_beside_no_file_of_a_project_are_code(project: Write) -> None:
    root = project(CODE)
    git(root, "init", "--quiet")
    assert found(root) == sorted(CODE)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, True),
        ({"lib/b.py": ""}, False),
        ({"x.egg-info/PKG-INFO": ""}, False),
        ({"x-1.whl": ""}, False),
        ({"PKG-INFO": ""}, False),
    ],
)
def test_without_git_the_content_tells(project: Write, more: dict[str, str], code: bool) -> None:
    root = project({"pyproject.toml": "", "build/a.py": ""} | {f"build/{path}": text for path, text in more.items()})
    assert ("build/a.py" in found(root)) is code


def test_settings_of_ones_own_take_the_place_of_the_default(project: Write) -> None:
    root = project({"pyproject.toml": ""} | CODE)
    git(root, "init", "--quiet")
    assert found(root, exclude=()) == sorted(CODE)
    assert found(root, exclude=("dist",)) == ["build/lib/app.py", "src/app/build/steps.py"]
