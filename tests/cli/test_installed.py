"""The doors that users come through: the wheel in a clean environment, flake8, pre-commit."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from conftest import CHECKOUT, Run, run

pytestmark = [pytest.mark.xdist_group("installed"), pytest.mark.extended]

BAD = """\
import boto3

s3 = boto3.client("s3")
s3.upload_file("report.pdf", "acme-documents", "report.pdf")
s3.download_file("acme-documents", "a/b", "c")  # noqa: STO201
s3.download_file("acme-documents", "a/b", "c")  # s3lint: allow[hardcoded-bucket] one account only
"""

FOUND = {(4, 1, "STO301"), (4, 30, "STO201"), (4, 48, "STO211"), (5, 49, "STO901")}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    done = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, CHECKOUT, cwd=folder)
    assert done.code == 0, done.err
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a clean environment: the wheel, the flake8 of these tests, and another project's package `rules`."""
    folder = tmp_path_factory.mktemp("environment")
    assert run(sys.executable, "-m", "venv", folder, cwd=folder).code == 0
    same = f"flake8=={version('flake8')}"
    done = run(folder / "bin" / "python", "-m", "pip", "install", "--quiet", wheel, "rules==3.5", same, cwd=folder)
    assert done.code == 0, done.err
    return folder / "bin"


def flake8(installed: Path, *arguments: str, cwd: Path, stdin: bytes = b"") -> Run:
    return run(installed / "flake8", "--select", "STO", *arguments, cwd=cwd, stdin=stdin)


def places(output: str) -> set[tuple[int, int, str]]:
    return {
        (int(row), int(column), rest.split()[0]) for _, row, column, rest in (line.split(":", 3) for line in output.splitlines())
    }


def test_the_wheel_holds_the_rules_inside_the_package(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"s3lint"}
    assert "s3lint/rules/keys/flat_key.py" in names
    assert "s3lint/registry/standard.toml" in names
    assert "s3lint/storage/services/s3.json" in names
    assert "s3lint/py.typed" in names


def test_the_source_archive_builds_the_same(wheel: Path) -> None:
    assert list(wheel.parent.glob("*.tar.gz"))


def test_the_installed_command_finds_its_rules(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(BAD)
    done = run(installed / "s3lint", "check", "--output-format", "json", cwd=tmp_path)
    assert done.code == 1, done.err
    assert {(f["location"]["row"], f["location"]["column"], f["code"]) for f in json.loads(done.out)} == FOUND
    assert (
        run(installed / "python", "-c", "import rules; print(rules.__file__)", cwd=tmp_path)
        .out.strip()
        .startswith(str(installed.parent))
    )


def test_flake8_reports_the_same(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(BAD)
    done = flake8(installed, cwd=tmp_path)
    assert done.code == 1, done.err
    assert places(done.out) == FOUND


def test_flake8_keeps_its_own_noqa(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(BAD)
    assert places(flake8(installed, "--disable-noqa", cwd=tmp_path).out) == FOUND | {(5, 18, "STO201")}


def test_flake8_obeys_the_configuration(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / "pyproject.toml").write_text("[tool.s3lint]\nselect = ['STO301']\n")
    assert places(flake8(installed, cwd=tmp_path).out) == {(4, 1, "STO301")}
    (tmp_path / "pyproject.toml").write_text("[tool.s3lint]\nselekt = ['STO301']\n")
    refused = flake8(installed, cwd=tmp_path)
    assert refused.code == 1
    assert "no setting is called selekt: did you mean select?" in refused.out + refused.err
    assert "Traceback" not in refused.out + refused.err


def test_flake8_leaves_out_what_the_baseline_holds(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / "s3lint.toml").write_text("baseline = 'known.json'\n")
    refused = flake8(installed, cwd=tmp_path)
    assert refused.code == 1
    assert "known.json: the baseline cannot be read" in refused.out + refused.err
    assert run(installed / "s3lint", "baseline", cwd=tmp_path).code == 0
    assert places(flake8(installed, cwd=tmp_path).out) == set()
    (tmp_path / "bad.py").write_text(BAD.replace("report.pdf", "other.pdf"))
    assert places(flake8(installed, cwd=tmp_path).out) == {(4, 1, "STO301"), (4, 47, "STO211")}


def test_flake8_reads_standard_input(installed: Path, tmp_path: Path) -> None:
    assert places(flake8(installed, "-", cwd=tmp_path, stdin=BAD.encode()).out) == FOUND


def test_flake8_sees_values_of_other_files(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text('RAW = "acme-raw"\n')
    (tmp_path / "reader.py").write_text(
        "import boto3\nfrom config import RAW\nboto3.client('s3').get_object(Bucket=RAW, Key='a/b')\n"
    )
    assert flake8(installed, cwd=tmp_path).out.startswith("./config.py:1:7: STO201 Bucket `acme-raw` is hardcoded")


def test_flake8_imports_libcst_only_where_a_file_matters(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("from datetime import timedelta\n")
    program = "import sys; from flake8.main.cli import main; main(['-j1', '--select', 'STO', '.']); print('libcst' in sys.modules)"
    assert run(installed / "python", "-c", program, cwd=tmp_path).out.strip() == "False"
    (tmp_path / "bad.py").write_text(BAD)
    assert run(installed / "python", "-c", program, cwd=tmp_path).out.splitlines()[-1] == "True"


def git(*arguments: str, cwd: Path) -> Run:
    done = run("git", "-c", "user.name=n", "-c", "user.email=e@example.org", *arguments, cwd=cwd)
    assert done.code == 0, done.err
    return done


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that offers the hooks, as users name one in their configuration."""
    made = tmp_path_factory.mktemp("hooks")
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(CHECKOUT / name, made)
    for name in ("s3lint", "rules"):
        shutil.copytree(CHECKOUT / name, made / name, ignore=shutil.ignore_patterns("__pycache__"))
    git("init", "--quiet", cwd=made)
    git("add", "--all", cwd=made)
    git("commit", "--quiet", "-m", "hooks", cwd=made)
    return made


@pytest.fixture(scope="module")
def pre_commit(hooks: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], Run]:
    """Runs one hook over all files of a repository."""
    home = str(tmp_path_factory.mktemp("home"))
    revision = git("rev-parse", "HEAD", cwd=hooks).out.strip()
    program = Path(sys.executable).with_name("pre-commit")
    config = f"repos: [{{repo: {hooks}, rev: {revision}, hooks: [{{id: s3lint}}, {{id: s3lint-fix}}]}}]\n"

    def hook(folder: Path, name: str) -> Run:
        (folder / ".pre-commit-config.yaml").write_text(config)
        git("add", "--all", cwd=folder)
        return run(program, "run", name, "--verbose", "--all-files", cwd=folder, PRE_COMMIT_HOME=home)

    return hook


def test_pre_commit_runs_the_hooks(tmp_path: Path, pre_commit: Callable[[Path, str], Run]) -> None:
    git("init", "--quiet", cwd=tmp_path)
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / "clean.py").write_text("x = 1\n")
    done = pre_commit(tmp_path, "s3lint")
    assert done.code == 1, done.out + done.err
    assert "bad.py:4:30 STO201 hardcoded-bucket" in done.out
    done = pre_commit(tmp_path, "s3lint-fix")
    assert done.code == 1, done.out + done.err
    assert "Fixed 1 finding in 1 file." in done.out
    assert "ContentType" in (tmp_path / "bad.py").read_text()
    (tmp_path / "bad.py").unlink()
    assert pre_commit(tmp_path, "s3lint").code == 0
    assert pre_commit(tmp_path, "s3lint-fix").code == 0
