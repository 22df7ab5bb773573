"""Fetch the code that is measured: published packages at fixed versions, and the standard library of the running Python."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sysconfig
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environments import Environment

WHEELS_FOR = "3.13"
"""Version of Python that wheels are downloaded for: they are read, never run, and some support no older one."""

LEFT_OUT = frozenset({"site-packages", "dist-packages", "test", "tests", "idle_test", "__pycache__"})
"""Folders beside the standard library's modules that are third-party, or its tests."""


@dataclass(frozen=True, slots=True)
class Package:
    """A wheel by name and version."""

    name: str
    version: str


PACKAGES = (
    Package("awswrangler", "3.17.1"),
    Package("apache-airflow-providers-amazon", "9.39.0"),
    Package("sagemaker", "2.257.7"),
    Package("django", "6.1.3"),
)

SETS = {"storage-heavy": PACKAGES[:3], "neutral": PACKAGES[3:]}
"""Packages that speed is measured on: three with much storage code, and one with none."""

STANDARD_LIBRARY = "standard-library"

NAMES = (*(package.name for package in PACKAGES), STANDARD_LIBRARY)


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder of Python files alone, so that every tool checks the same ones."""

    name: str
    version: str
    folder: Path
    files: int
    lines: int

    @classmethod
    def of(cls, name: str, version: str, folder: Path) -> Corpus:
        texts = [path.read_bytes() for path in folder.rglob("*.py")]
        return cls(name, version, folder, len(texts), sum(text.count(b"\n") for text in texts))


def corpora(cache: Path, names: tuple[str, ...], environment: Environment) -> Iterator[Corpus]:
    """Return the corpora of some names; fetch what the cache lacks."""
    sources = cache / "sources"
    # A repository of its own, as far as linters can tell: else the project's `.gitignore` hides the whole cache from them.
    (sources / ".git").mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if package.name in names:
            folder = sources / f"{package.name}-{package.version}"
            if not folder.exists():
                unpack([wheel(package, cache / "wheels", environment)], folder)
            yield Corpus.of(package.name, package.version, folder)
    if STANDARD_LIBRARY in names:
        folder = sources / f"{STANDARD_LIBRARY}-{platform.python_version()}"
        if not folder.exists():
            copy_standard_library(folder)
        yield Corpus.of(STANDARD_LIBRARY, platform.python_version(), folder)


def corpus_set(name: str, cache: Path, environment: Environment) -> Corpus:
    """Return the packages of a set in one folder; fetch what the cache lacks."""
    wheels = [wheel(package, cache / "wheels", environment) for package in SETS[name]]
    versions = "+".join(each.name.split("-")[1] for each in wheels)
    folder = cache / "sets" / f"{name}-{versions}"
    if not folder.exists():
        unpack(wheels, folder)
        (folder / ".git").mkdir()
    return Corpus.of(name, versions, folder)


def wheel(package: Package, folder: Path, environment: Environment) -> Path:
    """Return the wheel of a package, downloaded unless it is in the folder; the newest version if the index lacks the fixed one."""
    name = package.name.replace("-", "_")
    if not any(folder.glob(f"{name}-*.whl")):
        command = ("download", "--quiet", "--no-deps", "--only-binary", ":all:", "--python-version", WHEELS_FOR, "--dest", folder)
        try:
            environment.pip(*command, f"{package.name}=={package.version}")
        except subprocess.CalledProcessError:
            environment.pip(*command, package.name)
    exact = folder.glob(f"{name}-{package.version}-*.whl")
    return next(exact, None) or max(folder.glob(f"{name}-*.whl"), key=lambda path: path.stat().st_mtime)


def unpack(archives: Iterable[Path], folder: Path) -> None:
    """Extract the Python files of wheels. The folder appears only when it is complete."""
    partial = folder.with_name(folder.name + ".partial")
    for archive in archives:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(partial, [name for name in opened.namelist() if name.endswith(".py")])
    partial.rename(folder)


def copy_standard_library(folder: Path) -> None:
    """Copy the Python files of the standard library. The folder appears only when it is complete."""
    origin = Path(sysconfig.get_path("stdlib"))
    partial = folder.with_name(folder.name + ".partial")
    for path in origin.rglob("*.py"):
        inner = path.relative_to(origin)
        if LEFT_OUT.isdisjoint(inner.parts):
            (partial / inner).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, partial / inner)
    partial.rename(folder)
