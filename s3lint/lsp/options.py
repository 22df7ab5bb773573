"""Options of a client: `initializationOptions`, or the section `s3lint` of its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RUNS = ("onType", "onSave")


class WrongOption(Exception):
    """A wrong option: one sentence that names it and what is allowed."""


@dataclass(frozen=True, slots=True)
class Options:
    """`run`: when documents are checked after they are opened."""

    run: str = "onType"

    @classmethod
    def read(cls, given: object) -> Options:
        """Validate options as the client sent them. Raises `WrongOption`."""
        table: Any = given.get("s3lint", given) if isinstance(given, Mapping) else {}
        if not isinstance(table, Mapping):
            raise WrongOption("s3lint: the settings must be an object")
        unknown = sorted(set(table) - {"run"})
        if unknown:
            raise WrongOption(f"s3lint: no setting is called {unknown[0]}: the only setting is run")
        run = table.get("run", "onType")
        if run not in RUNS:
            raise WrongOption(f"s3lint: run must be one of {', '.join(RUNS)}, not {run!r}")
        return cls(run)
