"""Callers are searched where a module can be imported, and nowhere else."""

from __future__ import annotations

import pytest

from conftest import Write, check_project
from s3lint.inference.call_sites import CallsOfName
from s3lint.linter.engine import Engine
from s3lint.project.targets import targets
from s3lint.runner.cache.results import Cache
from s3lint.runner.run import check_all
from s3lint.settings import Settings
from s3lint.syntax.module import Module

HELPER = "import boto3\n\n\ndef keep(bucket, key):\n    boto3.client('s3').delete_object(Bucket=bucket, Key=key)\n"

CALL = "keep('acme-documents', 'a/b')\n"

WAYS_IN = (
    f"from parts.inner.helper import keep\n{CALL}",
    f"import parts.inner.helper\nparts.inner.helper.{CALL}",
    f"import parts\nparts.inner.helper.{CALL}",
    f"import parts\ngetattr(parts, 'inner').helper.{CALL}",
    f"from parts import (  # ) and\n    inner,\n)\ninner.helper.{CALL}",
    f"from parts import \\\n    inner\ninner.helper.{CALL}",
    f"if True: from parts import inner\ninner.helper.{CALL}",
    f"x = 1; from .parts.inner import helper\nhelper.{CALL}",
    f"from bridge import keep\n{CALL}",
)


@pytest.mark.parametrize("caller", WAYS_IN)
def test_callers_are_found_however_they_get_at_a_module(project: Write, caller: str) -> None:
    root = project({"parts/inner/helper.py": HELPER, "bridge.py": "from parts.inner.helper import keep\n", "caller.py": caller})
    if "bridge" not in caller:
        (root / "bridge.py").unlink()
    assert [(each.code, each.path.name) for each in check_project(root)] == [("STO201", "caller.py")]


def test_a_root_of_imports_is_not_closed(project: Write) -> None:
    root = project({"lib/src/helper.py": HELPER, "caller.py": f"from helper import keep\n{CALL}"})
    assert [each.path.name for each in check_project(root, src=("lib/src",))] == ["caller.py"]


def test_folders_without_an_entry_are_closed(project: Write) -> None:
    files = {
        "a/helper.py": HELPER,
        "a/b/helper.py": HELPER,
        "a/b/use.py": "from . import helper\n",
        "a-b/c/helper.py": HELPER,
        "caller.py": "from a import x\nself.c = b\n",
    }
    root = project(files)
    cones = Engine(Settings(root=root)).project.cones
    around = {path: cones.around(root / path).relative_to(root).as_posix() for path in files}
    closed = {path: path for path in ("a/b/use.py", "caller.py")}
    assert around == closed | {"a/helper.py": ".", "a/b/helper.py": "a/b", "a-b/c/helper.py": "a-b"}


NO_WAYS_IN = (
    '"""What is taken\nfrom the helper."""\n',
    "# from helper\nhelper = 1\n",
    "x = 'import helper'\n",
    "def fail(helper):\n    raise ValueError from helper\n",
    "def each(helper):\n    yield from helper\n",
)


