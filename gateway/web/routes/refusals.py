"""What a route that writes something can refuse, by the step at which it does."""

BODY = (
    "too_large", "too_slow", "wrong_media_type", "wrong_charset", "body_unreadable", "not_json", "not_an_object",
    "duplicate_key", "too_deep", "number_inexact",
)  # fmt: skip
ALIGNED = (
    "item_unknown", "item_not_aligned", "item_cancelled", "item_suspended", "item_not_yet_valid", "item_ambiguous",
    "item_alignment_conflict", "item_alignment_gap", "item_alignment_ended", "item_target_missing",
    "item_target_cancelled", "item_target_superseded",
)  # fmt: skip
PREPARED = (
    "forbidden_division", "forbidden_item", "forbidden_sender", "invalid_case", "unmappable",
    *ALIGNED, "item_version_differs",
    "no_agreement", "mode_not_agreed", "item_not_open", "power_not_delegated", "batch_full",
    "division_not_served", "route_ambiguous", "operation_not_offered", "not_active", "stopping",
)  # fmt: skip
ADMITTED = (
    "idempotency_key_missing", "idempotency_key_bad", "idempotency_conflict", "case_open", "numbers_exhausted",
    "platform_refused", "not_delivered", "erased",
)  # fmt: skip
LATER = (
    "not_found", "invalid_case", "unmappable", "not_active", "operation_not_offered", "stopping", "case_over",
    "write_open", "case_unconfirmed", "idempotency_key_missing", "idempotency_key_bad", "idempotency_conflict",
    "platform_refused", "not_delivered", "erased",
)  # fmt: skip
