"""Inject faults while s3lint runs, and check the files that it leaves and its messages.

`python -m robustness.faults` kills, interrupts, starves and disturbs runs of this checkout and exits with 1 where a promise is broken.
`--times N` says how often what strikes at random is tried.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

FILES = 24
"""Files of the project that is fixed: enough for two workers."""

MEASURED = 3
"""How often the duration of a run is measured."""

PROMPT = 5.0
"""Seconds within which an interrupted run must end, also on a busy machine."""

FUNCTIONS = 3
"""Functions of a file: enough for the work to take longer than the start of Python."""

HEAD = """\
import boto3

s3 = boto3.client("s3")
"""

FUNCTION = """

def save_{function}(bucket, name, body):
    s3.put_object(Bucket=bucket, Key=f"reports/{{{{name}}}}.json", Body=body)  # {{number}}
"""

BAD = HEAD + "".join(FUNCTION.format(function=function) for function in range(FUNCTIONS))

FIXED = BAD.replace("Body=body)", 'Body=body, ContentType="application/json")')

KILLER = """\
import os, sys
from s3lint.runner import run
analyze = run.Worker.analyze
run.Worker.analyze = lambda self, task: os._exit(9) if task.path.name == "module_7.py" else analyze(self, task)
from s3lint.cli import main
sys.exit(main())
"""
"""The command, changed so that one file kills the process that analyses it."""


CHANCE = random.Random()  # noqa: S311


class Broken(Exception):
    """Raised when s3lint breaks one of its guarantees."""


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str


def project(folder: Path, text: str = BAD) -> Path:
    """Make a folder of files, each with some safe fixes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number in range(FILES):
        (folder / f"module_{number}.py").write_text(text.format(number=number), encoding="utf-8")
    return folder


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "s3lint", "check", "--isolated", "--output-format", "json", "--no-cache", *arguments]


