"""Make links to the source of findings, at the commit that was checked, on the server of the repository."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from s3lint.errors import ConfigurationError, UsageError
from s3lint.project.boundary import repository_root
from s3lint.project.commits import CommitFiles
from s3lint.project.files import MAX_READ_BYTES
from s3lint.support import git
from s3lint.support.bounded_read import read_bounded

FORMS = {"github": "{url}/blob/{revision}/{path}#L{row}", "gitlab": "{url}/-/blob/{revision}/{path}#L{row}"}
"""Addresses of a line, by a word in the name of the server."""

MARKS = {"gitlab": ".gitlab-ci.yml", "github": ".github"}
"""What a repository has at its root for a server whose name tells nothing."""

SECURE_SHELL = re.compile(r"(?:ssh://)?[^@/\s]+@(?P<host>[^:/\s]+)(?::\d+(?=/))?[:/]/?(?P<path>\S+)")
"""A remote over ssh: `git@host:owner/name.git` or `ssh://git@host:22/owner/name.git`."""

UNSAFE = re.compile(r"[\s<>\"'`\\]")

PUBLIC_HOST = re.compile(r"(?:[a-z\d-]+\.)+[a-z]{2,}")
"""The name of a host. Aliases of ~/.ssh/config, such as `github.com-work`, are none."""


@dataclass(frozen=True)
class SourceLinks:
    """The links of a repository. `form` has places for the revision, the path and the row; `files` are those of the commit."""

    root: Path
    form: str
    revision: str
    files: Mapping[Path, bytes]

    def to(self, path: Path) -> str | None:
        """Return the address of a file, with `{row}` where that of a line has its row; None for one that differs from the commit's."""
        try:
            committed = self.files[path]
            is_same = _lines(read_bounded(path, MAX_READ_BYTES)) == _lines(committed)
        except (KeyError, OSError):
            return None
        name = quote(path.relative_to(self.root).as_posix().encode("utf-8", "surrogateescape"))
        return self.form.replace("{revision}", self.revision).replace("{path}", name) if is_same else None


def _lines(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")  # as git converts them, if it is told to


def source_links(folder: Path, url: str | None) -> SourceLinks | None:
    """Return the links of the repository of a folder: at `url`, else where its remote leads. None without a commit or an address.

    Raises `ConfigurationError` for a `url` that is no address of a repository.
    """
    form = _form_of_url(url) if url is not None else None
    root = repository_root(folder)
    if root is None:
        return None
    form = form or _form_of_remote(root)
    revision = _output(root, "rev-parse", "--verify", "HEAD^{commit}")
    if form is None or revision is None:
        return None
    try:
        return SourceLinks(root, form, revision, CommitFiles(root, revision))
    except (OSError, UsageError):
        return None


def _form_of_url(url: str) -> str:
    """Return the form of the links at a URL that the user gave. One with `{path}` is a form itself. Raises `ConfigurationError`."""
    address = web_address(url)
    if address is None:
        raise ConfigurationError(
            "the command line: --repository-url takes the address of a repository, such as https://github.com/owner/name"
        )
    if "{path}" in address:
        return address
    return FORMS[_server(address) or "github"].replace("{url}", address)


def _form_of_remote(root: Path) -> str | None:
    remote = _output(root, "config", "--local", "--get", "remote.origin.url")
    address = web_address(remote) if remote is not None else None
    if address is None or "{" in address:
        return None
    server = _server(address) or next((name for name, mark in MARKS.items() if (root / mark).exists()), None)
    return FORMS[server].replace("{url}", address) if server is not None else None


def _server(address: str) -> str | None:
    host = urlsplit(address).hostname or ""
    return next((name for name in FORMS if name in host), None)


def web_address(url: str) -> str | None:
    """Return the address for a browser of a repository's URL, without user and password; None for one that no browser opens."""
    over_ssh = SECURE_SHELL.fullmatch(url)
    if over_ssh is not None:
        host = over_ssh["host"].lower()
        url = f"https://{host}/{over_ssh['path']}" if PUBLIC_HOST.fullmatch(host) else ""
    if not url.isprintable() or UNSAFE.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        server = host if parts.port is None else f"{host}:{parts.port}"
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or ":" in host or not parts.path.strip("/"):
        return None
    if "{path}" in url:
        return urlunsplit(parts._replace(netloc=server))
    return f"{parts.scheme}://{server}{parts.path.rstrip('/').removesuffix('.git')}"


def _output(root: Path, *arguments: str) -> str | None:
    """Return the line that git prints; None where it prints none."""
    try:
        done = git.run(root, *arguments)
    except OSError:
        return None
    return done.stdout.decode("utf-8", "replace").strip() or None if done.returncode == 0 else None
