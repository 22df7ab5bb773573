"""A method that a function of the project calls with all that it is given is called with what is written beside it; others are not."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from s3lint.linter.engine import Engine
from s3lint.settings import Settings

PUT = 'Bucket=b, Key=f"a/{n}", Body=d, ACL="public-read"'

PARAMETERS = (
    "f, *args, **kwargs",
    "f, /, *args, **kwargs",
    "f, *args, attempts=3, **kwargs",
    "f, *, attempts=3, **kwargs",
    "f, **kwargs",
)

BODIES = (
    "return f({all})",
    "for _ in range(3):\n        try:\n            return f({all})\n        except OSError:\n            time.sleep(1)",
    "def inner():\n        return f({all})\n    return inner()",
    "log.info('again')\n    result = f({all})\n    return result",
    "with lock:\n        return f({all})",
    "return g(f({all}), lambda: f({all}))",
)

CALLS = {
    "a function": "def relay({parameters}):\n    {body}\n\ndef save(b, n, d):\n    relay({call})\n",
    "a function that awaits": "async def relay({parameters}):\n    {body}\n\nasync def save(b, n, d):\n    await relay({call})\n",
    "a method": (
        "class Store:\n    def relay(self, {parameters}):\n        {deeper}\n\n    def save(self, b, n, d):\n        self.relay({call})\n"
    ),
    "a static method": (
        "class Store:\n    @staticmethod\n    def relay({parameters}):\n        {deeper}\n\n    def save(self, b, n, d):\n"
        "        Store.relay({call})\n"
    ),
}


def found(source: str, folder: Path) -> set[str]:
    compile(source, "app.py", "exec")
    engine = Engine(Settings(root=folder, select=("STO301", "STO401")))
    return {finding.code for finding in engine.analyze(folder / "app.py", source.encode()).findings}


def program(kind: str, parameters: str, body: str, call: str = f"s3.put_object, {PUT}") -> str:
    everything = "*args, **kwargs" if "*args" in parameters else "**kwargs"
    filled = body.replace("{all}", everything)
    written = CALLS[kind].format(parameters=parameters, body=filled, deeper=filled.replace("\n", "\n    "), call=call)
    return f"import boto3, time\n\ns3 = boto3.client('s3')\n\n{written}"


@pytest.mark.parametrize("kind", CALLS)
def test_a_call_that_is_relayed_is_checked(kind: str, tmp_path: Path) -> None:
    for parameters, body in itertools.product(PARAMETERS, BODIES):
        source = program(kind, parameters, body)
        assert found(source, tmp_path) == {"STO301", "STO401"}, source


def test_what_the_helper_keeps_is_not_passed(tmp_path: Path) -> None:
    source = program("a function", PARAMETERS[2], BODIES[0], f"s3.put_object, attempts=5, ContentType='a/b', {PUT}")
    assert found(source, tmp_path) == {"STO401"}


OTHERS = {
    "sets an argument": ("f, *args, **kwargs", "kwargs.setdefault('ContentType', 'a/b')\n    return f(*args, **kwargs)"),
    "adds an argument": ("f, *args, **kwargs", "return f(*args, ContentType='a/b', **kwargs)"),
    "merges arguments": ("f, *args, **kwargs", "return f(*args, **{**DEFAULTS, **kwargs})"),
    "takes an argument out": ("f, *args, **kwargs", "kwargs.pop('ACL')\n    return f(*args, **kwargs)"),
    "hands the arguments to something else": ("f, *args, **kwargs", "typed(kwargs)\n    return f(*args, **kwargs)"),
    "binds them anew": ("f, *args, **kwargs", "kwargs = typed(**kwargs)\n    return f(*args, **kwargs)"),
    "calls it in two ways": ("f, *args, **kwargs", "f(*args)\n    return f(*args, **kwargs)"),
    "does not call it": ("f, *args, **kwargs", "return queue(f, *args, **kwargs)"),
    "takes more by position": ("f, b=None, *args, **kwargs", "return f(*args, **kwargs)"),
    "calls another": ("f, *args, **kwargs", "return known(f)(*args, **kwargs)"),
}


@pytest.mark.parametrize(("parameters", "body"), OTHERS.values(), ids=OTHERS)
def test_a_helper_that_does_more_is_not_followed(parameters: str, body: str, tmp_path: Path) -> None:
    assert found(program("a function", parameters, body), tmp_path) == set()


def test_a_function_of_another_package_is_not_followed(tmp_path: Path) -> None:
    source = f"import boto3\nfrom common import relay\n\ns3 = boto3.client('s3')\n\ndef save(b, n, d):\n    relay(s3.put_object, {PUT})\n"
    assert found(source, tmp_path) == set()
