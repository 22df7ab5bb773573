"""The baseline: what it holds back, what it survives, and how it shrinks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import Run, Write, run
from s3lint.cli import main
from s3lint.linter.engine import Engine
from s3lint.settings import Settings
from support.notebooks import notebook

HEAD = "import boto3\n\ns3 = boto3.client('s3')\n"
READ = "s3.download_file('acme-documents', f'reports/{day}.pdf', 'a.pdf')\n"
UPLOAD = "s3.upload_file('a.pdf', bucket, f'reports/{day}.pdf')\n"
OLD = f"{HEAD}{READ}{UPLOAD}"
CONFIG = "baseline = 'known.json'\n"


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs the command in the project's folder, in this process."""
    monkeypatch.chdir(tmp_path)

    def typed(*arguments: str) -> Run:
        code = main(arguments)
        said = capsys.readouterr()
        return Run(code, said.out, said.err)

    return typed


def places(done: Run) -> list[str]:
    return [line[: line.index("STO") + 6] for line in done.out.splitlines() if "STO" in line]


def check(command, *arguments: str) -> list[str]:
    return places(command("check", "--output-format", "concise", "--quiet", *arguments))


def test_what_is_known_is_not_reported_and_what_is_new_is(project: Write, command) -> None:
    root = project({"s3lint.toml": CONFIG, "a.py": OLD})
    assert len(check(command, "--baseline", "")) == 2
    done = command("baseline")
    assert (done.code, done.out, done.err) == (0, "known.json written: 2 findings in 1 file.\n", "")
    done = command("check")
    assert (done.code, done.out, done.err) == (0, "No new findings (2 in the baseline). 1 file checked.\n", "")
    project({"b.py": OLD, "a.py": OLD.replace("acme-documents", "acme-other")})
    assert check(command) == ["a.py:4:18: STO201", "b.py:4:18: STO201", "b.py:5:1: STO301"]
    assert check(command, "a.py") == ["a.py:4:18: STO201"]
    assert (root / "known.json").read_text().count("acme-documents") == 1


MOVED = {
    "lines above": ("a.py", f'"""Reports."""\n\nimport os\n{OLD}'),
    "another order": ("a.py", f"{HEAD}{UPLOAD}\n\n{READ}"),
    "an indented block": ("a.py", f"{HEAD}if True:\n    {READ}    {UPLOAD}"),
    "a formatter": (
        "a.py",
        OLD.replace("'", '"').replace('pdf")\ns3.up', 'pdf",\n)\ns3.up').replace("('a.pdf', ", "(\n    'a.pdf',\n    "),
    ),
    "another name": ("src/storage.py", OLD),
    "another name and lines above": ("src/storage.py", f"import os\n{OLD}"),
}


@pytest.mark.parametrize("change", MOVED)
def test_it_survives(project: Write, command, change: str) -> None:
    root = project({"s3lint.toml": CONFIG, "a.py": OLD})
    command("baseline")
    (root / "a.py").unlink()
    name, text = MOVED[change]
    project({name: text})
    done = command("check")
    assert (done.code, done.out, done.err) == (0, "No new findings (2 in the baseline). 1 file checked.\n", "")
    assert check(command, name) == []


def test_a_copy_is_new(project: Write, command) -> None:
    project({"s3lint.toml": CONFIG, "a.py": OLD})
    command("baseline")
    project({"a.py": f"{OLD}{READ}", "b.py": OLD})
    assert check(command) == ["a.py:6:18: STO201", "b.py:4:18: STO201", "b.py:5:1: STO301"]


def test_it_shrinks_and_never_grows_by_itself(project: Write, command) -> None:
    root = project({"s3lint.toml": CONFIG, "a.py": OLD})
    command("baseline")
    project({"a.py": f"{HEAD}{UPLOAD}", "b.py": f"{HEAD}{READ}"})
    done = command("check")
    assert done.code == 1
    assert done.err == f"s3lint: {root / 'known.json'}: 1 entry is stale: `s3lint baseline` removes entries of fixed findings\n"
    before = (root / "known.json").read_bytes()
    assert command("baseline", "--check").code == 1
    assert (root / "known.json").read_bytes() == before
    done = command("baseline")
    assert done.code == 1
    assert "known.json: 1 entry removed, 1 finding in all." in done.out
    assert "b.py:4:18: STO201" in done.out
    assert "1 finding not in the baseline: fix them, allow them with a reason, or add them by --grow." in done.out
    assert check(command) == ["b.py:4:18: STO201"]
    assert "known.json lists 1 finding, all of them in the code.\n" in command("baseline", "--check").out
    assert command("baseline", "--grow").out == "known.json: 1 entry added, 2 findings in all.\n"
    assert check(command) == []
    assert command("baseline", "--check").out == "known.json is up to date: 2 findings.\n"


def test_a_run_over_a_part_says_nothing_about_the_rest(project: Write, command) -> None:
    root = project({"s3lint.toml": CONFIG, "a.py": OLD, "b.py": OLD, "c/d.py": OLD})
    command("baseline")
    project({"a.py": HEAD, "b.py": HEAD})
    assert "2 entries are stale" in command("check", "a.py").err
    assert command("check", "--select", "STO5").err == ""
    assert command("check", "--min-confidence", "high").err == ""
    assert command("check", "c").err == ""
    assert command("baseline", "a.py").code == 0
    assert {entry["file"] for entry in json.loads((root / "known.json").read_text())["findings"]} == {"b.py", "c/d.py"}


