"""The report for a browser, as far as it can be told without one."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from conftest import BUCKET_BY_NAME as BAD
from conftest import Write, run, s3lint_here

WAIVED = """\
s3 = boto3.client("s3")
s3.upload_file("a.bin", "acme-documents", "a/a.bin")  # s3lint: allow[STO201, STO301] vendor's bucket until=2999-01-01
s3.upload_file("a.bin", "acme-documents", "a/a.bin")  # s3lint: allow[STO201] trial until=2001-01-01
"""

HOSTILE = """\
import boto3
s3 = boto3.client("s3")  # </script><script>document.title = "owned"</script>
s3.upload_file("a.bin", bucket, "</script><img src=x onerror='document.title=1'>&quot;\\"'<!--.pdf")
"""


class Page(HTMLParser):
    """What a browser takes for elements, and the data that the page holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self._in_data = False
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in_data = ("id", "data") in attrs
        self.links += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_endtag(self, tag: str) -> None:
        self._in_data = False

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.text += data


def report(root: Path, *arguments: str) -> tuple[Page, Any]:
    done = s3lint_here("report", "--html", "report.html", *arguments, cwd=root)
    assert (done.code, done.err) == (0, "")
    page = Page((root / "report.html").read_text(encoding="utf-8"))
    return page, json.loads(page.text)


def test_the_page_needs_nothing_else(project: Write) -> None:
    page, data = report(project({"app/bad.py": BAD}))
    assert [link for link in page.links if not link.startswith(("#", "data:"))] == []
    assert page.tags.count("script") == 2
    assert (data["files"], data["clean"], len(data["findings"])) == (1, 0, 2)
    finding = next(each for each in data["findings"] if each["code"] == "STO201")
    assert data["paths"][finding["place"][0]] == "app/bad.py"
    row = finding["place"][2] - finding["lines"][0] + 1
    assert finding["lines"][row][slice(*finding["mark"])] == '"acme-documents"'
    assert finding["related"][0][1:] == [
        "used by `upload_file` here",
        's3.upload_file("report.pdf", BUCKET, "reports/2026/report.pdf")',
    ]


def test_source_and_names_stay_text(project: Write) -> None:
    plain, _ = report(project({"a.py": BAD}))
    page, data = report(project({"a.py": HOSTILE, "<script>alert(1)&lt;.py": HOSTILE}))
    assert page.tags == plain.tags
    assert '</script><script>document.title = "owned"</script>' in "\n".join(map(str, data["findings"][0]["lines"]))


def test_sentences_are_kept_broken_off_or_beyond_programs(project: Write) -> None:
    root = project({"bad.py": BAD})

    def states(*arguments: str) -> dict[str, str]:
        _, data = report(root, *arguments)
        return {each["text"]: each["state"] for chapter in data["standard"] for each in chapter["sentences"]}

    found = states()
    assert found["Do not hardcode bucket names in code (use environment variables)"] == "broken"
    assert found["Do not use flat key structures (use hierarchical prefixes)"] == "kept"
    assert set(states("--select", "STO2").values()) == {"broken", "kept", "off"}


def test_a_baseline_hides_nothing_from_the_report(project: Write) -> None:
    root = project({"s3lint.toml": 'baseline = "known.json"\n', "old.py": BAD, "clean.py": "x = 1\n"})
    _, bare = report(root, "--baseline", "")
    assert s3lint_here("baseline", cwd=root).code == 0
    project({"new.py": BAD})
    done = s3lint_here("report", "--html", "report.html", "--json", "new.json", cwd=root)
    assert done.out == "2 findings (2 more in the baseline) in 3 files: report.html\n"
    data = json.loads(Page((root / "report.html").read_text(encoding="utf-8")).text)
    assert Counter(each["state"] for each in data["findings"]) == {"open": 2, "baselined": 2}
    assert (data["open"], data["baselined"], data["clean"], data["files"]) == (2, 2, 1, 3)
    assert [each["total"] for each in data["trend"]] == [4]
    assert sum(data["folders"][0]["counts"]) == 4
    (root / "new.py").unlink()
    _, data = report(root, "--earlier", "new.json")
    assert (data["open"], data["baselined"]) == (0, 2)
    assert [each["total"] for each in data["trend"]] == [4, 2]
    for key in ("standard", "folders"):
        assert data[key] == bare[key]


def test_owners_and_what_changed_since_the_last_report(project: Write) -> None:
    root = project({".git/HEAD": "ref: refs/heads/main\n", "CODEOWNERS": "/src/ @acme/lake\n", "src/a.py": BAD, "b.py": BAD})
    assert s3lint_here("report", "--json", "old.json", "--quiet", cwd=root).code == 0
    (root / "b.py").unlink()
    twice = BAD.replace("acme-documents", "acme-other")
    project({"src/c.py": f"# moved\n{twice}", "src/a.py": f"# moved\n{BAD}"})
    _, data = report(root, "--earlier", "old.json", "--csv", "all.csv")
    assert (data["since"]["new"], data["since"]["fixed"]) == (2, 2)
    assert {data["paths"][each["place"][0]] for each in data["findings"] if each["new"]} == {"src/c.py"}
    assert {tuple(each["owners"]) for each in data["findings"]} == {("@acme/lake",)}
    with (root / "all.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["path"], row["state"], row["owners"]) for row in rows if row["code"] == "STO201"] == [
        ("src/a.py", "open", "'@acme/lake"), ("src/c.py", "open", "'@acme/lake"),
    ]  # fmt: skip


def committed(root: Path, remote: str) -> str:
    """Commits the files of a project and gives it a remote. Returns the commit."""
    who = {f"GIT_{who}_{what}": "somebody@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-qm", "x"), ("remote", "add", "origin", remote)):
        assert run("git", *arguments, cwd=root, **who).code == 0
    return run("git", "rev-parse", "HEAD", cwd=root).out.strip()


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("git@github.com:acme/lake.git", "https://github.com/acme/lake/blob/{commit}/"),
        ("ssh://git@GitHub.com:22/acme/lake", "https://github.com/acme/lake/blob/{commit}/"),
        ("https://ada:s3cr3t@gitlab.acme.example:8443/a/lake.git", "https://gitlab.acme.example:8443/a/lake/-/blob/{commit}/"),
        ("https://s3cr3t@git.acme.example/lake.git?token=s3cr3t#s3cr3t", "https://git.acme.example/lake/-/blob/{commit}/"),
        ("git@github.com-work:acme/lake.git", None),  # an alias of somebody's ~/.ssh/config
        ("/srv/git/github/lake.git", None),
        ("file:///srv/git/github/lake.git", None),
        ("ext::sh -c github.com/s3cr3t", None),
        ("javascript://github.com/%0aalert(1)", None),
        ("https://github.com/{path}/lake", None),
        ('https://github.com/"><script>/lake', None),
        ("https://[github.com/acme/lake", None),
    ],
)
def test_places_link_to_the_commit_on_the_server(project: Write, remote: str, address: str | None) -> None:
    root = project({"src/a b.py": BAD, "new.py": "x = 1\n", ".gitlab-ci.yml": ""})
    commit = committed(root, remote)
    (root / "new.py").write_text(BAD)
    _, data = report(root)
    links = dict(zip(data["paths"], data["links"], strict=True))
    expected = f"{address.format(commit=commit)}src/a%20b.py#L{{row}}" if address is not None else None
    assert links == {"src/a b.py": expected, "new.py": None}
    assert "s3cr3t" not in (root / "report.html").read_text()


