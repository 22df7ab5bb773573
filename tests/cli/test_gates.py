"""Gates: severities and `--fail-on`, `--since` a revision, lists of files, and what a run prints at its end."""

import json
import re
import sys
from pathlib import Path

import pytest

from conftest import run, s3lint, s3lint_here
from support.repositories import git

UPLOAD = """\
import boto3

s3 = boto3.client("s3")


def save(body):
    s3.put_object(Bucket="acme-documents", Key="a/b.json", Body=body, ContentType="application/json")
"""

HELPER = """\
import boto3


def upload(bucket, body):
    boto3.client("s3").put_object(Bucket=bucket, Key="a/b.json", Body=body, ContentType="application/json")
"""

ACL = UPLOAD.replace('ContentType="application/json"', 'ContentType="application/json", ACL="public-read"')


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit, in which a file has one finding and a helper none."""
    git(tmp_path, "init", "--quiet")
    write(tmp_path, {"svc/__init__.py": "", "svc/save.py": UPLOAD, "svc/helper.py": HELPER})
    commit(tmp_path)
    return tmp_path


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "commit")


def found(root: Path, *arguments: str) -> list[str]:
    done = s3lint_here("check", "--output-format", "concise", "--quiet", "--no-cache", *arguments, cwd=root)
    assert done.err == ""
    return [" ".join(line.split(" ")[:3]) for line in done.out.splitlines()]


def test_severities_are_the_rules_own_and_set_by_the_most_specific_selector(tmp_path: Path) -> None:
    write(tmp_path, {"save.py": ACL})
    assert found(tmp_path) == ["save.py:7:26: STO201 warning", "save.py:7:107: STO401 error"]
    given = "severity={ALL='info', STO4='warning', hardcoded-bucket='error'}"
    assert found(tmp_path, "--config", given) == ["save.py:7:26: STO201 error", "save.py:7:107: STO401 warning"]
    for given, message in (
        ("severity={STO4='fatal'}", "severity.STO4 must be one of info, warning, error, not 'fatal'"),
        (
            "severity={hardcoded-buckets='info'}",
            "severity.hardcoded-buckets: no rule is called hardcoded-buckets: did you mean hardcoded-bucket?",
        ),
    ):
        assert message in s3lint_here("check", "--config", given, cwd=tmp_path).err


def test_only_findings_of_the_severity_of_a_gate_fail(tmp_path: Path) -> None:
    write(tmp_path, {"save.py": UPLOAD})
    codes = {level: s3lint_here("check", "--fail-on", level, cwd=tmp_path).code for level in ("info", "warning", "error")}
    assert codes == {"info": 1, "warning": 1, "error": 0}
    # The second run replays the report of the first one.
    assert s3lint_here("check", "--fail-on", "warning", cwd=tmp_path).code == 1
    write(tmp_path, {"save.py": ACL})
    assert s3lint_here("check", "--fail-on", "error", cwd=tmp_path).code == 1


def test_every_format_has_the_severity(tmp_path: Path) -> None:
    write(tmp_path, {"save.py": ACL})

    def out(form: str) -> str:
        return s3lint_here("check", "--select", "STO401", "--output-format", form, cwd=tmp_path).out

    assert json.loads(out("json"))[0]["severity"] == "error"
    assert json.loads(out("gitlab"))[0]["severity"] == "critical"
    run_of = json.loads(out("sarif"))["runs"][0]
    assert (run_of["results"][0]["level"], run_of["tool"]["driver"]["rules"][0]["defaultConfiguration"]) == (
        "error",
        {"level": "error"},
    )
    assert out("github").startswith("::error ")
    assert "STO401 public-acl (error)\n" in out("text")
    assert ": error: ACL" in out("junit")


def test_a_change_brings_what_the_revision_does_not_have(repository: Path) -> None:
    assert found(repository, "--since", "HEAD") == []
    assert "No new findings since HEAD. 3 files checked." in s3lint_here("check", "--since", "HEAD", cwd=repository).out
    # Moved lines and a renamed file bring nothing; equal code in another place does, and so does a call that ends in an old file.
    git(repository, "mv", "svc/save.py", "svc/stored.py")
    write(repository, {"svc/stored.py": "# moved\n" + UPLOAD})
    assert found(repository, "--diff-base", "HEAD") == []
    write(repository, {"svc/stored.py": UPLOAD + UPLOAD[UPLOAD.index("    s3.put") :]})
    assert found(repository, "--since", "HEAD") == ["svc/stored.py:8:26: STO201 warning"]
    write(repository, {"svc/stored.py": UPLOAD, "svc/new.py": "from svc.helper import upload\n\nupload('acme-new', b'')\n"})
    assert found(repository, "--since", "HEAD") == ["svc/new.py:3:8: STO201 warning"]
    assert found(repository, "svc/helper.py", "--since", "HEAD") == []


def test_a_change_in_one_file_brings_findings_in_another(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, {"names.py": "import os\n\nBUCKET = 'acme-documents'\n", "save.py": HELPER.replace("upload", "up")})
    commit(tmp_path)
    write(tmp_path, {"save.py": HELPER + "\n\nfrom names import BUCKET\n\nupload(BUCKET, b'')\n"})
    assert found(tmp_path, "--since", "HEAD") == ["names.py:3:10: STO201 warning"]


def test_a_branch_is_compared_with_where_it_left(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "-b", "work")
    git(repository, "checkout", "--quiet", "-b", "later")
    write(repository, {"svc/save.py": "# fixed\n"})
    commit(repository)
    git(repository, "checkout", "--quiet", "work")
    assert found(repository, "--since", "later") == []


def test_what_since_cannot_do_is_one_sentence(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    write(outside, {"save.py": UPLOAD})
    for root, arguments, message in (
        (repository, ("--since", "nowhere"), "has no commit nowhere: fetch it first"),
        (repository, ("--since=--output=x",), "has no commit --output=x"),
        (repository, ("--since", "HEAD", "--fix"), "use one of them"),
        (outside, ("--since", "HEAD"), "lies in no repository of git"),
    ):
        done = s3lint_here("check", *arguments, cwd=root)
        assert (done.code, message in done.err, "Traceback" in done.err) == (2, True, False), done.err


def test_flake8_reports_what_a_change_brings(repository: Path) -> None:
    write(repository, {"svc/save.py": ACL})
    done = run(sys.executable, "-m", "flake8", "--select", "STO", "--s3lint-since", "HEAD", cwd=repository)
    assert [line.split(" ")[:2] for line in done.out.splitlines()] == [["./svc/save.py:7:107:", "STO401"]]
    done = run(sys.executable, "-m", "flake8", "--select", "STO", "--s3lint-since", "nowhere", cwd=repository)
    assert "has no commit nowhere" in done.out + done.err


def test_a_list_of_files_is_checked_and_an_empty_one_checks_nothing(repository: Path) -> None:
    write(repository, {"README.md": "", "list": "svc/save.py\r\ndeleted.py\nREADME.md\n"})
    assert found(repository, "--files-from", "list") == ["svc/save.py:7:26: STO201 warning"]
    done = s3lint_here("check", "--files-from", "-", cwd=repository, stdin=b"svc/save.py\0svc/helper.py\0")
    assert "1 finding in 1 file. 2 files checked." in done.out
    done = s3lint_here("check", "--files-from", "-", cwd=repository, stdin=b"")
    assert (done.code, done.out, done.err) == (0, "No findings. 0 files checked.\n", "")
    assert found(repository, "--files-from", "list", "--config", "extend-exclude=['svc']") == []
    assert "the list of files cannot be read" in s3lint_here("check", "--files-from", "missing", cwd=repository).err


def test_a_fix_can_fail_a_run(tmp_path: Path) -> None:
    text = UPLOAD.replace(', ContentType="application/json"', "").replace('"acme-documents"', "body.bucket")
    for arguments, code in (
        (("--fix",), 0),
        (("--fix", "--exit-non-zero-on-fix"), 1),
        (("--fix-only", "--exit-non-zero-on-fix"), 1),
    ):
        write(tmp_path, {"save.py": text})
        assert s3lint_here("check", *arguments, cwd=tmp_path).code == code
    assert s3lint_here("check", "--fix", "--exit-non-zero-on-fix", cwd=tmp_path).code == 0


def test_the_end_of_a_report_tells_what_to_do_next(tmp_path: Path) -> None:
    line = '    s3.put_object(Bucket="acme-documents", Key=f"a/{body}.json", Body=body)\n'
    write(tmp_path, {"save.py": UPLOAD[: UPLOAD.index("    s3.put")] + 10 * line, "clean.py": ""})
    done = s3lint_here("check", cwd=tmp_path)
    end = "\n\n10  STO201  hardcoded-bucket\n10  STO301  missing-content-type\n\n20 findings in 1 file. 2 files checked.\n"
    assert done.out.endswith(end + "10 fixable with --fix, 10 more with --unsafe-fixes.\n")
    assert done.out.count("help: s3lint rule missing-content-type") == 1
    concise = s3lint_here("check", "--output-format", "concise", cwd=tmp_path).out.splitlines()
    assert concise[0].startswith("save.py:7:5: STO301 warning [*] ")
    assert concise[-1] == "10 fixable with --fix, 10 more with --unsafe-fixes."
    counts = json.loads(s3lint_here("check", "--statistics", "--output-format", "json", cwd=tmp_path).out)
    assert [(row["code"], row["count"], row["fixable"], row["safely_fixable"]) for row in counts] == [
        ("STO201", 10, 10, 0),
        ("STO301", 10, 10, 10),
    ]


def test_colour_can_be_forced(tmp_path: Path) -> None:
    write(tmp_path, {"save.py": UPLOAD})
    assert "\x1b[" in s3lint("check", cwd=tmp_path, FORCE_COLOR="1").out
    assert "\x1b[" not in s3lint("check", cwd=tmp_path, FORCE_COLOR="1", NO_COLOR="1").out


def test_many_related_places_are_counted(tmp_path: Path) -> None:
    calls = "".join(f"\n\ndef save{n}(body):\n    s3.put_object(Bucket=B, Key=f'a/{{body}}', Body=body)\n" for n in range(5))
    write(tmp_path, {"save.py": "import boto3\n\ns3 = boto3.client('s3')\nB = 'acme-documents'\n" + calls})
    done = s3lint_here("check", "--select", "STO201", cwd=tmp_path)
    assert len([line for line in done.out.splitlines() if line.startswith("  = save.py:")]) == 3
    assert re.search(r"^  = and \d+ more$", done.out, re.MULTILINE)
