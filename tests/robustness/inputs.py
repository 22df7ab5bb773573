"""Read each kind of input other than programs: any bytes are read, or refused in one sentence."""

from __future__ import annotations

import io
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from pathlib import Path

from robustness import invariants
from s3lint.config.load import settings_for
from s3lint.errors import ConfigurationError
from s3lint.fixes.apply import Unsettled
from s3lint.linter.engine import Engine
from s3lint.lsp.transport import LENGTH, MessageReader
from s3lint.project.discovery import python_files
from s3lint.registry import rules
from s3lint.runner.cache.store import Store
from s3lint.settings import Settings
from s3lint.suppressions.baseline import load
from s3lint.suppressions.insert import allow_in_file


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


UPLOAD = b'import boto3\n\nboto3.client("s3").upload_file("a.pdf", "acme-documents", "a.pdf")'


def suppression(data: bytes) -> None:
    """Check a program with a comment to s3lint, which hides only what it names, and add comments for the rest."""
    comment = b" ".join(data.split())
    program = UPLOAD + b"  # s3lint: " + comment + b"\n"
    found = {finding.code for finding in invariants.checked(program)}
    words = {word.upper() for word in re.findall(r"[A-Za-z0-9-]+", comment.decode("latin-1"))}
    for code in invariants.codes(UPLOAD) - found:
        names = {code[:length] for length in range(3, 7)} | {rules()[code].name.upper(), "ALL", "NOQA"}
        assert words & names or "STO900" in found, (code, comment)
    with suppress(Unsettled):
        findings, _ = Engine(invariants.STRICT).check(invariants.PATH, program)
        left = invariants.codes(allow_in_file(invariants.PATH, program, findings, "known").after)
        assert left <= {code for code in found if code.startswith("STO9")}, left


def message(data: bytes) -> None:
    """Read messages of an editor: any bytes, and any content between two messages, after which the second is read."""
    last = b'{"jsonrpc": "2.0", "method": "exit"}'
    with redirect_stderr(io.StringIO()) as said:
        list(_read(data))
        assert list(_read(_framed(data) + _framed(last)))[-1] == last
    assert all(line.startswith("s3lint: ") for line in said.getvalue().splitlines())


def _framed(content: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(content), content)


def _read(stream: bytes) -> Iterator[bytes]:
    """The contents that are passed on, read as pygls reads them."""
    reader = MessageReader(io.BytesIO(stream))
    while header := reader.readline():
        length = LENGTH.fullmatch(header)
        assert length is not None
        assert reader.readline() == b"\r\n"
        content = reader.read(int(length[1]))
        assert content.lstrip().startswith(b"{")
        yield content


KINDS = {each.__name__: each for each in (configuration, baseline, ignore_file, notebook, cache_file, suppression, message)}
