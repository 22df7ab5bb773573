"""Count the cores that this process may use. Apart from `workers`, because most runs need this number and no process."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def available_cores(cgroup: Path = CGROUP) -> int:
    """Return how many cores this process may use: the least of the machine's, its affinity's and its container's quota."""
    if hasattr(os, "process_cpu_count"):
        count = os.process_cpu_count() or 1
    elif hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0)) or 1
    else:
        count = os.cpu_count() or 1
    quota = _quota(cgroup)
    return max(1, count if quota is None else min(count, math.ceil(quota)))


def _quota(cgroup: Path) -> float | None:
    """Return the quota of a container in cores, by version 2 or 1 of control groups; None if there is no limit."""
    with suppress(OSError, ValueError):
        quota, _, period = (cgroup / "cpu.max").read_text(encoding="ascii").partition(" ")
        return None if quota == "max" else int(quota) / int(period)
    with suppress(OSError, ValueError):
        read = [int((cgroup / "cpu" / f"cpu.cfs_{name}_us").read_text(encoding="ascii")) for name in ("quota", "period")]
        return read[0] / read[1] if read[0] > 0 else None
    return None
