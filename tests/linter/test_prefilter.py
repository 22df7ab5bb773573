"""The filter before all parsing: it hides nothing that a rule would find, and it hides most of the rest."""

from __future__ import annotations

import ast
import re
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conftest import Write, fixture_files, run, statements, unfiltered
from s3lint.finding import Location
from s3lint.linter.engine import Engine
from s3lint.linter.prefilter import Prefilter, prefilter_for
from s3lint.project.searches import Search
from s3lint.registry import rules
from s3lint.settings import Settings
from s3lint.triggers import TRIGGERS

STRICT = Settings(root=Path("/nowhere"), profile="strict")

WORDS = sorted({word for extractor in TRIGGERS.values() for words in extractor.triggers for word in words.names})

GATES = sorted({gate for extractor in TRIGGERS.values() for words in extractor.triggers for gate in words.requires})

NAME = re.compile(r"\b[A-Za-z_]\w*\b")


def verdict(engine: Engine, text: str) -> list[tuple[str, Location]]:
    """The rules that fire and where. A mere name may add to how sure a finding is; it may not decide whether there is one."""
    findings, errors = engine.check(STRICT.root / "example.py", text.encode())
    assert errors == ()
    return [(finding.code, finding.start) for finding in findings]


def same_verdict(text: str) -> None:
    assert verdict(Engine(STRICT), text) == verdict(unfiltered(STRICT), text)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=f"{path.parent.name}/{path.stem}", marks=[pytest.mark.extended][: path.stem != "bad"])
        for path in fixture_files()
    ],
)
def test_nothing_is_lost_in_the_fixtures(path: Path) -> None:
    same_verdict(path.read_text(encoding="utf-8"))


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Statements of the fixtures, some of whose names are words of the vocabulary instead, and perhaps a gate in a comment."""
    text = "\n".join(draw(st.lists(st.sampled_from(statements()), min_size=1, max_size=5)))
    for _ in range(draw(st.integers(0, 3))):
        found = draw(st.sampled_from(list(NAME.finditer(text))))
        text = text[: found.start()] + draw(st.sampled_from(WORDS)) + text[found.end() :]
    return f"{text}\n# {draw(st.sampled_from(['', *GATES]))}\n"


def parses(text: str) -> bool:
    """Unreadable files are reported only where they mention something, so they tell nothing here."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


@settings(max_examples=60)
@given(programs().filter(parses))
def test_nothing_is_lost_in_small_programs(text: str) -> None:
    same_verdict(text)


PRELUDE = """\
import boto3

OTHER = "acme-other"
NESTED = ["acme-nested"]
key = f"{x}.json"

def made(x):
    return f"{x}.pdf"

class Config:
    raw = "acme-inner"
"""

FORMS = (
    "{name} = {value}",
    "{name}: {annotation} = {value}",
    "def f({name}: {annotation} = {value}): pass",
    "def f({name}={value}): pass",
    "f({name}={value})",
    "f(\n    {name} = {value},\n)",
    'd = {{"{name}": {value}}}',
    'd["{name}"] = {value}',
    "self.{name} = {value}",
    "z, {name} = 1, {value}",
    "({name}, z) = {value}, 1",
    "{name} = z = {value}",
    "if ({name} := {value}): pass",
)

NAMES = ("bucket", "BUCKET", "raw_bucket", "S3_BUCKET_NAME", "bucketName", "s3_key", "file_key", "OBJECT_KEY", "cache_key")

ANNOTATIONS = ("str", "dict[str, str]", '"str"', 'Annotated[str, Option("--a", b="c")]')

VALUES = (
    '"acme-x"', "OTHER", "key", "made(x)", "NESTED[0]", "Config.raw", "Config().raw", 'f"{x}.pdf"', '"%s.pdf" % x',
    '"{}.pdf".format(x)', 'x + ".pdf"', '(x +\n    ".pdf")', 'str(x) + ".pdf"', 'x["k"] + ".pdf"', '"-".join(["acme", "j"])',
    'prefix or "acme-or"', 'a if b else "acme-if"', '("acme-a", "acme-b")[0]', '{"a": "acme-d"}["a"]', "other_bucket", "None",
)  # fmt: skip


