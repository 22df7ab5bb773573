"""The matrix of a release: every Python, the oldest and the newest of what s3lint stands on, the wheel as users install it.

`nox` runs it all. A Python that is not installed is skipped, and the summary says so.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = False
nox.options.download_python = "never"
nox.options.reuse_venv = "yes"

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")

PROJECT = nox.project.load_toml("pyproject.toml")

TELLING = (
    "tests/rules/test_fixtures.py",
    "tests/fixes/test_fixes.py",
    "tests/linter/test_properties.py",
    "tests/inference/test_inference.py",
    "tests/source/test_notebooks.py",
    "tests/suppressions/test_suppressions.py",
    "tests/cli/test_waivers.py",
    "tests/cli/test_command.py",
    "tests/cli/test_installed.py",
    "tests/runtime/test_keys.py",
    "tests/runtime/test_package.py",
)
"""What differs between versions if anything does; `make test` runs the rest on one."""

SLOW = "not pre_commit and not order_of_sets and not any_program"

SMOKE = """\
import boto3

boto3.client("s3").upload_file("a.pdf", "acme-documents", "a.pdf")
"""


@nox.session(python=PYTHONS)
@nox.parametrize("dependencies", ["oldest", "newest"])
def tests(session: nox.Session, dependencies: str) -> None:
    """Rules, fixes, notebooks, the command and the plugin, on the oldest dependencies that are allowed and on the newest.

    The oldest are the last releases that the lower bounds in pyproject.toml name: flake8 6 and libcst 1.5 among them.
    """
    if (session.python, dependencies) == ("3.14", "oldest"):
        session.skip("libcst 1.5 and ahocorasick_rs 0.22 have no wheels for Python 3.14")
    session.install(*nox.project.dependency_groups(PROJECT, "matrix"))
    bounds: list[str] = PROJECT["project"]["dependencies"]
    chosen = [re.sub(r">=([\d.]+)", r"==\1.*", bound, count=1) for bound in bounds] if dependencies == "oldest" else bounds
    session.install("--upgrade", "--editable", ".", *chosen)
    session.run("flake8", "--version")
    session.run("pytest", "-n", "2", "--dist", "loadgroup", "-m", "not browser", *(session.posargs or [*TELLING, "-k", SLOW]))


@nox.session
def build(session: nox.Session) -> None:
    """The wheel and the source archive, made and looked at."""
    session.install("build", "twine", "check-wheel-contents")
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "build")
    files = sorted(map(str, Path("dist").iterdir()))
    session.run("twine", "check", "--strict", *files)
    session.run("check-wheel-contents", *(file for file in files if file.endswith(".whl")))


@nox.session(python=PYTHONS, requires=["build"], reuse_venv=False)
@nox.parametrize("form", ["*.whl", "*.tar.gz"], ids=["wheel", "sdist"])
def install(session: nox.Session, form: str) -> None:
    """Both, in a clean environment: the command, the plugin and its types are there."""
    session.install(str(next(Path("dist").glob(form))))
    folder = Path(session.create_tmp())
    (folder / "bad.py").write_text(SMOKE, encoding="utf-8")
    session.chdir(folder)
    session.run("s3lint", "version")
    session.run("s3lint", "check", "--isolated", "--statistics", "bad.py", success_codes=[1])
    session.run("flake8", "--select", "STO", "bad.py", success_codes=[1])
    session.run("python", "-c", "import s3lint.rules.keys.flat_key, json, s3lint.config.schema as s; json.loads(s.written())")
