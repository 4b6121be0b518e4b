"""What a process is given of the world: clocks, chance, the network, the way to the database."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from adapters.base import Heard
from adapters.transport import HttpTransport
from gateway.clock import monotonic_ms, wall_ms
from gateway.numbers import Sequences, Serials
from gateway.store.connection import Driver
from gateway.store.database import connect
from gateway.store.store import Store


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is not a function of its arguments.

    clock_ms: the time of everything, where a test gives one; else that of the database, which never jumps:
    a server's own, or `wall_ms` for a file. serials: what numbers cases; test cases have others.
    heard: is told of every answer that a platform gives to a message, over whatever transport.
    """

    clock_ms: Callable[[], int] | None = None
    wall_ms: Callable[[], int] = wall_ms
    monotonic_ms: Callable[[], float] = monotonic_ms
    random: Callable[[int], bytes] = os.urandom
    connect: Callable[[str], Driver] = connect
    transport: Callable[[], HttpTransport] = HttpTransport
    heard: Heard | None = None
    serials: Callable[[Store], Serials] = Sequences
