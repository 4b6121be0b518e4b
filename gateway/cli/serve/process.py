"""What a process that serves asks of the interpreter and of the system's memory."""

import ctypes
import gc
import sys

SWITCH_S = 0.0002
LARGE_BYTES = 1024 * 1024
_M_MMAP_THRESHOLD = -3  # malloc.h of glibc


def suit_serving() -> None:
    """For the whole process, before anything is served."""
    _switch_soon()
    _give_back_large_blocks()


def _switch_soon() -> None:
    """Let a thread that has finished its COMMIT go on at once.

    It waits for the interpreter at every step, 5 ms by default while the loop has anything to do: during a flood
    that was most of what another caller waited for. A switch costs microseconds, and comes only if somebody waits.
    """
    sys.setswitchinterval(SWITCH_S)


def _give_back_large_blocks() -> None:
    """Keep every block of a mebibyte or more out of the heap; where there is no glibc, nothing is to be done.

    Left alone, glibc takes the first large block that is freed as a reason to keep the next ones, in each thread's
    heap: after many bodies of 4 MB at once, the process stayed at three times the memory that they needed.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)


def leave_out_what_stays() -> None:
    """Whatever there is now is not searched for garbage again: code, declarations, compiled releases.

    They are 200,000 objects and more; a search through them takes a tenth of a second, in which nothing else is
    done, and whoever made some thousand rows of a page began one. Releases are never taken off the shelf.
    """
    gc.collect()
    gc.freeze()
