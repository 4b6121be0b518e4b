"""Far sides of fronts: they look every moment for what is new, check it strictly, take it, and write back.

What they have taken is counted where it lies, by rows and by files, so that a double shows whoever made it.
"""

import asyncio
import hashlib
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from lxml import etree

from .checks import CHINA, certificate_is_sound, implementation_is_sound, name_is_sound, time_is_sound

EVERY_S = 0.05
TIME = "%Y-%m-%d %H:%M:%S"
MADE = """
create table if not exists pro_accept (project_no varchar(50) not null, catalog_code varchar(12) not null,
    task_code varchar(36) not null, task_name varchar(200) not null, task_version varchar(10) not null,
    project_type varchar(2) not null, apply_type varchar(2) not null, apply_date timestamp not null,
    applyer_name varchar(50) not null, applyer_type varchar(2) not null, applyer_page_type varchar(3) not null,
    applyer_page_code varchar(30) not null, birth_date date, contact_mobile varchar(11), address varchar(200),
    org_code varchar(18) not null, org_name varchar(100) not null, project_name varchar(500),
    remark varchar(500), cd_operation varchar(1) not null, cd_time timestamp not null,
    cd_status varchar(1) not null check (cd_status in ('0', '1', '9')), fb_no varchar(32), fb_state varchar(2),
    fb_time timestamp, fb_msg varchar(500));
create table if not exists pro_material (project_no varchar(50) not null, seq integer not null,
    material_code varchar(32) not null, material_name varchar(200) not null, get_type varchar(2) not null,
    get_num integer, attach_name varchar(200) not null, attach_digest varchar(64) not null, attach {blob} not null);
create table if not exists pro_process (project_no varchar(50) not null, seq integer not null,
    event_state varchar(2) not null, event_name varchar(50), event_time timestamp not null);
"""
NAMES = {"01": "接收", "04": "受理", "05": "不予受理", "06": "准予", "09": "办结送达"}


def now() -> str:
    return datetime.now(CHINA).strftime(TIME)


@dataclass
class Far:
    """A far side; `refused`: persons whose cases it turns down; `idle`: it takes nothing for a while."""

    address: str
    refused: set[str] = field(default_factory=set)
    idle: bool = False

    def look(self) -> None:
        """Take what is new."""
        raise NotImplementedError

    def numbers(self) -> list[str]:
        """Our number of everything that lies there whole, once for each time."""
        raise NotImplementedError

    def persons(self) -> list[str]:
        """The same by person."""
        raise NotImplementedError

    def move(self, number: str, state: str) -> None:
        """The authority goes on with a case."""
        raise NotImplementedError

    def down(self, seconds: float) -> None:
        """It cannot be reached for a while; blocks for as long."""
        raise NotImplementedError

    def lock(self, seconds: float) -> None:
        """Somebody stands in the way for a while; blocks for as long."""
        raise NotImplementedError

    def cases(self) -> list[dict[str, object]]:
        return [{"number": number, "times": times} for number, times in Counter(self.numbers()).items()]

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Far"]:
        working = asyncio.create_task(self._work())
        try:
            yield self
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working

    async def _work(self) -> None:
        while True:
            if not self.idle:
                with suppress(psycopg.Error, sqlite3.Error, OSError):  # its front fails as ours does
                    await asyncio.to_thread(self.look)
            await asyncio.sleep(EVERY_S)


# ---- tables --------------------------------------------------------------------------------------------------


