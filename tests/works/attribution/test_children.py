"""The children that share a resolution end with their parent, at an interrupt, and never unnoticed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from unittest.mock import Mock

import psutil
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from works.attribution.resolve import ChildDiedError, _shared_out
from works.management.commands import attribute

#: Prints the ids of two children that have work for an hour.
PARENT = """
import os, signal, time, django
signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever started the tests may ignore it
django.setup()
from works.attribution.resolve import _shared_out

def work(_):
    os.write(1, b"%d\\n" % os.getpid())  # one write: lines of two children never mix
    time.sleep(3600)

try:
    # The third has nothing to do.
    list(_shared_out(work, [1, 2], 3))
except KeyboardInterrupt:
    print("stopped")
"""


def test_no_child_outlives_a_killed_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, cwd=settings.BASE_DIR) as parent:
        assert parent.stdout is not None
        children = [psutil.Process(int(parent.stdout.readline())) for _ in range(2)]
        parent.kill()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive


def test_an_interrupt_ends_every_child_at_once_and_the_parent_alone_speaks() -> None:
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=settings.BASE_DIR, start_new_session=True
    ) as parent:
        assert parent.stdout is not None
        for _ in range(2):
            parent.stdout.readline()
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.communicate(timeout=30) == (b"stopped\n", b"")


def _die(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_child_ends_the_work_with_one_clear_error() -> None:
    with pytest.raises(ChildDiedError, match="was killed") as died:
        list(_shared_out(_die, [1, 2], 2))
    assert "\n" not in str(died.value)


def test_the_command_says_in_one_line_that_a_child_was_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribute, "resolve_dirty", Mock(side_effect=ChildDiedError("A process was killed")))
    with pytest.raises(CommandError, match="A process was killed"):
        call_command("attribute")
