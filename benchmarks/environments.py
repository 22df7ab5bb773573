"""Environments beside the project's own, in the cache: for peers that must not see our plugin, and for downloads."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment in a folder."""

    folder: Path

    @property
    def programs(self) -> Path:
        return self.folder / ("Scripts" if sys.platform == "win32" else "bin")

    def pip(self, *arguments: str | Path) -> None:
        subprocess.run([self.programs / "python", "-m", "pip", "--disable-pip-version-check", *arguments], check=True)

    def install(self, *requirements: str) -> None:
        """Installs what the last call did not install already."""
        done = self.folder / ".installed"
        wanted = "\n".join(requirements)
        if not done.exists() or done.read_text(encoding="utf-8") != wanted:
            self.pip("install", "--quiet", *requirements)
            done.write_text(wanted, encoding="utf-8")


def environment(folder: Path) -> Environment:
    """The environment of a folder, made with uv where it is installed, as `make` does."""
    made = Environment(folder)
    if not (made.programs / "python").exists():
        uv = shutil.which("uv")
        command = [uv, "venv", "--quiet", "--seed", "--python", sys.executable] if uv else [sys.executable, "-m", "venv"]
        subprocess.run([*command, folder], check=True)
    return made
