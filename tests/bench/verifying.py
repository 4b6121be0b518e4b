"""What checking a whole log costs: the auditor's commands, each in a process of its own, on a large log."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Text, insert
from sqlalchemy.schema import CreateIndex, CreateTable

from audit import log
from audit.entries import Entry
from audit.notes import Signer
from gateway.store.connection import Connection
from gateway.store.migrations.schema import TABLES
from gateway.store.sqlite import connect_sqlite, sqlite_dialect
from tests.bench import figures
from tests.installation import CHECKOUT

ENTRIES_PER_S, SECONDS_PER_MILLION, MEMORY_MB = 50_000, 60, 300
GROUP = 20  # exchanges that share one commit, as under load
START_MS = 1_795_226_400_000  # 2026-11-21T10:00:00+08:00
KINDS = ("exchange.admitted", "exchange.sending", "exchange.delivered")
FACTS = {
    "caller": "guishan", "actor": "k1/W0317", "from": "341702", "from_unit": "11341702MB1A023179",
    "to": "440232", "unit": "11440232MB2D06811W", "mode": "collect_for", "operation": "case.submit",
    "item_here": "11341702MB1A0231794000117051000", "item_there": "11440232MB2D06811W4000117051000",
    "basic_code": "000117051000", "alignment": "national:000117051000", "platform": "lingnan",
    "release": "sha256:" + "69e13c91" * 8, "commitment": "2b1d6226" * 8, "attempt": 1, "state": "sending",
}  # fmt: skip
THEIRS = "440232-2026-000117"
MORE: Mapping[str, Mapping[str, str]] = {
    "exchange.admitted": {"received_at": "2026-11-21T10:00:00+08:00"},
    "exchange.delivered": {"fact": "taken", "cause": "taken", "theirs": THEIRS},
}
_TABLES = {
    table.name: table for table in TABLES if table.name in ("exchanges", "cases", "history", "case_numbers")
}
_BLANK = {
    name: {column.name: "" if isinstance(column.type, Text) else 0 for column in table.columns}
    for name, table in _TABLES.items()
}
_KEPT = (
    "operation", "actor", "platform", "unit", "mode", "attempt",
    "item_here", "item_there", "basic_code", "alignment", "release",
)  # fmt: skip

_WATCHED = """
import sys
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from audit.cli import main
code = main(sys.argv[1:])
[held] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
used = [getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)]
print(int(held) + used[1].ru_maxrss, sum(each.ru_utime + each.ru_stime for each in used))
sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """One command: wall time, time of the processors, and the most memory that its processes held."""

    name: str
    seconds: float
    cpu_s: float
    most_mb: float


def measured(count: int) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        signer = Signer.create(place / "log.key", "bench.example/log")
        entries = _filled(place / "log.db", signer, count)
        log_of, key = ["--database", str(place / "log.db")], ["--key", signer.vkey]
        day = ["--day", "2026-11-21", "--into", str(place / "certificate"), "--sign", str(place / "log.key")]
        ran = [
            _run("fsck", *log_of, *key, "--log-only"),
            _run("fsck", *log_of, *key),
            _run("certificate", *log_of, *key, *day),
            _run("verify-certificate", str(place / "certificate"), *log_of, *key),
            _run("export", *log_of, *key, "--into", str(place / "tiles")),
            _run("fsck", "--tiles", str(place / "tiles"), *key),
            _run("compare", str(place / "log.db"), str(place / "tiles"), *key),
        ]
    return [*_table(ran, entries), *_verdicts(ran[0], ran[1], entries)]


def _table(ran: list[Ran], entries: int) -> list[str]:
    rows = [
        f"| `{each.name}` | {each.seconds:.1f} | {each.cpu_s:.1f} | {entries / each.seconds:,.0f} "
        f"| {each.most_mb:.0f} |"
        for each in ran
    ]
    head = ["| command | seconds | of the processor | entries/s | most MB |", "|---|---|---|---|---|"]
    return [
        f"{entries:,} entries of about 600 bytes, in commits of {GROUP * len(KINDS)}:",
        "",
        *head,
        *rows,
        "",
    ]


