"""The matrix of a release: every Python, the oldest and the newest of what s3lint stands on, the wheel as users install it.

`nox` runs it all. A Python that is not installed is skipped, and the summary says so.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.error_on_missing_interpreters = False
nox.options.download_python = "never"
nox.options.reuse_venv = "yes"

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")

SMOKE = """\
import boto3

boto3.client("s3").upload_file("a.pdf", "acme-documents", "a.pdf")
"""


def prepare(session: nox.Session, *requirements: str) -> None:
    session.install(
        *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "dev"), "--editable", ".", *requirements
    )


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The whole suite."""
    prepare(session)
    session.run("pytest", "-n", "2", "--dist", "loadgroup", *session.posargs)


@nox.session(python=PYTHONS)
@nox.parametrize("flake8", ["6", "7"])
def flake8(session: nox.Session, flake8: str) -> None:
    """The plugin, and `# noqa` as flake8 reads it."""
    prepare(session, f"flake8=={flake8}.*")
    session.run("flake8", "--version")
    session.run("pytest", "tests/test_suppressions.py", "tests/test_installed.py", "-k", "noqa or flake8")


@nox.session(python=PYTHONS)
@nox.parametrize("libcst", ["oldest", "newest"])
def libcst(session: nox.Session, libcst: str) -> None:
    """Rules, fixes and notebooks, on the libcst that pyproject.toml allows and the one that pip chooses."""
    prepare(session, "--upgrade", f"libcst=={_oldest('libcst')}" if libcst == "oldest" else "libcst")
    session.run(
        "pytest",
        "-n",
        "2",
        "-m",
        "not browser",
        "tests/test_fixtures.py",
        "tests/test_fixes.py",
        "tests/test_hostile_shapes.py",
        "tests/test_notebooks.py",
    )


def _oldest(name: str) -> str:
    """The lower bound of a dependency, of which the last release is taken."""
    listed = nox.project.load_toml("pyproject.toml")["project"]["dependencies"]
    bound = next(item for item in listed if item.startswith(f"{name}>=")).removeprefix(f"{name}>=")
    return f"{bound}.*"


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
    session.run("python", "-c", "import s3lint.rules.keys.flat_key, s3lint.schema as s; assert s.FILE.read_text() == s.written()")