def test_the_address_of_the_repository_can_be_given(project: Write) -> None:
    root = project({"a.py": BAD})
    commit = committed(root, "git@github.com:acme/fork.git")

    def link(url: str) -> str:
        _, data = report(root, "--repository-url", url)
        return str(data["links"][0])

    assert link("https://git.acme.example/lake/") == f"https://git.acme.example/lake/blob/{commit}/a.py#L{{row}}"
    assert (
        link("https://ci:s3cr3t@gitlab.acme.example/lake.git") == f"https://gitlab.acme.example/lake/-/blob/{commit}/a.py#L{{row}}"
    )
    form = "https://git.acme.example/lake/browse/{path}?at={revision}#{row}"
    assert link(form) == f"https://git.acme.example/lake/browse/a.py?at={commit}#{{row}}"
    for refused in (
        "javascript:alert(1)",
        "javascript://x/{path}",
        "data:text/html,s3cr3t",
        "ftp://u:s3cr3t@x/y",
        "x",
        "https:///y",
    ):
        done = s3lint_here("report", "--html", "report.html", "--repository-url", refused, cwd=root)
        assert (done.code, done.err.count("\n"), "s3cr3t" in done.err) == (2, 1, False)


def test_no_cell_of_a_table_is_a_formula(project: Write) -> None:
    root = project({"=cmd|calc.py": BAD})
    assert s3lint_here("report", "--csv", "all.csv", "--quiet", cwd=root).code == 0
    assert all(line.startswith("'=cmd|calc.py,") for line in (root / "all.csv").read_text().splitlines()[1:])


