"""A statement whose last row ends in a backslash, which joins an empty row or a comment, is read like any other."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from s3lint.source.text import Source
from s3lint.syntax.module import Module
from s3lint.syntax.outline import parse
from s3lint.syntax.recent_trees import MAX_CHARACTERS, keep_tree
from s3lint.testing import check, expected, reported

CALL = "s3.put_object(Bucket=b, Key='flat.csv', Body=b'1')"

SHAPES = {
    "module": "{call} \\  #: STO211, STO301\n{joined}\nx = 1\n",
    "function": "def f():\n    y = 1\n    {call} \\  #: STO211, STO301\n{joined}\ndef g():\n    return 1\n",
    "method": "class A:\n    def f(self):\n        {call} \\  #: STO211, STO301\n{joined}\n    def g(self):\n        return 1\n",
    "attribute": "class A:\n    x = {call}; \\  #: STO211, STO301\n{joined}\n    y = 1\n",
    "nested": "if s3:\n    async def f():\n        {call} \\  #: STO211, STO301\n{joined}\n",
    "last": "{call} \\  #: STO211, STO301\n{joined}\n",
}

JOINED = {"empty": "", "spaces": "    ", "comment": "# why", "indented comment": "        # why"}

NEWLINES = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}


@pytest.mark.parametrize(("shape", "joined", "newline"), list(product(SHAPES, JOINED, NEWLINES)))
def test_a_backslash_may_end_a_statement(shape: str, joined: str, newline: str) -> None:
    marked = "import boto3\ns3 = boto3.client('s3')\n" + SHAPES[shape].format(call=CALL, joined=JOINED[joined])
    text = marked.replace("  #: STO211, STO301", "").replace("\n", NEWLINES[newline])
    compile(text, "program.py", "exec")
    assert reported(check(text)) == expected(marked)


def test_what_a_function_binds_is_known_after_its_tree_is_gone() -> None:
    made = Module.load(Source.decode(Path("/nowhere/program.py"), b"def f(self):\n    self.x = 1 \\\n\ny = 2\n"))
    keep_tree(large := "#" * MAX_CHARACTERS, parse(large))
    assert made.blocks[0].sets == {"x"}
