"""Emergency overrides without follow-up: what came in force in an emergency, its approval still owed or late."""

from collections.abc import Iterable

from audit.records import Record
from audit.reports.question import Ask, Found, Question, Terms, china, facts_of, texts_of


class Emergencies(Ask):
    kinds = frozenset({"release.activated", "platform.approved"})

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        self._owed: dict[str, list[Found]] = {}  # by platform

    def take(self, position: int, record: Record) -> Iterable[Found]:
        if record.kind == "release.activated" and record.facts.get("emergency"):
            for platform in texts_of(record, "unapproved"):
                facts = facts_of(record, "release", "actor", "follow_up", platform=platform)
                self._owed.setdefault(platform, []).append(Found(position, facts))
        elif record.kind == "platform.approved":
            for owed in self._owed.pop(record.text("platform") or "", ()):
                if record.at > str(owed.facts.get("follow_up", "")):
                    yield Found(owed.position, {**owed.facts, "approved": record.at})

    def close(self, now_ms: int) -> Iterable[Found]:
        now = china(now_ms).isoformat(timespec="milliseconds")
        for each in self._owed.values():
            yield from (owed for owed in each if now > str(owed.facts.get("follow_up", "")))


QUESTION = Question(
    name="emergencies",
    title=("紧急生效而未补批准", "Emergency overrides without follow-up"),
    shows=(
        "紧急生效的平台声明，至期限未补批准，或逾期才补",
        "declarations that came in force in an emergency and were not approved by the day on which that was owed",
    ),
    cannot=(
        "是否确属紧急；期限未到的不列；补批的是否同一声明须对照其摘要",
        "whether it was an emergency; what is not due yet; that the approval is of the same declaration, whose "
        "digest stands in its entry",
    ),
    said=(
        "{platform} 由 {actor} 于 {at} 紧急生效，应于 {follow_up} 前补批准（补于：{approved}）",
        "{platform} put in force by {actor} at {at}, approval owed by {follow_up} (came: {approved})",
    ),
    ask=Emergencies,
)
