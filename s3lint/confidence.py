"""How sure a finding is."""

from __future__ import annotations

from enum import IntEnum


class Confidence(IntEnum):
    """`HIGH`: receiver and values resolved. `MEDIUM`: a practically unique shape, or one of several values. `LOW`: a guess."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    def __str__(self) -> str:
        return self.name.lower()
