"""GET /healthz, /readyz, /metrics. Health tests what it claims."""

import asyncio
from functools import partial

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from audit.cosigned import not_cosigned_since
from audit.entries import china_time
from gateway.boot import Gateway
from gateway.certifying.daily import standing as certified
from gateway.store import exchanges, followed, letters
from gateway.store.store import StorageUnavailable, Store
from gateway.web.answers import GATEWAY, answer
from gateway.web.metrics import METRICS
from gateway.web.problems import AGAIN_S
from gateway.witness.asking import standing


class Recording:
    """Whether a transaction can be committed, found out once for all who ask at the same time."""

    def __init__(self) -> None:
        self._trying: asyncio.Task[bool] | None = None

    async def works(self, store: Store) -> bool:
        if self._trying is None or self._trying.done():
            self._trying = asyncio.create_task(self._try(store))
        return await asyncio.shield(self._trying)

    async def _try(self, store: Store) -> bool:
        try:
            await store.write(lambda tx: None)
        except Exception:  # noqa: BLE001 - any failure to commit is the answer
            return False
        return True


RECORDING = web.AppKey("recording", Recording)


async def healthz(request: web.Request) -> web.Response:
    """The process runs and its loop turns."""
    return answer({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """It can record: a transaction was committed just now, and a release is in force."""
    gateway = request.app[GATEWAY]
    checks = {
        "release": gateway.routes.loaded,
        "admitting": not gateway.stopping,
        "record": await request.app[RECORDING].works(gateway.store),
    }
    ready = all(checks.values())
    headers = None if ready else {"Retry-After": str(AGAIN_S)}
    said = {"ready": ready, "checks": checks, "findings": await _findings(gateway)}
    return answer(said, status=200 if ready else 503, headers=headers)


async def _findings(gateway: Gateway) -> list[dict[str, str]]:
    """What must be seen to and keeps nothing from being admitted: silent witnesses, missing certificates."""
    try:
        found = await gateway.store.read(standing)
        due = await gateway.store.read(partial(certified, now_ms=gateway.clock_ms()))
    except StorageUnavailable:  # which `record` says
        return []
    failed = [due] if due and due.reason else []
    return [
        {
            "code": "certificate.failed",
            "day": str(each.first),
            "reason": each.reason,
            "since": china_time(each.since_ms),
        }
        for each in failed
    ] + [
        {"code": f"cosignature.{what}", "witness": name, "reason": why, "since": china_time(since_ms)}
        for name, (what, why, since_ms) in sorted(found.items())
    ]


async def metrics(request: web.Request) -> web.Response:
    gateway = request.app[GATEWAY]
    METRICS.open_exchanges.clear()
    for platform, state, count in await gateway.store.read(exchanges.open_counts):
        METRICS.open_exchanges.labels(platform, state).set(count)
    await _followed(gateway)
    await _witnesses(gateway)
    due = await gateway.store.read(partial(certified, now_ms=gateway.clock_ms()))
    METRICS.certificates_behind.set(due.days if due else 0)
    METRICS.waiting_writes.set(gateway.store.waiting)
    return web.Response(body=generate_latest(METRICS.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _witnesses(gateway: Gateway) -> None:
    """For how long the first checkpoint that a witness has not cosigned has waited for it."""
    METRICS.witness_behind.clear()
    for name, witness in gateway.settings.witnesses.items():
        if witness.cosigns is not None:
            verifier = witness.cosigns.verifier.name
            since_ms = await gateway.store.read(partial(not_cosigned_since, name=verifier))
            waited_ms = gateway.clock_ms() - since_ms if since_ms else 0
            METRICS.witness_behind.labels(name).set(max(waited_ms, 0) / 1000)


async def _followed(gateway: Gateway) -> None:
    """How many cases are followed, and for how long the first of them has waited to be asked about."""
    METRICS.webhook_letters.clear()
    for caller, is_dead, count in await gateway.store.read(letters.standing):
        METRICS.webhook_letters.labels(caller, "dead" if is_dead else "open").set(count)
    METRICS.followed_cases.clear()
    METRICS.followed_overdue.clear()
    overdue_ms: dict[str, int] = {}
    for platform, cause, count, due_ms in await gateway.store.read(followed.standing):
        if gateway.routes.followed(platform) is None:
            continue  # declared no more, or never: nobody is asked
        METRICS.followed_cases.labels(platform, cause).set(count)
        overdue_ms[platform] = max(overdue_ms.get(platform, 0), gateway.clock_ms() - due_ms)
    for platform, waited_ms in overdue_ms.items():
        METRICS.followed_overdue.labels(platform).set(waited_ms / 1000)
