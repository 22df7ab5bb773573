"""Test the tests: change the code in one small place at a time, and count how often some test fails.

`python -m tools.mutants rules s3lint/inference` tries every mutant of every module in the folders, `--sample 20 --seed 1` twenty of each
module. The mistakes are mutmut's, whose own runner leaves decorated functions alone, which is what checks of rules are. Here a process that
has imported the libraries, but nothing of s3lint, is forked for each mutant; the child imports the changed text in place of the file.

Survivors are printed with their lines; many are equivalent to the code, or change only a message or the speed. The exit code is 1 if tests
notice fewer than `--at-least 80` percent in one of the folders.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from random import Random
from types import CodeType

import hypothesis  # noqa: F401
import pytest
import pytest_lsp  # noqa: F401
import sqlglot  # noqa: F401

from tools.mutations import Mutant, mutants

ROOT = Path(__file__).parents[1]

OF_RULES = tuple(f"rules/test_{name}.py" for name in ("fixtures", "rules", "helpers", "single_rules", "standard"))
"""The tests of a rule's module. Of those that run once for each rule, `Nearest` keeps the ones of this rule."""

OF_INFERENCE = ("inference", "rules/test_fixtures.py", "linter/test_bounds.py")
"""The tests of every other module, in this order; the first failure ends them."""

SECONDS = 900.0
"""Time limit of one mutant. One that exceeds it counts as killed: a hang would not go unnoticed."""

MEMORY = 4 << 30
"""Bytes of address space of one mutant."""

SURVIVED = 0
"""Exit code of pytest if every test passes. It is 1 if one fails, and 5 if none is collected, e.g. because the mutant is no rule any more."""

FAILED = (3, 4)
"""Exit codes of pytest for an internal error and for wrong usage."""


class Loader(SourceFileLoader):
    """Load the text of a mutant under the name and the path of its file."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self.text = text

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return compile(self.text, self.path, "exec", dont_inherit=True)


class Finder(MetaPathFinder):
    """Find the mutant instead of its file; leave every other import to Python."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        spec = PathFinder.find_spec(fullname, path)
        if spec is None or spec.origin != str(ROOT / self.mutant.path):
            return None
        spec.loader = Loader(fullname, spec.origin, self.mutant.text)
        return spec


class Nearest:
    """Select the tests of a changed module. Fixtures run only as they are, not with other line ends, which other code handles."""

    def __init__(self, path: Path) -> None:
        self.rule = path.stem.replace("_", "-") if path.parts[0] == "rules" else None
        self.files = [str(ROOT / "tests" / name) for name in (OF_INFERENCE if self.rule is None else OF_RULES)]

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        from s3lint.testing import variants

        _, *others = (name for name, _ in variants())
        items[:] = [item for item in items if self._is_near(item) and not item.name.endswith(tuple(f"-{name}]" for name in others))]

    def _is_near(self, item: pytest.Item) -> bool:
        each = {"rule", "fixture", "fixable"}.intersection(getattr(item, "fixturenames", ()))
        if self.rule is None:
            return not each or "fixture" in each
        return not each or f"[{self.rule}]" in item.name or f"[{self.rule}-" in item.name


def _test(mutant: Mutant) -> None:
    """Run the tests in the child process, which exits with pytest's code."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.meta_path.insert(0, Finder(mutant))
    nearest = Nearest(mutant.path)
    code = FAILED[0]
    try:
        code = pytest.main(["-x", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist", *nearest.files], [nearest])
    finally:
        os._exit(code)


def tested(chosen: Iterable[Mutant], jobs: int) -> Iterator[tuple[Mutant, int]]:
    """Yield each mutant with its exit code, in the order in which their tests end; that of a hanging one is negative."""
    running: dict[int, tuple[ForkProcess, Mutant, float]] = {}
    pending = iter(chosen)
    while True:
        while len(running) < jobs and (mutant := next(pending, None)) is not None:
            process = get_context("fork").Process(target=_test, args=(mutant,))
            process.start()
            running[process.sentinel] = process, mutant, time.monotonic() + SECONDS
        if not running:
            return
        wait(list(running), timeout=10)
        for process, mutant, deadline in list(running.values()):
            if process.is_alive() and time.monotonic() > deadline:
                process.kill()
            elif process.is_alive():
                continue
            process.join()
            del running[process.sentinel]
            yield mutant, process.exitcode or 0


def modules(folder: str) -> list[Path]:
    return sorted(path.relative_to(ROOT) for path in (ROOT / folder).rglob("*.py"))


def sample(folder: str, most: int | None, seed: int) -> Iterator[Mutant]:
    """Yield mutants of each module of a folder: all, or `most` of each, chosen by the seed and the path."""
    for path in modules(folder):
        yield from islice(mutants(path, ROOT, Random(f"{seed} {path}")), most)  # noqa: S311


@dataclass
class Score:
    """The number of mutants of a folder that were tried, and of those that survived."""

    folder: str
    tried: int = 0
    survived: int = 0

    @property
    def percent(self) -> float:
        """Return the percentage that some test noticed; 100 if none was tried."""
        return 100 * (self.tried - self.survived) / self.tried if self.tried else 100.0

    def __str__(self) -> str:
        return f"{self.folder}: {self.tried} tried, {self.tried - self.survived} killed, {self.percent:.0f} %"


def score(folder: str, options: argparse.Namespace) -> Score:
    """Try the mutants of a folder, and print each survivor. Raises `SystemExit` if pytest fails itself."""
    found = Score(folder)
    for mutant, code in tested(sample(folder, options.sample, options.seed), options.jobs):
        if code in FAILED:
            raise SystemExit(f"pytest failed with exit code {code} on\n{mutant}")
        found.tried += 1
        if code == SURVIVED:
            found.survived += 1
            print(f"survived {mutant}", flush=True)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--sample", type=int, help="how many mutants of each module are tried; all without it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--at-least", metavar="PERCENT", type=float, default=0, help="of the mutants of each folder must be noticed"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    scores = [score(folder, options) for folder in options.folders]
    print(*scores, sep="\n")
    return 1 if any(each.percent < options.at_least for each in scores) else 0


if __name__ == "__main__":
    raise SystemExit(main())
