"""Run git on repositories whose configuration comes from strangers: it runs no program that the repository names."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

OVERRIDES = {
    "core.fsmonitor": "false",  # a program that tells which files changed
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.editor": "true",
    "core.askPass": "",
    "core.sshCommand": "false",
    "core.gitProxy": "",
    "core.alternateRefsCommand": "",
    "core.attributesFile": os.devnull,
    "credential.helper": "",
    "diff.external": "",
    "gpg.program": "false",
    "log.showSignature": "false",
}
"""Settings of git that name a program or a file, and what they are here. Options of the command line win over every file.

Drivers with names of their own (`filter.x.clean`, `diff.x.textconv`, `merge.x.driver`) cannot be listed beforehand: the commands that
s3lint runs read committed objects and the index, never the content of the work tree, and `--no-textconv` is passed to those that show it.
"""

ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "",  # no transport at all: a partial clone fetches nothing, whatever it names as its remote
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}

PLACES = (
    "GIT_COMMON_DIR", "GIT_CONFIG", "GIT_DIR", "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX",
    "GIT_WORK_TREE",
)  # fmt: skip
"""Variables that tell where a repository is. git sets them for its hooks, from which s3lint may be started for other folders."""

PROGRAMS = ("GIT_ASKPASS", "GIT_EXTERNAL_DIFF", "GIT_PROXY_COMMAND", "GIT_SSH", "GIT_SSH_COMMAND", "SSH_ASKPASS")
"""Variables that name a program. They are the user's own, but no command here needs one."""


def command(folder: Path, *arguments: str) -> list[str]:
    """Return the command line that runs git in a folder."""
    options = [part for key, value in OVERRIDES.items() for part in ("-c", f"{key}={value}")]
    return ["git", "-C", str(folder), *options, *arguments]


def environment() -> dict[str, str]:
    """Return the environment for git: the user's, without places, programs and transports."""
    return {**{name: value for name, value in os.environ.items() if name not in PROGRAMS + PLACES}, **ENVIRONMENT}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder and return its output. Raises `OSError` where git or the folder is missing."""
    return subprocess.run(command(folder, *arguments), capture_output=True, check=False, env=environment())  # noqa: S603
