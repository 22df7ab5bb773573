"""Fix the findings of an organisation: write a patch for each repository and rule, for `git apply` in the top folder of the repository."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from s3lint.spark.groups import KEYS
from s3lint.spark.job import tasks_of
from s3lint.spark.patches import patch_frame
from s3lint.spark.repository import check_repository
from s3lint.spark.tables import current, read

if TYPE_CHECKING:
    from pyspark.sql import Row

    from s3lint.spark.job import Job
    from s3lint.spark.sources import CommitSource


def write_patches(job: Job, source: CommitSource, folder: Path, *, unsafe: bool) -> tuple[int, list[str]]:
    """Write `folder/repository/rule.patch` for the current findings; return the number of patches and a sentence for each one missing.

    Read only the repositories with a fixable finding. A repository whose patches cannot be written does not end the others.
    """
    wanted = "fix is not null" if unsafe else "fix_is_safe"
    pairs = current(job.spark, job.tables).filter(wanted).select(*KEYS).distinct()
    rows = pairs.join(read(job.spark, job.tables.repositories).select(*KEYS, "files"), list(KEYS)).collect()
    rows, errors = _with_names(rows)
    if not rows:
        return 0, errors
    contents = source.contents([(row["repository"], row["commit"]) for row in rows])
    tasks = tasks_of(sum(row["files"] for row in rows))
    written = 0
    for row in patch_frame(contents, job.settings, unsafe=unsafe, partitions=tasks).toLocalIterator():
        error = row["error"] if row["patch"] is None else _write(folder, row["repository"], row["code"], bytes(row["patch"]))
        if error is None:
            written += 1
        else:
            errors.append(f"{row['repository']}: {error}")
    return written, errors


def _with_names(rows: list[Row]) -> tuple[list[Row], list[str]]:
    """Split the repositories with a safe name from the others, whose files are not read; return a sentence for each of those."""
    named, errors = [], []
    for row in rows:
        try:
            check_repository(row["repository"])
        except ValueError as error:
            errors.append(f"{row['repository']!r}: {error}")
        else:
            named.append(row)
    return named, errors


def patch_file(folder: Path, repository: str, code: str) -> Path:
    """The file for the patch of a rule. Each part of the repository's name is encoded, so that no name leads out of the folder."""
    return folder.joinpath(*map(_encoded, repository.split("/")), f"{_encoded(code)}.patch")


def _encoded(part: str) -> str:
    """A part of a name as a file name: percent-encoded, at most 200 characters, and never empty, `.` or `..`."""
    name = quote(part, safe=" !#$&'()+,;=@[]{}~", errors="surrogatepass")
    if not name.strip("."):
        return "%00" if not name else name.replace(".", "%2E")
    return name if len(name) <= 200 else f"{name[:150]}%{sha256(part.encode(errors='surrogatepass')).hexdigest()[:32]}"


def _write(folder: Path, repository: str, code: str, patch: bytes) -> str | None:
    """Write a patch; return why it could not be written."""
    file = patch_file(folder, repository, code)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(patch)
    except OSError as error:
        return f"the patch of {code} cannot be written: {error.strerror or error}"
    return None
