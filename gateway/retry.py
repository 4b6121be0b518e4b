"""The one schedule of waits between tries: exponential, bounded, jittered by a number that the caller gives."""

from hashlib import sha256

from tenacity import RetryCallState, wait_exponential


def wait_ms(failures: int, *, first_ms: int, most_ms: int, jitter: float) -> int:
    """How long to wait after the n-th failure in a row (n >= 1).

    jitter: 0.0 to 1.0; spreads the wait over 75 % to 100 % of its step, so that what failed together
    does not come back together.
    """
    call = RetryCallState(retry_object=None, fn=None, args=(), kwargs={})  # type: ignore[arg-type]
    call.attempt_number = max(failures, 1)
    step_ms = wait_exponential(multiplier=first_ms, max=most_ms)(call)
    return int(step_ms * (0.75 + 0.25 * jitter))


def jitter_of(exchange_id: str, failures: int) -> float:
    """A number in [0, 1) that depends on nothing but its arguments, so that judging stays a pure function."""
    return int.from_bytes(sha256(f"{exchange_id}/{failures}".encode()).digest()[:4]) / 2**32
