"""The accuracy of a sample is counted from its judgements."""

from __future__ import annotations

from benchmarks.accuracy import END, PAGE, START, Judgement, counts, judgements, repositories, text
from s3lint.registry import rules

VERDICTS = {"right", "wrong", "arguable", "found", "missed", "none"}


def judged(verdict: str, times: int = 1) -> list[Judgement]:
    return [Judgement("acme/lake", "a.py", "", "1", "STO211", verdict, "")] * times


def test_arguable_findings_count_neither_way() -> None:
    sample = judged("right", 3) + judged("wrong") + judged("arguable", 4) + judged("found", 9) + judged("missed")
    assert counts("flat-key", sample) == ("flat-key", "8", "3", "1", "4", "0.75", "10", "9", "0.90")
    assert counts("flat-key", judged("arguable")) == ("flat-key", "1", "0", "0", "1", "–", "0", "0", "–")


def test_the_page_shows_the_sample() -> None:
    sample, known = judgements(), {each.name for each in repositories()}
    assert {each.verdict for each in sample} <= VERDICTS
    assert {each.code for each in sample} - {""} <= set(rules())
    assert {each.repository for each in sample} <= known
    assert f"{START}\n{text(repositories(), sample)}\n{END}" in PAGE.read_text(encoding="utf-8")
