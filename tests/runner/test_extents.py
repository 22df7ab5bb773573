"""A result is used again where a file that it depends on changed only in parts that its analysis did not read."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import s3lint.inference
import s3lint.runner.cache.contents
from s3lint.project.targets import targets
from s3lint.runner.cache.results import Cache
from s3lint.runner.run import RunResult, check_all
from s3lint.settings import Settings
from s3lint.source.text import Source
from s3lint.syntax.extent import is_unchanged
from s3lint.syntax.module import Module

HELPERS = """\
import os


def bucket():
    return os.environ["BUCKET"]


def banner():
    return "welcome"


class Report:
    title = "a"

    def head(self):
        return "head"

    def path(self):
        return "reports/a.json"
"""

MAIN = """\
import boto3

from helpers import Report, bucket

s3 = boto3.client("s3")


def save(body):
    s3.put_object(Bucket=bucket(), Key=Report().path(), Body=body, ContentType="application/json")
"""

NAMED = "import boto3\n\nfrom helpers import NAME\n\nboto3.client('s3').put_object(Bucket=NAME, Key='x/y', Body=b'', ContentType='a/b')\n"


@pytest.fixture(autouse=True)
def young_files_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was just written counts as known, as it does after two seconds."""
    monkeypatch.setattr(s3lint.runner.cache.contents, "RACY_NANOSECONDS", -(10**10))


class Runs:
    """Runs over a folder, with the cache and without."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def check(self, **files: str) -> int:
        """Write files and check all; return how many results were used again. The findings are those of a run without the cache."""
        for name, text in files.items():
            (self.root / f"{name}.py").write_text(text, encoding="utf-8")
        settings = Settings(root=self.root)
        found = self._run(settings, Cache(None, self.root))
        assert found.findings == self._run(settings, None).findings
        return found.reused

    def _run(self, settings: Settings, cache: Cache | None) -> RunResult:
        return check_all(list(targets([self.root], lambda _: settings)), 1, cache=cache)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"welcome"', '"good-bye"'),
        ('"head"', '"tail"'),
        ("class Report", "# More.\nclass Report"),
        ("\n\ndef bucket", "\n\n\n\ndef bucket"),
    ],
)
def test_a_change_that_was_not_read_analyses_one_file(runs: Runs, before: str, after: str) -> None:
    assert runs.check(helpers=HELPERS, main=MAIN) == 0
    assert runs.check(helpers=HELPERS.replace(before, after)) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('os.environ["BUCKET"]', '"acme-raw"'),
        ("reports/a.json", "a.json"),
        ("def banner", "def bucket"),
        ("class Report", "class Report(Base)"),
        ("class Report", "def Report(): pass\n\n\nclass Other"),
        ('title = "a"', 'path = "a"'),
        ("import os\n", "import os\nfrom other import bucket\n"),
        ('return "welcome"', "global bucket\n    bucket = 1"),
    ],
)
def test_a_change_that_was_read_analyses_both(runs: Runs, before: str, after: str) -> None:
    assert runs.check(helpers=HELPERS, main=MAIN) == 0
    assert runs.check(helpers=HELPERS.replace(before, after)) == 0


def test_a_finding_moves_with_the_file_that_it_names(runs: Runs) -> None:
    assert runs.check(helpers='def other():\n    return 1\n\n\nNAME = "acme-raw"\n', main=NAMED) == 0
    assert runs.check(helpers='def other():\n    x = 2\n    return x\n\n\nNAME = "acme-raw"\n') == 0


CALLED = "import boto3\n\n\ndef save(key):\n    boto3.client('s3').put_object(Bucket=b(), Key=key, Body=b'', ContentType='a/b')\n"

CALLER = "from called import save\n\n\ndef one():\n    save('x/y')\n\n\ndef two():\n    print('two')\n"


def test_a_new_call_of_a_function_analyses_it_again(runs: Runs) -> None:
    assert runs.check(called=CALLED, caller=CALLER) == 0
    assert runs.check(caller=CALLER.replace("print('two')", "print('three')")) == 1
    assert runs.check(caller=CALLER.replace("print('two')", "save('flat')")) == 0


def test_what_an_earlier_run_read_still_counts(runs: Runs) -> None:
    assert runs.check(helpers=HELPERS, main=MAIN) == 0
    assert runs.check(helpers=HELPERS.replace('"welcome"', '"good-bye"')) == 1
    assert runs.check(helpers=HELPERS.replace("reports/a.json", "a.json")) == 0


def test_inference_never_reads_the_text_of_a_module_as_a_whole() -> None:
    """`Engine` relies on it: reading the text of the analysed file as a whole is not noted."""
    folder = Path(s3lint.inference.__file__).parent
    reads = [
        f"{path.name}:{node.lineno}"
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("source", "file") and "module" in ast.unparse(node.value)
    ]
    assert not reads


BODIES = ("    return 1", "    x = 1\n    return x", "    return bucket()", "    class A: pass", "    # note\n    return 1")


@given(st.lists(st.sampled_from(BODIES), min_size=3, max_size=3), st.lists(st.sampled_from(BODIES), min_size=3, max_size=3))
def test_what_is_read_is_compared_block_by_block(before: list[str], after: list[str]) -> None:
    def source(bodies: list[str]) -> Source:
        text = "\n\n".join(f"def f{number}():\n{body}" for number, body in enumerate(bodies))
        return Source.decode(Path("a.py"), text.encode())

    module = Module.load(source(before))
    _ = module.blocks[1].statements
    assert is_unchanged(source(after), module.extent.row()) == (before[1] == after[1])
    module.blocks_holding("bucket")
    holds = [[number for number, body in enumerate(bodies) if "bucket" in body] for bodies in (before, after)]
    assert is_unchanged(source(after), module.extent.row()) == (before[1] == after[1] and holds[0] == holds[1])
    _ = module.source
    assert not is_unchanged(source(before), module.extent.row())