def test_folders_add_up(project: Write) -> None:
    root = project({"src/app/a.py": BAD, "src/app/deep/b.py": BAD, "src/lib/c.py": "x = 1\n", "top.py": BAD})
    _, data = report(root)
    rows = {row["path"]: row for row in data["folders"]}
    at = data["chapters"].index("keys")
    assert {path: (row["files"], row["counts"][at]) for path, row in rows.items()} == {
        "": (4, 3), "src": (3, 2), "src/app": (2, 2), "src/app/deep": (1, 1), "src/lib": (1, 0),
    }  # fmt: skip
    assert [data["folders"][row["parent"]]["path"] for row in data["folders"][1:]] == ["", "src", "src/app", "src"]


def test_waivers_tell_their_reason_their_end_and_what_they_hide(project: Write) -> None:
    _, data = report(project({"waived.py": WAIVED}))
    one, other = data["waivers"]
    assert (one["shown"], one["reason"], one["until"], one["hidden"]) == (
        "allow[STO201, STO301]", "vendor's bucket", "2999-01-01", 2,
    )  # fmt: skip
    assert one["left"] > 0
    assert (other["left"] < 0, other["hidden"]) == (True, 0)
    assert [each["waiver"] for each in data["findings"] if each["place"][2] == 2] == [0, 0]


def test_earlier_reports_make_a_trend(project: Write) -> None:
    root = project({"bad.py": BAD})
    (root / "2026-01-31.json").write_text(s3lint_here("check", "--output-format", "json", "--exit-zero", cwd=root).out)
    assert s3lint_here("report", "--json", "old.json", "--quiet", cwd=root).code == 0
    old = json.loads((root / "old.json").read_text())
    (root / "old.json").write_text(json.dumps(old | {"date": "2025-12-31", "findings": old["findings"][:1]}))
    _, data = report(root, "--earlier", "2026-01-31.json", "old.json")
    assert [each["date"] for each in data["trend"]][:2] == ["2025-12-31", "2026-01-31"]
    assert [each["total"] for each in data["trend"]] == [1, 2, 2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no output: give --html FILE, --json FILE or --csv FILE"),
        (("--html", "no/where.html"), "the report cannot be written"),
        (("--html", "out.html", "--earlier", "none.json"), "none.json: the earlier report cannot be read"),
        (
            ("--html", "out.html", "--earlier", "."),
            ".: a folder is no earlier report: give the paths to check before --earlier",
        ),
        (("--html", "out.html", "--earlier", "bad.py"), "bad.py: not an earlier report"),
        (("--html", "out.html", "--earlier", "odd.json"), "odd.json: not an earlier report"),
        (("--html", "out.html", "nowhere"), "nowhere: no such file or folder"),
    ],
)
def test_wrong_usage_is_one_sentence(project: Write, arguments: tuple[str, ...], message: str) -> None:
    done = s3lint_here("report", *arguments, cwd=project({"bad.py": BAD, "odd.json": '[{"code": 3}]'}))
    assert done.code == 2
    assert message in done.err
    assert len(done.err.splitlines()) == 1


def test_cells_of_notebooks_are_named(project: Write) -> None:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": BAD}
    notebook = {"cells": [cell | {"source": "# one"}, cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    _, data = report(project({"n.ipynb": json.dumps(notebook)}))
    assert data["findings"][0]["place"][1:3] == [2, 3]
    assert data["findings"][0]["lines"][3] == 'BUCKET = "acme-documents"'


def test_long_lines_are_cut_around_the_finding(project: Write) -> None:
    line = f'x = "{"y" * 5000}"; boto3.client("s3").upload_file("a.bin", "acme-documents", "a/b.bin"); z = "{"y" * 5000}"\n'
    _, data = report(project({"a.py": f"import boto3\n{line}"}))
    finding = next(each for each in data["findings"] if each["code"] == "STO201")
    text = finding["lines"][2]
    assert len(text) < 220
    assert text[slice(*finding["mark"])] == '"acme-documents"'
    assert re.fullmatch("….*…", text)
