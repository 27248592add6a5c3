"""The children that share a resolution end with their parent."""

from __future__ import annotations

import subprocess
import sys

import psutil
from django.conf import settings

#: Prints the ids of two children that have work for an hour.
PARENT = """
import os, time, django
django.setup()
from works.attribution.resolve import _shared_out

def work(_):
    os.write(1, b"%d\\n" % os.getpid())  # one write: lines of two children never mix
    time.sleep(3600)

list(_shared_out(work, [1, 2], 2))
"""


def test_no_child_outlives_a_killed_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, cwd=settings.BASE_DIR) as parent:
        assert parent.stdout is not None
        children = [psutil.Process(int(parent.stdout.readline())) for _ in range(2)]
        parent.kill()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive
