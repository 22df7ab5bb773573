"""How many processes there may be, and how they start."""

from __future__ import annotations

import math
import multiprocessing
import os
import sys
import threading
from contextlib import suppress
from multiprocessing.context import BaseContext
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")

PRELOADED = ["s3lint.run", "s3lint.inspection", "s3lint.inference.project"]
"""What every worker needs; libcst is among it."""


def available_cores(cgroup: Path = CGROUP) -> int:
    """The cores that this process may use: what the system has, its affinity allows, and the quota of its container pays for."""
    if hasattr(os, "process_cpu_count"):
        count = os.process_cpu_count() or 1
    elif hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0)) or 1
    else:
        count = os.cpu_count() or 1
    quota = _quota(cgroup)
    return max(1, count if quota is None else min(count, math.ceil(quota)))


def _quota(cgroup: Path) -> float | None:
    """The cores that a container may keep busy, in version 2 or 1 of control groups; None where there is no bound."""
    with suppress(OSError, ValueError):
        quota, _, period = (cgroup / "cpu.max").read_text(encoding="ascii").partition(" ")
        return None if quota == "max" else int(quota) / int(period)
    with suppress(OSError, ValueError):
        read = [int((cgroup / "cpu" / f"cpu.cfs_{name}_us").read_text(encoding="ascii")) for name in ("quota", "period")]
        return read[0] / read[1] if read[0] > 0 else None
    return None


def context() -> BaseContext:
    """Where it is safe, workers are forked from this process, which has loaded what they need; else from a server that has."""
    for name in PRELOADED:
        __import__(name)
    if sys.platform == "linux" and threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    if "forkserver" in multiprocessing.get_all_start_methods():
        made = multiprocessing.get_context("forkserver")
        made.set_forkserver_preload(PRELOADED)
        return made
    return multiprocessing.get_context()
