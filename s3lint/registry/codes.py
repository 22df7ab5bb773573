"""Codes of the rules that the linter itself reports, about files and suppressions instead of calls. Imports nothing of s3lint."""

from __future__ import annotations

UNREADABLE = "STO900"

UNJUSTIFIED = "STO901"

UNUSED = "STO902"