def start(line: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(line, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(process: subprocess.Popen[bytes], timeout: float = 120.0) -> Done:
    out, err = process.communicate(timeout=timeout)
    return Done(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


def run_until(process: subprocess.Popen[bytes], window: tuple[float, float]) -> tuple[bool, tuple[float, float]]:
    """Let a run go on until a random moment of a window. Return whether it still runs, and the window, shortened if it had ended."""
    begun = time.monotonic()
    try:
        process.wait(CHANCE.uniform(*window))
    except subprocess.TimeoutExpired:
        return True, window
    return False, (window[0], max(window[0], time.monotonic() - begun))


def expect(condition: object, message: str) -> None:
    if not condition:
        raise Broken(message)


def no_traceback(done: Done) -> None:
    expect("Traceback" not in done.err and "Error:" not in done.err, f"exit code {done.code}: {done.err[-400:]}")


def old_or_new(folder: Path) -> int:
    """Return how many files are fixed; assert that all others are unchanged."""
    fixed = 0
    for number in range(FILES):
        text = (folder / f"module_{number}.py").read_text(encoding="utf-8")
        expect(text in (BAD.format(number=number), FIXED.format(number=number)), f"module_{number}.py is neither old nor new")
        fixed += text == FIXED.format(number=number)
    return fixed


def moments(folder: Path, *options: str) -> tuple[float, float]:
    """Seconds after the start of a run between which it is at work: what a run over nothing takes, and what a whole one takes.

    The least of several, as the first one fills the caches of the system, and other programs disturb the others.
    """
    empty: list[float] = []
    whole: list[float] = []
    for _ in range(MEASURED):
        for text, found in (("", empty), (BAD, whole)):
            project(folder, text)
            before = time.monotonic()
            no_traceback(ended(start(command(*options, "."), folder)))
            found.append(time.monotonic() - before)
    return min(empty), min(whole)


def killed(folder: Path, times: int) -> str:
    """Send SIGKILL during `--fix`: half of the times at any moment, half of them after the first file was replaced."""
    window, between = moments(folder, "--fix"), 0
    for number in range(times):
        project(folder)
        process = start(command("--fix", "."), folder)
        if number % 2:
            while process.poll() is None and (folder / "module_0.py").stat().st_size == len(BAD.format(number=0)):
                time.sleep(0.0005)
            time.sleep(CHANCE.uniform(0, 0.02))
        else:
            _, window = run_until(process, window)
        process.kill()
        ended(process)
        between += 0 < old_or_new(folder) < FILES
    ended(start(command("--fix", "."), folder))
    expect(old_or_new(folder) == FILES, "a later run does not finish the work")
    return f"{times} kills, {between} of them between the first and the last file; every file old or new"


def interrupted(folder: Path, times: int) -> str:
    """Send SIGINT to a run and its workers, as a terminal does."""
    windows = [moments(folder, "--jobs", "2", *fix) for fix in ((), ("--fix",))]
    slowest, stopped = 0.0, 0
    for number in range(times):
        project(folder)
        line = command("--jobs", "2", "--output-format", "concise", *(["--fix"] if number % 2 else []), ".")
        process = subprocess.Popen(line, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        running, windows[number % 2] = run_until(process, windows[number % 2])
        before = time.monotonic()
        if running:
            os.killpg(process.pid, signal.SIGINT)
        done = ended(process)
        slowest = max(slowest, time.monotonic() - before)
        no_traceback(done)
        expect(done.code in (0, 1, 130, -signal.SIGINT), f"exit code {done.code}: {done.err}")
        stopped += done.code == 130
        old_or_new(folder)
    expect(stopped > 0, "no interrupt stopped a run")
    expect(slowest < PROMPT, f"{slowest:.1f} s until an interrupted run was gone")
    return f"{times} interrupts, {stopped} before the end (exit code 130); gone after {slowest:.2f} s at most"


def kill_a_worker(process: subprocess.Popen[bytes]) -> bool:
    """Whether a worker was there to be killed, and still at work."""
    workers: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        while process.poll() is None and not workers:
            workers = psutil.Process(process.pid).children()
        for worker in workers[:1]:
            time.sleep(CHANCE.uniform(0, 0.1))
            worker.kill()
            return True
    return False


def worker_killed(folder: Path, times: int) -> str:
    """Kill a worker: its files are tried again."""
    project(folder)
    whole, struck = json.loads(ended(start(command("--jobs", "1", "."), folder)).out), 0
    for _ in range(times):
        process = start(command("--jobs", "2", "."), folder)
        struck += kill_a_worker(process)
        done = ended(process)
        expect(done.code == 1 and not done.err and json.loads(done.out) == whole, f"exit code {done.code}: {done.err[-300:]}")
    return f"{struck} workers killed; the findings are those of an undisturbed run"


def deadly_file(folder: Path, times: int) -> str:
    """Check a project with a file that kills the process that analyses it."""
    del times
    project(folder)
    whole = json.loads(ended(start(command("--jobs", "1", "."), folder)).out)
    done = ended(start([sys.executable, "-c", KILLER, *command("--jobs", "2", ".")[3:]], folder))
    left = [finding for finding in whole if not finding["filename"].endswith("module_7.py")]
    expect(done.code == 2 and json.loads(done.out) == left, f"exit code {done.code}: {done.err[-300:]}")
    expect(done.err.count("\n") == 1 and "module_7.py: the process that checked it died, twice" in done.err, done.err)
    return "named in one line, exit code 2; every other finding stands"


def two_at_once(folder: Path, times: int) -> str:
    """Run `--fix` twice at once on the same files, with one cache."""
    for _ in range(max(1, times // 10)):
        project(folder)
        line = [part for part in command("--fix", "--cache-dir", str(folder.parent / "cache"), ".") if part != "--no-cache"]
        both = [start(line, folder) for _ in range(2)]
        for done in map(ended, both):
            no_traceback(done)
            expect(done.code in (0, 1), f"exit code {done.code}: {done.err[-300:]}")
        expect(old_or_new(folder) == FILES, "not every file was fixed")
    return f"{max(1, times // 10)} pairs of runs; every file fixed once"


def too_large(folder: Path, times: int) -> str:
    """Forbid files to grow (RLIMIT_FSIZE), as on a disk that is full for this user."""
    del times
    project(folder)
    done = ended(start(["sh", "-c", 'ulimit -f 0; exec "$@" | cat', "sh", *command("--fix", "-q", ".")], folder))
    expect(old_or_new(folder) == 0 and not _left_over(folder), "a file was changed or left over")
    expect(done.err.count("cannot be written: File too large") == FILES, done.err[-300:])
    no_traceback(done)
    return f"{FILES} files stay as they were, each named with the reason"


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[bool]:
    """Mount a small file system, if this user may."""
    folder.mkdir(parents=True, exist_ok=True)
    line = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    made = shutil.which("mount") is not None and subprocess.run(line, capture_output=True, check=False).returncode == 0
    try:
        yield made
    finally:
        if made:
            subprocess.run(["umount", str(folder)], check=True)


def disk_full(folder: Path, times: int) -> str:
    """Run on a file system without room for another file."""
    del times
    with mounted(folder.parent / "full", "size=256k") as made:
        if not made:
            return "SKIPPED: needs the right to mount"
        inside = project(folder.parent / "full" / "project")
        _fill(inside.parent / "filler")
        done = ended(start(command("--fix", "-q", "."), inside))
        no_traceback(done)
        expect(done.code == 2 and "No space left on device" in done.err, done.err[-300:])
        left = old_or_new(inside)
        expect(not _left_over(inside), "a file was left over")
    return f"{FILES - left} files stay as they were, each named with the reason"


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            return


def read_only(folder: Path, times: int) -> str:
    """Run on a read-only file system, or for other users in a read-only folder."""
    del times
    with mounted(folder.parent / "fixed", "size=1m") as made:
        inside = project(folder.parent / "fixed" / "project")
        if made:
            subprocess.run(["mount", "-o", "remount,ro", str(inside.parent)], check=True)
        else:
            inside.chmod(0o500)
        try:
            done = ended(start(command("--fix", "-q", "."), inside))
        finally:
            if not made:
                inside.chmod(0o700)
        no_traceback(done)
        expect(done.code == 2 and done.err.count("cannot be written") == FILES and old_or_new(inside) == 0, done.err[-300:])
    return f"{FILES} files stay as they were, each named with the reason"


def closed_streams(folder: Path, times: int) -> str:
    """Run with standard streams that are closed, full, or no longer read."""
    del times
    project(folder)
    wanted = {"| head -c 1": (0,), "> /dev/full": (2,), ">&-": (1,), "2>&-": (1,), "<&-": (1,), "> /dev/full 2>&1": (2,)}
    for redirection, codes in wanted.items():
        process = start(["sh", "-c", f'"$@" {redirection}', "sh", *command(".")], folder)
        done = ended(process)
        no_traceback(done)
        expect(done.code in codes, f"{redirection}: exit code {done.code}: {done.err[-300:]}")
    return f"{len(wanted)} ways; no traceback"


def _left_over(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix != ".py"]


FAULTS: dict[str, Callable[[Path, int], str]] = {
    "killed while it fixes": killed,
    "interrupted": interrupted,
    "a worker killed": worker_killed,
    "a file that kills its workers": deadly_file,
    "two runs at once": two_at_once,
    "a limit on the size of files": too_large,
    "a full disk": disk_full,
    "a read-only folder": read_only,
    "closed streams": closed_streams,
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m robustness.faults", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=200, help="how often what strikes at random is tried")
    parser.add_argument("--only", default="", help="faults whose names hold this text")
    options = parser.parse_args(arguments)
    # A shell has what it starts in the background ignore it, and all that this starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    failed = 0
    print("| fault | outcome |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, strike in FAULTS.items():
            if options.only not in name:
                continue
            try:
                outcome = strike(Path(folder) / "project", options.times)
            except Broken as error:
                failed, outcome = failed + 1, f"BROKEN: {error}"
            print(f"| {name} | {outcome} |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
