"""`s3lint observe`: run a program with the recorder in each of its Python processes."""

from __future__ import annotations

import argparse
import os
import subprocess
from pathlib import Path

from s3lint.cli.output import print_error
from s3lint.observe.observing import root_of

STARTUP = Path(__file__).parents[1] / "observe" / "startup"
"""The folder of the module that Python runs at start."""


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code; 2 if it cannot be started or the recording cannot be written."""
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        print_error("the command line: name the program to run: s3lint observe -- python app.py")
        return 2
    output = os.path.abspath(options.output)
    try:
        with Path(output).open("ab"):
            pass
        # The program is the user's own, from their command line.
        done = subprocess.run(command, env=_environment(output, redact=options.redact), check=False)  # noqa: S603
    except (OSError, ValueError) as error:
        print_error(f"{getattr(error, 'filename', None) or command[0]}: {getattr(error, 'strerror', None) or error}")
        return 2
    # A program that a signal ended has a negative code; shells write 128 and the signal.
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


def _environment(output: str, *, redact: bool) -> dict[str, str]:
    paths = [str(STARTUP), *filter(None, [os.environ.get("PYTHONPATH")])]
    made = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "S3LINT_OBSERVE": output}
    return {**made, "S3LINT_OBSERVE_ROOT": str(root_of(Path.cwd())), **({"S3LINT_OBSERVE_REDACT": "1"} if redact else {})}
