"""Our answer to a call in canonical words (canonical/reply): one for the whole, one for each record."""

from collections.abc import Mapping, Sequence
from typing import Any

from audit.entries import china_time
from gateway.inward.reasons import Outcome, outcome_of, words_of

_GRAVEST: tuple[Outcome, ...] = ("barred", "refused", "later")


def whole(reasons: Sequence[str]) -> str:
    """The reason of a package: the first of the gravest; a package is taken whole or not at all."""
    for outcome in _GRAVEST:
        found = next((each for each in reasons if outcome_of(each) == outcome), None)
        if found is not None:
            return found
    return "taken"


def reply_of(
    reasons: Sequence[str],
    *,
    at_ms: int,
    said: Any = None,
    records: Sequence[Any] = (),
    words: str = "",
    **about: Any,
) -> dict[str, Any]:
    """reasons: one for each record; of a message without records, the one for all of it.

    said: the message as it came, where who sent it is known.    words: that say more than the reason's.
    about: exchange, case, ours; of a visit the document of who has come.
    """
    reason = whole(reasons)
    outcome = outcome_of(reason)
    reply: dict[str, Any] = {
        "outcome": outcome, "reason": reason, "words": words or words_of(reason), "at": china_time(at_ms),
        "records": [_one(each, outcome, record) for each, record in zip(reasons, records, strict=False)],
        **{name: value for name, value in about.items() if value},
    }  # fmt: skip
    return {**reply, "said": said} if said is not None else reply


def _one(reason: str, package: Outcome, said: Any) -> Mapping[str, Any]:
    """What is right in a package that is not taken is not taken with it."""
    said = said if isinstance(said, dict) else {}
    if outcome_of(reason) == "taken" and package != "taken":
        return {"outcome": package, "reason": "other_record", "words": words_of("other_record"), "said": said}
    return {"outcome": outcome_of(reason), "reason": reason, "words": words_of(reason), "said": said}
