"""Configuration errors, settings without effect, shell completion, owners and the ends of waivers, as a user types them."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from conftest import s3lint_here
from s3lint.project.owners import owners_of

UPLOAD = """\
import boto3

boto3.client("s3").upload_file("a.json", "acme-documents", "a/b.json", ExtraArgs={"ContentType": "application/json"})
"""


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_all_that_is_wrong_with_a_configuration_is_told_with_its_line(tmp_path: Path) -> None:
    text = """\
[project]
name = "x"

[tool.s3lint]
profil = "strict"
select = ["STO201", "flat-keys"]
"min-confidence" = 3

[tool.s3lint.severity]
STO201 = "info"
STO4 = "fatal"
"""
    done = s3lint_here("check", cwd=write(tmp_path, {"pyproject.toml": text}))
    file = tmp_path / "pyproject.toml"
    assert (done.code, done.err.splitlines()) == (
        2,
        [
            f"s3lint: {file}:5: no setting is called profil: did you mean profile?",
            f"s3lint: {file}:6: select: no rule is called flat-keys: did you mean flat-key?",
            f"s3lint: {file}:7: min-confidence must be one of low, medium, high, not 3",
            f"s3lint: {file}:11: severity.STO4 must be one of info, warning, error, not 'fatal'",
        ],
    )


def test_settings_without_effect_are_listed(tmp_path: Path) -> None:
    text = "ignore = ['STO313', 'STO201']\nextend-exclude = ['gone/', 'b.py']\nunfixable = ['STO101']\nper-file-ignores = {'x/*' = ['STO3']}\n"
    root = write(tmp_path, {"s3lint.toml": text, "a.py": "", "b.py": ""})
    notes = [line for line in s3lint_here("config", cwd=root).out.splitlines() if line.startswith("# no effect")]
    assert notes == [
        "# no effect: extend-exclude: 'gone/' matches nothing",
        "# no effect: per-file-ignores: 'x/*' matches nothing",
        "# no effect: ignore: STO313 names only rules that are off anyway",
        "# no effect: unfixable: STO101 names no rule that is on and has a fix",
    ]
    assert len(json.loads(s3lint_here("config", "--output-format", "json", cwd=root).out)["without_effect"]) == 4


def test_without_a_command_the_help_is_shown(tmp_path: Path) -> None:
    done = s3lint_here(cwd=tmp_path)
    assert (done.code, "check files and folders" in done.out) == (2, True)


def test_shells_complete_commands_and_options(tmp_path: Path) -> None:
    pytest.importorskip("shtab")
    done = s3lint_here("completion", "bash", cwd=tmp_path)
    assert done.code == 0
    assert all(word in done.out for word in ("--fail-on", "--since", "waivers", "--ending"))


CODEOWNERS = r"""
# the last match counts
*            @acme/all
/lake/       @acme/lake ada@example.org  # who knows it
docs/*       @acme/docs
with\ space/ @acme/odd
lake/free.py
[Data][2] @acme/data
lake/
"""


def test_owners_are_those_of_codeowners(tmp_path: Path) -> None:
    root = write(tmp_path, {".git/HEAD": "", ".github/CODEOWNERS": CODEOWNERS})
    found = {
        name: owners_of(root / name)
        for name in ("a.py", "lake/x/a.py", "lake/free.py", "docs/a.py", "docs/x/a.py", "with space/a.py")
    }
    assert found == {
        "a.py": ("@acme/all",),
        "lake/x/a.py": ("@acme/lake", "ada@example.org", "@acme/data"),
        "lake/free.py": ("@acme/data",),
        "docs/a.py": ("@acme/docs",),
        "docs/x/a.py": ("@acme/all",),
        "with space/a.py": ("@acme/odd",),
    }


def test_waivers_that_end_soon_are_listed_by_owner_and_fail(tmp_path: Path) -> None:
    soon, later = date.today() + timedelta(days=20), date.today() + timedelta(days=200)

    def waived(until: str) -> str:
        return UPLOAD.replace('json"})', f'json"}})  # s3lint: allow[STO201] legacy {until}')

    root = write(
        tmp_path,
        {
            ".git/HEAD": "", "CODEOWNERS": "* @acme/all\n/b.py @acme/b\n", "a.py": waived(f"until={soon}"), "b.py": waived(f"until={later}"),
            "c.py": waived(""),
        },
    )  # fmt: skip
    done = s3lint_here("waivers", "--ending", "30d", "--fail", cwd=root)
    assert (done.code, done.out.splitlines()[0]) == (1, "a.py:3:120: allow[STO201] legacy")
    assert "owned by @acme/all" in done.out
    assert "b.py" not in done.out
    assert s3lint_here("waivers", "--ending", "1w", "--fail", cwd=root).code == 0
    assert [
        row["owners"] for row in json.loads(s3lint_here("waivers", "--output-format", "json", "--owner", "@acme/B", cwd=root).out)
    ] == [["@acme/b"]]
    assert "\n   2  @acme/all\n   1  @acme/b\n" in s3lint_here("waivers", cwd=root).out
    assert "such as 30d or 4w" in s3lint_here("waivers", "--ending", "soon", cwd=root).err
    past = date.today() - timedelta(days=1)
    assert f"until={past} is past" in s3lint_here("check", "--add-allow", f"legacy until={past}", cwd=root).err


@pytest.mark.parametrize("form", ["github", "gitlab", "sarif", "rdjson"])
def test_servers_get_paths_from_the_repository(tmp_path: Path, form: str) -> None:
    root = write(tmp_path, {".git/HEAD": "", "services/pay/app/save.py": UPLOAD})
    found = s3lint_here("check", "--output-format", form, cwd=root / "services" / "pay" / "app").out
    assert "services/pay/app/save.py" in found
    if form == "sarif":
        assert json.loads(found)["runs"][0]["originalUriBaseIds"] == {"SRCROOT": {"uri": f"{root.as_uri()}/"}}


def test_reviewdog_gets_columns_in_bytes_and_suggestions(tmp_path: Path) -> None:
    text = 'import boto3\n\ns3 = boto3.client("s3")\n"é"; s3.put_object(Bucket=name, Key=f"a/{b}.csv", Body=b)\n'
    write(tmp_path, {"a.py": text})
    [found] = json.loads(s3lint_here("check", "--output-format", "rdjson", cwd=tmp_path).out)["diagnostics"]
    assert (found["severity"], found["code"]["value"], found["location"]["path"]) == ("WARNING", "STO301", "a.py")
    assert found["location"]["range"]["start"] == {"line": 4, "column": 7}
    [suggestion] = found["suggestions"]
    assert suggestion["text"] == ', ContentType="text/csv"'
    line = text.splitlines()[3].encode()
    at = suggestion["range"]["start"]["column"] - 1
    assert line[:at].endswith(b"Body=b")


def test_the_standard_is_written_for_assistants(tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    text = "bucket-env-var = 'ACME_BUCKET'\nignore = ['STO201']\nseverity = {STO211 = 'error'}\n"
    root = write(tmp_path, {"s3lint.toml": text})
    written = s3lint_here("standard", "--output-format", "mdc", cwd=root).out
    _, front, body = written.split("---\n", 2)
    assert yaml.safe_load(front) == {
        "description": "The storage standard for S3, DynamoDB and Delta Lake, which s3lint checks",
        "globs": ["**/*.py", "**/*.pyi", "**/*.ipynb"],
        "alwaysApply": False,
    }
    assert s3lint_here("standard", "--output-format", "markdown", cwd=root).out == body.lstrip("\n")
    assert "- Organize objects using hierarchical key prefixes (STO211, STO213)\n" in body
    assert "- STO211 flat-key (error): " in body
    assert "STO201" not in body
    assert '- `bucket-env-var`: `"ACME_BUCKET"`\n' in body
    document = json.loads(s3lint_here("standard", "--output-format", "json", cwd=root).out)
    assert document["settings"]["bucket-env-var"] == "ACME_BUCKET"
    assert "STO201" not in {rule["code"] for rule in document["rules"]}
    assert s3lint_here("standard", "missing", "--output-format", "mdc", cwd=root).code == 2
