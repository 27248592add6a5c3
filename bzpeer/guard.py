"""Ends the services of a supervisor that was killed.

A supervisor that gets SIGKILL cannot stop anything, so it starts this program first and tells it, through standard
input, the process group of every service: ``+N`` when one starts, ``-N`` when it has ended. The pipe closes with the
supervisor, however it ends; whatever is still listed then is asked to stop, and killed after a short grace.

Run as a plain script (``python -I guard.py [N ...]``, with the groups that run already): it must not depend on
anything that could be slow or broken.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

GRACE_SECONDS = 3.0
POLL_SECONDS = 0.05


def main() -> None:
    """Keep the list until the pipe closes, then end what is on it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups = {int(argument) for argument in sys.argv[1:]}
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    end_groups(groups)


def end_groups(groups: set[int], grace_seconds: float = GRACE_SECONDS) -> None:
    """SIGTERM to the leader of every process group, which ends its own helpers; after the grace SIGKILL to the rest."""
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.kill(group, signal.SIGTERM)
    alive = set(groups)
    deadline = time.monotonic() + grace_seconds
    while alive and time.monotonic() < deadline:
        alive = {group for group in alive if signal_group(group, 0)}
        time.sleep(POLL_SECONDS)
    for group in alive:
        signal_group(group, signal.SIGKILL)


def signal_group(group: int, number: int) -> bool:
    """Signal a process group; false when nobody is in it any more."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
