"""What is known of values from other files of a project, and of parameters through their callers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from s3lint.project.files import ProjectFiles
from s3lint.project.modules import Project
from s3lint.settings import Settings
from support.values import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Write
    from s3lint.syntax.module import Module

MODULES = {
    "star import": ({"a.py": 'X = "a"\n'}, "from a import *\nfrom nowhere import *\nshow(X, Y)", ['"a"', "unknown: `Y` is not defined in this file"]),
    "two star imports": ({"a.py": 'X = "a"\n', "b.py": 'X = "b"\nY = "c"\n'}, "from a import *\nfrom b import *\nshow(X, Y)", ['"b"', '"c"']),
    "relative import of a package": (
        {"p/__init__.py": "from .a import X\n", "p/a.py": "from . import b\nX = b.Y\n", "p/b.py": 'Y = "a"\n'},
        "from p import X\nimport p.a\nshow(X, p.a.X, p.b.Y, p.c)",
        ['"a"', '"a"', '"a"', "unknown: `c` is not bound in the module"],
    ),
    "import of a parent": (
        {"p/__init__.py": "", "p/q/__init__.py": "", "p/q/a.py": "from ..b import Y\nfrom ...c import Z\nX = Y\n", "p/b.py": 'Y = "a"\n'},
        "from p.q.a import X, Z\nshow(X, Z)",
        ['"a"', "unknown: the module is not found"],
    ),
    "folder with no file of its own": ({"p/a.py": 'X = "a"\n'}, "import p.a as m\nimport p\nshow(m.X, p.a.X)", ['"a"', '"a"']),
    "library that is carried along": ({"boto3/__init__.py": 'X = "a"\n'}, "import boto3\nshow(boto3.X)", ["boto3.X"]),
    "file that cannot be read": ({"a.py": "X = (\n"}, "from a import X\nshow(X)", ["a.X"]),
    "bound in one branch": ({"a.py": 'if x:\n    X = "a"\n'}, "from a import X\nshow(X)", ['"a"']),
    "cyclic imports": ({"a.py": "from program import Y\nX = Y\n"}, 'from a import X\nY = "a"\nshow(X)', ['"a"']),
    "sources in a folder": ({"src/a.py": 'X = "a"\n', "other/a.py": 'X = "b"\n'}, "from a import X\nshow(X)", ['"a"']),
    "class of another module": (
        {"a.py": "import boto3\nclass A:\n    s3 = boto3.client('s3')\n"}, "import a\nclass B(a.A):\n    def f(self):\n        show(self.s3)", ["s3 client"]
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "text", "expected"), MODULES.values(), ids=MODULES)
def test_values_of_other_files(project: Write, files: dict[str, str | bytes], text: str, expected: list[str]) -> None:
    assert shown(text, project(files)) == expected


CALLERS = {
    "a method passed on": ('class C:\n    def f(self, x):\n        show(x)\n    def g(self):\n        pool.submit(self.f, "a")', ['"a"']),
    "a thread with no arguments": ('def f(x="d"):\n    show(x)\nThread(target=f).start()\nThread(args=("a",))', ['"d"']),
    "a thread with keywords": ('def f(x):\n    show(x)\nThread(target=f, kwargs={"x": "a"}).start()', ['"a"']),
    "an operator": (
        'def f(x, y=None):\n    show(x, y)\nPythonOperator(python_callable=f, op_kwargs={"x": "a"})',
        ['"a" | unknown: the mapping is not known', "unknown: the mapping is not known"],
    ),
    "a thread with a name for its arguments": ('def f(x):\n    show(x)\na = ("a",)\nThread(target=f, args=a).start()', ['"a"']),
    "soon": ('def f(x):\n    show(x)\nloop.call_soon(f, "a")', ['"a"']),
    "a lambda's parameter": ("f = lambda x: show(x)\nf('a')", ["parameter x"]),
    "more callers than are followed": (
        "def f(x):\n    show(x)\n" + "".join(f"f({n})\n" for n in range(30)),
        [" | ".join(map(str, range(24))) + " | parameter x"],
    ),
    "further up than is followed": (
        "def f0(x):\n    show(x)\n" + "".join(f"def f{n + 1}(x):\n    f{n}(x)\n" for n in range(6)) + 'f6("a")',
        ["parameter x"],
    ),
    "an inherited method": ('class A:\n    def f(self, x):\n        show(x)\nclass B(A):\n    pass\nB().f("a")', ['"a"']),
    "a function that calls itself": ('def f(x):\n    show(x)\n    f(x)\nf("a")', ['"a"']),
    "spread": ('def f(x, y):\n    show(x, y)\nf(*("a", "b"))\nf(**{"x": "c", "y": "d"})', ['"a" | "c"', '"b" | "d"']),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CALLERS.values(), ids=CALLERS)
def test_values_that_callers_pass(text: str, expected: list[str]) -> None:
    assert shown(text, callers=True) == expected


def test_values_that_callers_in_other_files_pass(project: Write) -> None:
    root = project({"a.py": 'from program import f\nf("a")\n', "b.py": 'import program\nprogram.C().m("b")\n'})
    text = "def f(x):\n    show(x)\nclass C:\n    def m(self, y):\n        show(y)\n"
    assert shown(text, root, callers=True) == ['"a"', '"b"']


def test_a_folder_is_a_module(project: Write) -> None:
    root = project({"inner/a.py": ""})
    assert shown("import inner\nshow(inner)", root) == [f"module {root / 'inner'}"]


def test_modules_know_whom_they_import_and_who_imports_them(project: Write) -> None:
    root = project({
        "a.py": "import json\nfrom p import b\nimport missing\n",
        "p/__init__.py": "from .b import X\n",
        "p/b.py": "X = 1\n",
        "c.py": "def b():\n    pass\n",
    })  # fmt: skip
    known = Project(ProjectFiles(Settings(root=root)))

    def names(path: str, related: Callable[[Module], list[Module]]) -> list[str]:
        module = known.module(root / path)
        assert module is not None
        return [found.path.relative_to(root).as_posix() for found in related(module)]

    assert names("a.py", known.imports_of) == ["p/__init__.py", "p/b.py"]
    assert names("p/b.py", known.importers_of) == ["a.py", "p/__init__.py"]
    assert names("p/b.py", known.importers_of) == names("p/b.py", known.importers_of)
    assert names("c.py", known.importers_of) == []
    assert known.module(root / "nowhere.py") is None


IMPORTERS = {
    "by its whole name": "import pack.inner.b",
    "from its package": "from pack.inner import a, b as c",
    "what it holds": "from pack.inner.b import *",
    "over several rows": "from pack.inner import (\n    a,\n    b,\n)",
}


@pytest.mark.parametrize("text", IMPORTERS.values(), ids=IMPORTERS)
def test_importers_are_found_however_they_import(project: Write, text: str) -> None:
    beside = {
        "pack/inner/of_its_folder.py": "from . import b",
        "pack/inner/script.py": "import b",
        "pack/inner/deeper/above.py": "from .. import b",
        "pack/cousin.py": "from .inner.b import X",
    }
    packages = dict.fromkeys(["pack/__init__.py", "pack/inner/__init__.py", "pack/inner/deeper/__init__.py"], "")
    others = {"b.py": "", "other.py": "import b", "pack/inner/a.py": "from os import b"}
    root = project({"pack/inner/b.py": "X = 1", "user.py": text, **beside, **packages, **others})
    known = Project(ProjectFiles(Settings(root=root)))
    module = known.module(root / "pack/inner/b.py")
    assert module is not None
    found = {importer.path.relative_to(root).as_posix() for importer in known.importers_of(module)}
    assert found == {"user.py", *beside}
