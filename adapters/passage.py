"""Blocking work in a thread of its own, that can be given up: then its step of no return never happens.

The thread asks the loop for leave right before that step (a COMMIT, the last rename), and who waits gives up on the
same loop. So one of the two comes first: what was given up is not done any more, what was begun is unknown.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

from adapters.declared import Platform
from adapters.errors import NotSent, Unknown
from adapters.message import Go, Response

MOST_THREADS = 16
_LEAVE_S = 60  # a loop that has stopped gives no leave: the thread must end


class Passage:
    """The leave for one piece of work. Made and given up on the loop; `begin` is for the thread."""

    __slots__ = ("_cut", "_given_up", "_go", "_loop", "begun")

    def __init__(self, go: Go) -> None:
        self._go = go
        self._loop = asyncio.get_running_loop()
        self._given_up = False
        self._cut: Callable[[], None] | None = None
        self.begun = False

    def cut_by(self, cut: Callable[[], None]) -> None:
        """What frees the thread where it waits for somebody who may never answer; called once it is given up."""
        self._cut = cut
        if self._given_up:
            cut()

    def begin(self) -> None:
        """Right before the step of no return. Raises NotSent if it was given up, and whatever `go` raises."""
        asyncio.run_coroutine_threadsafe(self._leave(), self._loop).result(timeout=_LEAVE_S)

    async def _leave(self) -> None:
        if self._given_up:
            raise NotSent("timeout")
        self._go()
        self.begun = True

    def give_up(self) -> None:
        self._given_up = True
        if self._cut is not None:
            self._cut()


Work = Callable[[Passage], Response]


async def crossed(threads: Executor, work: Work, *, go: Go, timeout_s: float) -> Response:
    """What the work answers within `timeout_s`; whatever it raises passes through.

    Raises NotSent if it was given up before it had begun, Unknown afterwards.
    """
    passage = Passage(go)
    running = asyncio.get_running_loop().run_in_executor(threads, work, passage)
    try:
        done, _ = await asyncio.wait({running}, timeout=timeout_s)
        if done:
            return running.result()
    finally:
        passage.give_up()
    running.add_done_callback(_forgotten)
    running.cancel()  # if no thread has taken it up yet
    raise Unknown("timeout") if passage.begun else NotSent("timeout")


def _forgotten(late: "asyncio.Future[Response]") -> None:
    """What comes of it now was answered for already."""
    if not late.cancelled():
        late.exception()


def threads(platform: Platform) -> ThreadPoolExecutor:
    """As many as may be under way at once; a front that stands still stops no other platform."""
    most = min(platform.limits.in_flight, MOST_THREADS)
    return ThreadPoolExecutor(most, thread_name_prefix=platform.platform)
