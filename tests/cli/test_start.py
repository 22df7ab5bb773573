"""What starting costs: what a run imports, and what takes the place of slow imports does the same."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from conftest import Write, run
from s3lint.project.patterns import PLAIN, matches
from s3lint.registry import rules
from s3lint.settings import TEST_PATHS, Settings
from s3lint.support.distributions import may_offer, version_of

if TYPE_CHECKING:
    import pytest

IMPORTED = "import sys; from s3lint.cli import main; main(['check', '--no-cache', *sys.argv[1:]]); print(*sys.modules)"

UPLOAD = "import boto3\n\n\ndef save(key, body):\n    boto3.client('s3').put_object(Key=key, Body=body)\n"

HEAVY = {
    "configparser", "difflib", "email", "importlib.metadata", "importlib.resources", "logging", "multiprocessing", "pathspec", "rich",
    "sqlglot", "sqlite3", "subprocess", "zipfile",
}  # fmt: skip
"""What each takes some milliseconds, and no run over a few files of a folder without a repository needs."""


def imported(root: Path, *arguments: str) -> set[str]:
    """Return the modules that a check of a project has imported at its end."""
    return set(run(sys.executable, "-c", IMPORTED, *arguments, cwd=root).out.splitlines()[-1].split())


def rules_in(modules: set[str]) -> set[str]:
    """Return those of some modules that contain a rule."""
    return modules & {rule.module for rule in rules().values()}


def test_files_without_storage_import_no_parser(project: Write) -> None:
    found = imported(project({"a.py": "import os\nprint(os.getcwd())\n", "b.py": "def f(x):\n    return x\n"}))
    assert "s3lint.linter.engine" in found
    assert found & {"libcst", "s3lint.facts", "s3lint.inference.values", *HEAVY} == set()
    assert rules_in(found) == set()


def test_a_file_with_storage_imports_what_it_needs(project: Write) -> None:
    found = imported(project({"a.py": UPLOAD}))
    assert "libcst" in found
    assert found & HEAVY == {"subprocess"}  # which libcst imports
    default = [rule for rule in rules().values() if rule.profile == "default"]
    assert rules_in(found) == {rule.module for rule in default if {"ObjectCall", "KeyTemplate"} & set(rule.kinds)}


def test_sql_is_parsed_only_where_it_may_do_something(project: Write) -> None:
    program = "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"
    idle = [
        "CREATE OR REPLACE VIEW v AS SELECT replace(a, '-', '') FROM t",
        "CREATE SCHEMA IF NOT EXISTS s LOCATION 's3://acme/s'",
        "INSERT INTO t SELECT 1",
        "MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED THEN INSERT *",
    ]
    calls = "".join(f'spark.sql("{statement}")\n' for statement in idle)
    assert "sqlglot" not in imported(project({"a.py": program + calls}))
    assert "sqlglot" in imported(project({"a.py": program + calls + 'spark.sql("CREATE TABLE t (a INT) USING csv")\n'}))


def test_a_report_in_colours_imports_what_makes_them(project: Write) -> None:
    assert "rich" in imported(project({"a.py": UPLOAD}), "--color", "always")


NAMES = st.text("ab.*-_", min_size=1, max_size=5)


@given(st.lists(NAMES | NAMES.map(lambda name: f"{name}/") | st.sampled_from(TEST_PATHS), max_size=4), st.data())
def test_plain_patterns_match_what_pathspec_matches(patterns: list[str], data: st.DataObject) -> None:
    parts = st.sampled_from([each.strip("/").replace("*", "b") or "b" for each in patterns] or ["a"]) | st.text(
        "ab.-_\n", min_size=1, max_size=4
    )
    inner = "/".join(data.draw(st.lists(parts.filter(lambda part: part not in (".", "..")), min_size=1, max_size=4)))
    found = matches(Path("/project") / inner, tuple(patterns), Settings(root=Path("/project")))
    assert found == GitIgnoreSpec.from_lines(patterns, backend="simple").match_file(inner)


def test_patterns_of_tests_are_plain() -> None:
    assert all(PLAIN.fullmatch(pattern) for pattern in TEST_PATHS)


def test_entry_points_are_found_wherever_they_are_installed(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    offer = "[acme.rules]\none = acme_rules\n"
    places = {
        "site": "acme-1.0.dist-info/entry_points.txt",
        "checkout": "acme.egg-info/entry_points.txt",
        "eggs": "acme-1.0-py3.11.egg/EGG-INFO/entry_points.txt",
    }
    root = project({f"{folder}/{name}": offer for folder, name in places.items()})
    assert not may_offer("acme.rules")
    for folder in (*places, "eggs/acme-1.0-py3.11.egg"):
        monkeypatch.setattr(sys, "path", [str(root / "absent"), str(root / folder)])
        assert may_offer("acme.rules")
        assert not may_offer("other.rules")


def test_an_archive_on_the_path_may_offer_anything(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project({"packed.zip": ""})
    monkeypatch.setattr(sys, "path", [str(root / "packed.zip")])
    assert may_offer("acme.rules")


def test_another_finder_may_offer_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    class Finder:
        def find_spec(self, *_: object) -> None:
            return None

        def find_distributions(self, *_: object) -> Iterator[None]:
            return iter(())

    assert not may_offer("acme.rules")
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder()])
    assert may_offer("acme.rules")


def test_versions_are_those_of_the_metadata() -> None:
    from importlib.metadata import version

    assert [version_of(name) for name in ("libcst", "pathspec")] == [version("libcst"), version("pathspec")]
    assert version_of("no-such-distribution") == ""
