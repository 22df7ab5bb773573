"""Generate an organisation: repositories of many sizes in which one file of twenty touches storage. The output is deterministic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.filler import PLAIN

SIZES = (20, 40, 80, 160, 200)
"""Numbers of files of the repositories, in rotation."""

STORING_EVERY = 20
"""One file of this many touches storage."""

FUNCTIONS = 12
"""Functions in a file, of fifteen lines each."""

SETTINGS = 'BUCKET = "acme-{repository}"\nPREFIX = "reports"\n'

STORAGE = """\
import boto3

from core.settings import BUCKET, PREFIX

s3 = boto3.client("s3")


def store(name, body):
    s3.put_object(Bucket=BUCKET, Key=f"{PREFIX}/{name}", Body=body)


"""

CALLER = """\
import json

from core.storage import store


def export_{number}(records):
    store("part-{number}.json", json.dumps(records).encode())


"""


class File(NamedTuple):
    repository: str
    commit: str
    path: str
    content: bytes


def organisation(files: int) -> Iterator[File]:
    """Yield a number of files, repository after repository."""
    made, number = 0, 0
    while made < files:
        size = min(SIZES[number % len(SIZES)], files - made)
        yield from _repository(number, size)
        made, number = made + size, number + 1


def _repository(number: int, size: int) -> Iterator[File]:
    name = f"team-{number % 40:02}/service-{number:05}"
    for index in range(size):
        path, head = _file(number, index)
        body = "".join(PLAIN.format(number=function + index) for function in range(FUNCTIONS))
        yield File(name, f"{number:040x}", path, (head + body).encode())


def _file(number: int, index: int) -> tuple[str, str]:
    """Return the path of a file and its first lines."""
    if index == 0:
        return "core/settings.py", SETTINGS.format(repository=number)
    if index == 1:
        return "core/storage.py", STORAGE
    if index % STORING_EVERY == 2:
        return f"exports/export_{index}.py", CALLER.format(number=index)
    return f"parts/part_{index % 10}/module_{index}.py", "import json\nimport os\n\n\n"


def write_folder(files: int, folder: Path, *, whole: bool = False) -> None:
    """Write the organisation as checkouts below a folder, or as folders of one `whole` repository."""
    for each in organisation(files):
        path = folder / each.repository / each.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(each.content)
        (folder / ("" if whole else each.repository) / ".git").mkdir(exist_ok=True)


def write_parquet(files: int, folder: Path, rows: int = 2_000) -> None:
    """Return the organisation as a table of files."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True)
    batch: list[File] = []
    for number, each in enumerate(organisation(files), 1):
        batch.append(each)
        if len(batch) == rows or number == files:
            table = pa.table(dict(zip(File._fields, map(list, zip(*batch, strict=True)), strict=True)))
            pq.write_table(table, folder / f"part-{number:08}.parquet")
            batch = []
