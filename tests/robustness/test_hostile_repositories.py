"""Repositories of a few kilobytes that unpack to more than any machine has: their trees name the same tree many times."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from s3lint.project.files import MAX_READ_BYTES
from s3lint.spark import mirrors, sources

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
