"""What the settings exclude is excluded in every front end, however the pattern is written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from conftest import BUCKET_BY_NAME, Write, run, s3lint_here
from s3lint.config.load import settings_for
from s3lint.errors import ConfigurationError


@pytest.mark.parametrize(
    "pattern", ["gen", "/gen", "gen/", "./gen", "./gen/", "a/../gen", "{root}/gen", "{root}/gen/*.py", "**/gen"]
)
def test_all_spellings_of_a_pattern_exclude(project: Write, pattern: str) -> None:
    root = project({"gen/a.py": BUCKET_BY_NAME})
    (root / "s3lint.toml").write_text(f"extend-exclude = ['{pattern.format(root=root.as_posix())}']\n")
    assert s3lint_here("check", "--quiet", "--no-cache", cwd=root).code == 0


@pytest.mark.parametrize("key", ["extend-exclude", "exclude", "test-paths"])
@pytest.mark.parametrize("pattern", ["../gen", "a/../../gen", "./", "."])
def test_a_pattern_that_can_match_nothing_is_refused(project: Write, key: str, pattern: str) -> None:
    root = project({"s3lint.toml": f"{key} = ['{pattern}']\n"})
    with pytest.raises(ConfigurationError, match=f"s3lint.toml:1: {key}: '"):
        settings_for(root, root)


def test_keys_of_per_file_ignores_are_patterns_too(project: Write) -> None:
    root = project({"gen/a.py": BUCKET_BY_NAME, "s3lint.toml": "[per-file-ignores]\n'./gen' = ['ALL']\n"})
    assert s3lint_here("check", "--quiet", "--no-cache", cwd=root).code == 0


@pytest.fixture
def excluded(project: Write) -> Path:
    return project({"gen/a.py": BUCKET_BY_NAME, "s3lint.toml": "extend-exclude = ['gen']\n"})


@pytest.mark.parametrize("named", [".", "gen", "gen/a.py"])
def test_flake8_passes_over_it(excluded: Path, named: str) -> None:
    done = run(sys.executable, "-m", "flake8", "--select", "STO", named, cwd=excluded)
    assert (done.code, done.out) == (0, "")


def test_codemods_pass_over_it(excluded: Path) -> None:
    codemod = ("-m", "libcst.tool", "codemod", "--no-format", "-x", "s3lint.codemod.HardcodedBucket")
    run(sys.executable, *codemod, "gen", cwd=excluded)
    assert (excluded / "gen" / "a.py").read_text() == BUCKET_BY_NAME


@pytest.mark.parametrize("options", [(), ("--fix", "--unsafe-fixes")], ids=["check", "fix"])
def test_standard_input_with_its_name_is_passed_over_by_force(excluded: Path, options: tuple[str, ...]) -> None:
    given = ("check", "--quiet", "--stdin-filename", "gen/a.py", *options, "-")
    forced = s3lint_here(*given, "--force-exclude", cwd=excluded, stdin=BUCKET_BY_NAME.encode())
    assert (forced.code, forced.out) == (0, BUCKET_BY_NAME if options else "")
    assert s3lint_here(*given, cwd=excluded, stdin=BUCKET_BY_NAME.encode()).out not in ("", BUCKET_BY_NAME)


def test_show_files_names_patterns_without_a_match(project: Write) -> None:
    text = "extend-exclude = ['gen', 'gne']\n[per-file-ignores]\n'a.py' = ['STO2']\n'b.py' = ['STO2']\n"
    root = project({"a.py": "", "gen/x.py": "", "s3lint.toml": text})
    done = s3lint_here("check", "--show-files", cwd=root)
    assert done.out.splitlines() == ["a.py", "gen: excluded by the settings"]
    assert [line.rpartition("toml: ")[2] for line in done.err.splitlines()] == [
        "extend-exclude: 'gne' matches nothing",
        "per-file-ignores: 'b.py' matches nothing",
    ]
