"""What may still come to a case: a correction (补正), what was owed (容缺后补), its withdrawal (撤回). Pure."""

from collections.abc import Mapping
from typing import Literal

from gateway.cases.life import Life
from gateway.cases.states import DECISIONS, Kind

CORRECT, SUPPLEMENT, WITHDRAW = "case.correct", "case.supplement", "case.withdraw"
PARCEL = "case.parcel"  # goes along beside the case: it may come at any time, and moves nothing
# what each of them is in the life of the case, once its platform has it
BRINGS: Mapping[str, Kind] = {CORRECT: "corrected", SUPPLEMENT: "supplied", WITHDRAW: "withdrawn"}
Why = Literal["case_over", "nothing_asked"]


def why_not(life: Life, operation: str, *, unasked: bool) -> Why | None:
    """Why it cannot come to the case as it stands; None if it can.

    unasked: whether the platform takes what nobody asked for, or the case itself has said that it comes.
    What is owed may come after the decision, too: a result can be given out on the promise of it.
    """
    if operation == PARCEL:
        return None
    if life.ended or (life.state in DECISIONS and operation != SUPPLEMENT):
        return "case_over"
    asked = {CORRECT: life.state == "correction_needed", SUPPLEMENT: "supplement" in life.duties}
    return None if unasked or asked.get(operation, True) else "nothing_asked"