class Tables(Far):
    """模拟岭南三市前置库. Nothing in it is unique: a row that comes twice is there twice."""

    @property
    def on_server(self) -> bool:
        return self.address.startswith("postgresql")

    @property
    def file(self) -> Path:
        return Path(self.address.removeprefix("sqlite:///"))

    def make(self) -> None:
        if not self.on_server:
            self.file.touch()
        for each in MADE.format(blob="bytea" if self.on_server else "blob").split(";")[:-1]:
            self.ask(each)

    @contextmanager
    def opened(self) -> Iterator[Any]:
        if self.on_server:
            with closing(psycopg.connect(self.address, autocommit=True, connect_timeout=2)) as connection:
                yield connection
        else:
            file = f"file:{self.file}?mode=rw"
            with closing(sqlite3.connect(file, uri=True, timeout=2, isolation_level=None)) as connection:
                yield connection

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """question: with `?` for every value."""
        with self.opened() as connection:
            return self._asked(connection, question, *values)

    def _asked(self, connection: Any, question: str, *values: Any) -> list[tuple[Any, ...]]:
        done = connection.execute(question.replace("?", "%s") if self.on_server else question, values)
        return list(done.fetchall()) if done.description else []

    def numbers(self) -> list[str]:
        return [number for (number,) in self.ask("select project_no from pro_accept")]

    def persons(self) -> list[str]:
        return [person for (person,) in self.ask("select applyer_page_code from pro_accept")]

    def look(self) -> None:
        """One transaction for each row: its status, its process; nothing is taken by halves."""
        with self.opened() as connection:
            new = self._asked(connection, "select project_no from pro_accept where cd_status = '0'")
            for (number,) in new:
                fault = self._fault(connection, number)
                connection.execute("begin")
                self._asked(
                    connection,
                    "update pro_accept set cd_status = ?, fb_no = ?, fb_msg = ? where project_no = ?",
                    "9" if fault else "1", None if fault else f"YL{number}", fault, number,
                )  # fmt: skip
                self._step(connection, number, "05" if fault else "01")
                connection.execute("commit")

    def move(self, number: str, state: str) -> None:
        """The authority goes on."""
        with self.opened() as connection:
            connection.execute("begin")
            self._step(connection, number, state)
            connection.execute("commit")

    def _step(self, connection: Any, number: str, state: str) -> None:
        self._asked(
            connection, "update pro_accept set fb_state = ?, fb_time = ? where project_no = ?",
            state, now(), number,
        )  # fmt: skip
        asked = "select count(*) from pro_process where project_no = ?"
        ((steps,),) = self._asked(connection, asked, number)
        self._asked(
            connection, "insert into pro_process values (?, ?, ?, ?, ?)",
            number, steps + 1, state, NAMES[state], now(),
        )  # fmt: skip

    def _fault(self, connection: Any, number: str) -> str | None:
        """What they refuse about a row, None if they take it."""
        asked = (
            "select applyer_name, applyer_page_type, applyer_page_code, task_code, apply_date, cd_operation"
            " from pro_accept where project_no = ?"
        )
        name, kind, person, item, at, operation = self._asked(connection, asked, number)[0]
        files = "select attach, attach_digest from pro_material where project_no = ?"
        if person in self.refused:
            return "申请人不符合条件"
        if not name_is_sound(name, 50) or not certificate_is_sound(kind, person):
            return "申请人姓名或证件有误"
        if not implementation_is_sound(item) or operation != "I" or not time_is_sound(str(at)[:19], TIME):
            return "事项或时间有误"
        for content, digest in self._asked(connection, files, number):
            if hashlib.sha256(content).hexdigest() != digest:
                return "材料摘要不符"
        return None

    # ---- what goes wrong with it

    def lock(self, seconds: float) -> None:
        if not self.on_server:
            with self.opened() as file:
                file.execute("begin exclusive")
                time.sleep(seconds)
                file.execute("rollback")
            return
        with closing(psycopg.connect(self.address)) as connection:
            connection.execute("lock table pro_accept in access exclusive mode")
            time.sleep(seconds)
            connection.rollback()

    def down(self, seconds: float) -> None:
        if not self.on_server:
            away = self.file.with_suffix(".away")
            with self.opened() as file:
                file.execute("begin exclusive")  # nobody is in the middle of anything
                self.file.rename(away)
                time.sleep(seconds)
                away.rename(self.file)
                file.execute("rollback")
            return
        self._let_in(connections="false")
        self.sever()
        time.sleep(seconds)
        for _ in range(300):
            with suppress(psycopg.Error):
                self._let_in(connections="true")
                return
            time.sleep(0.1)

    def sever(self) -> None:
        """Every connection to it is cut, wherever it is; to a file there is none."""
        if self.on_server:
            self._elsewhere(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", self._name
            )

    def _let_in(self, *, connections: str) -> None:
        self._elsewhere(f"alter database {self._name} allow_connections {connections}")

    @property
    def _name(self) -> str:
        return str(psycopg.conninfo.conninfo_to_dict(self.address)["dbname"])

    def _elsewhere(self, statement: str, *values: str) -> None:
        """Said from another database of the same server."""
        other = self.address.replace(f"/{self._name}?", "/postgres?")
        with closing(psycopg.connect(other, autocommit=True)) as connection:
            connection.execute(statement, values)


