"""An import that a fix leaves without a use stays where another file of the project may use it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from conftest import Write
from s3lint.linter.fix import fix_file
from s3lint.settings import Settings

HELPERS = """\
import os

import boto3


def keep(body, prefix, name):
    boto3.client("s3").put_object(Bucket=name, Key=os.path.join(prefix, name), Body=body)
"""

USES = {
    "a star": "from helpers import *\n\nprint(os.sep)\n",
    "the name": "from helpers import keep, os\n\nprint(os.sep)\n",
    "names over several rows": "from helpers import (\n    keep,\n    os,\n)\n\nprint(os.sep)\n",
    "the module": "import helpers\n\nprint(helpers.os.sep)\n",
    "the module by another name": "import helpers as h\n\nprint(h.os.sep)\n",
    "a patch of a text": "from unittest import mock\n\nwith mock.patch('helpers.os.sep', '/'):\n    pass\n",
    "a patch of an attribute": "from unittest import mock\n\nimport helpers\n\nwith mock.patch.object(helpers, 'os'):\n    pass\n",
}
NO_USES = {
    "nothing": "print(1)\n",
    "another name": "import os\n\nfrom helpers import keep\n\nprint(os.sep, keep)\n",
    "another star": "import os\n\nfrom json import *\n\nprint(os.sep)\n",
    "the word alone": "helpers = 1\n",
}


def fixed(project: Write, files: dict[str, str]) -> str:
    root = project({"pyproject.toml": "", "helpers.py": HELPERS, **files})
    made = fix_file(root / "helpers.py", HELPERS.encode(), Settings(root=root, select=("STO213",)), unsafe=True)
    assert b"posixpath.join" in made.after
    return made.after.decode()


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("name", ["main.py", "tests/test_main.py"])
def test_what_another_file_uses_stays(use: str, name: str, project: Write) -> None:
    assert "import os\n" in fixed(project, {name: USES[use]})


@pytest.mark.parametrize("use", USES)
def test_such_a_program_still_runs(use: str, project: Write) -> None:
    changed = fixed(project, {"main.py": USES[use]})
    root = project({"helpers.py": changed, "main.py": USES[use]})
    subprocess.run((sys.executable, "main.py"), cwd=root, check=True, capture_output=True)


@pytest.mark.parametrize("use", NO_USES)
def test_what_no_other_file_uses_goes(use: str, project: Write) -> None:
    assert "import os\n" not in fixed(project, {"main.py": NO_USES[use]})


@pytest.mark.parametrize("code", ["%run ./helpers", "from helpers import *", 'patch.object(helpers, "os")'])
def test_notebooks_use_names_too(code: str, project: Write) -> None:
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": [code]}
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    assert "import os\n" in fixed(project, {"main.ipynb": notebook})
    assert "import os\n" in fixed(project, {"main.py": f"# Databricks notebook source\n# MAGIC {code}\n"}) or "%run" not in code
