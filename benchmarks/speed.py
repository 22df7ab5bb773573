"""Measure s3lint beside other linters and against its targets: `python -m benchmarks.speed`, or `make bench`.

Every program runs once in each round, in turn. Compare ratios of one run; seconds depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.corpora import SETS, Corpus, corpus_set
from benchmarks.edits import edits
from benchmarks.environments import Environment, environment
from benchmarks.fixing import parses
from benchmarks.growth import COPIES, SIZES, copied, grown
from benchmarks.latency import latency
from benchmarks.measure import Command, Ratio, Run, counts_instructions, interleaved, ratio, run
from benchmarks.page import write_page
from benchmarks.peers import CHECK, VERSION, WORKED, bandit, fixit, flake8_in, plain_environment, ruff
from benchmarks.stages import analysis, stages
from benchmarks.tables import analysis_table, copies_table, costs_table, growth_table, show, stages_table, targets_table
from benchmarks.targets import Measured, verdicts

CACHE = Path(__file__).parent / ".cache"

DOCS = Path(__file__).parents[1] / "docs"

COLD, WARM, PLAIN = "s3lint", "s3lint, warm cache", "flake8"
PLUGIN, PLUGIN_WARM = "flake8 with the plugin", "flake8 with the plugin, warm cache"

SLOW = ("bandit", "fixit, one rule")
"""Peers that take most of the time of a run; a quick run leaves them out."""

START_UPS = 20
"""Least number of measurements of the start-up: it is short, so it varies much."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a program in a set: medians over the rounds, and the ratio to each other program."""

    program: str
    cpu: float
    wall: float
    memory: float
    instructions: float | None
    against: dict[str, Ratio]


def programs(cache: Path, *, quick: bool) -> dict[str, Command]:
    """Return the commands of s3lint and its peers. flake8 runs in an environment without the plugin, and in one with it alone."""
    plain = plain_environment(cache)
    beside = install_plugin(cache)
    found: dict[str, Command] = {
        COLD: (*CHECK, "--no-cache"),
        WARM: CHECK,
        "ruff": ruff(),
        PLAIN: flake8_in(plain.programs),
        PLUGIN: (*flake8_in(beside.programs), "--s3lint-no-cache"),
        PLUGIN_WARM: flake8_in(beside.programs),
    }
    return found if quick else found | {"bandit": bandit(cache), "fixit, one rule": fixit(cache)}


def install_plugin(cache: Path) -> Environment:
    """Return an environment with flake8 and the plugin alone."""
    beside = environment(cache / "plugin")
    beside.install(f"flake8=={version('flake8')}", f"--editable={Path(__file__).parents[1]}")
    return beside


def costs(corpus: Corpus, commands: dict[str, Command], repeat: int) -> list[Cost]:
    """Measure each program in a set, after one run of those that have a cache."""
    run((sys.executable, "-m", "s3lint", "clean"), corpus.folder)
    for name in (WARM, PLUGIN_WARM):
        run(commands[name], corpus.folder)
    runs = interleaved(commands, corpus.folder, repeat)
    for name, done in runs.items():
        if done[0].code not in WORKED:
            raise SystemExit(f"{name} failed: {done[0].err or done[0].out}")
    return [cost(name, runs) for name in runs]


def cost(name: str, runs: dict[str, list[Run]]) -> Cost:
    own = runs[name]
    counted = [each.instructions for each in own if each.instructions is not None]
    return Cost(
        name,
        median(each.cpu for each in own),
        median(each.wall for each in own),
        median(each.memory for each in own),
        median(counted) if counted else None,
        {other: ratio(own, theirs) for other, theirs in runs.items() if other != name},
    )


def start_up(repeat: int) -> Ratio:
    """Measure `s3lint version` against Python alone."""
    python: Command = (sys.executable, "-c", "pass")
    runs = interleaved({"s3lint": VERSION, "python": python}, Path.cwd(), max(repeat, START_UPS))
    return ratio(runs["s3lint"], runs["python"])


def measured(cache: Path, chosen: argparse.Namespace) -> Measured:
    plain = plain_environment(cache)
    commands = programs(cache, quick=chosen.quick)
    sets = {name: corpus_set(name, cache, plain) for name in SETS}
    found = {name: [asdict(each) for each in costs(corpus, commands, chosen.repeat)] for name, corpus in sets.items()}
    with tempfile.TemporaryDirectory() as folder:
        sizes = [
            grown(files, Path(folder), whole=whole) for whole in (False, True) for files in (SIZES[:2] if chosen.quick else SIZES)
        ]
        package = sets["storage-heavy"].folder / "awswrangler"
        copies = [copied(package, each, Path(folder)) for each in (COPIES[:2] if chosen.quick else COPIES)]
    return {
        "python": platform.python_version(),
        "rounds": chosen.repeat,
        "instructions": counts_instructions(),
        "versions": {name: version(name) for name in ("s3lint", "libcst", "flake8", "ruff")},
        "sets": {name: {"what": what_of(each), "files": each.files, "lines": each.lines} for name, each in sets.items()},
        "costs": found,
        "start_up": asdict(start_up(chosen.repeat)),
        "fixing": asdict(parses(chosen.repeat)),
        "edits": asdict(edits(cache, sets["neutral"].folder, chosen.repeat)),
        "latency": asdict(latency()),
        "growth": [asdict(size) for size in sizes],
        "copies": [asdict(each) for each in copies],
        "stages": {name: stages(corpus.folder) for name, corpus in sets.items()},
        "analysis": [asdict(analysis(folder)) for folder in sorted(sets["storage-heavy"].folder.glob("[a-z]*/"))],
    }


def what_of(corpus: Corpus) -> str:
    """Return the packages of a set with their versions."""
    return ", ".join(
        f"{package.name} {version}" for package, version in zip(SETS[corpus.name], corpus.version.split("+"), strict=True)
    )


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where packages and environments are kept (default: %(default)s)")
    parser.add_argument("--repeat", metavar="N", type=int, default=3, help="rounds (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help=f"without {' and '.join(SLOW)}, and little growth")
    parser.add_argument("--docs", action="store_true", help="write docs/performance.md again")
    parser.add_argument(
        "--json", metavar="FILE", type=Path, help="where the results are written (default: speed.json in the cache)"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = options(arguments)
    cache = chosen.cache.resolve()
    found = measured(cache, chosen)
    judged = verdicts(found)
    file = chosen.json or cache / "speed.json"
    file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    if chosen.docs:
        write_page(found, judged, DOCS)
    tables = costs_table, stages_table, analysis_table, growth_table, copies_table
    show(*(table(found) for table in tables), targets_table(judged))
    return 0


if __name__ == "__main__":
    sys.exit(main())
