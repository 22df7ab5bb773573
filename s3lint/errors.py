"""Errors that end a run with one sentence and exit code 2. Imports nothing."""

from __future__ import annotations


class ConfigurationError(Exception):
    """One sentence: what is wrong with a setting, in which file, and the nearest right name."""


class UsageError(Exception):
    """A request that cannot be met as given: its message is for the user, and the command exits with 2."""
