"""What the authorities of simulated platforms decide: in canonical words, which each dialect puts into its own.

Where nothing was said in particular (`Ledger.say`) a case ends with the usual document of its ending.
"""

import base64
from dataclasses import dataclass
from typing import Any

from .ledger import Ledger

ENDINGS = frozenset({
    "granted", "refused", "not_accepted", "returned", "withdrawn", "voided", "lapsed", "no_show", "transferred_up",
    "served",
})  # fmt: skip
USUAL: dict[str, tuple[str, str, str]] = {  # reason, kind of document, its name
    "granted": ("", "decision", "准予行政许可决定书"),
    "refused": ("conditions_not_met", "refusal", "不予行政许可决定书"),
    "not_accepted": ("not_competent", "refusal_to_accept", "不予受理通知书"),
    "returned": ("wrong_item", "return_notice", "退件通知书"),
    "withdrawn": ("applicant_asked", "withdrawal_notice", "准予撤回通知书"),
    "voided": ("mistaken", "void_notice", "作废通知书"),
    "lapsed": ("correction_overdue", "termination_notice", "终止办理通知书"),
    "no_show": ("not_present", "termination_notice", "终止办理通知书"),
    "transferred_up": ("decided_above", "transfer_notice", "转报函"),
    "served": ("", "service_record", "送达回证"),
}
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(frozen=True, slots=True)
class Said:
    """The result of a case: its state and when it came to it, and what the authority says (canonical/result@1)."""

    state: str
    at_ms: int
    result: dict[str, Any]


def said_of(ledger: Ledger, number: str, unit: str) -> Said | None:
    """None while the case has not come to any ending."""
    ended = [(state, at_ms) for state, at_ms in ledger.states(number) if state in ENDINGS]
    if not ended:
        return None
    state, at_ms = ended[-1]
    said = ledger.said(number)
    return Said(state, at_ms, usual(number, state, unit) if said is None else said)


def usual(number: str, state: str, unit: str) -> dict[str, Any]:
    """What is said where nothing else was asked for."""
    reason, kind, name = USUAL[state]
    tail = number[-4:]
    file = {"name": f"{name}.pdf", "content": base64.b64encode(PDF).decode()}
    paper = {
        "kind": kind,
        "name": name,
        "number": f"模决字〔2026〕{tail}号",
        "unit": unit,
        "on": "2026-11-20",
    }
    said: dict[str, Any] = {
        "decision": {"number": f"模决字〔2026〕{tail}号", "on": "2026-11-20", "unit": unit},
        "documents": [{**paper, "file": file}],
    }
    return {**said, "reason": reason, "words": "见所附文书"} if reason else said
