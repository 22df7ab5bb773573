"""Programs with a known answer: a bucket's name is routed through a random chain of shapes to an S3 call.

The literal must be found where it is written through any chain, but not where an unknown value overwrites it on the way.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import check_project

EXAMPLES = 80

BUCKET = "acme-routed-data"

HEAD = "import asyncio\nimport enum\nimport functools\nimport os\nimport typing\nfrom concurrent.futures import ThreadPoolExecutor\nfrom dataclasses import dataclass\nimport aioboto3\nimport boto3\n"


@dataclass
class Program:
    """Statements of the module that is being written, the modules before it, and the expression that holds the value."""

    expression: str
    lines: list[str] = field(default_factory=list)
    modules: dict[str, str] = field(default_factory=dict)
    names: int = 0

    def name(self) -> str:
        self.names += 1
        return f"n{self.names}"

    def add(self, text: str, expression: str) -> None:
        self.lines.append(text)
        self.expression = expression

    @property
    def source(self) -> str:
        return HEAD + "\n".join(self.lines) + "\n"

    def leave_module(self) -> str:
        """Ends the module; the value is its attribute `out_` and its name."""
        name = f"m{self.name()}"
        self.lines.append(f"out_{name} = {self.expression}")
        self.modules[f"{name}.py"] = self.source
        self.lines = []
        return name


Shape = Callable[[Program], None]


def statement(template: str, expression: str) -> Shape:
    """A shape from templates: `{e}` is the value so far, `{n}` a fresh name."""

    def shape(program: Program) -> None:
        n, e = program.name(), program.expression
        program.add(template.format(n=n, e=e), expression.format(n=n, e=e))

    return shape


def from_import(program: Program) -> None:
    module, name = program.leave_module(), program.name()
    program.add(f"from {module} import out_{module} as {name}", name)


def plain_import(program: Program) -> None:
    module = program.leave_module()
    program.add(f"import {module}", f"{module}.out_{module}")


def star_import(program: Program) -> None:
    module = program.leave_module()
    program.add(f"from {module} import *", f"out_{module}")


def package(program: Program) -> None:
    """The value is re-exported by a package, relatively and under another name."""
    module, name, folder = program.leave_module(), program.name(), f"p{program.name()}"
    moved = {f"{module}.py": f"{folder}/inner/{module}.py"}
    program.modules = {moved.get(path, path): source for path, source in program.modules.items()}
    program.modules[f"{folder}/inner/__init__.py"] = f"from .{module} import out_{module} as shown\n"
    program.modules[f"{folder}/__init__.py"] = "from .inner import shown\n"
    program.add(f"import {folder}.inner as {name}", f"{name}.shown")


SHAPES: dict[str, Shape] = {
    "assignment": statement("{n} = {e}", "{n}"),
    "annotated assignment": statement("{n}: str = {e}", "{n}"),
    "chained assignment": statement("{n} = {n}_too = {e}", "{n}"),
    "unpacking": statement("{n}, {n}_too = {e}, 1", "{n}"),
    "walrus": statement("print({n} := {e})", "{n}"),
    "returned": statement("def {n}():\n    return {e}", "{n}()"),
    "returned early": statement("def {n}():\n    if os.environ:\n        return {e}\n    raise OSError", "{n}()"),
    "through a parameter": statement("def {n}(x):\n    return x", "{n}({e})"),
    "through a keyword": statement("def {n}(*, x):\n    y = x\n    return y", "{n}(x={e})"),
    "through **": statement("def {n}(**extra):\n    return extra['x']", "{n}(x={e})"),
    "lambda": statement("{n} = lambda x: x", "{n}({e})"),
    "partial": statement("def {n}(x):\n    return x", "functools.partial({n}, {e})()"),
    "cached": statement("@functools.lru_cache\ndef {n}():\n    return {e}", "{n}()"),
    "closure": statement("def {n}():\n    y = {e}\n    def inner():\n        return y\n    return inner()", "{n}()"),
    "dictionary": statement("{n} = {{'k': {e}}}", "{n}['k']"),
    "dictionary step by step": statement("{n} = {{}}\n{n}['k'] = {e}", "{n}['k']"),
    "updated dictionary": statement("{n} = {{'j': 1}}\n{n}.update(k={e})", "{n}.get('k')"),
    "merged dictionary": statement("{n} = {{**{{'j': 1}}, 'k': {e}}} | {{'l': 2}}", "{n}['k']"),
    "list": statement("{n} = [{e}]", "{n}[0]"),
    "loop": statement("for {n} in [{e}]:\n    print({n})", "{n}"),
    "comprehension": statement("{n} = [x for x in ({e},)]", "{n}[0]"),
    "class constant": statement("class {n}:\n    x = {e}", "{n}.x"),
    "attribute": statement("class {n}:\n    def __init__(self, x):\n        self.x = x", "{n}({e}).x"),
    "attribute set elsewhere": statement(
        "class {n}:\n    def __init__(self):\n        self.set()\n    def set(self):\n        self.x = {e}", "{n}().x"
    ),
    "property": statement("class {n}:\n    @property\n    def x(self):\n        return {e}", "{n}().x"),
    "method": statement("class {n}:\n    def x(self, y):\n        return y", "{n}().x({e})"),
    "static method": statement("class {n}:\n    @staticmethod\n    def x(y):\n        return y", "{n}.x({e})"),
    "dataclass": statement("@dataclass\nclass {n}:\n    x: str", "{n}(x={e}).x"),
    "inherited": statement("class {n}_base:\n    x = {e}\nclass {n}({n}_base):\n    pass", "{n}.x"),
    "f-string": statement("{n} = f'''{{{e}}}'''", "{n}"),
    "percent": statement("{n} = '%s' % {e}", "{n}"),
    "format": statement("{n} = '{{}}'.format({e})", "{n}"),
    "join": statement("{n} = ''.join([{e}])", "{n}"),
    "concatenation": statement("{n} = '' + {e}", "{n}"),
    "str": statement("{n} = str({e}).strip()", "{n}"),
    "both branches": statement("if os.environ:\n    {n} = {e}\nelse:\n    {n} = {e}", "{n}"),
    "conditional expression": statement("{n} = {e} if os.environ else {e}", "{n}"),
    "try": statement("try:\n    {n} = {e}\nexcept OSError:\n    raise", "{n}"),
    "with": statement("with open('x'):\n    {n} = {e}", "{n}"),
    "match": statement("match os.name:\n    case 'nt':\n        {n} = {e}\n    case _:\n        {n} = {e}", "{n}"),
    "enum": statement("class {n}(enum.Enum):\n    X = {e}", "{n}.X.value"),
    "generator": statement("def {n}_all():\n    yield {e}\nfor {n} in {n}_all():\n    print({n})", "{n}"),
    "zip": statement("for {n}, {n}_too in zip([{e}], [1]):\n    print({n})", "{n}"),
    "enumerate": statement("for {n}_index, {n} in enumerate([{e}]):\n    print({n})", "{n}"),
    "items": statement("for {n}_key, {n} in {{'k': {e}}}.items():\n    print({n})", "{n}"),
    "appended": statement("{n} = []\n{n}.append({e})", "{n}[0]"),
    "fallback": statement("{n} = None or {e}", "{n}"),
    "named tuple": statement("class {n}(typing.NamedTuple):\n    x: str", "{n}({e}).x"),
    "nested function": statement("def {n}(x):\n    def inner(y):\n        return y\n    return inner(x)", "{n}({e})"),
    "global": statement("def {n}_set():\n    global {n}\n    {n} = {e}\n{n} = None\n{n}_set()", "{n}"),
    "from import": from_import,
    "plain import": plain_import,
    "star import": star_import,
    "package": package,
}

USES = {
    "direct": "boto3.client('s3').get_object(Bucket={e}, Key='a/b')",
    "helper": "def use(b):\n    boto3.client('s3').get_object(Bucket=b, Key='a/b')\nuse({e})",
    "resource": "boto3.resource('s3').Bucket({e}).download_file('a/b', 'c')",
    "splat": "call = dict(Bucket={e}, Key='a/b')\nboto3.client('s3').get_object(**call)",
    "by reference": "ThreadPoolExecutor().submit(boto3.client('s3').download_file, {e}, 'a/b', 'c')",
    "map": "def use(b):\n    boto3.client('s3').get_object(Bucket=b, Key='a/b')\nThreadPoolExecutor().map(use, [{e}])",
    "thread": (
        "async def use(b):\n    await asyncio.to_thread(boto3.client('s3').get_object, Bucket=b, Key='a/b')\nasyncio.run(use({e}))"
    ),
    "executor": (
        "async def use(b):\n    loop = asyncio.get_running_loop()\n"
        "    await loop.run_in_executor(None, boto3.client('s3').download_file, b, 'a/b', 'c')\nasyncio.run(use({e}))"
    ),
    "async client": (
        "async def use(b):\n    async with aioboto3.Session().client('s3') as s3:\n        await s3.get_object(Bucket=b, Key='a/b')\n"
        "asyncio.run(use({e}))"
    ),
    "attribute": (
        "class Store:\n    def __init__(self, b):\n        self.s3 = boto3.client('s3')\n        self.b = b\n"
        "    def get(self):\n        return self.s3.get_object(Bucket=self.b, Key='a/b')\nStore({e}).get()"
    ),
}

OVERWRITTEN = statement("{n} = {e}\n{n} = os.environ['NAME']", "{n}")

chains = st.lists(st.sampled_from(sorted(SHAPES)), min_size=1, max_size=5)
uses = st.sampled_from(sorted(USES))


@contextmanager
def written(program: Program, use: str) -> Iterator[Path]:
    """The folder of a program that hands its value to S3."""
    program.lines.append(USES[use].format(e=program.expression))
    for source in (*program.modules.values(), program.source):
        compile(source, "program", "exec")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, source in {**program.modules, "main.py": program.source}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(source)
        yield root


def found_in(program: Program, use: str) -> list[tuple[str, str]]:
    """The file of each finding, and the bucket."""
    with written(program, use) as root:
        findings = check_project(root, select=("STO201",))
    return [(finding.path.name, finding.message.split("`")[1]) for finding in findings]


def first_module(program: Program) -> str:
    return Path(next(iter(program.modules), "main.py")).name


@settings(max_examples=EXAMPLES, deadline=None)
@given(chains, uses)
def test_a_value_is_found_behind_any_chain(chain: list[str], use: str) -> None:
    program = Program(f'"{BUCKET}"')
    for name in chain:
        SHAPES[name](program)
    found = found_in(program, use)
    assert found
    assert set(found) == {(first_module(program), BUCKET)}


@settings(max_examples=EXAMPLES, deadline=None)
@given(chains, chains, uses)
def test_an_overwritten_value_is_not_found(before: list[str], after: list[str], use: str) -> None:
    program = Program(f'"{BUCKET}"')
    for name in before[:2]:
        SHAPES[name](program)
    OVERWRITTEN(program)
    for name in after[:3]:
        SHAPES[name](program)
    assert found_in(program, use) == []


@settings(max_examples=EXAMPLES // 4, deadline=None)
@given(chains, uses, st.randoms(use_true_random=False))
def test_the_order_of_files_and_a_run_over_each_alone_change_nothing(chain: list[str], use: str, random: Random) -> None:
    program = Program(f'"{BUCKET}"')
    for name in ["from import", *chain]:
        SHAPES[name](program)
    with written(program, use) as root:
        whole = check_project(root, profile="strict")
        files = [str(path.relative_to(root)) for path in root.rglob("*.py")]
        random.shuffle(files)
        assert check_project(root, *files, profile="strict") == whole
        alone = [finding for name in files for finding in check_project(root, name, profile="strict")]
    assert sorted(alone, key=lambda finding: finding.order) == whole
