"""The most memory that a command had in use, for its figures."""

from __future__ import annotations

import resource
from pathlib import Path


def peak_memory_mb() -> int:
    """The highest resident set so far of this process, or of a child that has ended, in megabytes.

    Of itself a process asks Linux's ``VmHWM``: the ``ru_maxrss`` of a program that another one started begins at what
    that other one had in use (getrusage(2) keeps it through exec).
    """
    own = _high_water() or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024)


def _high_water() -> int:
    """Kilobytes; 0 on systems without ``/proc``."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
