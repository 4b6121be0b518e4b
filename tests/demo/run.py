"""The demonstration itself: what is sent, when the gateway is killed, what came of every case."""

import asyncio
import csv
import sys
from asyncio.subprocess import PIPE
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientConnectionError

from tests.demo import plan
from tests.demo.failing import VARIABLE
from tests.demo.plan import Row, Trial
from tests.installation import CHECKOUT, Installation

OPEN = {"waiting", "sending", "deferred"}
MOST_S = 40  # from the last case sent to the last end: leases, two probes and the waits between tries
CHECKS = 4  # counts, the log, a proof, the table


@dataclass(slots=True)
class Demo:
    """One run on one installation; `told` is called with what has just happened."""

    installation: Installation
    told: Callable[[str], None]
    dialects: Mapping[str, str] = field(default_factory=plan.dialects)
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)  # trial -> case as it was posted
    exchanges: dict[str, str] = field(default_factory=dict)  # trial -> exchange
    rows: list[Row] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    checkpoint: str = ""
    deadline: float = 0

    async def run(self) -> None:
        """Everything in order; whatever is not as it should be ends in `wrong`."""
        await self._align()
        await self._kill_round()
        await self._send_disturbed()
        self.deadline = asyncio.get_running_loop().time() + MOST_S
        for trial in (*plan.PLAIN, *plan.KILLED, *plan.DISTURBED):
            await self._ended(trial)
        await self._settle()
        await self._count()
        await self._verify()
        self.wrong += plan.differences(self.rows)
        if self.wrong:
            self.wrong += _failures(self.installation.folder / "gateway.log")
        self.told("the table")

    # ---- two lists that share no code ------------------------------------------------------------------

    async def _align(self) -> None:
        """Bring both lists in, have their items compared, and confirm one of the suggestions as an office does."""
        for division, (name, profile) in plan.LISTS.items():
            file = str(Path(__file__).parent / "lists" / name)
            await self._item(
                "import", file, "--division", division, "--profile", profile, "--states", "use", "--yes"
            )
        here, there = plan.LISTS
        pair = ("--here", here, "--there", there)
        await self._item("suggest", *pair)
        sheet = self.installation.folder / "suggestions.csv"
        await self._item("review", *pair, "--export", str(sheet))
        _confirm(sheet, plan.ALIGNED)
        await self._item("review", *pair, "--import", str(sheet), "--as", "demo")

    async def _item(self, *arguments: str) -> None:
        code, said = await ran("gateway.cli", "item", *arguments, "--conf", str(self.installation.conf))
        if code != 0:
            self.wrong.append(f"tongban item {arguments[0]} ended with {code}: {said}")
        self.told(f"tongban item {arguments[0]}")

    # ---- sending -------------------------------------------------------------------------------------

    async def _kill_round(self) -> None:
        """Four gateways are killed in the middle of a case each; the fifth is the ordinary one."""
        for trial in plan.KILLED:
            await self._start("tests.demo.failing", **{VARIABLE: f"{trial.kill}:{trial.mark()}"})
            if not self.exchanges:
                for plain in plan.PLAIN:
                    await self._submit(plain)
            await self._submit_and_die(trial)
        await self._start("gateway.cli")
        for trial in plan.KILLED:  # a caller that heard nothing repeats under the same key
            await self._submit(trial, "0", repeat=True)

    async def _start(self, module: str, **environment: str) -> None:
        await self.installation.start_gateway(module, **environment)
        while not self.checkpoint:  # every answer carries the newest one, once there is one
            _, _, headers = await self.installation.call("GET", "/v1/platforms")
            self.checkpoint = b64decode(headers.get("Tongban-Checkpoint", "")).decode()
            await asyncio.sleep(0.05)
        self.told("gateway started")

    async def _submit(self, trial: Trial, wait_s: str = "5", *, repeat: bool = False) -> None:
        """POST the case, remember its exchange. repeat: commit 1 must have kept it, whatever befell its caller."""
        document = self._document(trial)
        if trial.told:
            await self.installation.control(
                self._platform(trial), "programme", [{**trial.told, "match": trial.mark()}]
            )
        status, body, headers = await self.installation.submit(document, trial.key, Prefer=f"wait={wait_s}")
        if repeat != ("Idempotency-Replayed" in headers):
            self.wrong.append(f"{trial.name}: {'was not kept' if repeat else 'was not new'}")
        if "exchange" in body:
            self.exchanges[trial.name] = body["exchange"]
        else:
            self.wrong.append(f"{trial.name}: {status} {body.get('code')}: {body.get('problems')}")
        self.told(trial.name)

    async def _submit_and_die(self, trial: Trial) -> None:
        gateway = self.installation.gateway
        try:
            status, _, _ = await self.installation.submit(self._document(trial), trial.key)
            self.wrong.append(f"{trial.name}: answered {status} instead of being killed")
        except ClientConnectionError:
            pass
        if gateway and gateway.child and await gateway.child.wait() != -9:
            self.wrong.append(f"{trial.name}: the gateway ended otherwise than by SIGKILL")
        self.told(trial.name)

    async def _send_disturbed(self) -> None:
        for trial in (*plan.DISTURBED, plan.HELD):
            await self._submit(trial, "0")

    def _document(self, trial: Trial) -> dict[str, Any]:
        """Made once: a repeat under the same key says the same, to the second."""
        return self.documents.setdefault(trial.name, trial.document())

    def _platform(self, trial: Trial) -> str:
        return next(row.platform for row in plan.expected().values() if row.case == trial.name)

    # ---- what came of it -----------------------------------------------------------------------------

    async def _ended(self, trial: Trial, name: str = "") -> dict[str, Any]:
        """Wait until nothing more will happen by itself, and write the row."""
        view: dict[str, Any] = {}
        try:
            async with asyncio.timeout_at(self.deadline):
                while not view or view["state"] in OPEN:
                    await asyncio.sleep(0.1 if view else 0)
                    view = await self._view(trial)
        except TimeoutError:
            self.wrong.append(f"{trial.name}: still {view.get('state')}")
        if view:
            self.rows.append(await self._row(name or trial.name, view))
        self.told(name or trial.name)
        return view

    async def _view(self, trial: Trial) -> dict[str, Any]:
        exchange = self.exchanges.get(trial.name, "unknown")
        caller = self.installation.caller_of(self._document(trial))
        _, body, _ = await self.installation.call("GET", f"/v1/exchanges/{exchange}", caller=caller)
        return dict(body) if "state" in body else {}

    async def _row(self, name: str, view: Mapping[str, Any]) -> Row:
        platform, ours = view["platform"], view["numbers"]["ours"]
        heard = await self.installation.control(platform, f"arrivals?number={ours}")
        taken = (await self.installation.control(platform, f"cases/{ours}"))["takings"]
        reference = view["numbers"]["theirs"] or ""
        if view["state"] == "delivered" and [reference] != [each["reference"] for each in taken]:
            self.wrong.append(f"{name}: the reference is not the one that they gave")
        return Row(
            name, view["division"], platform, self.dialects[platform], view["state"],
            str(view["attempts"]), str(sum(each["operation"] == "case.submit" for each in heard)),
            str(len(taken)), reference, str(_span_ms(view)),
        )  # fmt: skip

    async def _settle(self) -> None:
        """Held: a person asks the platform by telephone, and says so with the command."""
        view = await self._ended(plan.HELD)
        if not view:
            return
        cases = await self.installation.control(view["platform"], "cases")
        settle = ["exchange", "settle", view["exchange"], "--taken", cases[0]["reference"]]
        reason = ["--reason", "电话核实：对方已收", "--as", "demo"]
        code, said = await ran("gateway.cli", *settle, *reason, "--conf", str(self.installation.conf))
        if code != 0:
            self.wrong.append(f"tongban exchange settle ended with {code}: {said}")
        await self._ended(plan.HELD, plan.SETTLED)

    async def _count(self) -> None:
        """The platforms' own books: nothing doubled, nothing that is in no row."""
        for platform in self.installation.platforms:
            counts = await self.installation.control(platform, "counts")
            if counts["doubled"]:
                self.wrong.append(f"{platform}: taken more than once: {counts['doubled']}")
            rows = [row for row in self.rows if row.platform == platform and row.case != plan.SETTLED]
            if counts["takings"] != (sum_ := sum(int(row.taken) for row in rows)):
                self.wrong.append(f"{platform}: took {counts['takings']} cases, the table says {sum_}")
        self.told("the platforms' own counts")

    # ---- evidence ------------------------------------------------------------------------------------

    async def _verify(self) -> None:
        """The auditor's own program, in processes of its own, with a checkpoint from before the kills."""
        folder, key = self.installation.folder, self.installation.log_key
        (folder / "checkpoint.note").write_text(self.checkpoint, "utf-8")
        trust = ["--key", key, "--checkpoint", str(folder / "checkpoint.note")]
        await self._audited("fsck", "--database", str(self.installation.database), *trust)
        trial = plan.KILLED[0]
        path = f"/v1/exchanges/{self.exchanges[trial.name]}/proof"
        caller = self.installation.caller_of(self._document(trial))
        status, proof = 0, ""
        while status != 200 and asyncio.get_running_loop().time() < self.deadline:
            await asyncio.sleep(
                0.1 if status else 0
            )  # proof_not_ready: the next checkpoint is not signed yet
            status, proof, _ = await self.installation.call("GET", path, caller=caller)
        (folder / "exchange.tlog-proof").write_text(str(proof), "utf-8")
        await self._audited("verify", str(folder / "exchange.tlog-proof"), "--key", key)

    async def _audited(self, *arguments: str) -> None:
        code, said = await ran("audit", *arguments)
        if code != 0:
            self.wrong.append(f"python -m audit {arguments[0]} ended with {code}:\n{said}")
        self.told(f"python -m audit {arguments[0]}")


