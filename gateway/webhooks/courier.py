"""Carrying letters to callers, beside everything else: nothing of the gateway ever waits for a caller.

Each caller has a task of its own, in one process at a time. A letter that was taken is forgotten in a commit after
the answer, so a crash between the two has it told again: at least once, known by its id.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

from yarl import URL

from adapters.errors import NotSent, Unknown
from adapters.message import Request, Transport
from audit.entries import Entry, Fact
from gateway import __version__, logs
from gateway.retry import jitter_of, wait_ms
from gateway.settings.conf import Settings, Unconfigured
from gateway.settings.hooks import Webhook
from gateway.store import leases, letters
from gateway.store.connection import Connection
from gateway.store.letters import Letter
from gateway.store.store import Store, Transaction
from gateway.webhooks.letters import MARK, body_of, collect, has_news
from gateway.webhooks.signed import BadSecret, key_of, signed_headers

log = logs.get("webhooks")
TICK_S = 0.25
AT_ONCE = 8
REPLY_BYTES = 64 * 1024
REST_MS = 60_000  # at most this long nothing is tried where nothing is reached
LEASE_MS = 2_000  # beyond the timeout of a try
GONE = "gone"  # 410: the caller wants this no more
AWAY = frozenset(
    {"http_429", "http_502", "http_503", "http_504", "no_secret"}
)  # it is not the letter's fault
_TAKEN = range(200, 300)
_HEADERS = {"Content-Type": "application/json", "User-Agent": f"tongban/{__version__}"}


class Courier:
    """All callers that want to be told, as one process sees to them."""

    def __init__(
        self, settings: Settings, store: Store, transport: Transport, clock_ms: Callable[[], int], *,
        origin: str, owner: str,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._store = store
        self._transport = transport
        self._clock_ms = clock_ms
        self._origin = origin
        self._owner = owner
        self._stopping = asyncio.Event()
        self._hooks: Mapping[str, Webhook] = {
            name: caller.webhook for name, caller in settings.callers.items() if caller.webhook
        }
        self._away: dict[str, tuple[int, int]] = {}  # rounds in a row that reached nobody, rest until

    async def run(self) -> None:
        """Until `stop`: what is on its way then is not waited for, and is told again by the next process."""
        tasks = [asyncio.create_task(self._serve(name, hook)) for name, hook in self._hooks.items()]
        await self._stopping.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for name in self._hooks:
            await self._store.write(partial(_free, name, self._owner))

    def stop(self) -> None:
        self._stopping.set()

    async def _serve(self, caller: str, hook: Webhook) -> None:
        while True:
            try:
                busy = await self.round(caller, hook)
            except Exception as error:  # noqa: BLE001 - the task outlives whatever befell one round
                log.error("worker.failed", caller=caller, failure=error)
                busy = False
            if not busy:
                await asyncio.sleep(TICK_S)

    async def round(self, caller: str, hook: Webhook) -> bool:
        """Collect and carry what is due, as many at once as may be; False if there was nothing to do."""
        now_ms = self._clock_ms()
        failures, rest_ms = self._away.get(caller, (0, 0))
        most = 0 if now_ms < rest_ms else 1 if failures else AT_ONCE

        def look(connection: Connection) -> tuple[bool, list[Letter]]:
            return has_news(connection, caller), letters.due(connection, caller, now_ms, most)

        news, due = await self._store.read(look)
        if not (news or due) or not await self._store.write(self._lease(caller, hook)):
            return False
        collected = await self._store.write(collect(caller, self._origin)) if news else 0
        if due:
            outcomes = await asyncio.gather(*(self._carry(each, hook) for each in due))
            await self._store.write(partial(_keep, list(zip(due, outcomes, strict=True)), hook))
            self._rest(caller, hook, outcomes)
        return bool(collected or due)

    def _lease(self, caller: str, hook: Webhook) -> Callable[[Transaction], bool]:
        long_ms = int(hook.timeout_s * 1000) + LEASE_MS

        def work(tx: Transaction) -> bool:
            until_ms = tx.now_ms + long_ms
            name, owner = MARK + caller, self._owner
            return leases.take(tx.connection, name, owner, now_ms=tx.now_ms, until_ms=until_ms)

        return work

    async def _carry(self, letter: Letter, hook: Webhook) -> str:
        """One try: why it failed, empty if the caller has it."""
        body = await self._store.read(lambda connection: body_of(connection, letter, self._origin))
        if body is None:
            return GONE
        try:
            key = key_of(self._settings.webhook_secret(letter.caller))
        except (Unconfigured, BadSecret):
            return "no_secret"
        headers = {**_HEADERS, **signed_headers(key, letter.id, self._clock_ms() // 1000, body)}
        request = Request("POST", URL(hook.url), headers, body)
        try:
            answer = await self._transport.exchange(
                request, go=_go, timeout_s=hook.timeout_s, connect_s=hook.timeout_s, reply_bytes=REPLY_BYTES
            )
        except (NotSent, Unknown) as error:
            return error.cause
        if answer.status == 410:
            return GONE
        return "" if answer.status in _TAKEN else f"http_{answer.status}"

    def _rest(self, caller: str, hook: Webhook, outcomes: list[str]) -> None:
        """Where nobody is reached, one letter at a time is tried, ever less often; else all that is due."""
        was = self._away.pop(caller, (0, 0))[0]
        if any(_has_answered(cause) for cause in outcomes):
            if was:
                log.info("webhook.reached", caller=caller)
            return
        if not was:
            log.warning("webhook.away", caller=caller, cause=outcomes[0])
        most_ms = min(REST_MS, int(hook.most_s * 1000))
        first_ms = min(int(hook.first_s * 1000), most_ms)
        rest_ms = wait_ms(was + 1, first_ms=first_ms, most_ms=most_ms, jitter=jitter_of(caller, was))
        self._away[caller] = (was + 1, self._clock_ms() + rest_ms)


def _has_answered(cause: str) -> bool:
    """Whether the caller itself has said something about the letter, be it a refusal."""
    return cause in ("", GONE) or (cause.startswith("http_") and cause not in AWAY)


def failed(letter: Letter, cause: str, hook: Webhook, now_ms: int) -> Letter:
    """The letter after a try in vain: when it is tried next, or that it is dead."""
    tries, since_ms = letter.tries + 1, letter.since_ms or now_ms
    if cause == GONE or now_ms - since_ms >= hook.patience_hours * 3_600_000:
        return letter._replace(tries=tries, since_ms=since_ms, cause=cause, dead=1, due_ms=0)
    wait = wait_ms(
        tries, first_ms=int(hook.first_s * 1000), most_ms=int(hook.most_s * 1000),
        jitter=jitter_of(letter.id, tries),
    )  # fmt: skip
    return letter._replace(tries=tries, since_ms=since_ms, cause=cause, due_ms=now_ms + wait)


def _keep(outcomes: list[tuple[Letter, str]], hook: Webhook, tx: Transaction) -> None:
    for letter, cause in outcomes:
        if not cause:
            letters.taken(tx.connection, letter, tx.now_ms)
            continue
        now = failed(letter, cause, hook, tx.now_ms)
        letters.change(tx.connection, now, tx.now_ms)
        if now.dead:
            facts: dict[str, Fact] = {
                "caller": letter.caller,
                "letter": letter.id,
                "cause": cause,
                "tries": now.tries,
            }
            tx.record(Entry("webhook.dead", tx.now_ms, facts))


def _free(caller: str, owner: str, tx: Transaction) -> None:
    leases.free(tx.connection, MARK + caller, owner)


def _go() -> None:
    """Nothing has to be asked before the first byte: a letter may be told twice."""