@pytest.mark.parametrize("text", NO_WAYS_IN)
def test_a_module_that_nobody_imports_is_searched_for_its_own_calls_alone(
    project: Write, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    root = project({"helper.py": f"{HELPER}\n\n{CALL}", "other.py": f"{text}{CALL}"})
    searched = set()
    in_module = CallsOfName.in_module

    def noting(calls: CallsOfName, module: Module) -> object:
        searched.add(module.path.name)
        return in_module(calls, module)

    monkeypatch.setattr(CallsOfName, "in_module", noting)
    assert [(each.code, each.path.name) for each in check_project(root)] == [("STO201", "helper.py")]
    assert searched == {"helper.py"}


NEW_IMPORTS = (
    "import helper; helper.",
    "from helper import keep; ",
    "if True: import helper\nhelper.",
    "x = 1; import helper as h; h.",
)


@pytest.mark.parametrize("way", NEW_IMPORTS)
def test_a_new_import_of_a_module_makes_its_callers_count(
    project: Write, tmp_path_factory: pytest.TempPathFactory, way: str
) -> None:
    """That nobody imports it is a dependency of what was found without them."""
    root, kept = project({"helper.py": HELPER, "caller.py": "pass\n"}), tmp_path_factory.mktemp("kept")

    def found() -> list[str]:
        settings = Settings(root=root)
        run = check_all(list(targets([root], lambda _: settings)), 1, cache=Cache(kept, root))
        return [each.path.name for each in run.findings]

    assert found() == []
    (root / "caller.py").write_text(f"{way}{CALL}", encoding="utf-8")
    assert found() == ["caller.py"]


def test_copies_of_a_package_are_searched_each_for_itself(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Same names everywhere: to check one copy, no module of another one is loaded, nor are calls searched in it."""
    counted = {"loaded": 0, "searched": 0}
    load, in_module = Module.load.__func__, CallsOfName.in_module  # type: ignore[attr-defined]

    def counting_load(cls: type[Module], *arguments: object) -> Module:
        counted["loaded"] += 1
        return load(cls, *arguments)  # type: ignore[no-any-return]

    def counting_search(calls: CallsOfName, module: Module) -> object:
        counted["searched"] += 1
        return in_module(calls, module)

    monkeypatch.setattr(Module, "load", classmethod(counting_load))
    monkeypatch.setattr(CallsOfName, "in_module", counting_search)

    def cost(copies: int) -> dict[str, int]:
        use = f"import shop.helper\n{HELPER}shop.helper.{CALL}"
        files = {"helper.py": HELPER} | {f"use_{i}.py": use for i in range(4)}
        root = project({f"{copies}/copy_{i}/shop/{name}": text for i in range(copies) for name, text in files.items()})
        counted.update(loaded=0, searched=0)
        assert len(check_project(root / f"{copies}", "copy_0")) == 4
        return dict(counted)

    assert cost(10) == cost(20)


def test_a_cached_result_ends_with_the_closedness_of_a_folder(project: Write) -> None:
    helpers = {"parts/helper.py": HELPER, "parts/other.py": HELPER.replace("keep", "drop")}
    caller = f"from bridge import drop, keep\n{CALL}{CALL.replace('keep', 'drop').replace('documents', 'images')}"
    root = project(helpers | {"bridge.py": "drop = keep = print\n", "caller.py": caller})
    made = Settings(root=root)

    def cached() -> list[str]:
        return [each.path.name for each in check_all(list(targets([root], lambda _: made)), 1, cache=Cache(None, root)).findings]

    assert cached() == []
    (root / "bridge.py").write_text("from parts.helper import keep\nfrom parts.other import drop\n")
    assert cached() == ["caller.py", "caller.py"]


PROPERTY = """\
import boto3


class Store:
    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, name):
        boto3.client("s3").delete_object(Bucket=name, Key="a/b")

    @cached_property
    def kept(self, name="acme-documents"):
        boto3.client("s3").delete_object(Bucket=name, Key="a/b")
"""


def test_callers_of_properties_are_not_searched(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """`store.name(…)` calls what the property returns."""
    root = project(
        {"store.py": PROPERTY, "use.py": "from store import Store\nx = Store()\nx.name('a')\nx.kept('a')\nprint(x.name, x.kept)\n"}
    )
    searched = []
    monkeypatch.setattr(CallsOfName, "of", lambda calls, _: searched.append(calls) or iter(()))
    check_project(root)
    assert searched == []


def test_a_copy_without_arguments_asks_for_no_callers(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dict's, that is: a copy in S3 has a source."""
    text = "import boto3\n\n\ndef keep(store, about, source):\n    about = about.copy()\n    store.copy(source, Bucket=about, Key='a/b')\n"
    root = project({"copies.py": text})
    asked = []
    of = CallsOfName.of
    monkeypatch.setattr(CallsOfName, "of", lambda calls, scope: asked.append(calls) or of(calls, scope))
    check_project(root)
    assert len(asked) == 1
    (root / "copies.py").write_text(text.replace("    store.copy", "    # store.copy"), encoding="utf-8")
    asked.clear()
    check_project(root)
    assert asked == []
