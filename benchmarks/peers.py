"""Define the commands that are compared. Each checks every Python file of its working directory, and reads no configuration."""

from __future__ import annotations

import sysconfig
from importlib.metadata import version
from pathlib import Path

from benchmarks.environments import Environment, environment
from benchmarks.measure import Command

PROGRAMS = Path(sysconfig.get_path("scripts"))

CHECK: Command = (PROGRAMS / "s3lint", "check", "--isolated", "--config", "exclude=[]", "--output-format", "json")

NO_CACHE = ("--no-cache",)

VERSION: Command = (PROGRAMS / "s3lint", "version")

FIXIT = "fixit==2.2.1"

BANDIT = "bandit==1.9.4"

WORKED = frozenset({0, 1, 2, 3})
"""Exit codes of successful runs of peers; Fixit adds 2 if it cannot read one of the files."""

FIXIT_RULE = "fixit.rules:NoRedundantFString"


def plain_environment(cache: Path) -> Environment:
    """Return an environment without s3lint: flake8 runs every installed plugin, even those that `--select` excludes."""
    made = environment(cache / "plain")
    made.install(f"flake8=={version('flake8')}")
    return made


def flake8_in(programs: Path) -> Command:
    """Return the command of flake8, which runs its own checks and every plugin in its environment."""
    return (programs / "flake8", "--isolated", "--exclude", ".git", ".")


def ruff() -> Command:
    """Return the command of ruff with its default rules."""
    return (PROGRAMS / "ruff", "check", "--isolated", "--no-cache", "--no-respect-gitignore", "--config", "exclude=[]", ".")


def bandit(cache: Path) -> Command:
    made = environment(cache / "bandit")
    made.install(BANDIT)
    return (made.programs / "bandit", "--quiet", "--recursive", "--format", "json", ".")


def fixit(cache: Path) -> Command:
    """Return the command of Fixit with one rule: the least that a linter on whole libcst trees costs."""
    made = environment(cache / "fixit")
    made.install(FIXIT)
    return (made.programs / "fixit", "--quiet", "--rules", FIXIT_RULE, "lint", ".")
