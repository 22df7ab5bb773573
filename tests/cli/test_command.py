"""The command, as users type it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Write, s3lint, s3lint_here
from s3lint.cli import main, request
from s3lint.cli.request import is_crowded

BAD = """\
import boto3

s3 = boto3.client("s3")
s3.upload_file("report.pdf", "acme-documents", "reports/2026/report.pdf")
"""

CLEAN = "import boto3\n\nboto3.client('s3').list_buckets()\n"


def test_findings_are_shown_with_where_why_and_what_to_do(project: Write) -> None:
    done = s3lint("check", "bad.py", cwd=project({"bad.py": BAD}))
    assert done.code == 1
    assert "bad.py:4:30 STO201 hardcoded-bucket" in done.out
    assert '   4 | s3.upload_file("report.pdf", "acme-documents", "reports/2026/report.pdf")' in done.out
    assert "     |                              ^^^^^^^^^^^^^^^^\n" in done.out
    assert "set S3_BUCKET_NAME" in done.out
    assert "help: s3lint rule hardcoded-bucket" in done.out
    assert "2 findings in 1 file." in done.out
    assert done.err == ""


def test_nothing_found_is_exit_0(project: Write) -> None:
    done = s3lint("check", cwd=project({"clean.py": CLEAN}))
    assert (done.code, done.out) == (0, "No findings. 1 file checked.\n")


def test_concise_is_one_line_for_each_finding(project: Write) -> None:
    done = s3lint("check", "--output-format", "concise", "--quiet", cwd=project({"bad.py": BAD}))
    assert [line.split(" ")[:2] for line in done.out.splitlines()] == [["bad.py:4:1:", "STO301"], ["bad.py:4:30:", "STO201"]]


def test_json_has_the_fields_of_the_interface(project: Write) -> None:
    root = project({"bad.py": BAD})
    found = json.loads(s3lint_here("check", "--output-format", "json", "--select", "STO201", cwd=root).out)
    assert len(found) == 1
    assert found[0]["location"] == {"row": 4, "column": 30}
    assert found[0]["end_location"] == {"row": 4, "column": 46}
    assert found[0]["filename"] == str(root / "bad.py")
    assert found[0]["clause"] == "Do not hardcode bucket names in code (use environment variables)"
    assert found[0]["related"] == [
        {"filename": str(root / "bad.py"), "location": {"row": 4, "column": 1}, "message": "used by `upload_file` here"}
    ]
    assert (found[0]["confidence"], found[0]["profile"], found[0]["cell"], found[0]["noqa_row"]) == ("high", "default", None, 4)
    assert s3lint_here("check", "--output-format", "json", "--select", "STO5", cwd=root).out == "[]\n"


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (("--select", "STO201"), {"STO201"}),
        (("--select", "hardcoded-bucket"), {"STO201"}),
        (("--select", "STO2,STO30"), {"STO201", "STO214", "STO301"}),
        (("--ignore", "STO301"), {"STO201"}),
        (("--select", "STO5"), set()),
        (("--min-confidence", "high"), {"STO201", "STO301"}),
    ],
)
def test_rules_are_selected(project: Write, options: tuple[str, ...], codes: set[str]) -> None:
    done = s3lint_here("check", "--output-format", "json", *options, cwd=project({"bad.py": BAD}))
    assert {finding["code"] for finding in json.loads(done.out)} == codes


def test_statistics_count(project: Write) -> None:
    done = s3lint_here("check", "--statistics", cwd=project({"bad.py": BAD}))
    assert done.out == "1  STO201  hardcoded-bucket\n1  STO301  missing-content-type\n"


def test_exit_zero(project: Write) -> None:
    assert s3lint_here("check", "--exit-zero", cwd=project({"bad.py": BAD})).code == 0


def test_a_report_can_go_to_a_file(project: Write) -> None:
    root = project({"bad.py": BAD})
    done = s3lint_here("check", "--output-format", "json", "--output-file", "out.json", cwd=root)
    assert (done.code, done.out) == (1, "")
    assert len(json.loads((root / "out.json").read_text())) == 2


def test_lines_of_no_findings_are_no_lines(project: Write) -> None:
    root = project({"good.py": "x = 1\n"})
    s3lint_here("check", "--output-format", "jsonl", "--output-file", "out.jsonl", cwd=root)
    assert (root / "out.jsonl").read_text() == ""


def test_standard_input_has_a_name(project: Write) -> None:
    done = s3lint_here(
        "check", "-", "--stdin-filename", "src/new.py", "--output-format", "concise", "--quiet", cwd=project({}), stdin=BAD.encode()
    )
    assert done.code == 1
    assert "src/new.py:4:30: STO201" in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check", "missing.py"), "missing.py: no such file or folder"),
        (("check", "--select", "STO999"), "no rule is called STO999"),
        (("check", "--select", "flat-keys"), "did you mean flat-key?"),
        (
            ("check", "--config", "profile=strickt"),
            "profile must be one of default, strict, preview, not 'strickt': did you mean strict?",
        ),
        (("check", "--config", "profil=strict"), "no setting is called profil: did you mean profile?"),
        (("check", "--config", "nowhere.toml"), "nowhere.toml: no such configuration file"),
        (("check", "--jobs", "0"), "--jobs must be a positive whole number"),
        (("check", "--output-file", "no/where.txt"), "the report cannot be written"),
        (("rule", "flat-keys"), "did you mean flat-key?"),
        (("chekc",), "invalid choice"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_2(project: Write, arguments: tuple[str, ...], message: str) -> None:
    done = s3lint_here(*arguments, cwd=project({"bad.py": BAD}))
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err


def test_a_configuration_file_is_obeyed_and_the_nearest_wins(project: Write) -> None:
    files = {
        "pyproject.toml": "[tool.s3lint]\nignore = ['STO301']\n",
        "a/bad.py": BAD,
        "b/s3lint.toml": "select = ['STO301']\n",
        "b/bad.py": BAD,
    }
    done = s3lint_here("check", "--output-format", "concise", "--quiet", cwd=project(files))
    assert [line.split(" ")[:2] for line in done.out.splitlines()] == [["a/bad.py:4:30:", "STO201"], ["b/bad.py:4:1:", "STO301"]]
    assert (
        len(s3lint_here("check", "--isolated", "--output-format", "concise", "--quiet", cwd=project(files)).out.splitlines()) == 4
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.s3lint]\nprofil = 'strict'\n", "no setting is called profil: did you mean profile?"),
        ("[tool.s3lint]\nselect = 'STO2'\n", "select must be a list of texts, not a text"),
        ("[tool.s3lint]\nselect = ['STO999']\n", "select: no rule is called STO999"),
        ("[tool.s3lint]\npresign-max-seconds = -1\n", "presign-max-seconds must be a positive whole number, not -1"),
        ("[tool.s3lint]\nlint-tests = 'yes'\n", "lint-tests must be true or false, not a text"),
        ("[tool.s3lint\n", "is not valid TOML"),
    ],
)
def test_a_wrong_configuration_is_one_sentence_with_file_key_and_nearest_name(project: Write, text: str, message: str) -> None:
    root = project({"s3lint.toml": text.replace("[tool.s3lint]\n", ""), "bad.py": BAD})
    done = s3lint_here("check", cwd=root)
    assert done.code == 2
    assert message in done.err
    assert "s3lint.toml" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_file_that_cannot_be_opened_is_named_and_the_others_go_on(project: Write) -> None:
    root = project({"bad.py": BAD, "dangling.py": ""})
    (root / "dangling.py").unlink()
    (root / "dangling.py").symlink_to("nowhere.py")
    done = s3lint_here("check", "bad.py", "dangling.py", cwd=root)
    assert done.code == 2
    assert "dangling.py: no such file or folder" in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_an_unreadable_file_is_exit_2(project: Write) -> None:
    root = project({"bad.py": BAD, "secret.py": BAD})
    (root / "secret.py").chmod(0)
    done = s3lint_here("check", cwd=root)
    assert done.code == 2
    assert "secret.py: cannot be read: Permission denied" in done.err
    assert "bad.py:4" in done.out


def test_what_is_no_regular_file_is_passed_over_and_refused_by_name(project: Write) -> None:
    root = project({"bad.py": BAD})
    os.mkfifo(root / "pipe.py")
    assert stat.S_ISFIFO((root / "pipe.py").stat().st_mode)
    assert s3lint_here("check", "--statistics", cwd=root).out.count("STO") == 2
    done = s3lint_here("check", "pipe.py", cwd=root)
    assert (done.code, done.err) == (2, f"s3lint: {root / 'pipe.py'}: neither a file nor a folder\n")


def test_ignored_and_excluded_files_are_passed_over(project: Write) -> None:
    files = {
        ".gitignore": "ignored/\n*_generated.py\n!kept_generated.py\n",
        "ignored/bad.py": BAD,
        "x_generated.py": BAD,
        "kept_generated.py": BAD,
        ".venv/bad.py": BAD,
        "built/setup.py": "",
        "built/build/lib/bad.py": BAD,
        "mine/bad.py": BAD,
        "s3lint.toml": "extend-exclude = ['mine']\n",
    }
    root = project(files)
    found = json.loads(s3lint_here("check", "--output-format", "json", cwd=root).out)
    assert {Path(finding["filename"]).name for finding in found} == {"kept_generated.py"}
    assert s3lint_here("check", "mine/bad.py", cwd=root).code == 1
    assert s3lint_here("check", "--force-exclude", "mine/bad.py", cwd=root).code == 0


def test_tests_are_checked_for_access_only(project: Write) -> None:
    text = BAD + 's3.put_object_acl(Bucket="acme-x", Key="a/b", ACL="public-read")\n'
    root = project({"tests/test_a.py": text, "conftest.py": text})
    found = json.loads(s3lint_here("check", "--output-format", "json", cwd=root).out)
    assert {finding["code"] for finding in found} == {"STO401"}
    assert len(json.loads(s3lint_here("check", "--lint-tests", "--output-format", "json", cwd=root).out)) > 4


def test_per_file_ignores(project: Write) -> None:
    root = project({"scripts/bad.py": BAD, "s3lint.toml": "[per-file-ignores]\n'scripts/*' = ['STO2']\n"})
    assert "STO201" not in s3lint_here("check", cwd=root).out


def test_terminal_controls_in_source_and_names_are_written_out(project: Write) -> None:
    root = project({"bad\x1b[31m.py": BAD.replace("report.pdf", "re\x1b]0;x\x07port.pdf", 1)})
    out = s3lint_here("check", cwd=root).out
    assert "\x1b" not in out
    assert "bad\\x1b[31m.py:4" in out


def test_a_long_line_is_shortened_around_the_finding(project: Write) -> None:
    line = 's3.upload_file("a", "acme-documents", f"a/{x}", ' + "extra=1, " * 60 + ")"
    out = s3lint_here(
        "check", "--select", "STO201", cwd=project({"bad.py": f"import boto3\ns3 = boto3.client('s3')\n{line}\n"})
    ).out
    shown = next(row for row in out.splitlines() if "acme-documents" in row and "|" in row)
    assert len(shown) < 120
    assert shown.endswith("…")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(("arguments", "code"), [(("check",), 1), (("check", "--diff"), 1), (("rule", "--all"), 0)])
def test_a_closed_output_does_not_change_the_exit_code(
    project: Write, arguments: tuple[str, ...], code: int, unbuffered: str
) -> None:
    root = project({"bad.py": BAD})
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    command = [sys.executable, "-m", "s3lint", *arguments]
    with subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == code


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_messages_follow_the_report_where_both_go_to_one_file(project: Write, unbuffered: str) -> None:
    root = project({"bad.py": BAD, "s3lint.toml": 'baseline = ".s3lint-baseline.json"\n'})
    assert s3lint_here("baseline", cwd=root).code == 0
    (root / "bad.py").write_text("import boto3\n")
    command = [sys.executable, "-m", "s3lint", "check"]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(
        command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True
    )
    report, message = done.stdout.splitlines()
    assert report.startswith("No ")
    assert "stale" in message


def test_rule_shows_the_page(project: Write) -> None:
    out = s3lint_here("rule", "STO211", cwd=project({})).out
    assert out.startswith("# STO211 flat-key: an object is written at the top of its bucket.")
    assert "Standard: Do not use flat key structures (use hierarchical prefixes)" in out
    assert "## Do not" in out
    assert json.loads(s3lint_here("rule", "flat-key", "--output-format", "json", cwd=project({})).out)[0]["code"] == "STO211"


def test_rule_lists_all(project: Write) -> None:
    lines = s3lint_here("rule", "--all", cwd=project({})).out.splitlines()
    assert any(line.startswith("STO211  flat-key") for line in lines)


def test_standard_shows_each_sentence_with_its_rules(project: Write) -> None:
    out = s3lint_here("standard", cwd=project({})).out
    assert "- Do not hardcode bucket names in code (use environment variables)\n    STO201 hardcoded-bucket, STO202" in out
    assert len(json.loads(s3lint_here("standard", "--output-format", "json", cwd=project({})).out)["clauses"]) == 29


def test_version(project: Write) -> None:
    assert s3lint_here("version", cwd=project({})).out == s3lint_here("--version", cwd=project({})).out


def test_findings_do_not_depend_on_jobs(project: Write) -> None:
    files = {f"package/module_{i:03}.py": BAD.replace("acme-documents", f"acme-{i}") for i in range(80)}
    files |= {"package/__init__.py": "", "config.py": 'RAW = "acme-raw"\n'}
    files["package/reader.py"] = "import boto3\nfrom config import RAW\nboto3.client('s3').get_object(Bucket=RAW, Key='a/b')\n"
    root = project(files)
    outputs = {s3lint("check", "--output-format", "json", "--jobs", str(jobs), cwd=root).out for jobs in (1, 2, 3)}
    assert len(outputs) == 1
    assert "config.py" in outputs.pop()


NAMING = """\
import boto3

