"""A project whose files are looked at, one after another, with texts that are not on disk yet: nothing of it is read twice."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from s3lint.finding import Finding
from s3lint.linter.engine import Engine
from s3lint.project.files import ProjectFiles
from s3lint.project.loader import Loader
from s3lint.settings import Settings


class Workspace:
    """The files of a project as they were when they were first read. `texts` holds those that are being changed, and the files know it."""

    def __init__(self, settings: Settings, files: ProjectFiles, texts: MutableMapping[Path, bytes]) -> None:
        self.settings = settings
        self._files = files
        self._texts = texts
        self._loader = Loader()

    @classmethod
    def on_disk(cls, settings: Settings) -> Workspace:
        texts: dict[Path, bytes] = {}
        return cls(settings, ProjectFiles(settings, texts), texts)

    def findings(self, path: Path, data: bytes) -> list[Finding]:
        """What is found in a file with this text, as long as it is being changed."""
        self._texts[path] = data
        self._files.refresh(path)
        return Engine(self.settings, self._files, self._loader).check(path, data)[0]

    @contextmanager
    def changing(self, path: Path) -> Iterator[None]:
        """Afterwards the file is again as it was."""
        try:
            yield
        finally:
            self._texts.pop(path, None)
            self._files.refresh(path)
