"""Real editors open, type, fix and save: `make test-editors`. One that is not installed is skipped, and said to be."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from conftest import Write, run
from editors.screen import APP, screen

HERE = Path(__file__).parent

DOCUMENTED = (HERE.parents[2] / "docs" / "editors.md").read_text(encoding="utf-8")

LINE = 's3.upload_file("🪣.pdf", BUCKET, "reports/a.pdf", ExtraArgs={"ContentType": "application/pdf"})\n'

SAID = [
    "opened: STO201",
    "typed: STO201 STO301",
    'chosen: Pass ContentType="application/pdf" (STO301)',
    "chosen: Suppress STO201 on this line, with a reason",
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
    assert (root / "app.py").read_text() == APP.rstrip("\n") + "  # s3lint: allow[STO201] TODO: add a reason\n" + LINE


def test_the_screen_in_the_documentation_is_what_neovim_shows(tmp_path: Path) -> None:
    if shutil.which("nvim") is None:
        pytest.skip("nvim is not installed")
    assert f"```text\n{screen(tmp_path)}\n```" in DOCUMENTED


ONE_SERVER = """
local function all_have_findings()
  for _, name in ipairs({ "app.py", "other.py" }) do
    if #vim.diagnostic.get(vim.fn.bufnr(name)) == 0 then return false end
  end
  return true
end
for _, name in ipairs({ "app.py", "other.py" }) do
  vim.cmd("edit " .. name)
  vim.bo.filetype = "python"
end
print(vim.wait(60000, all_have_findings, 20) and "findings in both" or "no findings", #vim.lsp.get_active_clients(), "servers")
vim.cmd("qall!")
"""


def test_the_settings_of_neovim_start_one_server(project: Write, tmp_path_factory: pytest.TempPathFactory) -> None:
    if shutil.which("nvim") is None:
        pytest.skip("nvim is not installed")
    [settings] = re.findall(r"^Before:\n\n```lua\n(.*?)^```", DOCUMENTED, re.MULTILINE | re.DOTALL)
    programs = tmp_path_factory.mktemp("programs")
    (programs / "s3lint").write_text(f'#!/bin/sh\nexec {sys.executable} -m s3lint "$@"\n')
    (programs / "s3lint").chmod(0o755)
    root = project({"app.py": APP, "other.py": APP, "s3lint.toml": ""})
    script = programs / "script.lua"
    script.write_text(settings + ONE_SERVER)
    done = run("nvim", "--headless", "-u", "NONE", "-c", f"luafile {script}", cwd=root, PATH=f"{programs}:{os.environ['PATH']}")
    assert re.findall(r"findings in both\s+(\d+)\s+servers", done.out + done.err) == ["1"], done


SETTINGS = re.findall(r"^```(lua|elisp)\n(.*?)^```", DOCUMENTED, re.MULTILINE | re.DOTALL)

READ_ELISP = '(with-temp-buffer (insert-file-contents "settings") (while (progn (forward-comment 999) (not (eobp))) (read (current-buffer))))'

READERS = {
    "lua": ("nvim", "--headless", "-u", "NONE", "-c", "lua if not loadfile('settings') then vim.cmd('cquit') end", "-c", "qall"),
    "elisp": ("emacs", "--batch", "-q", "--eval", READ_ELISP),
}


@pytest.mark.parametrize(("language", "text"), SETTINGS)
def test_the_settings_in_the_documentation_are_code(tmp_path: Path, language: str, text: str) -> None:
    if shutil.which(READERS[language][0]) is None:
        pytest.skip(f"{READERS[language][0]} is not installed")
    for ending, accepted in ((text, True), (text.rstrip().removesuffix(")"), False)):
        (tmp_path / "settings").write_text(ending, encoding="utf-8")
        assert (run(*READERS[language], cwd=tmp_path).code == 0) is accepted
