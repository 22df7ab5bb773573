"""A cache that another user filled, changed, linked or committed hides no finding, prints nothing and damages no other file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conftest import BUCKET_BY_NAME, Run, Write, s3lint, s3lint_here
from s3lint.runner.cache import store
from s3lint.runner.cache.folder import KEY, RESULTS, open_folder, project_folder
from s3lint.runner.cache.store import Authenticator

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs links and owners")

REPORT = b'["::add-path::/tmp/x", "", false]'
"""A text that is no result."""

CHECK = ("check", "--output-format", "concise", "--quiet")


@pytest.fixture
def filled(project: Write) -> Path:
    """Make a project with a folder `cache` that another user has filled."""
    root = project({"a.py": BUCKET_BY_NAME, "s3lint.toml": ""})
    assert checked(root, user=root.parent / "another").code == 1
    return root


def checked(root: Path, *more: str, user: Path | None = None) -> Run:
    folder = user or root.parent / "user"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        return s3lint_here(*CHECK, "--cache-dir", "cache", *more, cwd=root)


def is_whole(done: Run) -> None:
    """Assert that the findings are reported, and nothing else."""
    assert done.code == 1, done
    assert "STO201" in done.out
    assert "add-path" not in done.out + done.err


def rows(root: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(root / "cache" / RESULTS)) as database:
        database.execute(statement, values)
        database.commit()


def empty_results(root: Path) -> None:
    rows(root, "UPDATE entries SET value = ?", zlib.compress(b""))


def empty_results_with_sums(root: Path) -> None:
    with closing(sqlite3.connect(root / "cache" / RESULTS)) as database:
        database.create_function("sum_", 4, store._sum)
        database.execute("UPDATE entries SET value = ?", (zlib.compress(b""),))
        database.execute("UPDATE entries SET sum = sum_(key, digest, dependencies, value)")
        database.commit()


def codes_of_another_key(root: Path) -> None:
    mac = Authenticator(bytes(32))
    with closing(sqlite3.connect(root / "cache" / RESULTS)) as database:
        database.create_function("code", 5, lambda variant, *row: mac.of(variant, store._sum(*row)))
        database.execute("UPDATE entries SET value = ?", (zlib.compress(REPORT),))
        database.execute("UPDATE entries SET sum = code(variant, key, digest, dependencies, value)")
        database.commit()


def a_text(root: Path) -> None:
    rows(root, "UPDATE entries SET value = ?", zlib.compress(REPORT))


def a_bomb(root: Path) -> None:
    rows(root, "UPDATE entries SET value = ?", zlib.compress(bytes(store.MAX_INFLATED_BYTES + 1), 1))


def no_rows(root: Path) -> None:
    rows(root, "DELETE FROM dependencies")


def other_types(root: Path) -> None:
    rows(root, "UPDATE entries SET digest = 1, dependencies = 'x', value = NULL, sum = 2.5")


FORGERIES = (empty_results, empty_results_with_sums, codes_of_another_key, a_text, a_bomb, no_rows, other_types)


@pytest.mark.parametrize("forge", [None, *FORGERIES])
@pytest.mark.parametrize("own", [True, False], ids=["own", "another's"])
def test_forged_rows_count_as_missing(filled: Path, forge: Callable[[Path], None] | None, own: bool) -> None:
    """Rows of another user are ignored even if they are true, since that cannot be known."""
    if own:
        is_whole(checked(filled))
    if forge is not None:
        forge(filled)
    is_whole(checked(filled))


def test_a_row_of_other_settings_does_not_answer(filled: Path) -> None:
    assert checked(filled, "--ignore", "STO2,STO3").code == 0
    with closing(sqlite3.connect(filled / "cache" / RESULTS)) as database:
        variants = [variant for (variant,) in database.execute("SELECT DISTINCT variant FROM entries ORDER BY rowid")]
        for variant in variants:
            database.execute(
                "INSERT OR REPLACE INTO entries SELECT ?, key, day, digest, dependencies, value, sum FROM entries WHERE variant != ?",
                (variant, variant),
            )
        database.commit()
    is_whole(checked(filled))


def test_a_folder_that_git_tracks_is_no_cache(filled: Path) -> None:
    for command in (("init", "-q"), ("add", "-f", "-A")):
        subprocess.run(["git", *command], cwd=filled, check=True)
    before = (filled / "cache" / RESULTS).read_bytes()
    done = s3lint(*CHECK[:-1], "--cache-dir", "cache", cwd=filled)
    is_whole(done)
    assert "git tracks the folder" in done.err
    assert (filled / "cache" / RESULTS).read_bytes() == before


def test_a_cache_of_the_user_in_the_project_is_not_trusted(filled: Path) -> None:
    inside = filled / ".cache"
    inside.mkdir()
    done = s3lint(*CHECK[:-1], cwd=filled, XDG_CACHE_HOME=str(inside))
    is_whole(done)
    assert "lies in the project" in done.err
    assert list(inside.iterdir()) == []


def test_folders_and_key_are_the_owners_alone(project: Write) -> None:
    root = project({"a.py": BUCKET_BY_NAME, "s3lint.toml": ""})
    file, secret = open_folder(None, root)
    assert file.parent.stat().st_mode & 0o077 == 0
    assert file.parent.parent.stat().st_mode & 0o077 == 0
    assert (file.parent.parent / KEY).stat().st_mode & 0o077 == 0
    assert open_folder(None, root) == (file, secret)
    file.parent.chmod(0o777)
    open_folder(None, root)
    assert file.parent.stat().st_mode & 0o077 == 0


def foreign_database(file: Path) -> Path:
    with closing(sqlite3.connect(file)) as database:
        database.executescript("CREATE TABLE customers (name); INSERT INTO customers VALUES ('kept'); PRAGMA user_version = 2;")
    return file


def linked(root: Path, other: Path) -> None:
    (root / "cache").mkdir()
    (root / "cache" / RESULTS).symlink_to(other)


def hard_linked(root: Path, other: Path) -> None:
    (root / "cache").mkdir()
    os.link(other, root / "cache" / RESULTS)


def linked_folder(root: Path, other: Path) -> None:
    (root / "cache").symlink_to(other.parent)


def linked_parent(root: Path, other: Path) -> None:
    (root / "build").symlink_to(other.parent)
    (root / "cache").symlink_to("build")


def linked_journal(root: Path, other: Path) -> None:
    (root / "cache").mkdir()
    (root / "cache" / f"{RESULTS}-journal").symlink_to(other)


def linked_mark(root: Path, other: Path) -> None:
    (root / "cache").mkdir()
    (root / "cache" / "CACHEDIR.TAG").symlink_to(other.parent / "new")


def copied(root: Path, other: Path) -> None:
    (root / "cache").mkdir()
    shutil.copy(other, root / "cache" / RESULTS)


LAYOUTS = (linked, hard_linked, linked_folder, linked_parent, linked_journal, linked_mark, copied)


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make a folder with a database of another program."""
    folder = tmp_path_factory.mktemp("documents")
    yield foreign_database(folder / RESULTS)
    assert [path.name for path in folder.iterdir()] == [RESULTS]
    with closing(sqlite3.connect(folder / RESULTS)) as database:
        assert [name for (name,) in database.execute("SELECT name FROM sqlite_master")] == ["customers"]


@pytest.mark.parametrize("lay", LAYOUTS)
def test_no_file_of_others_is_touched(project: Write, outside: Path, lay: Callable[[Path, Path], None]) -> None:
    root = project({"a.py": BUCKET_BY_NAME, "s3lint.toml": ""})
    lay(root, outside)
    before = (root / "cache" / RESULTS).read_bytes() if lay is copied else b""
    is_whole(checked(root))
    s3lint_here("clean", "--cache-dir", "cache", cwd=root)
    assert not before or (root / "cache" / RESULTS).read_bytes() == before


def test_clean_leaves_what_it_did_not_make(project: Write) -> None:
    root = project(
        {"a.py": BUCKET_BY_NAME, "s3lint.toml": "", "cache/CACHEDIR.TAG": "Signature: mine", "cache/results.sqlite": "mine"}
    )
    s3lint_here("clean", "--cache-dir", "cache", cwd=root)
    assert sorted(path.name for path in (root / "cache").iterdir()) == ["CACHEDIR.TAG", RESULTS]


def test_projects_have_folders_of_their_own(tmp_path: Path) -> None:
    assert project_folder(tmp_path / "a") != project_folder(tmp_path / "b")