def _verdicts(verified: Ran, whole: Ran, entries: int) -> list[str]:
    """verified: the log alone; whole: with the rows of the store beside it."""
    rate, per_million_s = entries / verified.seconds, whole.seconds * 1_000_000 / entries
    return [
        f"- a log is verified at **{rate:,.0f}** entries/s ({entries / verified.cpu_s:,.0f} per second of the "
        f"processor), asked ≥ {ENTRIES_PER_S:,}: {figures.met(rate >= ENTRIES_PER_S)}",
        f"- 1,000,000 entries with all rows beside them: **{per_million_s:.0f} s** "
        f"({whole.cpu_s * 1_000_000 / entries:.0f} s of the processor), asked < {SECONDS_PER_MILLION}: "
        f"{figures.met(per_million_s < SECONDS_PER_MILLION)}",
        f"- most memory: **{whole.most_mb:.0f} MB**, asked < {MEMORY_MB}: {figures.met(whole.most_mb < MEMORY_MB)}",
        "",
    ]


def _run(command: str, *words: str) -> Ran:
    """Run a command of the auditor to its end; it must find nothing. Raises RuntimeError."""
    start = time.monotonic()
    arguments = [sys.executable, "-c", _WATCHED, command, *words]
    ran = subprocess.run(arguments, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    if ran.returncode:
        raise RuntimeError(f"{command}: {ran.stdout}{ran.stderr}")
    most_kb, cpu_s = ran.stdout.splitlines()[-1].split()
    name = " ".join([command, *(word for word in words if word in ("--tiles", "--log-only"))])
    return Ran(name, seconds, float(cpu_s), int(most_kb) / 1024)


def _filled(path: Path, signer: Signer, count: int) -> int:
    """A log of at least so many entries, whole exchanges, signed at its end; how many there are."""
    dialect, size = sqlite_dialect(), 0
    driver = connect_sqlite(path)
    with closing(Connection(driver, dialect)) as connection:
        for table in TABLES:
            driver.execute(str(CreateTable(table).compile(dialect=dialect)))
            for index in table.indexes:
                driver.execute(str(CreateIndex(index).compile(dialect=dialect)))
        driver.execute("PRAGMA synchronous = OFF")
        while size < count:
            first = size // len(KINDS)
            connection.begin()
            size = log.append(connection, _group(first)).stop
            for table, rows in _rows(first).items():
                connection.run_many(insert(_TABLES[table]), [_BLANK[table] | row for row in rows])
            connection.commit()
        connection.begin()
        log.checkpoint(connection, signer, START_MS)
        connection.commit()
    return size


def _group(first: int) -> list[Entry]:
    return [
        Entry(kind, _at_ms(number), {**FACTS, **_names(number), **(MORE.get(kind) or {})})
        for number in range(first, first + GROUP)
        for kind in KINDS
    ]


def _names(number: int) -> dict[str, str]:
    return {
        "exchange": f"01M81B8R{number:018d}", "case": f"01M81B8C{number:018d}", "ours": f"TB{number:010d}",
    }  # fmt: skip


def _at_ms(number: int) -> int:
    return START_MS + number % 1_000_000


def _rows(first: int) -> dict[str, list[dict[str, object]]]:
    """What a gateway keeps of those exchanges beside their entries."""
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in _TABLES}
    for number in range(first, first + GROUP):
        names, at_ms = _names(number), _at_ms(number)
        about = {
            "caller": FACTS["caller"], "here": FACTS["from"], "division": FACTS["to"], "admitted_ms": at_ms,
        }  # fmt: skip
        rows["exchanges"].append({
            **about, **{name: FACTS[name] for name in _KEPT}, "id": names["exchange"], "case_id": names["case"],
            "kind": "write", "ours": names["ours"], "theirs": THEIRS, "state": "delivered", "step": "send",
            "cause": "taken", "place": 1, "changed_ms": at_ms, "ended_ms": at_ms,
        })  # fmt: skip
        rows["cases"].append({
            **about, "id": names["case"], "item": FACTS["item_there"], "received_ms": START_MS, "open": 1,
        })  # fmt: skip
        rows["history"].append({
            "exchange_id": names["exchange"], "place": 1, "kind": "taken", "at_ms": at_ms, "attempt": 1,
            "reference": THEIRS,
        })  # fmt: skip
        rows["case_numbers"].append({
            "number": names["ours"], "owner": "tongban", "kind": "case", "case_id": names["case"],
            "exchange_id": names["exchange"],
        })  # fmt: skip
    return rows
