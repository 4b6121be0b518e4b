"""Whether something can be sent to a platform now, in words."""

from collections.abc import Mapping

from gateway.boot import Gateway
from gateway.errors import Texts

OPEN: Texts = ("通", "open")
CLOSED: Mapping[str, Texts] = {
    "reconcile": ("恢复后须先对账", "to be reconciled first"),
    "maintenance": ("停机维护", "in maintenance"),
    "quota": ("配额用完", "quota used up"),
    "barred": ("被拒：凭据或名单", "they bar us"),
}


def closed_because(gateway: Gateway, platform: str) -> tuple[str, Texts]:
    """Its tone and its words: as this process knows it."""
    gate = gateway.gates.gates.get(platform)
    cause = gate.closed_because(gateway.clock_ms()) if gate else ""
    if not cause:
        return "green", OPEN
    return "red", CLOSED.get(cause, (f"熔断：{cause}", f"circuit open: {cause}"))
