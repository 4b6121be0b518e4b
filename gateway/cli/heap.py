"""Large blocks of memory go back to the system as soon as they are free."""

import ctypes

_M_MMAP_THRESHOLD = -3  # malloc.h of glibc
LARGE_BYTES = 1024 * 1024


def give_back_large_blocks() -> None:
    """Keep every block of a mebibyte or more out of the heap; where there is no glibc, nothing is to be done.

    Left alone, glibc takes the first large block that is freed as a reason to keep the next ones, in each thread's
    heap: after many bodies of 4 MB at once, the process stayed at three times the memory that they needed.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
