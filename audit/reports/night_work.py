"""Night work: what people did at hours at which an office is closed."""

from collections.abc import Iterable

from audit.order import BETWEEN, ENDS
from audit.records import Record
from audit.reports.question import Ask, Found, Question, china, facts_of
from audit.reports.unusual_readers import READINGS

BY_PEOPLE = READINGS | {
    "account.listed", "unmasking.asked", "unmasking.granted", "unmasking.denied",
    "account.added", "account.disabled", "account.password_changed", "account.signed_in", "platform.approved",
    "release.activated", "release.scheduled", "release.cancelled", "ticket.closed", "exchange.hastened",
    "desk.recorded", "reconcile.accepted", "restore.declared", "content.erased", "hold.placed", "hold.lifted",
}  # fmt: skip


PROGRAMS = frozenset({"serve", "tongban"})  # what is done under these names nobody did at that hour


class NightWork(Ask):
    kinds = BY_PEOPLE | ENDS | BETWEEN  # among the latter those that a person has settled

    def take(self, position: int, record: Record) -> Iterable[Found]:
        who = record.text("account") or record.text("actor")
        if who is None or not (
            record.kind in BY_PEOPLE or str(record.facts.get("fact", "")).startswith("settled")
        ):
            return
        # at a moment that was set by day; by a caller's key
        if "scheduled" in record.facts or "/" in who or who in PROGRAMS:
            return
        if self._at_night(china(record.at_ms).hour):
            yield Found(position, facts_of(record, "exchange", "case", "platform", who=who, kind=record.kind))

    def _at_night(self, hour: int) -> bool:
        start, end = self.terms.night
        return (start <= hour or hour < end) if start > end else start <= hour < end


QUESTION = Question(
    name="night_work",
    title=("夜间操作", "Night work"),
    shows=(
        "以中国时间计，在所定夜间时段由人所做的操作",
        "what people did in the hours of the night that are given, in China time",
    ),
    cannot=(
        "是否值班、是否节假日；接入方以密钥所做的不在其内",
        "whether they were on duty, or it was a holiday; what callers did with their keys is left out",
    ),
    said=("{who} 于 {at}：{kind}", "{who} at {at}: {kind}"),
    ask=NightWork,
)
