"""The benchmark notices failures, and compares pairs."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest

from benchmarks.corpus import crashes, findings
from benchmarks.detection import SEEDED, Peer, _antipattern, row
from benchmarks.measure import Run, interleaved, ratio
from benchmarks.targets import growth_of_copies, memory_of_copies
from s3lint.settings import Settings
from s3lint.testing import check, expected, reported


def done(code: int = 0, out: str = "[]", err: str = "", cpu: float = 1) -> Run:
    return Run(code, out, err, cpu, 2 * cpu, 10)


def test_findings_are_no_crash() -> None:
    run = done(1, '[{"code": "STO211"}, {"code": "STO201"}, {"code": "STO211"}]')
    assert crashes(run) == []
    assert findings(run) == {"STO201": 1, "STO211": 2}


def test_failures_are_crashes() -> None:
    assert crashes(done(1, err="s3lint: a.py: flat-key failed: KeyError\n")) == ["s3lint: a.py: flat-key failed: KeyError"]
    assert crashes(done(2, out="")) == ["exit code 2"]
    assert crashes(done(-11)) == ["exit code -11"]
    assert findings(done(2, out="Traceback")) == {}


def test_ratios_are_medians_of_pairs() -> None:
    ours, theirs = [done(cpu=1), done(cpu=10), done(cpu=2)], [done(cpu=2), done(cpu=20), done(cpu=1)]
    assert ratio(ours, theirs).cpu == 0.5


def test_programs_take_turns(tmp_path: Path) -> None:
    log = tmp_path / "log"
    commands = {name: (sys.executable, "-c", f"print('{name}', file=open({str(log)!r}, 'a'))") for name in ("a", "b")}
    runs = interleaved(commands, tmp_path, 2)
    assert log.read_text().split() == ["a", "b", "a", "b"]
    assert all(run.cpu > 0 and run.memory > 0 for each in runs.values() for run in each)


def test_every_seeded_violation_is_reported_and_no_other_of_the_same_rules() -> None:
    text = SEEDED.read_text(encoding="utf-8")
    seeded = expected(text)
    assert len(seeded) == 40
    codes = tuple({code for _, code in seeded})
    assert reported(check(text, Settings(root=SEEDED.parent, profile="strict", select=codes), SEEDED.name)) == seeded


def test_the_output_of_others_is_read() -> None:
    shown = "\x1b[1m\x1b[31merror\x1b[0m[F019][MEDIUM]: Avoid inferSchema=True\n\x1b[36m  --> \x1b[0mstorage.py:77:16\n"
    assert list(_antipattern(done(1, "", shown))) == [(77, "F019")]
    peer = Peer("pyspark-antipattern", (), _antipattern)
    assert row(peer, {(77, "F019"), (3, "X001"), (78, "X002")}, {(77, "STO502"), (78, "STO502")}) == (
        "pyspark-antipattern", "1/2", "2", "X002",
    )  # fmt: skip


def test_mutants_differ_in_one_place(tmp_path: Path) -> None:
    mutations = pytest.importorskip("tools.mutations", reason="`make mutants` installs mutmut")
    (tmp_path / "a.py").write_text(
        'def f(x: "int | None"):\n    """Says x."""\n    assert x\n    if x and "y z":\n        return 1 < x\n'
    )
    found = {mutant.after.strip() for mutant in mutations.mutants(Path("a.py"), tmp_path, Random(1))}  # noqa: S311
    assert found == {'if x or "y z":', 'if not (x and "y z"):', "return 2 < x", "return 1 <= x"}


def test_copies_are_judged_from_one_to_sixteen() -> None:
    one, most = ({"copies": n, "files": 10 * n, "cpu": cpu, "memory": 90 + n} for n, cpu in ((1, 1.0), (16, 24.0)))
    assert growth_of_copies({"copies": [one, most]}) == pytest.approx(1.5)
    assert memory_of_copies({"copies": [one, most]}) == 106
    assert growth_of_copies({"copies": [one]}) is memory_of_copies({}) is None
