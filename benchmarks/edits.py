"""Measure what people wait for: an edited file of a warm project, single files, one storage file among others, flake8 on one file.

`python -m benchmarks.edits` prints the figures.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.environments import environment
from benchmarks.measure import Command, interleaved, ratio, run
from benchmarks.organisations import write_folder
from benchmarks.peers import CHECK, flake8_in, plain_environment, ruff

FILES = 2_000

SERVICE = Path("team-15/service-00015")

EDITED = {"storage": "core/storage.py", "caller": "exports/export_2.py", "other": "parts/part_3/module_3.py"}
"""Files of a service that are edited: the one that writes objects, one that calls it, one without storage."""

STORAGE = """\
import os

import boto3

s3 = boto3.client("s3")
BUCKET = os.environ["BUCKET"]


def save(name, body):
    s3.put_object(Bucket=BUCKET, Key=f"reports/{name}.json", Body=body)
"""

STEADY_SECONDS = 2.1
"""Age from which a file's state is known by its times."""


@dataclass(frozen=True, slots=True)
class Edits:
    """CPU seconds of runs in a project of `FILES` files, and ratios of CPU time.

    `edited` is the run after an edit, by the kind of file; `mixed` a neutral set with one storage file in it against ruff; `plugin`
    flake8 with the plugin against s3lint and flake8 alone, on one storage file.
    """

    edited: dict[str, float]
    single: float
    three: float
    mixed: float
    plugin: float


def edits(cache: Path, neutral: Path, repeat: int) -> Edits:
    """Measure all. `neutral` is a folder of code without storage."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        write_folder(FILES, project, whole=True)
        files = [SERVICE / name for name in EDITED.values()]
        check: Command = (*CHECK, "--cache-dir", Path(folder) / "cache")
        edited = {kind: _edited(check, project, SERVICE / name, repeat) for kind, name in EDITED.items()}
        single, three = (_cpu((*CHECK, "--no-cache", *files[:count]), project, repeat) for count in (1, 3))
        mixed = Path(folder) / "mixed"
        shutil.copytree(neutral, mixed)
        (mixed / "upload.py").write_text(STORAGE, encoding="utf-8")
        runs = interleaved({"s3lint": (*CHECK, "--no-cache"), "ruff": ruff()}, mixed, repeat)
        return Edits(edited, single, three, ratio(runs["s3lint"], runs["ruff"]).cpu, _plugin(cache, mixed, repeat))


def _edited(check: Command, project: Path, file: Path, repeat: int) -> float:
    """Return the CPU seconds of the run after each of some edits inside of a function, with the rest of the project in the cache."""
    path = project / file
    text = path.read_text(encoding="utf-8")

    def edit(number: int) -> float:
        time.sleep(STEADY_SECONDS)
        run(check, project)
        path.write_text(text.replace("total = 0", f"total = {number}", 1), encoding="utf-8")
        return run(check, project).cpu

    return _median(edit, repeat)


def _median(measure: Callable[[int], float], repeat: int) -> float:
    return median(measure(number + 1) for number in range(repeat))


def _cpu(command: Command, folder: Path, repeat: int) -> float:
    return _median(lambda _: run(command, folder).cpu, repeat)


def _plugin(cache: Path, folder: Path, repeat: int) -> float:
    beside = environment(cache / "plugin").programs
    commands: dict[str, Command] = {
        "plugin": (*flake8_in(beside)[:-1], "--s3lint-no-cache", "upload.py"),
        "s3lint": (*CHECK, "--no-cache", "upload.py"),
        "flake8": (*flake8_in(plain_environment(cache).programs)[:-1], "upload.py"),
    }
    runs = interleaved(commands, folder, repeat)
    rounds = zip(runs["plugin"], runs["s3lint"], runs["flake8"], strict=True)
    return median(plugin.cpu / (alone.cpu + plain.cpu) for plugin, alone, plain in rounds)


def main() -> None:
    from benchmarks.corpora import corpus_set
    from benchmarks.speed import CACHE, install_plugin

    cache = CACHE.resolve()
    install_plugin(cache)
    neutral = corpus_set("neutral", cache, plain_environment(cache))
    print(json.dumps(asdict(edits(cache, neutral.folder, 3)), indent=2))


if __name__ == "__main__":
    main()
