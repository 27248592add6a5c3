"""Where the embedded servers keep their files, and the one error they raise."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

POSTGRES_PORT = 5432
POSTGRES_SOCKET = f".s.PGSQL.{POSTGRES_PORT}"
VALKEY_SOCKET = "valkey.sock"
# sockaddr_un holds 108 bytes with the closing zero (unix(7)).
SOCKET_PATH_BYTES = 107
ELSEWHERE = "BZPEER_VAR=DIR puts the data into another folder."
SHORT_RUNTIME_ROOT = Path("/tmp")  # noqa: S108 -- the folder made there is private and its owner is checked


class EngineError(Exception):
    """An embedded server cannot be had; the message is one line that tells its reader what to do."""


@dataclass(frozen=True)
class Layout:
    """The folders under one ``var`` (resolved and absolute)."""

    var: Path

    @classmethod
    def of(cls, var: Path) -> Layout:
        """The layout of a folder given in any spelling, so that two spellings of one folder share one server."""
        return cls(Path(os.path.realpath(var)))

    @property
    def locks(self) -> Path:
        """Lock and lease files."""
        return self.var / "run"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def digest(self) -> str:
        """Twelve hex digits that stand for this ``var`` in names outside it."""
        return hashlib.blake2b(os.fsencode(self.var), digest_size=6).hexdigest()

    @property
    def sockets(self) -> Path:
        """The folder of the unix sockets: under ``var``, or a short one when that path is too long for a socket."""
        longest = os.fsencode(self.locks / POSTGRES_SOCKET)
        if len(longest) <= SOCKET_PATH_BYTES:
            return self.locks
        return SHORT_RUNTIME_ROOT / f"bzpeer-{os.geteuid()}-{self.digest}"

    def create(self) -> None:
        """Make the folders, private to this user. Raises EngineError when that is impossible."""
        for folder in (self.var, self.locks, self.log, self.sockets):
            if folder.exists() and not folder.is_dir():
                raise EngineError(f"{folder} is a file, not a folder. {ELSEWHERE}")
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except NotADirectoryError:
                raise EngineError(f"cannot make {folder}: a folder above it is a file. {ELSEWHERE}") from None
            except OSError as error:
                raise cannot_write(folder, error) from None
            if not os.access(folder, os.W_OK | os.X_OK):
                raise EngineError(f"cannot write to {folder}. {ELSEWHERE}")
        self._refuse_foreign_sockets()

    def _refuse_foreign_sockets(self) -> None:
        """The short folder lies where everybody can write: accept it only when it is ours alone."""
        found = self.sockets.lstat()
        if self.sockets.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o077:
            if self.sockets == self.locks and found.st_uid == os.geteuid():
                self.sockets.chmod(0o700)
                return
            raise EngineError(f"{self.sockets} is not private to this user: remove it, or set BZPEER_VAR=DIR.")


def cannot_write(path: Path, error: OSError) -> EngineError:
    """The one line for a folder or file that cannot be written."""
    return EngineError(f"cannot write to {path}: {error.strerror}. {ELSEWHERE}")
