"""Conditions on the way to a value narrow it, wherever they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.values import shown

if TYPE_CHECKING:
    from conftest import Write

EITHER = 'x = "/a" if p() else "b"\n'

NARROWED = {
    "a branch": (f'{EITHER}if x.startswith("/"):\n    show(x)\nelse:\n    show(x)', ['"/a"', '"b"']),
    "a branch by its first character": (f'{EITHER}if x[0] == "/":\n    show(x)\nelse:\n    show(x)', ['"/a"', '"b"']),
    "a branch by its first characters": (f'{EITHER}if x[:2] == "/a":\n    show(x)', ['"/a"']),
    "a branch by its end": (f'{EITHER}if x[-1] == "b":\n    show(x)', ['"b"']),
    "a branch by what is in it": (f'{EITHER}if "/" not in x:\n    show(x)', ['"b"']),
    "an elif": (f'{EITHER}if x == "/a":\n    pass\nelif q:\n    show(x)', ['"b"']),
    "both of two": (f'{EITHER}if q and x == "b":\n    show(x)', ['"b"']),
    "neither of two": (f'{EITHER}if q or x == "b":\n    pass\nelse:\n    show(x)', ['"/a"']),
    "not": (f'{EITHER}if not (x == "b"):\n    show(x)', ['"/a"']),
    "after a return": (f'def f():\n    {EITHER.strip()}\n    if x == "b":\n        return\n    show(x)', ['"/a"']),
    "after a raise": (f'def f():\n    {EITHER.strip()}\n    if x not in ("b", "c"):\n        raise ValueError\n    show(x)', ['"b"']),
    "after an assert": (f'def f():\n    {EITHER.strip()}\n    assert x == "b"\n    show(x)', ['"b"']),
    "after a branch that changes it": (f'{EITHER}if x.startswith("/"):\n    x = x[1:]\nshow(x)', ['"a" | "b"']),
    "a conditional expression": (f'{EITHER}show(x[1:] if x.startswith("/") else x)', ['"b" or "a"']),
    "an attribute": ('o.x = "/a" if p() else "b"\nif o.x == "b":\n    show(o.x)', ['"b"']),
    "an empty text": ('x = "a" if p() else ""\nif x:\n    show(x)\nelse:\n    show(x)', ['"a"', '""']),
    "an empty text in a template": ('x = "a" if p() else ""\nshow(f"{x}/" if x else "")', ['"a/" | ""']),
    "what a parameter chooses": (
        'def f(p):\n    if q():\n        return ""\n    return "a" if p else ""\n\n\ndef g(p):\n    x = f(p)\n    if x:\n        show(x)',
        ['"a"'],
    ),
    "none": ('x = "a" if p() else None\nif x is not None:\n    show(x)', ['"a"']),
    "a comprehension": ('show([x for x in ["/a", "b"] if x == "b"])', ['["b"] (repeated)']),
    "unknown text that begins": ('def f(x):\n    if x.startswith("/"):\n        show(x)', ['"/{x}"']),
    "unknown text of which one is accepted": ('def f(x):\n    if x != "a":\n        raise ValueError\n    show(x)', ['"a"']),
    "unknown text of which one is tested": ('def f(x):\n    if x == "a":\n        show(x)', ["parameter x"]),
    "a length": ('x = "a" if p() else ""\nif len(x) > 0:\n    show(x)\nif len(x) == 0:\n    pass\nelse:\n    show(x)', ['"a"', '"a"']),
    "a length that is not zero": ('x = "a" if p() else ""\nif len(x) and q:\n    show(x)\nelse:\n    show(x)', ['"a"', '"a" | ""']),
    "a truth that is asked for": ('x = "a" if p() else ""\nif not bool(x):\n    show(x)', ['""']),
    "a template that is longer": ('def f(y):\n    x = f"{y}.a" if p() else ""\n    if x == "":\n        show(x)', ['""']),
    "a case": (f'{EITHER}match x:\n    case "b" | "c":\n        show(x)\n    case _:\n        show(x)', ['"b"', '"/a"']),
    "a case of none": ('x = "a" if p() else None\nmatch x:\n    case None:\n        show(x)\n    case _:\n        show(x)', ["None", '"a"']),
    "after a case that raises": (
        f'def f():\n    {EITHER.strip()}\n    match x:\n        case "b":\n            pass\n        case _:\n            raise ValueError\n    show(x)', ['"b"']),
    "after a with": (f'def f():\n    {EITHER.strip()}\n    with l:\n        if x != "b":\n            raise ValueError\n    show(x)', ['"b"']),
    "after a try": (
        f'def f():\n    {EITHER.strip()}\n    try:\n        assert x == "b"\n    finally:\n        pass\n    show(x)', ['"b"']),
    "after a try that goes on": (
        f'def f():\n    {EITHER.strip()}\n    try:\n        assert x == "b"\n    except OSError:\n        pass\n    show(x)', ['"/a" | "b"']),
    "after an exit of the module": (f'{EITHER}if x != "b":\n    sys.exit(1)\nshow(x)', ['"b"']),
    "input of which one is accepted": ('import sys\nx = sys.argv[1]\nif x != "a":\n    raise SystemExit\nshow(x)', ['"a"']),
    "input of which one is tested": ('import sys\nx = sys.argv[1]\nif x == "a":\n    show(x)', ["sys.argv[1]"]),
    "a name that is changed since": (f'{EITHER}if x == "b":\n    x = "c"\n    show(x)', ['"c"']),
    "another name": (f'{EITHER}if y == "b":\n    show(x)', ['"/a" | "b"']),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), NARROWED.values(), ids=NARROWED)
def test_a_condition_narrows(project: Write, text: str, expected: list[str]) -> None:
    assert shown(text, project({})) == expected


DERIVED = {
    "a sum": ('show(x + y + ".a")', ['"{x}{y}.a"']),
    "a sum in place": ('k = x\nk += y\nk += ".a"\nshow(k)', ['"{k}{y}.a"']),
    "a slice of a template": ('show(f"a/{x}.csv"[:-4], f"a/{x}"[1:], f"a/{x}"[5:])', ['"a/{x}"', '"/{x}"', "unknown: a slice"]),
    "a stem": ('import os\nshow(os.path.splitext("a/b.c")[0], os.path.splitext("a/b.c")[1])', ['"a/b"', '".c"']),
    "a join of any number": ('show("/".join(p for p in x), "".join(p for p in x))', ['"{join}/{join}"', "unknown: joined texts"]),
    "a key that is looked up": ('show(c.get("prefix") + x + ".a")', ['"{prefix}{x}.a"']),
    "a default that is looked up": ('show(c.get("a", "b"))', ['unknown: the mapping is not known or "b"']),
    "a key that is asked for": ('show(c["a"] if "a" in c else "b")', ["unknown: what `['a']` holds is not known or \"b\""]),
    "a Jinja expression": ('w = "a"\nshow(f\'{{{{ x("{w}") }}}}\')', ['"{{ x("a") }}"']),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DERIVED.values(), ids=DERIVED)
def test_what_is_computed_remembers_its_source(project: Write, text: str, expected: list[str]) -> None:
    assert shown(text, project({})) == expected


SETTINGS = {
    "environs": 'from environs import Env\ne = Env()\nshow(e("A", "b"), e.str("A", default="b"))',
    "django-environ": 'import environ\ne = environ.Env()\nshow(e("A", default="b"), e.str("A", default="b"))',
    "decouple": 'from decouple import config\nshow(config("A", default="b"), config("A", "b"))',
    "starlette": 'from starlette.config import Config\nc = Config(".env")\nshow(c("A", default="b"), c("A", str, "b"))',
    "pydantic": "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    a: str = 'b'\ns = S()\nshow(s.a, S().a)",
    "an inherited class": (
        "from pydantic_settings import BaseSettings\nclass B(BaseSettings):\n    pass\nclass S(B):\n    a: str = 'b'\nshow(S().a, S.a)"
    ),
    "django-environ's scheme": 'import environ\ne = environ.Env(A=(str, "b"))\nshow(e("A"), e("A", str))',
    "a lookup by get": (
        'from starlette.config import Config\nfrom decouple import Config as D, RepositoryEnv\n'
        'show(Config(".env").get("A", default="b"), D(RepositoryEnv(".env")).get("A", default="b"))'
    ),
    "a variable of Airflow": 'from airflow.models import Variable as V\nshow(V.get("A", default_var="b"), V.get("A", "b"))',
    "an attribute": 'import os\nX = os.getenv("A", "b")\nclass F:\n    def __init__(self):\n        self.x = X\nshow(F().x, X)',
    "os": 'import os\nshow(os.environ.setdefault("A", "b"), os.getenv("A", "b"))',
}  # fmt: skip


@pytest.mark.parametrize("text", SETTINGS.values(), ids=SETTINGS)
def test_a_setting_is_a_variable_with_a_fallback(project: Write, text: str) -> None:
    assert shown(text, project({})) == ['environment variable A or "b"'] * 2
