"""What the entries say of the installation: what came in force, who approved it, who may sign in."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from audit.expected import Key, Wanted, epoch_ms, fact_of
from audit.records import Record

KINDS = (
    "release.activated", "release.scheduled", "release.cancelled", "platform.approved",
    "account.added", "account.disabled", "account.password_changed",
    "suggestion.first_confirmed", "suggestion.refused", "alignment.confirmed",
    "hold.placed", "hold.lifted",
)  # fmt: skip
_DECISIONS = {
    "suggestion.first_confirmed": "",
    "suggestion.refused": "refused",
    "alignment.confirmed": "confirmed",
}
_PAIR = ("here_division", "there_division", "here_code", "there_code")


def of_installation(records: Sequence[Record]) -> list[Wanted]:
    parts = (_activations, _releases, _scheduled, _approvals, _accounts, _suggestions, _holds)
    return [wanted for part in parts for wanted in part(records)]


def _activations(records: Sequence[Record]) -> Iterator[Wanted]:
    """Every activation in its order; after an emergency what has to be approved afterwards."""
    found = (each for each in records if each.kind == "release.activated")
    for place, each in enumerate(found, 1):
        by = {"actor": fact_of(each, "actor"), "at_ms": each.at_ms}
        yield Wanted("activations", (place,), {"digest": fact_of(each, "release"), **by})
        unapproved = each.facts.get("unapproved", ())
        for platform in unapproved if isinstance(unapproved, list) else ():
            if not isinstance(platform, str):
                continue
            due_ms = epoch_ms(each.facts.get("follow_up"))
            yield Wanted("follow_ups", (place, platform), {**by, "due_ms": due_ms})


def _releases(records: Sequence[Record]) -> Iterator[Wanted]:
    """Every release that was named, kept since it was named first."""
    first: dict[str, int] = {}
    for each in records:
        if each.kind in ("release.activated", "release.scheduled"):
            first.setdefault(str(fact_of(each, "release")), each.at_ms)
    for digest, at_ms in first.items():
        yield Wanted("releases", (digest,), {"stored_ms": at_ms})


def _scheduled(records: Sequence[Record]) -> Iterator[Wanted]:
    ended = {
        fact_of(each, "scheduled"): each
        for each in records
        if "scheduled" in each.facts and each.kind != "release.scheduled"
    }
    for each in records:
        place = each.facts.get("scheduled")
        if each.kind != "release.scheduled" or not isinstance(place, int):
            continue
        end = ended.get(place)
        cancelled = end is not None and end.kind == "release.cancelled"
        yield Wanted("scheduled", (place,), {
            "digest": fact_of(each, "release"), "from_ms": epoch_ms(each.facts.get("valid_from")),
            "actor": fact_of(each, "actor"), "at_ms": each.at_ms, "ended_ms": end.at_ms if end else 0,
            "ended_by": fact_of(end, "actor") if end and cancelled else "",
        })  # fmt: skip


def _approvals(records: Sequence[Record]) -> Iterator[Wanted]:
    for each in records:
        if each.kind == "platform.approved":
            named = ("platform", "declaration", "actor", "document")
            key = tuple(str(fact_of(each, name)) for name in named)
            yield Wanted("approvals", key, {"at_ms": each.at_ms})


def _accounts(records: Sequence[Record]) -> Iterator[Wanted]:
    """Accounts as they were added, and whether and when something of them changed since."""
    added = {each.text("account"): each for each in records if each.kind == "account.added"}
    for name, each in added.items():
        later = [
            other
            for other in records
            if other.text("account") == name
            and other.kind in ("account.disabled", "account.password_changed")
        ]
        elsewhere = {} if each.facts.get("elsewhere") else {"subject": ""}
        yield Wanted("accounts", (name or "",), {
            **elsewhere,
            "role": fact_of(each, "role"), "divisions": _joined(each, "divisions"),
            "units": _joined(each, "units"), "until_on": fact_of(each, "until"), "made_ms": each.at_ms,
            "disabled": int(any(other.kind == "account.disabled" for other in later)),
            "changed_ms": max(other.at_ms for other in [each, *later]),
        })  # fmt: skip


def _joined(record: Record, name: str) -> str:
    value = record.facts.get(name)
    return " ".join(map(str, value)) if isinstance(value, list) else ""


def _suggestions(records: Sequence[Record]) -> Iterator[Wanted]:
    """Suggested pairs on which somebody has decided: who, when, and which aligned row came of it."""
    told: dict[Key, list[Record]] = defaultdict(list)
    for each in records:
        if each.kind in _DECISIONS:
            told[tuple(str(fact_of(each, name)) for name in _PAIR)].append(each)
    for pair, said in told.items():
        first, second = said[0], said[1] if len(said) > 1 else None
        yield Wanted("suggestions", pair, {
            "decision": _DECISIONS[said[-1].kind], "alignment": fact_of(said[-1], "alignment"),
            "first_by": fact_of(first, "actor"), "first_ms": first.at_ms,
            "second_by": fact_of(second, "actor") if second else "", "second_ms": second.at_ms if second else 0,
        })  # fmt: skip


def _holds(records: Sequence[Record]) -> Iterator[Wanted]:
    """Holds that were placed and not lifted since."""
    held: dict[Key, Record] = {}
    for each in records:
        if each.kind in ("hold.placed", "hold.lifted"):
            subject = fact_of(each, "person" if "person" in each.facts else "case")
            named: Key = (str(subject), str(fact_of(each, "document")))
            held.pop(named, None)
            if each.kind == "hold.placed":
                held[named] = each
    for key, each in held.items():
        yield Wanted("holds", key, {
            "kind": "person" if "person" in each.facts else "case", "ground": fact_of(each, "ground"),
            "actor": fact_of(each, "actor"), "at_ms": each.at_ms,
        })  # fmt: skip
