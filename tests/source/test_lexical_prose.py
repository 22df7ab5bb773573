"""What is told to be prose by the bytes of a file is prose for Python's parser; usual comments and docstrings are told to be."""

from __future__ import annotations

import ast
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Write
from s3lint.linter.engine import Engine
from s3lint.settings import Settings
from s3lint.source.prose import is_prose

MARK = "mark"

PROSE = [
    '"""About mark."""\nx = 1\n',
    '#!/usr/bin/python\n# by me\n\n"""mark"""\n',
    "r'''mark \\''''\n# more\n",
    "x = 1\n# mark\n",
    '\tx = 1\n\t#mark \' " """ \n',
    'def f():\n    """\n    mark "quoted" \'\'\'\n    """\n    return 1\n',
    'async def f(a: int = 1) -> str:  # no\n    u"""mark"""\n    ...\n',
    'def f(\n    a,\n) -> dict[str, int]:\n    """mark"""\n',
    'def f(a,\n      b):\n    """mark"""  # end\n\n\n@here\ndef g(): ...\n',
    'class A(B, metaclass=C):\n    """mark \\"" mark"""\n',
    'x = "a\\"b" + \'#\'\n# mark\n',
    '\ufeff"""mark"""\n',
    'if x:\n    """mark"""\n',
    "x = f'{a[\"b\"]:{c}} {{}}'\n# mark\n",
    'x = """\n# no\n"""\r\nclass A:\r\n    """mark"""\r\n    x = 1\r\n',
]

CODE = [
    "mark\n",
    "import mark  # mark\n",
    'x = 1  # "mark\n',
    'x = """mark"""\n',
    '"""text"""; mark\n',
    'f(\n"""mark"""\n)\n',
    '"""mark""".strip()\n',
    '"""mark""" % x\n',
    '{"a":\n"""mark"""\n}\n',
    '{"a":\n"""mark""",\n}\n',
    '{f(x):\n    """mark"""}\n',
    'x = {f(1):\n    """mark"""\n    for a in y}\n',
    'x = {f(1):  # def\n    """mark"""\n    if y else z}\n',
    'x = {f(1):\n    """mark"""\n    r"b"}\n',
    '(lambda a=f(1):\n    """mark"""\n    if a else z)\n',
    'def f(): return {g(1):\n    """mark"""\n    for a in y}\n',
    'def f(a, b=[c]): return g[h(1):\n    """mark"""\n    in y]\n',
    'f"""{mark}"""\n',
    'def f():\n    f"""{mark}"""\n',
    'def f(): return {"a":\n    """mark"""\n}\n',
    'def f():\n    """text"""\n    """text""" + mark\n',
    'def f():\n    x = """text\n# not mark\n"""\n',
    "x = '''# mark'''\n",
    'x = "# mark"\n',
    'x = "\\\n# mark"\n',
    '"""never ended mark\n',
    "x = 'never ended\n# mark\n",
    '"""\n    import mark\n"""\nmark',
    # A text in brackets, whatever stands before and behind it.
    'x = {f(1):\n    """mark"""\n    or y}\n',
    'x = (  # ):\n    """mark"""\n    @y)\n',
    'def f(p={"a":\n    """mark"""\n    if x else ""}): ...\n',
    'x = \\\n"""mark"""\n',
    # Since Python 3.12 the quotes of an f-string may stand in it too.
    'y = f"{"#\'\'\'"}"; x = """\ndef f():\n    """\nif 1: mark\nz = """\nabc"""\n',
    'y = f"{\'}\'+"#"}"; mark\n# mark\n',
    'y = f"{x["a"]}"\n# mark\n',
    # Code between two texts, of which one does not end.
    'def f():\n    """Upload."\n    mark\n\n\ndef g():\n    """\n    Text.\n    """\n',
]


def offsets(text: str) -> list[int]:
    data = text.encode()
    return [place for place in range(len(data)) if data.startswith(MARK.encode(), place)]


@pytest.mark.parametrize("text", PROSE)
def test_comments_and_docstrings_are_prose(text: str) -> None:
    assert is_prose(text.encode(), offsets(text))


@pytest.mark.parametrize("text", CODE)
def test_all_else_may_be_code(text: str) -> None:
    assert not is_prose(text.encode(), offsets(text))


def without_docstrings(tree: ast.AST) -> str:
    """Return what Python reads of a program, but for its comments and the texts that nothing uses."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""
    return ast.dump(tree)


PIECES = st.sampled_from(
    [
        *('"""', "'''", '"', "'", "#", "\\", "\n", "\n    ", "\r\n", ":", "(", ")", "{", "}", "[", "]", ",", ";", "f", "r", "b"),
        *(
            "def f():",
            "class A:",
            "def f(\na):",
            "lambda:",
            "mark",
            "x",
            " = ",
            " ",
            '"""text"""',
            '"text"',
            "if x:",
            "if x else y",
            "for x in y",
            "(x):\n",
            "{f(x):\n",
            "in x",
            "else:",
            "pass",
        ),
    ]
)


@given(st.lists(st.one_of(PIECES, st.sampled_from(PROSE + CODE)), max_size=12).map("".join))
def test_a_place_in_code_is_never_prose(text: str) -> None:
    places = offsets(text)
    if not is_prose(text.encode(), places):
        return
    with suppress(SyntaxError, ValueError):
        assert MARK not in without_docstrings(ast.parse(text))


def test_a_file_whose_mentions_are_all_prose_is_not_parsed(project: Write) -> None:
    root = project({"a.py": '"""Calls boto3.client("s3").put_object(Bucket="acme-data")."""\nx = 1\n', "b.py": "# boto3\nx = (\n"})
    engine = Engine(Settings(root=root))

    assert not any(engine.is_relevant(root / name, (root / name).read_bytes()) for name in ("a.py", "b.py"))
    assert engine.prefilter.mentions(b'import boto3\n"""boto3"""\nboto3.client("s3").put_object(Bucket="x")\n')


def test_a_suppression_is_looked_at_wherever_it_stands(tmp_path: Path) -> None:
    engine = Engine(Settings(root=tmp_path))

    assert engine.prefilter.mentions(b'"""Uses boto3.client("s3")."""\nx = 1  # s3lint: allow[STO201]\n')
