"""Run git on repositories whose configuration comes from strangers: it runs no program that the repository names."""

from __future__ import annotations

import errno
import os
import signal
import weakref
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

MAX_SECONDS = 120
"""Seconds that git may take: the files of a large work tree on a slow disk need some ten."""

MAX_OUTPUT_BYTES = 256_000_000
"""Bytes that git may write: the paths of two million files."""

PIECE = 1_000_000
"""Bytes that are read from git at once."""

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
    "GIT_GRAFT_FILE": os.devnull,  # with `info/grafts` a commit has other parents than it says
    "GIT_ALLOW_PROTOCOL": "",  # no transport at all: a partial clone fetches nothing from the remote that it names
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


def command(folder: Path, *arguments: str, bare: bool = False) -> list[str]:
    """Return the command line that runs git in a folder. Raises `OSError` where git is missing.

    Only with `bare` may the folder be a bare repository itself. A folder of a project may look like one: its `config` and `info/exclude` are
    committed as any file, and git believes them unless told not to (https://git-scm.com/docs/git-config, `safe.bareRepository`).
    """
    settings = {**OVERRIDES, "safe.bareRepository": "all" if bare else "explicit"}
    options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    return [_program(), "-C", str(folder), *options, *arguments]


@cache
def _program() -> str:
    """Return the path of git. Windows would look for it in the current folder first, where a project may have a `git.exe`."""
    name = "git.exe" if os.name == "nt" else "git"
    places = (Path(folder) / name for folder in os.get_exec_path() if Path(folder).is_absolute())
    found = next((place for place in places if os.access(place, os.X_OK) and place.is_file()), None)
    if found is None:
        raise FileNotFoundError(errno.ENOENT, "git is not installed", name)
    return str(found)


def environment() -> dict[str, str]:
    """Return the environment for git: the user's, without places, programs and transports."""
    return {**{name: value for name, value in os.environ.items() if name not in PROGRAMS + PLACES}, **ENVIRONMENT}


class ObjectReader:
    """Reads the contents of committed files one after the other, from one process of git. One that stops answering is ended."""

    def __init__(self, folder: Path, *, bare: bool = False) -> None:
        """Raises `OSError` where git or the folder is missing."""
        import subprocess

        self._process = subprocess.Popen(  # noqa: S603 - the arguments are our own and object names
            command(folder, "cat-file", "--batch", bare=bare),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(), start_new_session=True,
        )  # fmt: skip
        self._read = bytearray()
        self._size = 0
        self.close = weakref.finalize(self, _close, self._process)

    def size(self, identity: bytes) -> int | None:
        """Return the bytes of an object, whose content can be asked for next; None for one that is missing, or is no file.

        Raises `OSError` where git does not answer.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(identity + b"\n")
        self._process.stdin.flush()
        while b"\n" not in self._read and self._more():
            pass
        line, _, rest = self._read.partition(b"\n")
        self._read = rest
        header = line.split()
        if len(header) != 3 or header[1] != b"blob":
            return None
        self._size = int(header[2])
        return self._size

    def content(self, limit: int) -> bytes | None:
        """Return the content of the object whose size was asked for; None for one of more bytes than `limit`. Raises `OSError`."""
        left = self._size + 1  # with the newline behind the content
        kept = bytearray()
        while left > 0 and (self._read or self._more()):
            part = self._read[:left]
            del self._read[:left]
            left -= len(part)
            if self._size <= limit:
                kept += part
        if left > 0:
            raise OSError(errno.EIO, "git ended before the end of a file")
        return bytes(kept[: self._size]) if self._size <= limit else None

    def _more(self) -> bool:
        """Read what git has written; return False at its end."""
        import select

        assert self._process.stdout is not None
        handle = self._process.stdout.fileno()
        if hasattr(select, "poll"):  # Windows has none for pipes
            answer = select.poll()
            answer.register(handle, select.POLLIN)
            if not answer.poll(MAX_SECONDS * 1000):
                self.close()
                raise OSError(errno.ETIMEDOUT, f"git took more than {MAX_SECONDS} seconds")
        part = os.read(handle, PIECE)
        self._read += part
        return bool(part)


def _close(process: subprocess.Popen[bytes]) -> None:
    _end(process)
    process.communicate()


def run(folder: Path, *arguments: str, bare: bool = False) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder and return its output.

    Raises `OSError` where git or the folder is missing, and where git takes more than `MAX_SECONDS` or writes more than `MAX_OUTPUT_BYTES`.
    """
    import subprocess
    import threading

    line = command(folder, *arguments, bare=bare)
    with subprocess.Popen(  # noqa: S603 - a program of our own choice, and options that are none of git's programs
        line,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        start_new_session=True,  # its own programs can be ended with it
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        timer = threading.Timer(MAX_SECONDS, _end, (process,))
        timer.start()
        try:
            out = process.stdout.read(MAX_OUTPUT_BYTES + 1)
            # One read after the other: should messages ever fill their pipe, git waits, and the timer ends it.
            said = process.stderr.read(MAX_OUTPUT_BYTES) if len(out) <= MAX_OUTPUT_BYTES else b""
            if len(out) <= MAX_OUTPUT_BYTES:
                process.wait()  # Killed between its last byte and its end, it would seem to have failed.
            late = timer.finished.is_set()
        finally:
            _end(process)
            timer.cancel()
            timer.join()  # Processes are forked only where no other thread runs.
    if late:
        raise OSError(errno.ETIMEDOUT, f"git took more than {MAX_SECONDS} seconds", str(folder))
    if len(out) > MAX_OUTPUT_BYTES:
        raise OSError(errno.EFBIG, f"git wrote more than {MAX_OUTPUT_BYTES:,} bytes", str(folder))
    return subprocess.CompletedProcess(line, process.returncode, out, said)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and what it has started, which would keep the pipes open. Does nothing if git has ended and was waited for."""
    if process.returncode is not None:
        return
    if os.name == "nt":
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
