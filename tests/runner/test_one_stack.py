"""Python frames of an analysis lie in one piece of memory: none is mapped and unmapped at each call."""

from __future__ import annotations

import pytest

from s3lint.support.interpreter import on_one_stack

resource = pytest.importorskip("resource", reason="counts page faults as POSIX does")

CALLS = 400
DEPTHS = range(400)


def leaf(a: int = 0, b: int = 0, c: int = 0) -> int:
    return a + b + c


def most_faults_at_some_depth() -> int:
    """Return the page faults of as many calls at the depth where they take most. One depth rests at the end of a piece of frames."""

    def at(depth: int) -> int:
        if depth:
            return at(depth - 1)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(CALLS):
            leaf()
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_minflt) - before

    at(DEPTHS[-1])
    return max(map(at, DEPTHS))


def test_no_depth_maps_memory_at_each_call() -> None:
    assert on_one_stack(most_faults_at_some_depth) < CALLS // 2


def test_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError):
        on_one_stack(lambda: 1 // 0)
