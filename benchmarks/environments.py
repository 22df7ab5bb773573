"""Make virtual environments in the cache, for peers that must not load our plugin and for downloads."""

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
        """Install requirements, unless the last call installed the same."""
        done = self.folder / ".installed"
        wanted = "\n".join(requirements)
        if not done.exists() or done.read_text(encoding="utf-8") != wanted:
            self.pip("install", "--quiet", *requirements)
            done.write_text(wanted, encoding="utf-8")


def environment(folder: Path) -> Environment:
    """Return the environment in a folder; make it, with uv if that is installed, as `make` does."""
    made = Environment(folder)
    if not (made.programs / "python").exists():
        uv = shutil.which("uv")
        command = [uv, "venv", "--quiet", "--seed", "--python", sys.executable] if uv else [sys.executable, "-m", "venv"]
        subprocess.run([*command, folder], check=True)
    return made
