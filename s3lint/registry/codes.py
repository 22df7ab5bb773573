"""Codes of the rules that the engine reports itself: about files and suppressions, not about calls."""

from __future__ import annotations

UNREADABLE = "STO900"

UNJUSTIFIED = "STO901"

UNUSED = "STO902"
