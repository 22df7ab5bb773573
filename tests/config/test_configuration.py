"""Settings: where they come from, what is refused, and their schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from conftest import Write, s3lint_here
from s3lint.cli import main
from s3lint.config import schema
from s3lint.config.load import keys
from s3lint.settings import Settings

BAD = "import boto3\n\nboto3.client('s3').upload_file('a.pdf', 'acme-documents', 'reports/a.pdf')\n"


def shown(root: Path, *arguments: str) -> dict[str, tuple[object, str]]:
    """Each setting with its value and the name of its origin."""
    done = s3lint_here("config", "--output-format", "json", *arguments, cwd=root)
    assert (done.code, done.err) == (0, "")
    settings = json.loads(done.out)["settings"]
    return {key: (item["value"], Path(item["origin"]).name) for key, item in settings.items()}


def test_each_setting_has_an_origin(project: Write) -> None:
    files = {
        "pyproject.toml": "[tool.s3lint]\nextend = 'shared/base.toml'\nprofile = 'strict'\n",
        "shared/base.toml": "extend = 'company.toml'\nignore = ['STO301']\nprofile = 'default'\n",
        "shared/company.toml": "ignore = ['STO2']\nbaseline = 'known.json'\n[bucket-env]\nacme-raw = 'RAW_BUCKET'\n",
        "src/a.py": BAD,
    }
    root = project(files)
    found = shown(root, "src/a.py", "--config", "min-confidence=high")
    assert found["profile"] == ("strict", "pyproject.toml")
    assert found["ignore"] == (["STO301"], "base.toml")
    assert found["bucket-env"] == ({"acme-raw": "RAW_BUCKET"}, "company.toml")
    assert found["baseline"] == (str(root / "shared" / "known.json"), "company.toml")
    assert found["min-confidence"] == ("high", "the command line")
    assert found["select"] == ([], "default")
    assert {origin for _, origin in shown(root, "--isolated").values()} == {"default"}


def test_the_settings_shown_are_settings_again(project: Write) -> None:
    root = project({"s3lint.toml": "ignore = ['STO301']\n[per-file-ignores]\n'a b/\"c\".py' = ['STO2']\n", "src/a.py": BAD})
    text = s3lint_here("config", cwd=root).out
    assert 'ignore = ["STO301"]' in text
    copy = root / "src" / "s3lint.toml"
    copy.write_text(text)
    before, after = shown(root), shown(root, "src")
    assert {key: value for key, (value, _) in before.items()} == {key: value for key, (value, _) in after.items()}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select = ['STO2O1']\n", "select: no rule is called STO2O1: did you mean STO"),
        ("ignore = ['flat-keys']\n", "ignore: no rule is called flat-keys: did you mean flat-key?"),
        ("[per-file-ignores]\n'a.py' = ['STO999']\n", "per-file-ignores.a.py: no rule is called STO999: did you mean STO9"),
        ("unfixable = ['hardcoded-buckets']\n", "unfixable: no rule is called hardcoded-buckets: did you mean hardcoded-bucket?"),
        ("extend-safe-fixes = ['STO999']\n", "extend-safe-fixes: no rule is called STO999"),
        ("key-nameing = 'camelCase'\n", "no setting is called key-nameing: did you mean key-naming?"),
        ("key-naming = 'camelcase'\n", "key-naming must be one of consistent, kebab-case, snake_case, camelCase, not 'camelcase'"),
        ("encryption = 'KMS'\n", "encryption must be one of sensitive, always, kms, not 'KMS'"),
        ("bucket-env = 'RAW'\n", "bucket-env must be a table, not a text"),
        ("[bucket-env]\nacme = 3\n", "bucket-env.acme must be a text, not a number"),
        ("bucket-env-var = 'MY BUCKET'\n", "bucket-env-var: 'MY BUCKET' cannot be the name of an environment variable"),
        ("[bucket-env]\nacme = ''\n", "bucket-env.acme: '' cannot be the name of an environment variable"),
        ("sensitive-words = ['a', 1]\n", "sensitive-words must be a list of texts, and holds a number"),
        ("baseline = true\n", "baseline must be a text, not true or false"),
        ("baseline = '../known.json'\n", "baseline must lie below the folder of the file that sets it"),
        ("baseline = '~/known.json'\n", "baseline must lie below the folder of the file that sets it"),
        ("extnd = 'x.toml'\n", "no setting is called extnd: did you mean extend?"),
        ("extend = 's3lint.toml'\n", "extend goes round in a circle"),
        ("extend = 'nowhere.toml'\n", "extend: there is no file "),
    ],
)
def test_what_is_wrong_is_one_sentence_with_the_nearest_right_name(
    project: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    monkeypatch.chdir(project({"s3lint.toml": text, "a.py": BAD}))
    for command in ("check", "config"):
        assert main([command]) == 2
        said = capsys.readouterr().err
        assert message in said
        assert "s3lint.toml" in said
        assert len(said.splitlines()) == 1


def test_an_unknown_code_is_refused_without_files_too(project: Write) -> None:
    done = s3lint_here("check", "--isolated", "--select", "flat-keys", cwd=project({"a.py": BAD}))
    assert (done.code, done.err) == (2, "s3lint: the command line: select: no rule is called flat-keys: did you mean flat-key?\n")


def test_the_command_prints_the_schema(capsys) -> None:
    assert main(["config", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema.schema()


@pytest.mark.parametrize(
    ("table", "valid"),
    [
        ({"profile": "strict", "select": ["STO2", "flat-key"], "per-file-ignores": {"a.py": ["ALL"]}}, True),
        ({"bucket-env": {"acme": "ACME"}, "presign-max-seconds": 60, "baseline": ".s3lint-baseline.json", "extend": "x"}, True),
        ({"profil": "strict"}, False),
        ({"profile": "strickt"}, False),
        ({"select": "STO2"}, False),
        ({"presign-max-seconds": 0}, False),
        ({"lint-tests": "yes"}, False),
        ({"bucket-env": {"acme": 1}}, False),
    ],
)
def test_the_schema_accepts_what_the_command_accepts(project: Write, table: dict[str, object], valid: bool) -> None:
    jsonschema.Draft7Validator.check_schema(schema.schema())
    assert jsonschema.Draft7Validator(schema.schema()).is_valid(table) is valid


def test_defaults_satisfy_the_schema_and_every_key_says_what_it_means() -> None:
    described = schema.schema()["properties"]
    assert described.keys() == {"extend", *keys()}
    jsonschema.validate({key: schema.plain(getattr(Settings(), name)) for key, name in keys().items()}, schema.schema())
    assert all(item["description"] for item in described.values())