s3 = boto3.client("s3")


def save(bucket, name, body):
    s3.put_object(Bucket=bucket, Key=f"{PREFIX}/{name}", Body=body, ContentType="text/plain")
"""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_keys_are_compared_over_the_project(project: Write, jobs: str) -> None:
    def written(prefix: str) -> str:
        return NAMING.replace("{PREFIX}", prefix)

    root = project({f"a{n}.py": written("daily_reports") for n in range(20)} | {"b.py": written("daily-reports")})
    done = s3lint_here("check", "--select", "STO215", "--output-format", "concise", "--quiet", "--jobs", jobs, cwd=root)
    assert [line.partition(":")[0] for line in done.out.splitlines()] == ["b.py"]
    assert "most keys of the project in snake_case" in done.out
    assert s3lint_here("check", "--select", "STO215", "b.py", cwd=root).code == 0


@pytest.mark.parametrize(
    ("setting", "given", "fires"),
    [
        ("sensitive", "", False),
        ("always", "", True),
        ("always", ', ServerSideEncryption="AES256"', False),
        ("kms", ', ServerSideEncryption="AES256"', True),
        ("kms", ', ServerSideEncryption="aws:kms"', False),
    ],
)
def test_encryption_may_be_demanded(project: Write, setting: str, given: str, fires: bool) -> None:
    text = NAMING.replace(', ContentType="text/plain"', f', ContentType="text/plain"{given}')
    done = s3lint_here("check", "--select", "STO411", "--config", f'encryption="{setting}"', cwd=project({"a.py": text}))
    assert ("STO411" in done.out) is fires


def test_a_file_in_a_crowded_folder_outside_every_project_is_checked_with_those_beside_it(
    project: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project({
        "names.py": 'NAME = "acme-documents"\n',
        "beside.py": "import boto3, names\nboto3.client('s3').list_objects_v2(Bucket=names.NAME)\n",
        "below/other.py": "import boto3, names\nboto3.client('s3').head_bucket(Bucket=names.NAME)\n",
    })  # fmt: skip
    monkeypatch.chdir(root)

    def users() -> set[str]:
        is_crowded.cache_clear()
        main(["check", "--no-cache", "--output-format", "json", "names.py"])
        found = json.loads(capsys.readouterr().out)
        return {Path(place["filename"]).name for each in found for place in each["related"]} - {"names.py"}

    assert users() == {"beside.py", "other.py"}
    monkeypatch.setattr(request, "MAX_ENTRIES_OUTSIDE_PROJECT", 4)
    (root / ".venv").mkdir()
    (root / ".venv" / "more.py").touch()
    assert users() == {"beside.py", "other.py"}
    monkeypatch.setattr(request, "MAX_ENTRIES_OUTSIDE_PROJECT", 3)
    assert users() == {"beside.py"}
