"""What goes wrong when: everything random of a campaign, drawn from its seed before anything runs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from random import Random
from typing import Any

SEATS = {"sqlite": ("gateway-1",), "postgresql": ("gateway-1", "gateway-2", "gateway-3")}
PLATFORMS = ("sim-gd", "sim-gx", "sim-bare")
FRONTS = ("sim-table", "sim-folder")
LOST: tuple[dict[str, Any], ...] = (  # whoever hears one of these does not know whether it was taken
    {"do": "take_then_drop"}, {"do": "reset_after"}, {"do": "reset_before"}, {"do": "redirect"},
    {"do": "half_answer"}, {"do": "half_answer", "take": False}, {"do": "garbage"}, {"do": "empty"},
    {"do": "garbage", "take": False}, {"do": "corrupt", "take": False}, {"do": "wrong_charset", "take": False},
    {"do": "stall", "seconds": 1.3}, {"do": "stall", "seconds": 2.5},
    {"do": "stall", "seconds": 1.5, "take": False},
    {"do": "slow", "seconds": 1.6}, {"do": "status", "code": 502}, {"do": "status", "code": 502, "take": True},
    {"do": "status", "code": 504}, {"do": "status", "code": 504, "take": True}, {"do": "status", "code": 500},
)  # fmt: skip
TOLD: tuple[dict[str, Any], ...] = (
    {"do": "later", "after_s": 1}, {"do": "later", "after_s": 0}, {"do": "busy"}, {"do": "bar"},
)  # fmt: skip
LATER = ("case.correct", "case.withdraw")
OWN: Mapping[str, tuple[dict[str, Any], ...]] = {
    "sim-gd": (
        {"do": "expire_secret"}, {"do": "already"}, {"do": "stall", "seconds": 1.3, "operation": "session"},
        {"do": "status", "code": 502, "operation": "session"}, {"do": "garbage", "operation": "session"},
        *({**each, "operation": operation} for operation in LATER for each in (*LOST[:6], *TOLD[:3])),
    ),
    "sim-gx": (
        {"do": "refuse"}, {"do": "partly"}, {"do": "lag", "seconds": 0.8, "for_s": 4},
        {"do": "lag", "seconds": 0.8, "for_s": 6},
        *({**each, "operation": "case.progress"} for each in (*LOST[:5], *LOST[10:16], *TOLD[:3])),
        *({**each, "operation": operation} for operation in LATER for each in (*LOST[:6], *TOLD[:3])),
    ),
    "sim-bare": ({"do": "refuse"},),
}  # fmt: skip
FATES = (  # where a process dies that is not killed from outside
    "before the first byte of cases", "after the last byte of cases", "after the answer to cases",
    "before the first byte of withdrawal", "after the last byte of withdrawal", "after the answer to corrections",
    "before the first byte of exchange", "after the last byte of exchange", "after the answer to exchange",
)  # fmt: skip
MOST_BOUNDARIES = 600
MINUTE_MS = 60_000
EVERY_S = {"sim-gd": 0.5, "sim-gx": 0.5, "sim-bare": 4}  # how often an answer goes wrong


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that goes wrong. at_s: after the start; target: a process, a platform or the database."""

    at_s: float
    kind: str
    target: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        facts = " ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.at_s:8.3f} s  {self.kind:8} {self.target:10} {facts}".rstrip()


@dataclass(frozen=True, slots=True)
class Schedule:
    """The same seed, store and length give the same schedule; how things interleave is up to the machine."""

    seed: int
    store: str
    seconds: float
    events: tuple[Event, ...]
    fronts: bool = False

    @property
    def seats(self) -> tuple[str, ...]:
        return SEATS[self.store]

    def chance(self, what: str) -> Random:
        """Chance of its own for everything that draws while the campaign runs: no one disturbs another."""
        return Random(f"{self.seed} {self.store} {what}")

    def fate(self, seat: str, life: int) -> int | str | None:
        """The boundary at which the n-th process on this seat dies, if it lives so long; None: at none."""
        chance = self.chance(f"{seat} {life}")
        drawn = chance.random()
        if drawn < 0.4:
            return int(chance.expovariate(1 / 150)) % MOST_BOUNDARIES
        return chance.choice(FATES) if drawn < 0.6 else None

    def armed_after_s(self, seat: str, life: int) -> float:
        """How long that process lives before its boundaries are counted; 0: its start is, too."""
        chance = self.chance(f"{seat} {life} armed")
        return round(max(chance.uniform(-1, 6), 0), 2)

    def lines(self) -> Iterator[str]:
        yield f"seed {self.seed}, {self.store}, {self.seconds:g} s, {len(self.events)} events"
        for seat in self.seats:
            lives = [(self.fate(seat, life), self.armed_after_s(seat, life)) for life in range(8)]
            yield f"{seat} dies: {', '.join(f'{at} (from {s:g} s on)' for at, s in lives)} …"
        yield from map(str, self.events)


