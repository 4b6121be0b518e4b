"""Auditors (审计方) who pull the log over HTTP: known by a key of their own that no caller's right stands for."""

from collections.abc import Mapping
from datetime import datetime

from aiohttp import web

from audit.entries import CHINA, Entry
from gateway.boot import Gateway
from gateway.errors import Refusal
from gateway.settings.callers import Auditor
from gateway.web.auth import shown_digest

NOTED_EVERY_MS = 3_600_000
_WHO = web.RequestKey("auditor", tuple)


class Auditors:
    """Looks a key up by its SHA-256, as of callers. That one reads is an entry, once an hour in each process."""

    def __init__(self, auditors: Mapping[str, Auditor]) -> None:
        self._keys = {key.sha256: (each, key.id) for each in auditors.values() for key in each.keys}
        self._noted: dict[str, int] = {}

    def admit(self, gateway: Gateway, request: web.Request) -> str:
        """Whose share of the service it is. Raises Refusal unauthenticated, also after the auditor's last day."""
        found = self._keys.get(shown_digest(request))
        today = datetime.fromtimestamp(gateway.clock_ms() / 1000, CHINA).date()
        if found is None or (found[0].until is not None and found[0].until < today):
            raise Refusal("unauthenticated")
        request[_WHO] = found
        return f"auditor/{found[0].auditor}"

    async def note(self, gateway: Gateway, request: web.Request) -> None:
        """That the log is being read is there before anything of it is shown."""
        auditor, key_id = request[_WHO]
        now_ms = gateway.clock_ms()
        if now_ms - self._noted.get(auditor.auditor, 0) < NOTED_EVERY_MS:
            return
        facts = {"auditor": auditor.auditor, "key": key_id}
        await gateway.store.write(lambda tx: tx.record(Entry("log.pulled", tx.now_ms, facts)))
        self._noted[auditor.auditor] = now_ms


AUDITORS = web.AppKey("auditors", Auditors)