@settings(max_examples=300)
@given(st.sampled_from(FORMS), st.sampled_from(NAMES), st.sampled_from(ANNOTATIONS), st.sampled_from(VALUES))
def test_no_named_value_is_lost(form: str, name: str, annotation: str, value: str) -> None:
    same_verdict(PRELUDE + form.format(name=name, annotation=annotation, value=value) + "\n")


MAKERS = (
    'boto3.client("s3", {})', 'client("s3", {})', 'boto3.Session().resource(\n    service_name="s3",\n    {}\n)', 'partial(client, "s3", {})()',
    'partial(boto3.client, "s3", {})()', 'make = boto3.client\nmake("s3", {})', "make = boto3.client  # it\nmake('s3', {})",
    'client = boto3.client; client("s3", {})', 'boto3.client("s3", "(", f(")"), {})', "boto3.client('s3', # ) isn't\n{})",
    'boto3.client(name("s3")(1), config=Config(user_agent=")"), {})', 'self.client = boto3.client("s3", {})',
)  # fmt: skip

CONNECTIONS = (
    "verify=False",
    "use_ssl=False",
    'endpoint_url="http://s3.amazonaws.com"',
    "**options",
    'config=f("verify"), verify=False',
    "",
)


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("connection", CONNECTIONS)
def test_no_client_is_lost(maker: str, connection: str) -> None:
    prelude = "from functools import partial\nimport boto3\nfrom boto3 import client\noptions = {'verify': False}\n"
    same_verdict(prelude + maker.format(connection) + "\n")


ACTIONS = (
    'thing.put({})', 'thing.put(f(1)("("), {})', 'thing.put(  # )\n    {})', "thing.upload_file('a', {})", 'thing.copy("a", "b", {})',
    'submit(thing.put, {})', 'put = thing.put\nput({})',
)  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("arguments", ["Body=b'x'", "Body='x', ACL='public-read'", "ExtraArgs={'ACL': 'public-read'}", "**extra"])
def test_no_action_is_lost(action: str, arguments: str) -> None:
    prelude = "import boto3\nextra = {'ACL': 'public-read'}\nthing = boto3.resource('s3').Object('acme-b', 'k')\n"
    same_verdict(prelude + action.format(arguments) + "\n")


@st.composite
def literals(draw: st.DrawFn) -> str:
    """A text as Python may spell it: any prefix and quotes, with brackets, quotes, backslashes, braces and ends of lines in it."""
    prefix, quotes = draw(st.sampled_from(["", "r", "b", "f", "rf", "u"])), draw(st.sampled_from(["'", '"', "'''", '"""']))
    pieces = (
        "(",
        ")",
        "'",
        '"',
        "#",
        "\\",
        "\\\\",
        "\\n",
        "\\'",
        '\\"',
        "\\\n",
        "\n",
        "{",
        "}",
        "{x}",
        "{x[')']}",
        '{x["("]}',
        "a",
        "'''",
        '"""',
    )
    return f"{prefix}{quotes}{''.join(draw(st.lists(st.sampled_from(pieces), max_size=6)))}{quotes}"


@given(st.lists(literals(), min_size=1, max_size=3), st.sampled_from([", ", " ", ",\n", ",  # ) it's\n"]))
@example(['"\\n)"'], ", ")
@example(["'''it's )'''"], ", ")
@example(['f"{x[")"]}"'], ", ")
def test_no_argument_behind_a_text_is_lost(texts: list[str], between: str) -> None:
    call = f'boto3.client("s3", {between.join(texts)}, verify=False)'
    with suppress(SyntaxError, ValueError):
        ast.parse(call)
        assert "clients" in prefilter_for(frozenset(rules())).mentions(f"import boto3\n{call}\n".encode()).extractors


@pytest.mark.parametrize("imported", ["from aws import client", "from aws import *", "from aws import client, other"])
def test_a_factory_that_another_module_passes_on_is_not_lost(project: Write, imported: str) -> None:
    text = f"from functools import partial\n{imported}\nmake = partial(client, 's3', verify=False)\nmake()\n"
    root = project({"aws.py": "from boto3 import client\n", "a.py": text})
    assert [finding.code for finding in Engine(Settings(root=root)).check(root / "a.py", text.encode())[0]] == ["STO412"]


