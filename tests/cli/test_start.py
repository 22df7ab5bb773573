"""What starting costs: what a run imports, and what takes the place of slow imports does the same."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from conftest import Write, run
from s3lint.project.patterns import PLAIN, matches
from s3lint.settings import TEST_PATHS, Settings
from s3lint.support.deferred_methods import defer_methods
from s3lint.support.distributions import may_offer, version_of

IMPORTED = "import sys; from s3lint.cli import main; main(['check', '--no-cache', *sys.argv[1:]]); print(*sys.modules)"

UPLOAD = "import boto3\n\n\ndef save(key, body):\n    boto3.client('s3').put_object(Key=key, Body=body)\n"

HEAVY = {"email", "importlib.metadata", "multiprocessing", "pathspec", "rich", "sqlglot", "sqlite3", "subprocess"}
"""What each takes some milliseconds, and no run over a few files of a folder without a repository needs."""


def imported(root: Path, *arguments: str) -> set[str]:
    """Return the modules that a check of a project has imported at its end."""
    return set(run(sys.executable, "-c", IMPORTED, *arguments, cwd=root).out.splitlines()[-1].split())


def test_files_without_storage_import_no_parser(project: Write) -> None:
    found = imported(project({"a.py": "import os\nprint(os.getcwd())\n", "b.py": "def f(x):\n    return x\n"}))
    assert "s3lint.linter.engine" in found
    assert found & {"libcst", *HEAVY} == set()


def test_a_file_with_storage_imports_what_it_needs(project: Write) -> None:
    found = imported(project({"a.py": UPLOAD}))
    assert "libcst" in found
    assert found & HEAVY == {"subprocess"}  # which libcst imports


def test_a_report_in_colours_imports_what_makes_them(project: Write) -> None:
    assert "rich" in imported(project({"a.py": UPLOAD}), "--color", "always")


@pytest.fixture
def deferring() -> Iterator[None]:
    defer_methods(("sample",))
    try:
        yield
    finally:
        vars(dataclasses).pop("exec")


DEFINITIONS = """
class Base:
    def __init__(self, first, *more, **named): self.given = (first, more, named)

@dataclass({options})
class Parent:
    one: int
    two: list = field(default_factory=list)

@dataclass({options})
class Child(Parent):
    three: str = "3"
    four: "int" = field(default=4, compare=False, repr=False)

    def __post_init__(self): made.append(self.one)

@dataclass({options})
class Quiet(Parent):
    def __repr__(self): return "quiet"

@dataclass({options})
class Calling(Child):
    five: int = 5

    def above(self): return Child.__repr__(self), Child.__eq__(self, self)
"""

OPTIONS = [
    ", ".join(f"{name}=True" for name, on in zip(("frozen", "slots", "order", "kw_only", "unsafe_hash"), flags, strict=True) if on)
    for flags in product((False, True), repeat=5)
    if not (flags[4] and flags[1])
]


def defined(options: str, package: str) -> dict[str, Any]:
    scope: dict[str, Any] = {"__name__": package, "dataclass": dataclass, "field": field, "made": []}
    sys.modules[package] = type(sys)(package)  # where `dataclass` looks for the class's module
    vars(sys.modules[package]).update(scope)
    try:
        exec(DEFINITIONS.format(options=options), vars(sys.modules[package]))  # noqa: S102
        return vars(sys.modules[package])
    finally:
        del sys.modules[package]


def outcome(of: Callable[[], object]) -> object:
    """Return what a call returns; of an exception its type and text."""
    try:
        return of()
    except (TypeError, AttributeError, FrozenInstanceError) as error:
        return type(error), str(error)


def observed(scope: dict[str, Any]) -> list[object]:
    """Return what objects of the classes do, each method first called on another class."""
    seen: list[object] = []
    for kind in (scope["Calling"], scope["Child"], scope["Quiet"], scope["Parent"]):
        one, same, other = kind(one=1), kind(one=1), kind(one=2, two=[2])
        seen += [repr(one), one == same, one != other, one == 1, outcome(lambda a=one, b=other: a < b)]  # type: ignore[misc]
        hashable = kind(one=1, two=(1,))
        seen += [outcome(lambda a=hashable: isinstance(hash(a), int)), repr(replace(one, one=7))]  # type: ignore[misc]
        seen += [outcome(lambda a=one: setattr(a, "one", 3)), outcome(lambda a=one: delattr(a, "one"))]  # type: ignore[misc]
        seen += [outcome(lambda k=kind: k()), outcome(lambda k=kind: k(1, 2, 3, 4, 5, 6)), kind.__init__.__qualname__]  # type: ignore[misc]
        seen += [one.two is same.two, outcome(lambda a=other: a.above()), kind.__match_args__]  # type: ignore[misc]
    return [*seen, scope["made"]]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.usefixtures("deferring")
def test_methods_that_are_compiled_later_do_the_same(options: str) -> None:
    at_once, later = defined(options, "other"), defined(options, "sample")
    assert _is_compiled(at_once["Parent"]) and not _is_compiled(later["Parent"])
    assert observed(later) == observed(at_once)
    assert _is_compiled(later["Parent"])


def _is_compiled(kind: type) -> bool:
    return kind.__init__.__code__.co_name == "__init__"


NAMES = st.text("ab.*-_", min_size=1, max_size=5)


@given(st.lists(NAMES | NAMES.map(lambda name: f"{name}/") | st.sampled_from(TEST_PATHS), max_size=4), st.data())
def test_plain_patterns_match_what_pathspec_matches(patterns: list[str], data: st.DataObject) -> None:
    parts = st.sampled_from([each.strip("/").replace("*", "b") or "b" for each in patterns] or ["a"]) | st.text(
        "ab.-_\n", min_size=1, max_size=4
    )
    inner = "/".join(data.draw(st.lists(parts.filter(lambda part: part not in (".", "..")), min_size=1, max_size=4)))
    found = matches(Path("/project") / inner, tuple(patterns), Settings(root=Path("/project")))
    assert found == GitIgnoreSpec.from_lines(patterns, backend="simple").match_file(inner)


def test_patterns_of_tests_are_plain() -> None:
    assert all(PLAIN.fullmatch(pattern) for pattern in TEST_PATHS)


def test_entry_points_are_found_wherever_they_are_installed(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    offer = "[acme.rules]\none = acme_rules\n"
    places = {
        "site": "acme-1.0.dist-info/entry_points.txt",
        "checkout": "acme.egg-info/entry_points.txt",
        "eggs": "acme-1.0-py3.11.egg/EGG-INFO/entry_points.txt",
    }
    root = project({f"{folder}/{name}": offer for folder, name in places.items()})
    assert not may_offer("acme.rules")
    for folder in (*places, "eggs/acme-1.0-py3.11.egg"):
        monkeypatch.setattr(sys, "path", [str(root / "absent"), str(root / folder)])
        assert may_offer("acme.rules")
        assert not may_offer("other.rules")


def test_an_archive_on_the_path_may_offer_anything(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project({"packed.zip": ""})
    monkeypatch.setattr(sys, "path", [str(root / "packed.zip")])
    assert may_offer("acme.rules")


def test_another_finder_may_offer_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    class Finder:
        def find_spec(self, *_: object) -> None:
            return None

        def find_distributions(self, *_: object) -> Iterator[None]:
            return iter(())

    assert not may_offer("acme.rules")
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder()])
    assert may_offer("acme.rules")


def test_versions_are_those_of_the_metadata() -> None:
    from importlib.metadata import version

    assert [version_of(name) for name in ("libcst", "pathspec")] == [version("libcst"), version("pathspec")]
    assert version_of("no-such-distribution") == ""
