"""`pytest --s3lint`: record the storage calls of a test suite."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def pytest_addoption(parser: Any) -> None:
    """Add the options. Without `--s3lint` the plugin does nothing."""
    group = parser.getgroup("s3lint", "storage calls for `s3lint check --observed`")
    group.addoption("--s3lint", action="store_true", default=False, help="record the storage calls of the tests")
    group.addoption(
        "--s3lint-output", metavar="FILE", default="s3lint-observed.jsonl", help="append the calls to FILE (default: %(default)s)"
    )
    group.addoption("--s3lint-redact", action="store_true", default=False, help="mask letters and digits of keys")


def pytest_configure(config: Any) -> None:
    """Start to record, in each worker of pytest-xdist too: all of them append to one file."""
    if config.getoption("--s3lint"):
        from .observing import root_of, start

        folder = Path(config.invocation_params.dir)
        path = folder / config.getoption("--s3lint-output")
        if not hasattr(config, "workerinput"):
            path.unlink(missing_ok=True)
        config.s3lint_recorder = start(path, root_of(Path(config.rootpath)), redact=config.getoption("--s3lint-redact"))


def pytest_unconfigure(config: Any) -> None:
    """Stop to record, and write the counts."""
    recorder = getattr(config, "s3lint_recorder", None)
    if recorder is not None:
        from .observing import stop

        stop(recorder)
