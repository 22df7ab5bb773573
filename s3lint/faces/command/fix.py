"""`s3lint check --fix` and `--diff`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from s3lint.finding import Finding
from s3lint.fixer import Fixed, Unsettled, diffs, fix_file, is_applicable
from s3lint.remedies import variable_of
from s3lint.settings import Settings
from s3lint.writing import Changed, replace_file

BUCKETS = "STO201"


@dataclass
class Outcome:
    """What became of the files: those that were (or would be) changed, and what went wrong, one sentence each."""

    fixed: list[Fixed] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def applied(self) -> list[Finding]:
        return [finding for each in self.fixed for finding in each.applied]


def fix_all(findings: Iterable[Finding], settings_of: Callable[[Path], Settings], *, unsafe: bool, write: bool) -> Outcome:
    """Fixes every file that holds a fixable finding. A file that cannot be fixed or written stays as it was; the others go on."""
    found = list(findings)
    outcome = Outcome()
    buckets = sorted({finding.subject for finding in found if finding.code == BUCKETS and finding.subject})
    paths = [finding.path for finding in found if is_applicable(finding, settings_of(finding.path), unsafe=unsafe)]
    for path in dict.fromkeys(paths):
        try:
            fixed = fix_file(path, path.read_bytes(), _with_buckets(settings_of(path), buckets), unsafe=unsafe)
            if write and fixed.after != fixed.before:
                replace_file(path, fixed.before, fixed.after)
        except Unsettled as error:
            outcome.errors.append(str(error))
        except Changed:
            outcome.errors.append(f"{path}: the file changed while it was fixed; it was left alone, run again")
        except (OSError, UnicodeEncodeError) as error:
            outcome.errors.append(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}")
        else:
            outcome.fixed.append(fixed)
    return outcome


def _with_buckets(settings: Settings, buckets: list[str]) -> Settings:
    """The variable of each bucket is decided once for the whole run, however many of them a file names."""
    alone = len(buckets) <= 1
    return replace(
        settings, bucket_env={bucket: variable_of(bucket, settings, alone=alone) for bucket in buckets} | settings.bucket_env
    )


def write_diff(outcome: Outcome) -> None:
    for text in diffs(outcome.fixed, Path.cwd()):
        sys.stdout.write(text)


def summary(outcome: Outcome, options: argparse.Namespace) -> str:
    """`Fixed 3 findings in 2 files.`, with one line for each where that is asked for."""
    lines = []
    if options.show_fixes:
        for finding in outcome.applied:
            assert finding.fix is not None
            lines.append(f"{finding.path}:{finding.start.row}: {finding.code} {finding.fix.message}.")
    count, files = len(outcome.applied), len([each for each in outcome.fixed if each.applied])
    if count:
        lines.append(f"Fixed {count} finding{'s' if count > 1 else ''} in {files} file{'s' if files > 1 else ''}.")
    return "\n".join(lines)