def test_a_renamed_file_is_renamed_in_it(project: Write, command) -> None:
    root = project({"s3lint.toml": CONFIG, "a.py": OLD})
    command("baseline")
    (root / "a.py").rename(root / "b.py")
    assert command("baseline").out == "known.json: entries moved to renamed files, 2 findings in all.\n"
    assert [entry["file"] for entry in json.loads((root / "known.json").read_text())["findings"]] == ["b.py", "b.py"]


def test_branches_merge(project: Write, command) -> None:
    def git(*arguments: str) -> Run:
        done = run("git", "-c", "user.name=n", "-c", "user.email=n@example.org", *arguments, cwd=root)
        assert done.code == 0, done.out + done.err
        return done

    root = project({"s3lint.toml": CONFIG, **{f"{name}.py": OLD for name in "abcdef"}})
    command("baseline")
    text = (root / "known.json").read_text()
    entries = json.loads(text)["findings"]
    assert [(entry["file"], entry["code"]) for entry in entries] == sorted((entry["file"], entry["code"]) for entry in entries)
    assert all(len([line for line in text.splitlines() if json.dumps(entry["file"]) in line]) == 2 for entry in entries)
    git("init", "--quiet", "--initial-branch", "main")
    git("add", "--all")
    git("commit", "--quiet", "-m", "start")
    for branch, name in (("one", "b"), ("two", "e")):
        git("switch", "--quiet", "--create", branch, "main")
        project({f"{name}.py": HEAD})
        command("baseline")
        git("commit", "--quiet", "--all", "-m", branch)
    git("merge", "--quiet", "-m", "merge", "one")
    assert command("baseline", "--check").out == "known.json is up to date: 8 findings.\n"


def test_notebooks_are_known_by_cell_source(project: Write, command) -> None:
    root = project({"s3lint.toml": CONFIG, "a.ipynb": notebook(HEAD, READ)})
    command("baseline")
    (root / "a.ipynb").write_text(notebook("#md text", HEAD, "x = 1", f"x = 2\n{READ}"))
    assert check(command) == []
    (root / "a.ipynb").write_text(notebook(HEAD, READ, READ))
    assert check(command) == ["a.ipynb:cell 3:1:18: STO201"]


def test_an_editor_and_fixes_leave_out_what_is_known(project: Write, command) -> None:
    root = project({"s3lint.toml": CONFIG, "a.py": OLD})
    command("baseline")
    settings = Settings(root=root, baseline=root / "known.json")
    unsaved = f"\n\n{OLD}{UPLOAD}".encode()
    findings, _ = Engine(settings).check(root / "a.py", unsaved)
    assert [(finding.start.row, finding.code) for finding in findings] == [(8, "STO301")]
    assert command("check", "--fix", "--unsafe-fixes").code == 0
    assert (root / "a.py").read_text() == OLD


def test_one_that_a_noqa_hides_uses_up_no_entry(project: Write, command) -> None:
    root = project({"s3lint.toml": CONFIG, "a.py": OLD})
    command("baseline")
    text = f"{HEAD}{READ.rstrip()}  # noqa: STO201 archive\n{READ}{UPLOAD}"
    project({"a.py": text})
    assert check(command) == []
    findings, _ = Engine(Settings(root=root, baseline=root / "known.json")).check(root / "a.py", text.encode(), noqa=False)
    assert [finding.start.row for finding in findings] == [4]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "known.json: the baseline cannot be read: No such file or directory; `s3lint baseline` writes it"),
        ("<<<<<<< HEAD\n", "known.json is no baseline: Expecting value"),
        ("[]", "known.json is no baseline: an entry is not as `s3lint baseline` writes it"),
        ('{"version": 1, "findings": [{"file": "a.py"}]}', "known.json is no baseline: an entry is not as"),
        ('{"version": 9, "findings": []}', "known.json: version 9 of the baseline's format is not known: update s3lint"),
    ],
)
def test_one_that_cannot_be_used_is_said(project: Write, command, text: str | None, message: str) -> None:
    root = project({"s3lint.toml": CONFIG, "a.py": OLD})
    if text is not None:
        (root / "known.json").write_text(text)
    done = command("check")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert message in done.err
    if text is not None:
        assert command("baseline").code == 2
        assert (root / "known.json").read_text() == text


def test_one_without_a_setting_says_what_is_left_to_do(project: Write, command) -> None:
    root = project({"a.py": OLD})
    done = command("baseline")
    assert 'Set `baseline = ".s3lint-baseline.json"` in [tool.s3lint] of pyproject.toml to use it.' in done.out
    assert (root / ".s3lint-baseline.json").exists()
    assert check(command, "--baseline", ".s3lint-baseline.json") == []


def test_without_files_nothing_is_written_and_that_is_said(tmp_path: Path, command) -> None:
    done = command("baseline")
    assert (done.code, done.out) == (0, "No files to check, so no baseline was read.\n")
    assert list(tmp_path.iterdir()) == []
