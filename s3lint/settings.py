"""Settings of a run as one immutable value. `config` makes it from configuration files. Imports only `finding` and `support.frozen`."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import Annotated, Literal

from s3lint.finding import Confidence, Profile, Severity
from s3lint.support.frozen import frozen

TEST_PATHS = ("tests/", "test/", "test_*.py", "*_test.py", "tests.py", "conftest.py")
"""Patterns of tests with the syntax of `.gitignore`: names of folders and of files."""

EXCLUDE = (
    ".git", ".hg", ".svn", ".venv", "venv", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".s3lint_cache", "__pycache__",
    "__pypackages__", "node_modules", "site-packages", ".eggs",
)  # fmt: skip
"""What `exclude` is by default. Only with this default are folders skipped that a build has made (`project.build_folders`)."""


@frozen()
class Settings:
    """Field names are the keys of `[tool.s3lint]` with underscores. The text in each annotation describes the key to users, in the
    documentation and the schema. `root` is the folder of the project, `source` the file that the settings come from.
    """

    profile: Annotated[Profile, "which rules are on; each profile adds to the one before it"] = "default"
    select: Annotated[tuple[str, ...], "run only these rules: codes, beginnings of codes (`STO5`), names, or `ALL`"] = ()
    extend_select: Annotated[tuple[str, ...], "run these rules too"] = ()
    ignore: Annotated[tuple[str, ...], "do not run these rules"] = ()
    per_file_ignores: Annotated[dict[str, tuple[str, ...]], "rules to ignore in files that match a pattern"] = field(
        default_factory=dict
    )
    min_confidence: Annotated[Confidence, "the lowest confidence of findings that are reported"] = Confidence.MEDIUM
    severity: Annotated[dict[str, Severity], "`error`, `warning` or `info` by rule: codes, beginnings of codes, names"] = field(
        default_factory=dict
    )
    exclude: Annotated[
        tuple[str, ...], "patterns of files and folders to skip, in place of these and of folders made by a build"
    ] = EXCLUDE
    extend_exclude: Annotated[tuple[str, ...], "more patterns of files and folders to skip"] = ()
    force_exclude: Annotated[bool, "apply `exclude` also to files that are named on the command line"] = False
    test_paths: Annotated[tuple[str, ...], "patterns of tests; only rules that also check tests apply to them"] = TEST_PATHS
    lint_tests: Annotated[bool, "check tests with every rule"] = False
    src: Annotated[tuple[str, ...], "folders from which first-party modules are imported"] = (".", "src")
    baseline: Annotated[Path | None, "the file of known findings, which are not reported; see `s3lint baseline`"] = None
    observed: Annotated[tuple[Path, ...], "recordings of storage calls, which are judged too; see `s3lint observe`"] = ()
    unfixable: Annotated[tuple[str, ...], "rules whose findings are never fixed"] = ()
    extend_safe_fixes: Annotated[tuple[str, ...], "rules whose unsafe fixes count as safe"] = ()
    extend_unsafe_fixes: Annotated[tuple[str, ...], "rules whose safe fixes count as unsafe"] = ()
    require_reason: Annotated[bool, "whether `allow[…]` needs a reason to take effect (`unjustified-suppression`)"] = True
    forbid_bare_noqa: Annotated[bool, "whether a `noqa` must name codes to suppress findings; flake8 applies its own"] = False
    bucket_env_var: Annotated[str, "the environment variable for a bucket in messages and fixes (`hardcoded-bucket`)"] = (
        "S3_BUCKET_NAME"
    )
    bucket_env: Annotated[dict[str, str], "environment variables by the bucket's name (`hardcoded-bucket`)"] = field(
        default_factory=dict
    )
    public_buckets: Annotated[
        tuple[str, ...],
        "more buckets of open data that code may name (`hardcoded-bucket`, `hardcoded-bucket-in-uri`, `bucket-fallback-literal`)",
    ] = ()
    not_s3: Annotated[
        tuple[str, ...],
        "more packages of other object stores, and words in the names of buckets that are not S3's (`hardcoded-bucket`)",
    ] = ()
    key_naming: Annotated[
        Literal["consistent", "kebab-case", "snake_case", "camelCase"], "the naming style of keys (`inconsistent-key-naming`)"
    ] = "consistent"
    sensitive_words: Annotated[tuple[str, ...], "more words that mark data as sensitive (`sensitive-data-unencrypted`)"] = ()
    encryption: Annotated[
        Literal["sensitive", "always", "kms"], "which writes must set an encryption (`sensitive-data-unencrypted`)"
    ] = "sensitive"
    presign_max_seconds: Annotated[int, "the longest lifetime of a presigned URL, in seconds (`presign-expiry`)"] = 86_400
    dynamodb_max_bytes: Annotated[int, "the largest literal in an item, in bytes (`large-object-in-dynamodb`)"] = 102_400
    lakehouse_formats: Annotated[tuple[str, ...], 'accepted table formats; add `"iceberg"` or `"hudi"` (`non-delta-format`)'] = (
        "delta",
    )
    default_format: Annotated[str, "the format of a Spark write that names none (`non-delta-format`)"] = "delta"
    root: Path = field(default_factory=Path.cwd)
    source: Path | None = None

    def __hash__(self) -> int:
        """Return the hash of the root: a run over many projects compares the settings of one project alone with each other."""
        return hash(self.root)
