"""The states of a case, what leads from one to the next, and who must act in each.

Source: domain.md 6.4 and 13.6–8 (行政许可法 art. 32: correction, acceptance; art. 42–45: decision, serving,
suspension). A state is where the case stands; a duty (owed supplement, payment) may stand beside it.
"""

from collections.abc import Mapping
from typing import Literal, get_args

State = Literal[
    "received", "form_checked", "handed_over", "signed", "correction_needed", "corrected", "accepted", "suspended",
    "granted", "refused", "not_accepted", "returned", "withdrawn", "voided", "lapsed", "no_show", "transferred_up",
    "served",
]  # fmt: skip
Duty = Literal["supplement", "payment"]
Kind = State | Literal["resumed", "supplement_owed", "supplied", "to_pay", "paid", "promised", "extended"]
Actor = Literal["receiving", "deciding", "applicant", "nobody"]
STATES: tuple[State, ...] = get_args(State)

TEXTS: Mapping[State, tuple[str, str]] = {
    "received": ("已收件", "papers received"),
    "form_checked": ("已形式审查", "form checked"),
    "handed_over": ("已移交", "handed over"),
    "signed": ("已签收", "signed for by the unit"),
    "correction_needed": ("待补正", "correction needed"),
    "corrected": ("已补正", "corrected"),
    "accepted": ("已受理", "accepted by the authority"),
    "suspended": ("特别程序中，期限中止", "suspended for a special procedure"),
    "granted": ("准予", "granted"),
    "refused": ("不予许可", "refused"),
    "not_accepted": ("不予受理", "not accepted"),
    "returned": ("退件", "returned"),
    "withdrawn": ("已撤回", "withdrawn"),
    "voided": ("已作废", "voided"),
    "lapsed": ("逾期终止", "lapsed: what was due did not come in time"),
    "no_show": ("申请人不来办结，终止", "ended: the applicant did not come to finish it"),
    "transferred_up": ("已转报", "transferred to a higher authority"),
    "served": ("已送达", "served"),
}
# 办结: nothing follows but a correction of the record. A decision is no end: it is still to be served.
ENDS: frozenset[State] = frozenset(
    {"served", "returned", "withdrawn", "voided", "lapsed", "no_show", "transferred_up"}
)
DECISIONS: frozenset[State] = frozenset({"granted", "refused", "not_accepted"})


def _kinds(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(kinds)


_BROKEN_OFF = _kinds("returned", "withdrawn", "voided", "transferred_up")
_JUDGED = _BROKEN_OFF | _kinds(
    "correction_needed",
    "accepted",
    "suspended",
    "lapsed",
    "no_show",
    "granted",
    "refused",
    "not_accepted",
    "served",
)
# What may follow each state. A place that tells only some of its steps is lawful: a step that was not told is
# implied by a later one (即办件: decided in the first answer). What would go back is not among them.
LEADS: Mapping[State, frozenset[Kind]] = {
    "received": _JUDGED | _kinds("form_checked", "handed_over", "signed"),
    "form_checked": _JUDGED | _kinds("handed_over", "signed"),
    "handed_over": _JUDGED | _kinds("signed"),
    "signed": _JUDGED,
    "correction_needed": _JUDGED - _kinds("correction_needed") | _kinds("corrected"),
    "corrected": _JUDGED,
    "accepted": _JUDGED - _kinds("accepted", "not_accepted"),
    # who tells states only says that it goes on by telling again that it is accepted
    "suspended": _BROKEN_OFF
    | _kinds("accepted", "resumed", "lapsed", "no_show", "granted", "refused", "served"),
    "granted": _kinds("served", "voided"),  # a grant may be taken back before it is served (撤销)
    "refused": _kinds("served"),
    "not_accepted": _kinds("served"),
    "served": _kinds(),
    "returned": _kinds(),
    "withdrawn": _kinds(),
    "voided": _kinds(),
    "lapsed": _kinds(),
    "no_show": _kinds(),
    "transferred_up": _kinds(),
}
# A duty is opened and closed beside the state: 容缺受理, 缴费.
OPENS: Mapping[str, Duty] = {"supplement_owed": "supplement", "to_pay": "payment"}
CLOSES: Mapping[str, Duty] = {"supplied": "supplement", "paid": "payment"}

# Told of an open case without moving it: a last day that was promised (承诺办结日期), a longer limit (延期).
BESIDE: frozenset[Kind] = _kinds("promised", "extended")

# How far along a step is: of two within the clocks' difference the lesser was first.
_ALONG = (
    "received", "form_checked", "handed_over", "signed", "correction_needed", "corrected", "accepted",
    "supplement_owed", "supplied", "suspended", "resumed", "promised", "extended", "to_pay", "paid",
    *sorted(DECISIONS), *sorted(ENDS - {"served"}), "served",
)  # fmt: skip
ALONG: Mapping[str, int] = {kind: place for place, kind in enumerate(_ALONG)}

ACTS: Mapping[State, Actor] = {
    "received": "receiving", "form_checked": "receiving", "handed_over": "deciding", "signed": "deciding",
    "correction_needed": "applicant", "corrected": "deciding", "accepted": "deciding", "suspended": "deciding",
    **dict.fromkeys(DECISIONS, "deciding"), **dict.fromkeys(ENDS, "nobody"),
}  # fmt: skip
