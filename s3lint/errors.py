"""Errors that end a run with one sentence and exit code 2. Imports nothing."""

from __future__ import annotations


class ConfigurationError(Exception):
    """One sentence for each thing that is wrong: what, in which line of which file, and the nearest right name."""

    def __str__(self) -> str:
        return "\n".join(map(str, self.args))


class UsageError(Exception):
    """A request that cannot be met as given: its message is for the user, and the command exits with 2."""