async def ran(module: str, *arguments: str) -> tuple[int, str]:
    """Run a program of the checkout to its end: its exit code and all it said."""
    command = [sys.executable, "-m", module, *arguments]
    child = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, cwd=Path(CHECKOUT))
    out, errors = await child.communicate()
    return child.returncode or 0, (out + errors).decode(errors="replace")


def _confirm(sheet: Path, code: str) -> None:
    """Write y behind the surest suggestion for an item, as a person does in a spreadsheet."""
    with sheet.open(encoding="utf-8-sig", newline="") as lines:
        headings, *rows = csv.reader(lines)
    first = next(row for row in rows if code in row)
    first[-1] = "y"
    with sheet.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([headings, *rows])


def steps() -> int:
    """How often `told` is called in a run in which all goes well."""
    starts, items = len(plan.KILLED) + 1, len(plan.LISTS) + 3
    return items + len(plan.PEOPLE) * 2 + len(plan.KILLED) + starts + 1 + CHECKS


def _span_ms(view: Mapping[str, Any]) -> int:
    ended = view["ended_at"] or view["changed_at"]
    span = datetime.fromisoformat(ended) - datetime.fromisoformat(view["admitted_at"])
    return round(span.total_seconds() * 1000)


def _failures(log: Path) -> list[str]:
    """What the gateway itself complained of; logs hold no person's values."""
    lines = log.read_text("utf-8", errors="replace").splitlines()
    return sorted({line for line in lines if '"level":"error"' in line or not line.startswith("{")})[:20]
