"""The settings of a run, as one immutable value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from s3lint.confidence import Confidence

TEST_PATHS = ("tests/", "test/", "test_*.py", "*_test.py", "conftest.py")
"""Where tests lie, as patterns of `.gitignore`: a folder's name, or the names of files."""


@dataclass(frozen=True)
class Settings:
    """Field names are the keys of `[tool.s3lint]` with underscores; `help` is what the documentation says of each."""

    profile: Literal["default", "strict"] = "default"
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: tuple[str, ...] = (
        ".git", ".hg", ".svn", ".venv", "venv", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".s3lint_cache", "__pycache__",
        "__pypackages__", "node_modules", "site-packages", "build", "dist", ".eggs",
    )  # fmt: skip
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    test_paths: tuple[str, ...] = TEST_PATHS
    lint_tests: bool = False
    min_confidence: Confidence = Confidence.MEDIUM
    unfixable: tuple[str, ...] = ()
    extend_safe_fixes: tuple[str, ...] = ()
    extend_unsafe_fixes: tuple[str, ...] = ()
    src: tuple[str, ...] = (".", "src")
    bucket_env_var: str = "S3_BUCKET_NAME"
    bucket_env: dict[str, str] = field(default_factory=dict)
    sensitive_words: tuple[str, ...] = ()
    encryption: Literal["sensitive", "always", "kms"] = "sensitive"
    presign_max_seconds: int = 86_400
    dynamodb_max_bytes: int = 102_400
    lakehouse_formats: tuple[str, ...] = ("delta",)
    default_format: str = "delta"
    require_reason: bool = True
    key_naming: Literal["consistent", "kebab-case", "snake_case", "camelCase"] = "consistent"
    root: Path = field(default_factory=Path.cwd)
    source: Path | None = None