@pytest.mark.parametrize(
    "text",
    [
        "def f(client):\n    g(client=client, resource=resource)\n",
        'client = make.client("glue", session=session)\nclient.update(**settings)\n',
        "waiter.wait()\nother(Bucket=1)\n",
    ],
)
def test_what_stands_beside_a_call_is_none_of_its_arguments(text: str) -> None:
    mentions = prefilter_for(frozenset(rules())).mentions(f"import boto3\n{text}".encode())
    assert {"clients", "objects"}.isdisjoint(mentions.extractors)


def test_an_extractor_has_the_rows_of_its_own_hits() -> None:
    mentions = prefilter_for(frozenset(rules())).mentions(b'"""amazonaws.com"""\nx = "s3://acme"\n')
    code = mentions.on([2])

    assert {name: list(rows) for name, rows in mentions.extractors.items()} == {"addresses": [1, 2], "urls": [1]}
    assert (code.extractors.keys(), code.rows) == ({"addresses"}, [2])


@pytest.mark.parametrize("name", TRIGGERS)
def test_every_name_is_found_with_its_required_texts(name: str) -> None:
    prefilter = Prefilter([name])
    for trigger in TRIGGERS[name].triggers:
        required = " ".join(sorted(trigger.requires))
        for word in trigger.names:
            texts = (f"# {required} \nx.{word}(Bucket=f'a', **b)", f"# {required} \n{word}(a)", f"# {required} \n{word} = f'a'")
            assert any(name in prefilter.mentions(text.encode()).extractors for text in texts), word


@settings(max_examples=200)
@given(st.text(alphabet=st.characters(exclude_characters="_", codec="utf-8", categories=("Lu", "Zs", "Po", "Nd")), max_size=400))
@example("from datetime import timedelta\nkeys = {draws: put for put in keys}\n")
def test_what_has_no_word_is_not_kept(text: str) -> None:
    everything = prefilter_for(frozenset(rules()))
    assert not everything.mentions(text.encode())


def test_hardly_a_file_of_the_standard_library_is_kept() -> None:
    default = Engine(Settings(root=Path("/nowhere"))).prefilter
    files = list(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    kept = [path.name for path in files if default.mentions(path.read_bytes())]
    assert len(kept) < len(files) / 10, kept


STORES = (
    "s3://lake", "S3A://lake/", "import s3fs", "from s3path import S3Path", '{"protocol": "s3"}', "AnyPath  # cloudpathlib", "import boto3",
    "import awswrangler as wr", "from pyspark.sql import SparkSession", "import duckdb", 'df.write.format("delta")', "format = 'delta'\n",
    "from deltalake import DeltaTable", "CREATE TABLE t USING  DELTA", "DeltaTable.forPath", "pl.scan_delta(p)", "delta.`/lake/t`",
)  # fmt: skip


@pytest.mark.parametrize("text", STORES)
def test_a_file_that_names_a_store_is_known(text: str) -> None:
    assert Search("stores").finds(f"x = 1\n{text}\n".encode())


@pytest.mark.parametrize(
    "text", ["like S3.", "class3", "delta = now - then", "from datetime import timedelta", '{"delta": 1}', "is300 = md5s3x"]
)
def test_a_file_that_names_no_store_is_known(text: str) -> None:
    assert not Search("stores").finds(text.encode())


def test_frames_are_parsed_only_where_a_file_of_the_project_names_a_store(tmp_path: Path) -> None:
    (tmp_path / "writer.py").write_text("def save(frame, path):\n    frame.to_csv(path)\n", encoding="utf-8")
    program = "import sys; from s3lint.cli import main; main(['check', '--no-cache']); print('libcst' in sys.modules)"
    assert run(sys.executable, "-c", program, cwd=tmp_path).out.splitlines()[-1] == "False"

    (tmp_path / "config.py").write_text("OUT = 's3://acme-lake/out'\n", encoding="utf-8")
    assert run(sys.executable, "-c", program, cwd=tmp_path).out.splitlines()[-1] == "True"
