"""What the syntax of a call decides is decided before values are inferred, which may hang on half of the project."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from s3lint.inference.evaluator import Evaluator
from s3lint.linter.engine import Engine
from s3lint.settings import Settings
from s3lint.syntax import module
from s3lint.syntax.flow import Step

CLIENT = "import boto3\ns3 = boto3.client('s3')\n"

URL = "def f(*parts):\n    'An object of amazonaws.com.'\n"

PROGRAMS = {
    # Every transfer of boto3 takes arguments.
    "made()": CLIENT + "def f():\n    s3.copy(source, bucket, key)\n    return made().copy()\n",
    # A call that reads an object touches no file of a Delta table.
    "key_of(path)": CLIENT + "s3.head_object(Bucket=bucket, Key=key_of(path))\n",
    # No URL begins with this literal, nor with what nothing is known of.
    "rest()": f"NAME = 'acme'\n{URL}    return NAME + '-' + rest()\n",
    "host()": URL + "    return f'{unknown}/{host()}'\n",
    # A text that is only compared is no URL that is handed on.
    "known()": URL + "    assert f'https://{region}/{known()}' in parts\n",
}


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the code of every expression that is evaluated, in a set that grows."""
    found: set[str] = set()
    evaluate = Evaluator.evaluate

    def recording(self: Evaluator, node: cst.BaseExpression, place: object) -> object:
        found.add(cst.Module([]).code_for_node(node))
        return evaluate(self, node, place)  # type: ignore[arg-type]

    monkeypatch.setattr(Evaluator, "evaluate", recording)
    return found


@pytest.mark.parametrize("expression", PROGRAMS)
def test_what_no_rule_needs_is_not_evaluated(expression: str, evaluated: set[str], tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAMS[expression], encoding="utf-8")
    (tmp_path / "store.py").write_text(CLIENT, encoding="utf-8")
    Engine(Settings(root=tmp_path, profile="strict")).check(program, program.read_bytes())
    assert expression not in evaluated


ALIASED = """\
import awswrangler as wr
from awswrangler.s3 import to_parquet as save


def export(frame, path):
    wr.s3.to_parquet(frame, path)
    save(
        frame,
        path,
    )
"""


def test_a_statement_that_names_nothing_itself_may_call_by_an_alias(tmp_path: Path) -> None:
    findings, _ = Engine(Settings(root=tmp_path, select=("STO501",))).check(tmp_path / "program.py", ALIASED.encode())
    assert [finding.start.row for finding in findings] == [6, 7]


def test_nodes_of_statements_that_name_nothing_are_not_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    walked: list[str] = []
    nodes = Step.nodes.func

    def recording(step: Step) -> object:
        walked.append(cst.Module([]).code_for_node(step.node))  # type: ignore[arg-type]
        return nodes(step)

    monkeypatch.setattr(Step, "nodes", property(recording))
    program = CLIENT + "def f(rows):\n    count(\n        rows)\n    s3.put_object(Bucket=b, Key=k, Body=rows)\n"
    findings, _ = Engine(Settings(root=tmp_path, select=("STO301",))).check(tmp_path / "program.py", program.encode())
    assert findings
    assert not [code for code in walked if code.startswith("count(")]


def test_a_function_that_names_storage_in_its_docstring_alone_gets_no_nodes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[str] = []
    skeleton_of = module.skeleton_of
    monkeypatch.setattr(module, "skeleton_of", lambda text, *rest: made.append(text) or skeleton_of(text, *rest))
    program = CLIENT + "# s3.put_object\ndef f(rows):\n    'It calls s3.put_object(Bucket=b).'\n    return rows\n"
    Engine(Settings(root=tmp_path, select=("STO301",))).check(tmp_path / "program.py", program.encode())
    assert not [text for text in made if "def f" in text]
