"""How much slower this machine is just now than the one on which the bounds of processor time were set.

A virtual machine may be given a third of its processor for minutes, and its own clocks do not see it. What is
bounded by seconds of the processor gets as many more; what is compared within the same run needs none of this.
"""

from time import process_time

ROUNDS = 1_000_000
# For so many rounds where the figures of docs/performance.md come from. Reckoned, not measured there: elsewhere it
# was 0.046 s in the minutes in which the mapping written by hand took 13.2 µs, and there that took 10.1.
THERE_S = 0.036
MOST = 4.0  # a machine slower than that measures nothing


def slowness() -> float:
    """1 there and on whatever is quicker, up to MOST; the quietest of five looks of some hundredths of a second."""
    return min(MOST, max(1.0, min(_took_s() for _ in range(5)) / THERE_S))


def _took_s() -> float:
    began_s, total = process_time(), 0
    for each in range(ROUNDS):
        total += each
    return process_time() - began_s
