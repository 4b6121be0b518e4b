"""The lawful order of an exchange's entries (交换): admitted first, at most one end, then only echoes."""

from dataclasses import dataclass, field

from audit.findings import Finding

START = "exchange.admitted"
ENDS = frozenset({"exchange.delivered", "exchange.refused", "exchange.abandoned", "exchange.withdrawn"})
ECHOES = frozenset({"exchange.late_reply"})  # may follow an end
# the whole story of a read (查询) or of a call in (来函): they have one commit, and so no other entry
ALONE = frozenset({"exchange.read", "exchange.inward"})
BETWEEN = frozenset({"exchange.sending", "exchange.deferred", "exchange.held", "exchange.hastened"})

_KNOWN = ENDS | ECHOES | BETWEEN
_WITHIN = BETWEEN | ECHOES | ALONE  # moves nothing while an exchange is open


@dataclass(slots=True)
class Orders:
    """Where every exchange stands, while the entries of the log pass by in their order."""

    open: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)

    def take(self, path: str, kind: object, exchange: str | None) -> Finding | None:
        """Note the next entry; the finding if it must not stand where it stands. Other kinds pass."""
        if not isinstance(kind, str) or not kind.startswith("exchange.") or self.passes(kind, exchange):
            return None
        if exchange is None:
            return Finding(path, "order.no_exchange")
        code = self._fault(kind, exchange)
        self._move(kind, exchange)
        return Finding(path, f"order.{code}", {"exchange": exchange, "kind": kind}) if code else None

    def passes(self, kind: object, exchange: str | None) -> bool:
        """Note the next entry if it stands where it may, as nearly all do; nothing is noted otherwise."""
        if exchange is None:
            return False
        if exchange in self.open:
            if kind in ENDS:
                self.open.discard(exchange)
                self.ended.add(exchange)
                return True
            return kind in _WITHIN
        if kind == START and exchange not in self.ended:
            self.open.add(exchange)
            return True
        return kind in ALONE

    def _fault(self, kind: str, exchange: str) -> str | None:
        ended = exchange in self.ended
        if kind == START:
            return "second_start" if ended or exchange in self.open else None
        if kind not in _KNOWN:
            return "unknown_kind"
        if ended:
            return "second_end" if kind in ENDS else None if kind in ECHOES else "after_end"
        return None if exchange in self.open else "no_start"

    def _move(self, kind: str, exchange: str) -> None:
        """A faulty entry moves on as well, so that one fault is told once."""
        if kind in ENDS:
            self.open.discard(exchange)
            self.ended.add(exchange)
        elif exchange not in self.ended:
            self.open.add(exchange)
