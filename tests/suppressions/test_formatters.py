"""A comment stays with its finding when a formatter moves it within the statement."""

import subprocess
import sys
from pathlib import Path

import pytest

from conftest import CHECKOUT
from s3lint.settings import Settings
from s3lint.suppressions.insert import allow_in_file
from s3lint.testing import check

HEAD = "import boto3\n\ns3 = boto3.client('s3')\n\n\ndef save(body, document_id, table):\n"

STATEMENTS = (
    "    s3.put_object(Bucket='acme-documents', Key=f'docs/{document_id}/report.json', Body=body, ContentType='text/plain')  # {allow}\n",
    "    # {allow}\n    s3.put_object(Bucket='acme-documents', Key=f'docs/{document_id}/report.json', Body=body, ContentType='a/b')\n",
    (
        "    s3.put_object(Bucket='acme-documents', Key=f'docs/{document_id}/report.json', Body=body,  # {allow}\n"
        "        ContentType='text/plain')\n"
    ),
    "    s3.put_object(Bucket='acme-documents',\n        Key=f'docs/{document_id}/report.json', Body=body, ContentType='a/b') # {allow}\n",
    "    s3.put_object(  # {allow}\n      Bucket='acme-documents', Key=f'docs/{document_id}/report.json', Body=body, ContentType='text/plain')\n",
    "    result = table.update(s3.put_object(Bucket='acme-documents', Key=f'docs/{document_id}/a.json', Body=body, ContentType='a/b'))  # {allow}\n",
    (
        "    if s3.put_object(Bucket='acme-documents', Key=f'docs/{document_id}/report.json', Body=body, ContentType='a/b'):  # {allow}\n"
        "        pass\n"
    ),
    "    return [s3.put_object(Bucket=('acme-documents'), Key=f'docs/{one}/r.json', Body=body, ContentType='a/b') for one in table]  # {allow}\n",
    (
        "    with s3.get_object(Bucket='acme-documents', Key=f'docs/{document_id}/report.json')['Body'] as first, open(table) as second:  # {allow}\n"
        "        pass\n"
    ),
)

FORMATTERS = [
    ("ruff", "format", "--isolated", "--no-cache"),
    ("ruff", "format", "--isolated", "--no-cache", "--line-length", "60"),
    ("black", "--quiet"),
]

RULES = Settings(root=Path("/nowhere"), select=("STO201", "STO901", "STO902"))

ALLOW = "s3lint: allow[STO201] the archive's bucket, which never moves until=2099-01-01"


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_a_formatter_does_not_detach_a_suppression(tmp_path: Path, formatter: tuple[str, ...]) -> None:
    pytest.importorskip(formatter[0])
    names = [f"case_{number}.py" for number in range(len(STATEMENTS))]
    for name, statement in zip(names, STATEMENTS, strict=True):
        (tmp_path / name).write_text(HEAD + statement.replace("{allow}", ALLOW))
        assert check((tmp_path / name).read_text(), RULES) == [], statement
    subprocess.run([sys.executable, "-m", *formatter, *names], cwd=tmp_path, check=True, capture_output=True)
    for name in names:
        text = (tmp_path / name).read_text()
        assert text.count("s3lint: allow") == 1
        assert check(text, RULES) == [], text


@pytest.mark.extended
@pytest.mark.parametrize("formatter", FORMATTERS)
def test_no_waiver_of_the_fixtures_is_detached(tmp_path: Path, formatter: tuple[str, ...]) -> None:
    pytest.importorskip(formatter[0])
    settings = Settings(root=Path("/nowhere"), profile="strict", ignore=("STO9",))
    left, texts = dict[str, int](), dict[str, str]()
    for path in sorted((CHECKOUT / "fixtures").glob("*/*/bad.py")):
        if path.parent.parent.name != "linter":
            made = allow_in_file(
                path, path.read_bytes(), check(path.read_bytes(), settings), "a reason that is long enough to matter"
            )
            name = f"{path.parent.name}.py"
            (tmp_path / name).write_bytes(made.after)
            left[name], texts[name] = len(check(made.after, settings)), made.after.decode()
    subprocess.run([sys.executable, "-m", *formatter, *left], cwd=tmp_path, check=True, capture_output=True)
    after = {name: (tmp_path / name).read_text() for name in left}
    assert {name: len(check(text, settings)) for name, text in after.items()} == left
    assert len([name for name in left if after[name] != texts[name]]) > 20


def test_a_comment_in_a_table_belongs_to_its_line() -> None:
    text = HEAD.replace("s3 =", "s3 =") + (
        "    for name in (\n        'acme-documents',  # s3lint: allow[STO201] the archive\n        'acme-other',\n    ):\n"
        "        s3.put_object(Bucket=name, Key=f'docs/{document_id}', Body=body, ContentType='a/b')\n"
    )
    assert [(each.code, each.start.row) for each in check(text, RULES)] == [("STO201", 9)]


def test_a_bare_noqa_can_be_forbidden() -> None:
    text = HEAD + STATEMENTS[0].replace("{allow}", "noqa")
    strict = Settings(root=Path("/nowhere"), select=("STO201",), forbid_bare_noqa=True)
    assert (check(text, RULES), [each.code for each in check(text, strict)]) == ([], ["STO201"])
    assert check(text.replace("noqa", "noqa: STO201"), strict) == []
