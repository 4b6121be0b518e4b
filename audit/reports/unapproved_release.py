"""Unapproved release: declarations that came in force though nobody else had approved them."""

from collections.abc import Iterable

from audit.records import Record
from audit.reports.question import Ask, Found, Question, facts_of, texts_of


class UnapprovedRelease(Ask):
    kinds = frozenset({"release.activated"})

    def take(self, position: int, record: Record) -> Iterable[Found]:
        approvers: dict[str, set[str]] = {}
        for each in texts_of(record, "approved_by"):
            platform, _, who = each.partition(":")
            approvers.setdefault(platform, set()).add(who)
        actor = record.text("actor")
        for platform in texts_of(record, "platforms"):
            others = approvers.get(platform, set()) - {actor}
            if not others:
                why = "only_by_who_activated" if platform in approvers else "by_nobody"
                yield Found(position, facts_of(record, "release", "actor", platform=platform, why=why))


QUESTION = Question(
    name="unapproved_release",
    title=("未经批准的发布", "Releases without approval"),
    shows=(
        "生效的发布中，没有他人批准的平台声明",
        "declarations of platforms that came in force and that nobody but who activated them had approved",
    ),
    cannot=(
        "两个账号是否两个人；未要求审批的装置（production: false）全部列出",
        "whether two accounts are two persons; where no approval is asked for (production: false) all are listed",
    ),
    said=(
        "{actor} 于 {at} 使 {platform} 生效，批准：{why}",
        "{actor} put {platform} in force at {at}, approved: {why}",
    ),
    ask=UnapprovedRelease,
)
