"""The papers of the month's cases: made-up people, each of them once."""

from datetime import datetime
from typing import Any

from gateway.desk.acts import ACTS
from gateway.desk.records import Said
from tests.demo.network.stories import Story
from tests.fakes import clock, fixtures
from tests.fakes.checks import CHINA
from tests.web.people import number

_PEOPLE = {"失业登记": "gd-person", "开具户籍类证明": "gx-person"}
_OWED = {"files": [], "instead": {"kind": "owed", "until": "2026-12-31"}}
_REASONS = {
    "returned": "wrong_item",
    "not_accepted": "not_competent",
    "refused": "conditions_not_met",
    "lapsed": "correction_overdue",
}
_BY_KIND = {act.kind: act for act in ACTS.values()}


def case_of(story: Story) -> dict[str, Any]:
    """The case as its caller posts it."""
    received_at = datetime.fromtimestamp(story.received_ms / 1000, CHINA)
    document = fixtures.case(_PEOPLE[story.item], received_at=received_at)
    document["item"] = {"code": story.here.code(story.item), "name": story.item}
    document["division"] = story.there.division
    document.pop("numbers", None)
    document["receiving"] |= {
        "division": story.here.division, "unit": story.here.unit(story.item),
        "unit_name": f"{story.here.name}政务服务中心",
    }  # fmt: skip
    applicant = document["applicant"]
    applicant["id_number"] = number(story.number)
    digits = applicant["id_number"][6:14]
    applicant["birth_date"] = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    applicant.pop("sex", None)
    if story.plot == "supplied":
        document["materials"].append({**document["materials"][0], "code": "M09", "name": "后补材料", **_OWED})
    return document


def later_of(story: Story, what: str) -> dict[str, Any]:
    """What the receiving place sends later (canonical/correction@1, canonical/withdrawal@1)."""
    by = {"at": datetime.fromtimestamp(clock.now_ms() // 1000, CHINA).isoformat(), "staff": "C0228"}
    if what == "withdraw":
        return {"reason": "申请人另行办理", "by": by}
    material = fixtures.case(_PEOPLE[story.item])["materials"][0]
    if what == "supplement":
        material |= {"code": "M09", "name": "后补材料"}
    return {"materials": [material], "by": by}


def said_at_desk(kind: str) -> Said:
    """What is said with an act at a desk, where it asks for something."""
    act = _BY_KIND[kind]
    return Said(
        reason=_REASONS.get(kind, ""), words="详见所附文书" if act.words else "",
        due_on="2026-12-31" if act.due else "",
        materials=({"name": "居民身份证", "why": "影像不清"},) if act.materials else (),
    )  # fmt: skip
