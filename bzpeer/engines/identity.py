"""As whom PostgreSQL runs. It refuses to be root, and data of root must not be opened to others.

Three ways, in this order:

- not root: as the caller;
- root: in a user namespace (user_namespaces(7)) of its own, where the caller's id 0 bears another number. To the
  kernel the files are still root's, so no permission or owner changes anywhere;
- root where namespaces are forbidden (some containers): as an unprivileged account, with data and, when the account
  cannot reach them, a copy of the programs in a folder of its own.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from bzpeer.engines.layout import EngineError

CLONE_NEWUSER = 0x10000000  # <linux/sched.h>
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
ERROR_WORDS = ("PANIC:", "FATAL:", "error:")
ACCOUNTS = ("postgres", "nobody", "daemon")
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Identity:
    """How to start a program: as ``uid``/``gid`` (None: the caller's), or in a namespace that shows these ids."""

    uid: int | None = None
    gid: int | None = None
    in_namespace: bool = False

    def spawn(self, command: Sequence[str], *, output: IO[bytes], death_signal: int) -> subprocess.Popen[bytes]:
        """Start a server that receives ``death_signal`` when the calling process dies (Linux only)."""

        def before_exec() -> None:
            if self.in_namespace:
                _enter_namespace(self.uid or 0, self.gid or 0)
            if _LIBC is not None:
                _LIBC.prctl(PR_SET_PDEATHSIG, death_signal)

        return subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=before_exec,
            user=None if self.in_namespace else self.uid,
            group=None if self.in_namespace else self.gid,
            extra_groups=[] if self._drops_privileges else None,
        )

    def run(self, command: Sequence[str], *, text: str = "", environment: dict[str, str] | None = None) -> str:
        """Run a program to its end and return what it printed. Raises EngineError with its last line of errors."""

        def before_exec() -> None:
            if self.in_namespace:
                _enter_namespace(self.uid or 0, self.gid or 0)

        try:
            finished = subprocess.run(
                command,
                cwd="/",
                input=text,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                env=environment,
                preexec_fn=before_exec,
                user=None if self.in_namespace else self.uid,
                group=None if self.in_namespace else self.gid,
                extra_groups=[] if self._drops_privileges else None,
                check=False,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise EngineError(f"cannot run {command[0]}: {error}") from None
        if finished.returncode != 0:
            raise EngineError(telling_line(finished.stderr) or f"{command[0]} ended with {finished.returncode}")
        return finished.stdout

    def can(self, command: Sequence[str]) -> bool:
        """Whether a program runs and succeeds under this identity."""
        try:
            self.run(command)
        except EngineError:
            return False
        return True

    @property
    def _drops_privileges(self) -> bool:
        return self.uid is not None and not self.in_namespace


def namespace() -> Identity:
    """A user namespace that shows the caller as an ordinary account (initdb wants one that has a name)."""
    account = _account()
    return Identity(account.pw_uid, account.pw_gid, in_namespace=True)


def account() -> Identity:
    """The unprivileged account itself. Raises EngineError when this machine has none."""
    found = _account()
    return Identity(found.pw_uid, found.pw_gid)


def telling_line(output: str) -> str:
    """The line of a program's output that says what went wrong (the last with an error word, else the last).

    The time stamp and process number before PostgreSQL's own messages are left out.
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    marked = [line for line in lines if any(word in line for word in ERROR_WORDS)]
    found = (marked or lines or [""])[-1]
    for word in ERROR_WORDS:
        if word in found:
            return found.partition(word)[2].strip()
    return found


def _account() -> pwd.struct_passwd:
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EngineError("PostgreSQL cannot run as root and this machine has no other account: set DATABASE_URL.")


def _enter_namespace(uid: int, gid: int) -> None:
    """Move the calling process into a new user namespace where its own ids read ``uid`` and ``gid``."""
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    if _LIBC is None or _LIBC.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not available")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {outer_uid} 1")
    _write("/proc/self/gid_map", f"{gid} {outer_gid} 1")


def _write(path: str, value: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, value.encode())
    finally:
        os.close(descriptor)
