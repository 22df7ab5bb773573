"""Whether other files of a project use a name that a file imports, and so need the import although the file itself does not."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from s3lint.project.files import ProjectFiles

# What stands between two words is bounded, by a length or the next bracket: each place of a hostile file is read few times.
USES = rb"""
    \b%(module)s\s+import\s+\*                                              # from helpers import *
    | \b%(module)s\s+import\b(?:[^\n(]{0,2000}|\s*\([^()]*)\b%(name)s\b     # from helpers import (keep, os)
    | %%run\b[^\n]{0,2000}\b%(module)s\b                                    # a notebook that runs another has all of its names
    | \.%(name)s\b                                                          # helpers.os, patch("helpers.os.path.join")
    | ["']%(name)s\\?["']                                                   # patch.object(helpers, "os")
"""


class OtherUses:
    """The uses of a file's names in the other files of its project, tests and notebooks included, which are read only if asked for."""

    def __init__(self, files: ProjectFiles) -> None:
        self._files = files

    @cached_property
    def _paths(self) -> tuple[Path, ...]:
        return tuple(dict.fromkeys((*self._files.listed(), *self._files.overlay)))

    def may_use(self, path: Path, name: str) -> bool:
        """Tell whether another file may use a name of the file at `path`: it names the module, and the name as one of a module."""
        module = re.escape(path.stem.encode())
        mentions = re.compile(rb"\b%s\b" % module)
        uses = re.compile(USES % {b"module": module, b"name": re.escape(name.encode())}, re.VERBOSE)
        texts = (self._files.content(other) for other in self._paths if other != path)
        return any(mentions.search(text) and uses.search(text) for text in texts)