def drawn(seed: int, store: str, seconds: float, *, fronts: bool = False) -> Schedule:
    """store: sqlite or postgresql; seconds: how long there is load; fronts: also to a table and a folder."""
    empty = Schedule(seed, store, seconds, ())
    sources = [*_PROCESSES, *(_SERVER if store == "postgresql" else _FILE)]
    events = [
        event
        for name, every_s, make in sources
        for event in _times(
            empty.chance(name), every_s, seconds, lambda at_s, c, n=name, m=make: m(at_s, n, c, empty.seats)
        )
    ]
    for platform in PLATFORMS:
        chance = empty.chance(platform)
        events += _times(chance, EVERY_S[platform], seconds, lambda at_s, c, p=platform: _step(at_s, p, c))
        events += _times(chance, 12, seconds, lambda at_s, c, p=platform: _down(at_s, p, c))
    for front in FRONTS if fronts else ():
        for kind, every_s, most_s in _AT_FRONTS:
            chance = empty.chance(f"{front} {kind}")
            events += _times(
                chance,
                every_s,
                seconds,
                lambda at_s, c, k=kind, f=front, m=most_s: _at_front(at_s, k, f, c, m),
            )
    return Schedule(seed, store, seconds, tuple(sorted(events, key=lambda event: event.at_s)), fronts)


Make = Callable[[float, str, Random, tuple[str, ...]], Event]


def _times(
    chance: Random, every_s: float, seconds: float, make: Callable[[float, Random], Event]
) -> Iterator[Event]:
    """Events on the average every `every_s` seconds."""

    def clock() -> Iterator[float]:
        at_s = 0.0
        while True:
            at_s += chance.expovariate(1 / every_s)
            yield round(at_s, 3)

    for at_s in takewhile(lambda at_s: at_s < seconds, clock()):
        yield make(at_s, chance)


def _step(at_s: float, platform: str, chance: Random) -> Event:
    steps = chance.choices((LOST, TOLD, OWN[platform]), (4, 1, 2))[0]
    step = {**chance.choice(steps)}
    if step["do"] != "lag":
        step["times"] = chance.choice((1, 1, 1, 2, 3))
    return Event(at_s, "tell", platform, step)


def _down(at_s: float, platform: str, chance: Random) -> Event:
    return Event(at_s, "down", platform, {"seconds": round(chance.uniform(0.3, 3), 2)})


def _at_front(at_s: float, kind: str, front: str, chance: Random, most_s: float) -> Event:
    return Event(at_s, kind, front, {"seconds": round(chance.uniform(0.1, most_s), 2)})


def _signal(at_s: float, name: str, chance: Random, seats: tuple[str, ...]) -> Event:
    return Event(at_s, name, chance.choice(seats))


def _pause(at_s: float, name: str, chance: Random, seats: tuple[str, ...]) -> Event:
    """Past the lease (3 s), some past what a transaction may take (5 s), none past `settled_after` (4 s more)."""
    return Event(at_s, name, chance.choice(seats), {"seconds": round(chance.uniform(3.2, 5.9), 2)})


def _jump(at_s: float, name: str, chance: Random, seats: tuple[str, ...]) -> Event:
    ahead_ms = chance.choice((-1, 1)) * chance.randrange(MINUTE_MS, 20 * MINUTE_MS)
    facts = {"ahead_ms": ahead_ms, "seconds": round(chance.uniform(1, 8), 2)}
    return Event(at_s, name, chance.choice(seats), facts)


def _full(at_s: float, name: str, chance: Random, seats: tuple[str, ...]) -> Event:
    return Event(at_s, name, seats[0], {"seconds": round(chance.uniform(0.3, 4), 2)})


def _restart(at_s: float, name: str, chance: Random, _: tuple[str, ...]) -> Event:
    facts = {"how": chance.choice(("fast", "immediate")), "seconds": round(chance.uniform(0, 1.5), 2)}
    return Event(at_s, name, "database", facts)


def _cut(at_s: float, name: str, chance: Random, _: tuple[str, ...]) -> Event:
    return Event(at_s, name, "database", {"share": round(chance.uniform(0.2, 1), 2)})


_AT_FRONTS = (("away", 6, 2.0), ("lock", 4, 2.5), ("sever", 1.5, 0.1))  # kind, every_s, seconds at most
_PROCESSES: tuple[tuple[str, float, Make], ...] = (
    ("kill", 5, _signal), ("end", 12, _signal), ("pause", 9, _pause), ("jump", 7, _jump),
)  # fmt: skip
_FILE: tuple[tuple[str, float, Make], ...] = (("full", 9, _full),)
_SERVER: tuple[tuple[str, float, Make], ...] = (("restart", 14, _restart), ("cut", 6, _cut))
