"""What git ignores is passed over: by git's answer, and without git by the patterns that can be read."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from conftest import Write, s3lint_here
from s3lint.project.discovery import python_files
from s3lint.settings import Settings
from s3lint.support import git as hardened
from support.repositories import commit_all, git


def found(root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in python_files(root, Settings(root=root, exclude=()))]


@pytest.fixture(params=["with git", "without git"])
def there_is_git(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> bool:
    home = tmp_path_factory.mktemp("home")
    (home / "git").mkdir()
    (home / "git" / "ignore").write_text("*_scratch.py\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    if request.param == "without git":
        monkeypatch.setattr("s3lint.project.ignored._answer", lambda _: "git is missing")
    return bool(request.param == "with git")


def test_every_source_of_patterns_counts(project: Write, there_is_git: bool) -> None:
    root = project(
        {
            ".gitignore": "/build/\n*.gen.py\n!kept.gen.py\n",
            "app.py": "",
            "a.gen.py": "",
            "kept.gen.py": "",
            "build/made.py": "",
            "src/build/mine.py": "",
            "src/.gitignore": "local.py\n",
            "src/local.py": "",
            "src/deep/local.py": "",
            "local.py": "",
            "mine.py": "",
            "x_scratch.py": "",
        }
    )
    git(root, "init", "--quiet")
    (root / ".git" / "info" / "exclude").write_text("/mine.py\n")
    assert found(root) == ["app.py", "kept.gen.py", "local.py", "src/build/mine.py"]


def test_a_tracked_file_is_never_ignored(project: Write) -> None:
    root = project({"app.py": "", "build/tracked.py": ""})
    commit_all(root)
    (root / ".gitignore").write_text("build/\napp.py\n")
    (root / "build" / "untracked.py").touch()
    assert found(root) == ["app.py", "build/tracked.py"]


def test_a_repository_within_a_repository_has_its_own_answer(project: Write, there_is_git: bool) -> None:
    root = project(
        {"app.py": "", ".gitignore": "inner.py\n", "vendor/app.py": "", "vendor/inner.py": "", "vendor/.gitignore": "app.py\n"}
    )
    git(root, "init", "--quiet")
    git(root / "vendor", "init", "--quiet")
    assert found(root) == ["app.py", "vendor/inner.py"]


def test_a_folder_below_asks_for_the_patterns_above(project: Write, there_is_git: bool) -> None:
    root = project({".gitignore": "src/*.gen.py\n", "src/a.gen.py": "", "src/b.py": ""})
    git(root, "init", "--quiet")
    assert [path.name for path in python_files(root / "src", Settings(root=root))] == ["b.py"]


def test_names_that_git_quotes_are_found(project: Write, there_is_git: bool) -> None:
    root = project({".gitignore": "*.gen.py\n", 'a "b"\n.gen.py': "", "é\t.gen.py": "", "ok.py": ""})
    git(root, "init", "--quiet")
    assert found(root) == ["ok.py"]


def test_a_broken_repository_is_read_by_its_patterns(project: Write) -> None:
    root = project({".git/HEAD": "nothing", ".gitignore": "a.py\n", "a.py": "", "b.py": ""})
    assert found(root) == ["b.py"]


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("sleep 6000", "took more than 0.2 seconds"),
        ("sleep 6000 &", "took more than 0.2 seconds"),
        ("yes", "wrote more than 1,000 bytes"),
        ("echo no >&2; exit 1", "it ignores: no"),
    ],
)
def test_a_git_that_does_not_end_is_ended(project: Write, monkeypatch: pytest.MonkeyPatch, program: str, reason: str) -> None:
    root = project({".gitignore": "a.py\n", "a.py": "", "b.py": "", "s3lint.toml": "", "programs/git": f"#!/bin/sh\n{program}\n"})
    git(root, "init", "--quiet")
    (root / "programs" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{root / 'programs'}:{os.environ['PATH']}")
    hardened._program.cache_clear()
    monkeypatch.setattr(hardened, "MAX_SECONDS", 0.2 if "sleep" in program else 60)
    monkeypatch.setattr(hardened, "MAX_OUTPUT_BYTES", 1_000)
    before = threading.active_count()  # a server of other tests may run in this process
    done = s3lint_here("check", "--show-files", cwd=root)
    assert (done.code, done.out.splitlines()[0]) == (0, "b.py")
    assert reason in done.out
    assert threading.active_count() == before
    hardened._program.cache_clear()


def test_git_is_asked_once_in_a_run(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project({".gitignore": "src/*.gen.py\n", "src/a.gen.py": "", "src/b.py": ""})
    git(root, "init", "--quiet")
    assert found(root) == ["src/b.py"]
    monkeypatch.setattr(hardened, "run", None)
    assert found(root) == ["src/b.py"]
    assert [path.name for path in python_files(root / "src", Settings(root=root))] == ["b.py"]


def test_a_folder_that_looks_like_a_bare_repository_hides_nothing(project: Write) -> None:
    """All of it can be committed."""
    config = "[core]\n    repositoryformatversion = 0\n    bare = false\n    worktree = .\n    excludesFile = hidden\n"
    inner = {
        "HEAD": "ref: refs/heads/main\n",
        "objects/x": "",
        "refs/x": "",
        "config": config,
        "hidden": "*\n",
        "info/exclude": "*\n",
    }
    root = project({"app.py": "", **{f"src/{name}": text for name, text in inner.items()}, "src/b.py": ""})
    commit_all(root)
    assert [path.name for path in python_files(root / "src", Settings(root=root))] == ["b.py"]


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_no_git_of_the_project_is_run(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative folders of PATH lead into it, as the current folder does on Windows."""
    root = project({"a.py": "", "git": "#!/bin/sh\ntouch snapped\n", "bin/git": "#!/bin/sh\ntouch ../snapped\n"})
    for name in ("git", "bin/git"):
        (root / name).chmod(0o755)
    git(root, "init", "--quiet")
    monkeypatch.chdir(root)
    hardened._program.cache_clear()
    monkeypatch.setenv("PATH", f".::bin:{os.environ['PATH']}")
    assert found(root) == ["a.py"]
    assert not (root / "snapped").exists()
