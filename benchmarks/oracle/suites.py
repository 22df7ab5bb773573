"""Run the test suites of published projects under the recorder, each in an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environments import Environment, environment
from benchmarks.oracle.comparison import lines_of_calls
from s3lint.project.toml import tables_of

SUITES = Path(__file__).with_name("suites.toml")

PROJECT = Path(__file__).parents[2]

SECONDS = 600
"""Of a suite, after which pytest ends it. What ran until then counts."""

TEST_SECONDS = 60

OUTSIDE = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "PYTHONHASHSEED": "0",
}
"""Environment of a suite: no account of the user is ever reached."""

RECORDING, OUTCOME = "observed.jsonl", "outcome.xml"


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of a published source archive. `needs` are requirements beside the project's own, `options` are pytest's."""

    name: str
    version: str
    needs: tuple[str, ...]
    tests: tuple[str, ...]
    options: tuple[str, ...] = ()

    @property
    def requirement(self) -> str:
        return f"{self.name}=={self.version}"


@dataclass(frozen=True, slots=True)
class Ran:
    """A suite that ran: the source with its repository's root, the recorded calls, and the number of tests that passed and did not."""

    suite: Suite
    source: Path
    recording: Path
    passed: int
    failed: int
    lines: int
    """Lines of the project that made recorded calls, its tests included."""


def suites(file: Path = SUITES) -> list[Suite]:
    """Return the pinned list of suites."""
    return [
        Suite(each["name"], each["version"], tuple(each["needs"]), tuple(each["tests"]), tuple(each.get("options", ())))
        for each in tables_of(file)["suite"]
    ]


def ran(suite: Suite, cache: Path) -> Ran:
    """Run a suite under the recorder, or return what it left in the cache."""
    folder = cache / f"{suite.name}-{suite.version}"
    outcome = folder / OUTCOME
    if not outcome.exists():
        _run(suite, cache, folder)
    passed, failed = _counts(outcome)
    recording = folder / RECORDING
    return Ran(suite, folder / "source", recording, passed, failed, len(lines_of_calls(recording)))


def prepared(suite: Suite, cache: Path) -> tuple[Path, Path]:
    """Return the Python of a suite's environment, and its source; make them if the cache lacks them."""
    folder = cache / f"{suite.name}-{suite.version}"
    source = folder / "source"
    if not source.exists():
        _fetch(suite, source)
    made = environment(folder / "environment")
    _install(suite, made, source)
    # The recorder and the linter take the nearest repository for first-party code, and pytest the nearest configuration: without
    # these they are s3lint's own.
    (source / ".git").mkdir(exist_ok=True)
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return made.programs / "python", source


def command(python: Path, suite: Suite, *options: str | Path) -> list[str | Path]:
    """Return how the tests of a suite are run, without their own options for coverage and the like."""
    pytest = (python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", "-o", "addopts=", "-W", "ignore")
    return [*pytest, f"--timeout={TEST_SECONDS}", f"--session-timeout={SECONDS}", *options, *suite.options, *suite.tests]


def _run(suite: Suite, cache: Path, folder: Path) -> None:
    python, source = prepared(suite, cache)
    partial, temporary = folder / f"partial-{OUTCOME}", folder / "temporary"
    recorded = command(
        *(python, suite, "--s3lint", "--s3lint-output", folder / RECORDING, "--junit-xml", partial, "--basetemp", temporary)
    )
    # pytest ends the session before the time is out, unless it hangs outside of a test.
    with (folder / "log.txt").open("wb") as log, suppress(subprocess.TimeoutExpired):
        subprocess.run(
            recorded, cwd=source, env=_surroundings(os.environ), stdout=log, stderr=log, check=False, timeout=SECONDS + 60
        )
    shutil.rmtree(temporary, ignore_errors=True)
    if not partial.exists():
        partial.write_text("<testsuites><testsuite/></testsuites>", encoding="utf-8")
    partial.rename(folder / OUTCOME)


def _surroundings(inherited: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in inherited.items() if not name.startswith(("AWS_", "PYTEST_", "S3LINT_", "VIRTUAL_ENV"))}
    return kept | OUTSIDE


def _fetch(suite: Suite, source: Path) -> None:
    """Unpack the source archive that the index has."""
    folder = source.parent
    folder.mkdir(parents=True, exist_ok=True)
    tools = environment(folder.parent / "tools")
    tools.pip("download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", folder, suite.requirement)
    (archive,) = folder.glob("*.tar.gz")
    partial = folder / "partial"
    with tarfile.open(archive) as opened:
        opened.extractall(partial, filter="data")
    (unpacked,) = partial.iterdir()
    unpacked.rename(source)
    partial.rmdir()


def _install(suite: Suite, made: Environment, source: Path) -> None:
    """Install the project where it stands, so that its frames are first-party, what its tests need, and the recorder's plugin alone."""
    done = made.folder / ".suite"
    if not done.exists():
        made.install("--editable", str(source), "pytest-timeout>=2.3", *suite.needs)
        made.pip("install", "--quiet", "--no-deps", "--editable", PROJECT)
        done.touch()


def _counts(outcome: Path) -> tuple[int, int]:
    """Return how many tests passed, and how many failed or could not start, from pytest's report."""
    (suite,) = ET.parse(outcome).getroot().iter("testsuite")  # noqa: S314 - written by pytest just now
    total, failed, skipped = (int(suite.get(name, 0)) for name in ("tests", "failures", "skipped"))
    errors = int(suite.get("errors", 0))
    return total - failed - errors - skipped, failed + errors
