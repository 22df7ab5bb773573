"""Real editors open, type, fix and save: `make test-editors`. One that is not installed is skipped, and said to be."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from conftest import Write, run

from editors.screen import APP, screen

HERE = Path(__file__).parent

LINE = 's3.upload_file("🪣.pdf", BUCKET, "reports/a.pdf", ExtraArgs={"ContentType": "application/pdf"})\n'

SAID = [
    "opened: STO201",
    "typed: STO201 STO301",
    'chosen: Pass ContentType="application/pdf" (STO301)',
    "chosen: Allow STO201 on this line, and say why",
]


@pytest.mark.parametrize(
    "command",
    [
        ("nvim", "--headless", "-u", "NONE", "-c", f"luafile {HERE / 'neovim.lua'}"),
        ("emacs", "--batch", "-q", "-l", HERE / "eglot.el"),
    ],
    ids=["Neovim", "Emacs with eglot"],
)
def test_an_editor_shows_a_finding_fixes_it_and_saves(project: Write, command: tuple[str | Path, ...]) -> None:
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed")
    root = project({"app.py": APP, "s3lint.toml": ""})
    done = run(*command, cwd=root, S3LINT=f"{sys.executable} -m s3lint")
    said = [line.strip() for line in (done.out + done.err).splitlines()]
    assert (done.code, [line for line in said if line in SAID]) == (0, SAID), said
    assert (root / "app.py").read_text() == APP.rstrip("\n") + "  # s3lint: allow[STO201] TODO: say why\n" + LINE


def test_the_screen_in_the_documentation_is_what_neovim_shows(tmp_path: Path) -> None:
    if shutil.which("nvim") is None:
        pytest.skip("nvim is not installed")
    documented = (HERE.parents[1] / "docs" / "editors.md").read_text(encoding="utf-8")
    assert f"```text\n{screen(tmp_path)}\n```" in documented
