"""The rules of axe-core (https://github.com/dequelabs/axe-core), fetched once from the registry of npm."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

PACKAGE = "axe-core@4.14.1"

CACHE = Path(__file__).parents[3] / "benchmarks" / ".cache" / "axe"

RUN = """
const done = arguments[0];
axe.run(document, { resultTypes: ["violations"] }).then(
  (found) => done(found.violations.map((each) => [each.id, each.help, each.nodes.map((node) => node.target.join(" ") + ": " + node.failureSummary)])),
  (error) => done([["axe", String(error), []]]));
"""


def source() -> str:
    """Return the script with the rules. Skips the test where npm cannot fetch it."""
    archive = CACHE / f"{PACKAGE.replace('@', '-')}.tgz"
    if not archive.is_file():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("THE RULES OF AXE WERE NOT RUN: they come from the registry of npm, and npm is not installed")
        CACHE.mkdir(parents=True, exist_ok=True)
        command = [npm, "pack", PACKAGE, "--silent", "--pack-destination", str(CACHE)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            pytest.skip(f"THE RULES OF AXE WERE NOT RUN: npm cannot fetch {PACKAGE}: {done.stderr.strip()}")
    with tarfile.open(archive) as files:
        script = files.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


def violations(page: Any) -> list[Any]:
    """Return what breaks a rule on the page that is open: the rule, its help, and the elements."""
    # By the protocol of the browser, since the page's content security policy lets no other script in.
    page.execute_cdp_cmd("Runtime.evaluate", {"expression": source()})
    return list(page.execute_async_script(RUN))
