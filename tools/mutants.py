"""Whether the tests notice a mistake: the code is changed in one small place at a time, and each time some test must fail.

`python -m tools.mutants rules s3lint/inference` tries every mutant of every module in the folders, `--sample 20 --seed 1` twenty of each
module. The mistakes are mutmut's, whose own runner leaves decorated functions alone, which is what checks of rules are. Here a process that
has imported the libraries, but nothing of s3lint, is forked for each mutant; the child imports the changed text in place of the file.

Survivors are printed with their lines; those that `tools/survivors.toml` explains are counted by reason. The exit code is 1 where
another is left.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
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

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]

SURVIVORS = Path(__file__).with_name("survivors.toml")

OF_RULES = tuple(f"rules/test_{name}.py" for name in ("fixtures", "rules", "helpers", "single_rules", "standard"))
"""What is asked about the module of a rule, of the tests that run once for each rule only those for this one."""

OF_INFERENCE = ("inference", "rules/test_fixtures.py", "linter/test_bounds.py")
"""What is asked about another module, in this order, until a test fails."""

SECONDS = 900.0
"""Past which a mutant hangs, which nobody would overlook."""

MEMORY = 4 << 30
"""Bytes that a mutant may address."""

SURVIVED = 0
"""The exit code of pytest when every test passes. It is 1 when one fails, and 5 when none is found, as when a rule is none any more."""

FAILED = (3, 4)
"""The exit codes of pytest when it fails itself."""


class Loader(SourceFileLoader):
    """Loads a mutant under the name and the path of its file."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self.text = text

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return compile(self.text, self.path, "exec", dont_inherit=True)


class Finder(MetaPathFinder):
    """Finds a mutant where its file would be found."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        spec = PathFinder.find_spec(fullname, path)
        if spec is None or spec.origin != str(ROOT / self.mutant.path):
            return None
        spec.loader = Loader(fullname, spec.origin, self.mutant.text)
        return spec


class Nearest:
    """Picks the tests for a changed module. Fixtures are read as they are: what line ends change is a matter of other tests."""

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
    """In the child, whose exit code is that of the tests."""
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
    """Mutants, in the order in which their tests end, each with an exit code; that of one that hangs is negative."""
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
    """Mutants of each module of a folder: all, or as many as are asked for, chosen by the seed and the path."""
    for path in modules(folder):
        yield from islice(mutants(path, ROOT, Random(f"{seed} {path}")), most)  # noqa: S311


def explained() -> dict[tuple[str, str, str], str]:
    """The reason of each survivor that somebody has looked at."""
    read = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))
    return {
        (path, before, after): reason for reason, paths in read.items() for path, pairs in paths.items() for before, after in pairs
    }


@dataclass
class Outcome:
    """What became of the mutants of one folder: how many survived, by reason."""

    folder: str
    tried: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    unexplained: int = 0

    def __str__(self) -> str:
        survived = sum(self.reasons.values()) + self.unexplained
        counts = [*self.reasons.most_common(), ("not explained", self.unexplained)]
        shown = ", ".join(f"{count} {reason}" for reason, count in counts)
        return f"{self.folder}: {self.tried} tried, {self.tried - survived} killed, {survived} survived: {shown}"


def look(folder: str, options: argparse.Namespace) -> Outcome:
    """Tries the mutants of a folder, and prints each that nobody has explained."""
    reasons = explained()
    outcome = Outcome(folder)
    for mutant, code in tested(sample(folder, options.sample, options.seed), options.jobs):
        if code in FAILED:
            raise SystemExit(f"pytest failed with exit code {code} on\n{mutant}")
        outcome.tried += 1
        if code == SURVIVED and mutant.key in reasons:
            outcome.reasons[reasons[mutant.key]] += 1
        elif code == SURVIVED:
            print(f"survived {mutant}", flush=True)
            outcome.unexplained += 1
    return outcome


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--sample", type=int, help="how many mutants of each module are tried; all without it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    outcomes = [look(folder, options) for folder in options.folders]
    print(*outcomes, sep="\n")
    return 1 if any(outcome.unexplained for outcome in outcomes) else 0


if __name__ == "__main__":
    raise SystemExit(main())
