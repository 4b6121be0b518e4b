"""Which columns of which tables are held against entries, and by which column their rows are found."""

from collections.abc import Mapping

ROW_KEYS: Mapping[str, tuple[str, ...]] = {
    "exchanges": ("id",), "history": ("exchange_id", "place"), "tickets": ("exchange_id", "kind"),
    "desk_work": ("exchange_id",), "cases": ("id",), "case_events": ("case_id", "place"),
    "case_results": ("case_id", "place"), "case_numbers": ("case_id", "owner", "kind", "number"),
    "activations": ("place",), "scheduled": ("place",), "follow_ups": ("place", "platform"),
    "approvals": ("platform", "declaration", "actor", "document"), "accounts": ("name",),
    "parcel_events": ("case_id", "place"), "unmaskings": ("id",), "visits": ("id",), "joints": ("id",),
    "joint_parts": ("joint_id", "part"), "holds": ("subject", "document"),
    "releases": ("digest",), "suggestions": ("here_division", "there_division", "here_code", "there_code"),
}  # fmt: skip
COMPARED: Mapping[str, tuple[str, ...]] = {
    "exchanges": (
        "case_id", "kind", "operation", "caller", "actor", "platform", "here", "division", "unit", "mode",
        "item_here", "item_there", "basic_code", "alignment", "agreement", "release", "ours", "theirs", "state",
        "attempt", "place", "cause", "code", "admitted_ms", "changed_ms", "ended_ms",
    ),
    "history": ("kind", "at_ms", "attempt", "cause", "code", "reference"),
    "tickets": ("cause", "opened_ms", "closed_ms"),
    "desk_work": ("case_id", "platform", "unit", "operation", "number", "placed_ms", "done_ms"),
    "cases": ("caller", "item", "division", "here", "received_ms", "admitted_ms"),
    "case_events": (
        "kind", "at_ms", "source", "number", "undoes", "cause", "seen_ms", "exchange_id", "due_on", "reason",
    ),
    "case_results": (
        "exchange_id", "source", "state", "at_ms", "seen_ms", "record", "corrects", "reason", "finding",
        "documents",
    ),
    "case_numbers": ("exchange_id",),
    "parcel_events": ("carrier", "number", "kind", "direction", "at_ms", "source", "seen_ms", "contents"),
    "unmaskings": ("case_id", "account", "asked_ms", "answered_by", "granted", "answered_ms"),
    "visits": ("caller", "platform", "expires_ms", "used_ms", "case_id", "key_id", "wrapped", "sealed"),
    "joints": ("caller", "standing", "admitted_ms", "changed_ms"),
    "joint_parts": ("case_id",),
    "holds": ("kind", "ground", "actor", "at_ms"),
    "activations": ("digest", "actor", "at_ms"),
    "scheduled": ("digest", "from_ms", "actor", "at_ms", "ended_ms", "ended_by"),
    "follow_ups": ("actor", "due_ms", "at_ms"),
    "approvals": ("at_ms",),
    "releases": ("stored_ms",),
    "suggestions": ("decision", "first_by", "first_ms", "second_by", "second_ms", "alignment"),
    "accounts": ("role", "divisions", "units", "until_on", "disabled", "made_ms", "changed_ms", "subject"),
}  # fmt: skip
BY_EXCHANGE = ("exchanges", "history", "tickets", "desk_work")
BY_CASE = {  # by which column
    "cases": "id", "case_events": "case_id", "case_results": "case_id", "case_numbers": "case_id",
    "parcel_events": "case_id", "unmaskings": "case_id",
}  # fmt: skip
BY_JOINT = ("joints", "joint_parts")
OF_INSTALLATION = (
    "activations",
    "scheduled",
    "follow_ups",
    "approvals",
    "accounts",
    "releases",
    "suggestions",
    "holds",
)
# may have rows that no entry tells of: how a caller calls its case, a pair on which nobody has decided
FREE = frozenset({"case_numbers", "suggestions"})
SOME = {"suggestions": "WHERE decision <> '' OR first_by <> ''"}
