"""Coverage-guided fuzzing of `check` and of fixes, with atheris, from a corpus that is kept.

`python -m robustness.fuzz check --seconds 600` feeds mutated programs to the engine; `fix` applies every fix too; the targets of
`robustness.inputs` read mutated configuration, baselines, ignore files, notebooks, caches, suppressions and messages of editors. What breaks one of
`robustness.invariants` is kept as `crash-…` in the folder of the corpus, and the exit code is not 0. Without atheris, for which not every Python and
system has a wheel, it says so and does nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent

CORPUS = HERE / ".cache" / "fuzz"

LONGEST = 4_096
"""Bytes of a program. Size is what the torture set is for."""

FILES = ("configuration", "baseline", "ignore_file", "notebook", "cache_file", "suppression", "message")

TARGETS = ("check", "fix", *FILES)
"""Programs, checked and fixed, and what else s3lint reads."""


def seeds(folder: Path) -> None:
    """Write the fixtures to the corpus, about one function to a file: mutation starts from them."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((HERE.parents[1] / "fixtures").rglob("*.py")):
        for number, part in enumerate(path.read_bytes().split(b"\n\n\n")):
            (folder / f"seed-{path.parent.name}-{path.stem}-{number}").write_bytes(b"import boto3\n" + part[:LONGEST] + b"\n")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m robustness.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=600)
    options = parser.parse_args(arguments)
    try:
        import atheris
    except ImportError:
        print("SKIPPED: fuzzing needs atheris, which has no wheel for this Python or system", file=sys.stderr)
        return 0
    with atheris.instrument_imports(include=["s3lint"]):
        import s3lint.linter.checker  # noqa: F401
        from robustness import inputs, invariants

    def target(data: bytes) -> None:
        if options.target in FILES:
            inputs.KINDS[options.target](data)
        elif options.target == "fix":
            invariants.fixed(data, unsafe=True)
        else:
            invariants.checked(data)

    folder = CORPUS / options.target
    seeds(folder)
    os.chdir(folder.parent)
    line = [sys.argv[0], f"-max_total_time={options.seconds}", f"-max_len={LONGEST}", "-timeout=30", "-rss_limit_mb=2048"]
    atheris.Setup([*line, f"-artifact_prefix={folder.parent}/", str(folder)], target)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
