"""The files for CI: the action and GitLab's component run as shell in a scratch project, and every action is pinned."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import s3lint as package
from conftest import BUCKET_BY_NAME as BAD
from conftest import CHECKOUT, Run, Write, run

BASH = shutil.which("bash") or "bash"

FILES = [CHECKOUT / "action.yml", *sorted((CHECKOUT / ".github").rglob("*.yml")), *sorted((CHECKOUT / "templates").glob("*.yml"))]

PINNED = re.compile(r"uses: (?:\./|[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$")

PYTHON = """\
#!/bin/sh
# Stands in for Python: an environment gets this checkout, and nothing is installed.
if [ "$3" = venv ]; then
  mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && printf '#!/bin/sh\\nexec "{python}" -m s3lint "$@"\\n' > "$4/bin/s3lint" && chmod +x "$4/bin/s3lint"
else
  for each; do printf '%s\\n' "$each" >> "{log}"; done
fi
"""


def read(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_are_yaml_and_pin_what_they_use(path: Path) -> None:
    assert all(isinstance(document, dict) for document in read(path))
    assert [line for line in path.read_text(encoding="utf-8").splitlines() if "uses: " in line and not PINNED.search(line)] == []


def examples(kind: str) -> list[str]:
    """The YAML of the recipes that is a workflow of GitHub (`runs-on`) or jobs of GitLab (`script:`, `component:`)."""
    text = (CHECKOUT / "docs" / "recipes.md").read_text(encoding="utf-8")
    found = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    if kind == "github-workflows":
        return [each for each in found if "runs-on" in each]
    _, jobs = (CHECKOUT / "templates" / "s3lint.yml").read_text(encoding="utf-8").split("\n---\n")
    return [jobs, *(each for each in found if "runs-on" not in each and re.search("script:|component:", each))]


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("github-workflows", ".github/workflows/*.yml"),
        ("github-actions", "action.yml"),
        ("dependabot", ".github/dependabot.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("gitlab-ci", "templates/[!s]*.yml"),
    ],
)
def test_files_are_what_their_server_reads(tmp_path: Path, schema: str, pattern: str) -> None:
    files = sorted(CHECKOUT.glob(pattern))
    for number, text in enumerate(examples(schema) if schema in ("github-workflows", "gitlab-ci") else []):
        files.append(tmp_path / f"recipe_{number}.yml")
        files[-1].write_text(text, encoding="utf-8")
    assert files
    done = run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *files, cwd=tmp_path)
    assert done.code == 0, done.out


@pytest.fixture
def folder(project: Write, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder beside a project, with a `python` that installs nothing."""
    project({"src/bad.py": BAD, "clean.py": "x = 1\n"})
    made = tmp_path_factory.mktemp("runner")
    python = made / "python"
    python.write_text(PYTHON.format(python=sys.executable, log=made / "installed"))
    python.chmod(0o755)
    return made


def act(root: Path, folder: Path, **inputs: str) -> Run:
    """Run the shell steps of the action with these inputs, as a runner would, up to the first that fails."""
    (action,) = read(CHECKOUT / "action.yml")
    given = {name: each["default"] for name, each in action["inputs"].items()} | inputs
    known = {f"inputs.{name}": value for name, value in given.items()} | {
        "steps.python.outputs.python-path": str(folder / "python"),
        "github.action_path": str(CHECKOUT),
        "inputs.annotations == 'true' && 'github' || 'concise'": "github" if given["annotations"] == "true" else "concise",
    }

    def filled(text: str) -> str:
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: known[found[1]], text)

    out = err = ""
    for step in (each for each in action["runs"]["steps"] if "run" in each):
        assert "${{" not in step["run"]
        environment = {name: filled(value) for name, value in step.get("env", {}).items()}
        environment |= {"RUNNER_TEMP": str(folder), "GITHUB_OUTPUT": str(folder / "output"), "GITHUB_WORKSPACE": str(root)}
        done = run(BASH, "-c", step["run"], cwd=root / filled(step.get("working-directory", ".")), **environment)
        out, err = out + done.out, err + done.err
        if done.code:
            return Run(done.code, out, err)
    return Run(0, out, err)


