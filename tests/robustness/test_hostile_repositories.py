"""Repositories that unpack to more than any machine has, pretend to be others, or make git wait for ever."""

from __future__ import annotations

import select
import subprocess
from pathlib import Path

import pytest

from conftest import Write, s3lint_here
from s3lint.project import boundary, commits
from s3lint.project.files import MAX_READ_BYTES
from s3lint.spark import mirrors, sources
from s3lint.support import git as hardened
from support.repositories import commit_all, git

ENTRIES = 60


def made(folder: Path, *arguments: str, given: bytes = b"") -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, input=given, capture_output=True, check=True)
    return done.stdout.decode().strip()


def mirror(folder: Path, content: bytes, levels: int) -> str:
    """Make a mirror `team` whose newest commit has one content in `ENTRIES ** levels` files; return this commit."""
    place = folder / "team.git"
    made(folder, "init", "--quiet", "--bare", "team.git")
    entry = f"100644 blob {made(place, 'hash-object', '-w', '--stdin', given=content)}"
    for level in range(levels):
        names = [f"{entry}\tn{number}{'' if level else '.py'}" for number in range(ENTRIES)]
        entry = f"040000 tree {made(place, 'mktree', given=chr(10).join(names).encode())}"
    author = ("-c", "user.name=a", "-c", "user.email=a@b")
    commit = made(place, *author, "commit-tree", entry.split()[2], "-m", "x")
    made(place, "update-ref", "refs/heads/main", commit)
    made(place, "symbolic-ref", "HEAD", "refs/heads/main")
    return commit


@pytest.mark.parametrize(("levels", "reason"), [(3, "more than 200,000 Python files"), (5, "more than 256,000,000 bytes")])
def test_a_commit_of_endless_files_is_refused(tmp_path: Path, levels: int, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = mirror(tmp_path, b"x = 1\n", levels)
    monkeypatch.setattr(mirrors, "MAX_FILES", 200_000)
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) < 200_000
    assert mirrors.repositories(tmp_path) == ["team"]
    with pytest.raises(mirrors.MirrorError, match=reason):
        mirrors.count(tmp_path, "team", commit)


@pytest.mark.parametrize("size", [1_000_000, MAX_READ_BYTES + 1])
def test_a_commit_of_endless_bytes_is_read_up_to_the_limit(tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = mirror(tmp_path, b"#" * size, 2)
    monkeypatch.setattr(mirrors, "MAX_BYTES", 3 * size)
    found = []
    with pytest.raises(mirrors.MirrorError, match=r"team: the Python files of commit \w{12} have more than"):
        found.extend(mirrors.files(tmp_path, "team", commit))
    assert len(found) == 3


def test_a_batch_ends_at_so_many_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = mirror(tmp_path, b"#" * 1_000, 1)
    monkeypatch.setattr(sources, "BYTES_PER_BATCH", 20_000)
    batches = list(sources._read(tmp_path, "team", commit))
    assert [each.num_rows for each in batches] == [20, 20, 20, 0]


IMPORTING = 'import boto3\nfrom config import BUCKET\n\nboto3.client("s3").put_object(Bucket=BUCKET, Key="a/b.pdf", Body=b"x")\n'


def test_no_committed_folder_makes_a_repository_of_its_own(project: Write) -> None:
    root = project({"config.py": 'BUCKET = "acme-docs"\n', "sub/app.py": IMPORTING, "sub/.hg/requires": "store\n"})
    commit_all(root)
    done = s3lint_here("check", "--no-cache", "--quiet", "--output-format", "concise", cwd=root)
    assert "config.py:1:10: STO201" in done.out
    assert s3lint_here("check", "--no-cache", "--since", "HEAD", cwd=root).code == 0
    git(root, "rm", "-r", "--quiet", "--cached", "sub/.hg")
    boundary._is_tracked.cache_clear()
    boundary.repository_root.cache_clear()
    assert boundary.repository_root(root / "sub") == root / "sub"
    boundary.repository_root.cache_clear()


def test_no_graft_hides_what_a_change_brings(project: Write) -> None:
    root = project({"app.py": "x = 1\n"})
    commit_all(root)
    (root / "app.py").write_text(IMPORTING.replace("BUCKET,", '"acme-docs",'))
    commit_all(root)
    head, with_the_same = git(root, "rev-parse", "HEAD").strip(), git(root, "commit-tree", "HEAD^{tree}", "-m", "x").strip()
    (root / ".git" / "info").mkdir(exist_ok=True)
    (root / ".git" / "info" / "grafts").write_text(f"{head} {with_the_same}\n")
    done = s3lint_here("check", "--no-cache", "--quiet", "--output-format", "concise", "--since", "HEAD~1", cwd=root)
    assert "STO201" in done.out


@pytest.mark.skipif(not hasattr(select, "poll"), reason="has no pipes that can be waited for")
def test_a_git_that_stops_answering_is_ended(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project({"app.py": "x = 1\n", "programs/git": "#!/bin/sh\nexec sleep 600\n"})
    commit_all(root)
    files = commits.CommitFiles(root, "HEAD")
    (root / "programs" / "git").chmod(0o755)
    monkeypatch.setattr(hardened, "_program", lambda: str(root / "programs" / "git"))
    monkeypatch.setattr(hardened, "MAX_SECONDS", 0.1)
    assert files[root / "app.py"] == b"x = 1\n"
    silent = hardened.ObjectReader(root)
    with pytest.raises(OSError, match="more than"):
        silent.size(b"HEAD:app.py")
    assert not silent.close.alive
    monkeypatch.setattr(files, "_objects", hardened.ObjectReader(root))
    assert files.get(root / "app.py") is None
    assert files.problem == "--since: git took more than 0.1 seconds"
