"""The commands that are compared. Each looks at every Python file of the folder that it runs in, and reads no configuration.

`python -m benchmarks.peers` compares what linters see of seeded violations.
"""

from __future__ import annotations

import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path

from benchmarks.environments import Environment, environment
from benchmarks.measure import Command

PROGRAMS = Path(sysconfig.get_path("scripts"))

CHECK: Command = (PROGRAMS / "s3lint", "check", "--isolated", "--config", "exclude=[]", "--output-format", "json")

START_UP: dict[str, Command] = {"s3lint": (PROGRAMS / "s3lint", "version"), "python": (sys.executable, "-c", "pass")}

FIXIT = "fixit==2.2.1"

WORKED = frozenset({0, 1, 2, 3})
"""Exit codes of peers that ran: Fixit adds 2 where it cannot read one of the files."""

FIXIT_RULE = "fixit.rules:NoRedundantFString"


def plain_environment(cache: Path) -> Environment:
    """An environment without s3lint: flake8 runs every plugin that is installed beside it, whatever `--select` says."""
    made = environment(cache / "plain")
    made.install(f"flake8=={version('flake8')}")
    return made


def flake8_in(programs: Path) -> Command:
    """flake8 with its own checks and whatever plugin is installed beside it."""
    return (programs / "flake8", "--isolated", "--exclude", ".git", ".")


def peers(cache: Path, plain: Environment, *, fixit: bool) -> dict[str, Command]:
    """The programs that s3lint is compared with: flake8 with its own checks, ruff with its default rules, Fixit with one rule."""
    found: dict[str, Command] = {
        "flake8": flake8_in(plain.programs),
        "ruff": (PROGRAMS / "ruff", "check", "--isolated", "--no-cache", "--no-respect-gitignore", "--config", "exclude=[]", "."),
    }
    if fixit:
        own = environment(cache / "fixit")
        own.install(FIXIT)
        found["fixit, one rule"] = (own.programs / "fixit", "--quiet", "--rules", FIXIT_RULE, "lint", ".")
    return found


if __name__ == "__main__":
    from benchmarks.detection import main

    main()
