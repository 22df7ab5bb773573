"""Fix the findings of an organisation: write a patch for each repository and rule, for `git apply` in the top folder of the repository."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from s3lint.project.targets import UsageError
from s3lint.spark.groups import KEYS
from s3lint.spark.job import tasks_of
from s3lint.spark.patches import patch_frame
from s3lint.spark.repository import ROOT, path_in
from s3lint.spark.tables import current, read

if TYPE_CHECKING:
    from s3lint.spark.job import Job
    from s3lint.spark.sources import CommitSource


def write_patches(job: Job, source: CommitSource, folder: Path, *, unsafe: bool) -> tuple[int, list[str]]:
    """Write `folder/repository/rule.patch` for the current findings; return the number of patches and a sentence for each file without one.

    Read only the repositories with a fixable finding. Raises `UsageError` if a patch cannot be written.
    """
    wanted = "fix is not null" if unsafe else "fix_is_safe"
    pairs = current(job.spark, job.tables).filter(wanted).select(*KEYS).distinct()
    rows = pairs.join(read(job.spark, job.tables.repositories).select(*KEYS, "files"), list(KEYS)).collect()
    if not rows:
        return 0, []
    contents = source.contents([(row["repository"], row["commit"]) for row in rows])
    tasks = tasks_of(sum(row["files"] for row in rows))
    written, errors = 0, []
    for row in patch_frame(contents, job.settings, unsafe=unsafe, partitions=tasks).toLocalIterator():
        if row["patch"] is not None:
            _write(folder, row["repository"], row["code"], bytes(row["patch"]))
            written += 1
        else:
            errors.append(f"{row['repository']}: {row['error']}")
    return written, errors


def _write(folder: Path, repository: str, code: str, patch: bytes) -> None:
    try:
        file = folder / path_in(repository).relative_to(ROOT) / f"{code}.patch"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(patch)
    except ValueError:
        raise UsageError(f"{repository!r} is no folder name for its patches: give repositories relative paths as names") from None
    except OSError as error:
        raise UsageError(f"{folder}: the patches of {repository} cannot be written: {error.strerror or error}") from None
