"""What a terminal shows while Neovim runs the server: `python -m editors.screen` in `tests/` prints it for docs/editors.md."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

import pyte

APP = """\
import boto3
from names import BUCKET

s3 = boto3.client("s3")
s3.upload_file("a.pdf", "acme-raw", "reports/a.pdf", ExtraArgs={"ContentType": "application/pdf"})
"""

SHOWN = """\
import os

import boto3

s3 = boto3.client("s3")
s3.delete_object(Bucket="acme-raw", Key=key)
s3.upload_file("b.pdf", os.environ["BUCKET"], "b.pdf")
"""

COLUMNS, ROWS = 132, 16

PATIENCE = 60.0
"""Seconds after which a screen that never shows what it should has failed."""

WANTED = ("╰", "╯", "no prefix")
"""What stands on the finished screen."""

LUA = """
vim.o.laststatus, vim.o.ruler, vim.o.showcmd, vim.o.fillchars = 0, false, false, "eob: "
vim.lsp.buf_attach_client(0, vim.lsp.start_client({
  name = "s3lint", cmd = vim.list_extend(vim.split(vim.env.S3LINT, " "), { "server" }), root_dir = vim.fn.getcwd(),
}))
vim.api.nvim_create_autocmd("DiagnosticChanged", { callback = function()
  if #vim.diagnostic.get(0) > 2 then
    vim.api.nvim_win_set_cursor(0, { 7, 0 })
    vim.schedule(function() vim.diagnostic.open_float({ scope = "line", border = "rounded", header = "", max_width = 90 }) end)
  end
end })
"""


def screen(folder: Path) -> str:
    """The screen of a terminal in which Neovim shows findings, and one of them in full."""
    (folder / "app.py").write_text(SHOWN)
    (folder / "s3lint.toml").write_text("")
    (folder / "show.lua").write_text(LUA)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = os.environ | {
        "S3LINT": f"{sys.executable} -m s3lint", "TERM": "xterm-256color", "LANG": "C.UTF-8",
    }  # fmt: skip
    command = ["nvim", "-u", "NONE", "-n", "app.py", "-c", "luafile show.lua"]
    editor = subprocess.Popen(
        command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    try:
        return _settled(ours)
    finally:
        editor.kill()
        editor.wait()
        os.close(ours)
        os.close(theirs)


def _settled(terminal: int) -> str:
    """The screen once it shows what it should and nothing more is written to it."""
    shown = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(shown)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.5)[0]:
            stream.feed(os.read(terminal, 65536))
        elif all(text in "\n".join(shown.display) for text in WANTED):
            break
    return "\n".join(line.rstrip() for line in shown.display).rstrip()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        print(screen(Path(name)))
