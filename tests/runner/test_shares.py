"""How the files of a run are distributed over workers."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from s3lint.runner.shares import MAX_FILES_PER_BATCH, MIN_FILES_TO_SHARE, Shares, shares_of
from s3lint.runner.worker import Task


@given(st.lists(st.integers(0, 400), min_size=1, max_size=8), st.data())
def test_every_file_is_taken_once_whichever_worker_is_quick(sizes: list[int], data: st.DataObject) -> None:
    ends = [sum(sizes[:number]) for number in range(len(sizes) + 1)]
    shares = [range(start, end) for start, end in pairwise(ends)]
    batches = Shares(shares).batches
    taken: dict[int, list[int]] = {worker: [] for worker in range(len(sizes))}
    waiting = list(taken)
    while waiting:
        worker = data.draw(st.sampled_from(waiting))
        batch = next(batches[worker], None)
        if batch is None:
            waiting.remove(worker)
            continue
        assert 0 < len(batch) <= MAX_FILES_PER_BATCH
        assert list(batch) == list(range(batch[0], batch[-1] + 1))
        taken[worker] += batch

    assert Counter(each for own in taken.values() for each in own) == Counter(range(ends[-1]))
    for worker, own in taken.items():
        first = [each for each in own if each in shares[worker]]
        assert own[: len(first)] == first == sorted(first)


def test_a_worker_helps_only_where_much_is_left() -> None:
    little, much = Shares([[], range(MIN_FILES_TO_SHARE - 1)]), Shares([[], range(MIN_FILES_TO_SHARE)])

    assert next(little.batches[0], None) is None
    assert list(next(much.batches[0])) == list(range(MIN_FILES_TO_SHARE))


def tasks(root: Path, sizes: dict[str, int]) -> list[Task]:
    for name, size in sizes.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b" " * size)
    return [Task(root / name, 0, standalone=False) for name in sizes]


def names(root: Path, sizes: dict[str, int], count: int) -> list[list[str]]:
    batches = shares_of(tasks(root, sizes), count).batches
    return [[task.path.name for batch in own for task in batch] for own in batches]


def test_a_share_ends_where_a_folder_ends(tmp_path: Path) -> None:
    sizes = {"a/b/1.py": 300, "a/b/2.py": 150, "c/3.py": 100, "c/4.py": 450}

    assert names(tmp_path, sizes, 2) == [["1.py", "2.py"], ["3.py", "4.py"]]


def test_shares_have_about_as_many_bytes(tmp_path: Path) -> None:
    assert names(tmp_path, {"1.py": 900, "2.py": 300, "3.py": 300, "4.py": 300}, 2) == [["1.py"], ["2.py", "3.py", "4.py"]]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.integers(2, 16))
def test_all_files_are_in_a_share(folders: list[int], count: int) -> None:
    missing = [Task(Path(f"/nowhere/{folder}/{number}.py"), 0, standalone=False) for number, folder in enumerate(folders)]

    assert [task for own in shares_of(missing, count).batches for batch in own for task in batch] == missing
