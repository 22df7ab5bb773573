"""Distribute the files of a run over workers such that each reads little of what another one reads."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, takewhile
from typing import Generic, TypeVar

from s3lint.runner.worker import Task

T = TypeVar("T")

SLACK = 4
"""A share may be larger or smaller by one part in so many, where two folders meet."""

MIN_FILES_TO_SHARE = 48
"""Files that are left of a share, at least, where another worker helps with it: fewer are one batch."""

MAX_FILES_PER_BATCH = 128
"""Files that it takes at most: if it dies, each of them is tried again in a process of its own."""


class Shares(Generic[T]):
    """Tasks for workers, in batches. A worker goes on with its own share, and then helps with the largest of the others."""

    def __init__(self, shares: Sequence[Sequence[T]]) -> None:
        self._left = list(shares)

    @property
    def batches(self) -> list[Iterator[Sequence[T]]]:
        """Return for each worker the batches that it takes."""
        return [self._batches_of(worker) for worker in range(len(self._left))]

    def _batches_of(self, worker: int) -> Iterator[Sequence[T]]:
        while own := self._left[worker]:
            size = _batch_size(own)
            self._left[worker] = own[size:]
            yield own[:size]
        # To help with less is not worth reading what the other worker has read already.
        while len(other := max(self._left, key=len)) >= MIN_FILES_TO_SHARE:
            size = _batch_size(other)
            self._left[self._left.index(other)] = other[:-size]
            yield other[-size:]


def _batch_size(share: Sequence[object]) -> int:
    """Return how many files of a share are taken at once: half of them, or all if the other half would be too little to share."""
    half = len(share) // 2
    return min(half if half >= MIN_FILES_TO_SHARE else len(share), MAX_FILES_PER_BATCH)


def shares_of(tasks: Sequence[Task], count: int) -> Shares[Task]:
    """Return a share for each of some workers: neighbours, of about as many bytes, cut where the folders are furthest apart.

    Files that are far apart import little of the same, which more than one worker would have to read.
    """
    cuts = _cuts([_size(task) for task in tasks], count, lambda index: _nearness(tasks[index - 1 : index + 1]))
    return Shares([tasks[start:end] for start, end in zip([0, *cuts], [*cuts, len(tasks)], strict=True)])


def _cuts(sizes: Sequence[int], count: int, nearness: Callable[[int], int]) -> list[int]:
    """Return where to cut, ascending: near the places that make parts of equal size, before the index that is least near to the one before."""
    ends = [0, *accumulate(sizes)]
    slack = ends[-1] // (SLACK * count)
    cuts = [0]
    for target in (ends[-1] * number // count for number in range(1, count)):
        near = range(bisect_left(ends, target - slack, cuts[-1] + 1), bisect_right(ends, target + slack, cuts[-1] + 1))
        best = min(
            near, key=lambda index: (nearness(index), abs(ends[index] - target)), default=bisect_left(ends, target, cuts[-1])
        )
        cuts.append(min(best, len(sizes)))
    return cuts[1:]


def _size(task: Task) -> int:
    """Return how many bytes a file has, and one more: no file is free."""
    try:
        return 1 + task.path.stat().st_size
    except OSError:
        return 1


def _nearness(neighbours: Sequence[Task]) -> int:
    """Return how many folders two files lie in together."""
    parts = zip(*(task.path.parts for task in neighbours), strict=False)
    return sum(1 for _ in takewhile(lambda names: len(set(names)) == 1, parts))