@pytest.mark.extended
def test_the_action_annotates_writes_sarif_and_fails(project: Write, folder: Path) -> None:
    root = project({})
    done = act(root, folder, **{"working-directory": "src"})
    assert (done.code, done.err) == (1, "")
    assert "::warning title=STO201 hardcoded-bucket,file=src/bad.py,line=3," in done.out
    assert (folder / "installed").read_text().splitlines()[-1] == str(CHECKOUT)
    sarif = Path((folder / "output").read_text().removeprefix("sarif=").strip())
    results = json.loads(sarif.read_text())["runs"][0]["results"]
    assert {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results} == {"src/bad.py"}
    done = act(
        root, folder, annotations="false", arguments="--select STO201\n--statistics", paths="clean.py\nsrc", **{"fail-on": "error"}
    )
    assert (done.code, done.out.split()) == (0, ["1", "STO201", "hardcoded-bucket"])


@pytest.mark.parametrize("name", ["action.yml", "templates/s3lint.yml"])
def test_no_python_of_a_job_imports_from_the_checkout(name: str) -> None:
    lines = (CHECKOUT / name).read_text(encoding="utf-8").splitlines()
    modules = [line for line in lines if re.search(r" -m \w", line)]
    assert len(modules) == 2
    assert [line for line in modules if " -I -m " not in line] == []


def test_inputs_of_the_action_run_nothing(project: Write, folder: Path) -> None:
    root = project({})
    done = act(root, folder, paths="$(touch owned) `touch owned`;touch owned *", arguments="--select $(touch${IFS}owned)")
    assert done.code == 2
    assert not (root / "owned").exists()


def test_the_component_of_gitlab_writes_its_report(project: Write, folder: Path) -> None:
    root = project({})
    header, jobs = read(CHECKOUT / "templates" / "s3lint.yml")
    inputs = {name: each.get("default") for name, each in header["spec"]["inputs"].items()}
    inputs |= {"package": "s3lint==0.1.0", "arguments": "--select STO201", "paths": "src clean.py"}
    job = jobs["s3lint"]
    variables = {
        name: re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda found: inputs[found[1]], value)
        for name, value in job["variables"].items()
    }
    path = f"{folder}:/usr/bin:/bin"
    done = run(
        BASH, "-ec", "\n".join(job["script"]), cwd=root, **variables, CI_BUILDS_DIR=str(folder), CI_PROJECT_DIR=str(root), PATH=path
    )
    assert (done.code, done.err) == (1, "")
    assert (folder / "installed").read_text().splitlines()[-1] == "s3lint==0.1.0"
    (report,) = job["artifacts"]["reports"].values()
    assert [each["location"]["path"] for each in json.loads((root / report).read_text())] == ["src/bad.py"]


@pytest.mark.parametrize(("tag", "code"), [(f"v{package.__version__}", 0), ("v0.0.0", 1)])
def test_a_release_has_the_tag_of_its_version(tag: str, code: int) -> None:
    (release,) = read(CHECKOUT / ".github" / "workflows" / "release.yml")
    (script,) = [each["run"] for each in release["jobs"]["build"]["steps"] if each.get("name", "").startswith("Compare")]
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    assert run(BASH, "-c", script, cwd=CHECKOUT, GITHUB_REF_NAME=tag, PATH=path).code == code
    assert release["jobs"]["publish"]["permissions"] == {"id-token": "write"}


def test_the_image_copies_what_the_wheel_needs() -> None:
    kept = {line[1:] for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert kept == {"pyproject.toml", "README.md", "LICENSE", "s3lint", "rules"}
    assert all((CHECKOUT / name).exists() for name in kept)
    assert re.findall(r"^FROM \S+:(\S+)", (CHECKOUT / "Dockerfile").read_text(), re.MULTILINE) == ["3.13.9-slim-trixie"] * 2