# ---- files ---------------------------------------------------------------------------------------------------


class Files(Far):
    """模拟岭南四市网闸交换目录. A file that comes twice is taken twice, and shows."""

    @property
    def share(self) -> Path:
        return Path(self.address)

    def make(self) -> None:
        for name in ("out/done", "in"):
            (self.share / name).mkdir(parents=True, exist_ok=True)

    def _whole(self) -> list[Path]:
        drop = self.share / "out"
        return sorted(each.with_suffix("") for each in drop.glob("YW01_*.xml.ok"))

    def _kept(self) -> list[Path]:
        """Everything that was taken, and what waits whole to be taken."""
        waiting = [each for each in self._whole() if each.exists()]
        return [*sorted((self.share / "out/done").glob("YW01_*")), *waiting]

    def numbers(self) -> list[str]:
        return [each.name.split("_")[1].split(".")[0] for each in self._kept()]

    def persons(self) -> list[str]:
        return [str(etree.fromstring(each.read_bytes()).findtext("SQRZJHM")) for each in self._kept()]

    def look(self) -> None:
        for file in self._whole():
            digest, marker = (file.with_name(file.name + suffix) for suffix in (".md5", ".ok"))
            if not file.exists():  # left behind when the share went away
                marker.unlink()
                continue
            content = file.read_bytes()
            number = file.name.split("_")[1].split(".")[0]
            fault = self._fault(content, digest, number)
            done = self.share / "out/done" / file.name
            file.rename(done.with_name(f"{done.name}.{number}-twice") if done.exists() else done)
            digest.unlink(missing_ok=True)
            marker.unlink(missing_ok=True)
            self.move(number, "05" if fault else "01", fault or "")

    def move(self, number: str, state: str, why: str = "") -> None:
        """One more answer."""
        answers = self.share / "in"
        place = len(list(answers.glob(f"HZ01_{number}_*.xml"))) + 1
        written = (
            f'<?xml version="1.0" encoding="gb18030"?><HZ><GLBH>{number}</GLBH><YWLSH>YF{number}</YWLSH>'
            f"<ZTDM>{state}</ZTDM><ZTMC>{NAMES[state]}</ZTMC>"
            f"<ZTSJ>{datetime.now(CHINA):%Y%m%d%H%M%S}</ZTSJ>{f'<YJ>{why}</YJ>' if why else ''}</HZ>"
        ).encode("gb18030")
        file = answers / f"HZ01_{number}_{place}.xml"
        file.write_bytes(written)
        file.with_name(f"{file.name}.md5").write_text(hashlib.md5(written).hexdigest())

    def _fault(self, content: bytes, digest: Path, number: str) -> str | None:
        if digest.read_text() != hashlib.md5(content).hexdigest():
            return "文件摘要不符"
        if not content.startswith(b'<?xml version="1.0" encoding="gb18030"?>'):
            return "编码声明有误"
        case = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
        person, kind = case.findtext("SQRZJHM") or "", case.findtext("SQRZJLX") or ""
        if case.tag != "PACKAGE" or case.findtext("GLBH") != number:
            return "关联编号与文件名不符"
        if person in self.refused or not certificate_is_sound(kind, person):
            return "申请人不符合条件"
        if not name_is_sound(case.findtext("SQRXM") or "", 60):
            return "申请人姓名有误"
        if not implementation_is_sound(case.findtext("SXDM") or ""):
            return "事项有误"
        return None

    # ---- what goes wrong with it

    def down(self, seconds: float) -> None:
        """The share is not mounted for a while."""
        away = self.share.with_name(f"{self.share.name}.away")
        self.share.rename(away)
        time.sleep(seconds)
        away.rename(self.share)

    def lock(self, seconds: float) -> None:
        """Nobody comes to fetch anything for a while."""
        self.idle = True
        time.sleep(seconds)
        self.idle = False


FARS = {"sim-table": Tables, "sim-folder": Files}


def address_of(name: str, folder: Path) -> str:
    """Where a front is that is nobody's but this installation's: a file, a folder."""
    return f"sqlite:///{folder}/{name}.db" if FARS[name] is Tables else str(folder / name)
