"""Read each kind of input other than programs: any bytes are read, or refused in one sentence."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from robustness import invariants
from s3lint.config.load import settings_for
from s3lint.errors import ConfigurationError
from s3lint.linter.engine import Engine
from s3lint.project.discovery import python_files
from s3lint.runner.cache.store import Store
from s3lint.settings import Settings
from s3lint.suppressions.baseline import load


@contextmanager
def folder() -> Iterator[Path]:
    """Make a temporary folder."""
    made = Path(tempfile.mkdtemp(prefix="s3lint-fuzz-"))
    try:
        yield made
    finally:
        shutil.rmtree(made)


def configuration(data: bytes) -> None:
    """Read a `pyproject.toml`."""
    with folder() as root:
        (root / "pyproject.toml").write_bytes(data)
        _refused(lambda: settings_for(root, root))


def baseline(data: bytes) -> None:
    """Read a baseline."""
    with folder() as root:
        (root / "known.json").write_bytes(data)
        _refused(lambda: load(root / "known.json"))


def _refused(read: Callable[[], object]) -> None:
    try:
        read()
    except ConfigurationError as refusal:
        assert "\n" not in str(refusal), refusal


def ignore_file(data: bytes) -> None:
    """Walk a folder with a `.gitignore`."""
    with folder() as root:
        (root / ".gitignore").write_bytes(data)
        for name in ("a.py", "b/c.py", "b/d/e.py"):
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).touch()
        assert len(list(python_files(root, Settings(root=root)))) <= 3


def notebook(data: bytes) -> None:
    """Check a notebook."""
    _, errors = Engine(invariants.STRICT).check(invariants.STRICT.root / "program.ipynb", data)
    assert errors == (), errors


def cache_file(data: bytes) -> None:
    """Open a cache."""
    with folder() as root:
        (root / "results.sqlite").write_bytes(data)
        store = Store(root / "results.sqlite", bytes(32), 1)
        assert store.contents() == {}
        assert store.entries("variant", [b"key"]) == {}
        store.close()


KINDS = {each.__name__: each for each in (configuration, baseline, ignore_file, notebook, cache_file)}
