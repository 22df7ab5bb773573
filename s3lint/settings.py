"""The settings of a run, as one immutable value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from s3lint.finding import Confidence

TEST_PATHS = ("tests/", "test/", "test_*.py", "*_test.py", "conftest.py")
"""Where tests lie, as patterns of `.gitignore`: a folder's name, or the names of files."""


@dataclass(frozen=True)
class Settings:
    """Field names are the keys of `[tool.s3lint]` with underscores; each type says what the documentation and the schema say of it."""

    profile: Annotated[Literal["default", "strict"], "which rules are on"] = "default"
    select: Annotated[tuple[str, ...], "only these rules: codes, beginnings of codes (`STO5`), names, or `ALL`"] = ()
    extend_select: Annotated[tuple[str, ...], "these rules too"] = ()
    ignore: Annotated[tuple[str, ...], "none of these rules"] = ()
    per_file_ignores: Annotated[dict[str, tuple[str, ...]], "rules that are off in files that match a pattern"] = field(
        default_factory=dict
    )
    min_confidence: Annotated[Confidence, "how sure a finding must be"] = Confidence.MEDIUM
    exclude: Annotated[tuple[str, ...], "patterns of files and folders that are passed over"] = (
        ".git", ".hg", ".svn", ".venv", "venv", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".s3lint_cache", "__pycache__",
        "__pypackages__", "node_modules", "site-packages", "build", "dist", ".eggs",
    )  # fmt: skip
    extend_exclude: Annotated[tuple[str, ...], "patterns that are passed over too"] = ()
    force_exclude: Annotated[bool, "exclude also files that are named on the command line"] = False
    test_paths: Annotated[tuple[str, ...], "where tests lie: only rules that also check tests apply there"] = TEST_PATHS
    lint_tests: Annotated[bool, "check tests with every rule"] = False
    src: Annotated[tuple[str, ...], "where first-party modules are imported from"] = (".", "src")
    baseline: Annotated[Path | None, "the file of known findings, which are not reported; see `s3lint baseline`"] = None
    unfixable: Annotated[tuple[str, ...], "rules whose findings are never fixed"] = ()
    extend_safe_fixes: Annotated[tuple[str, ...], "rules whose unsafe fixes count as safe"] = ()
    extend_unsafe_fixes: Annotated[tuple[str, ...], "rules whose safe fixes count as unsafe"] = ()
    require_reason: Annotated[bool, "whether `allow[…]` counts only with a reason (`unjustified-suppression`)"] = True
    bucket_env_var: Annotated[str, "the variable that messages and fixes name for a bucket (`hardcoded-bucket`)"] = "S3_BUCKET_NAME"
    bucket_env: Annotated[dict[str, str], "the variable of each bucket, by the bucket's name (`hardcoded-bucket`)"] = field(
        default_factory=dict
    )
    key_naming: Annotated[
        Literal["consistent", "kebab-case", "snake_case", "camelCase"], "how keys are written (`inconsistent-key-naming`)"
    ] = "consistent"
    sensitive_words: Annotated[tuple[str, ...], "more words for sensitive data (`sensitive-data-unencrypted`)"] = ()
    encryption: Annotated[
        Literal["sensitive", "always", "kms"], "which writes must choose an encryption (`sensitive-data-unencrypted`)"
    ] = "sensitive"
    presign_max_seconds: Annotated[int, "the longest life of a presigned URL (`presign-expiry`)"] = 86_400
    dynamodb_max_bytes: Annotated[int, "the largest literal that an item may hold (`large-object-in-dynamodb`)"] = 102_400
    lakehouse_formats: Annotated[
        tuple[str, ...], 'table formats that are no finding; add `"iceberg"` or `"hudi"` (`non-delta-format`)'
    ] = ("delta",)
    default_format: Annotated[str, "what a Spark write with no format means (`non-delta-format`)"] = "delta"
    root: Path = field(default_factory=Path.cwd)
    source: Path | None = None
