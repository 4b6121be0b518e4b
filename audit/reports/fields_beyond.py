"""Fields beyond need or approval: personal fields that went out and that nobody has allowed."""

from collections.abc import Iterable

from audit.order import START
from audit.records import Record
from audit.reports.question import Ask, Found, Question, Terms, facts_of, texts_of


class FieldsBeyond(Ask):
    """Against a list, where the auditor has one; else against what went out before an unapproved release."""

    kinds = frozenset({START, "release.activated"})

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        self._sent: dict[str, set[str]] = {}
        self._unapproved: frozenset[str] = frozenset()
        self._judged = (
            False  # whether a release was ever approved here: else nothing is held against approval
        )

    def take(self, position: int, record: Record) -> Iterable[Found]:
        if record.kind == "release.activated":
            approved = {each.partition(":")[0] for each in texts_of(record, "approved_by")}
            self._judged = self._judged or bool(approved)
            self._unapproved = frozenset(texts_of(record, "platforms")) - approved
        else:
            yield from self._beyond(position, record)

    def _beyond(self, position: int, record: Record) -> Iterable[Found]:
        platform, fields = record.text("platform") or "", set(texts_of(record, "fields"))
        route = f"{platform} {record.text('operation')}"
        sent = self._sent.setdefault(route, set())
        if self.terms.allowed is not None:
            beyond, against = fields - self.terms.allowed.get(route, frozenset()), "need"
        elif self._judged and platform in self._unapproved and sent:
            beyond, against = fields - sent, "approval"
        else:
            beyond, against = set(), ""
        sent |= fields - beyond
        if beyond:
            more = {"fields": " ".join(sorted(beyond)), "against": against}
            yield Found(position, facts_of(record, "exchange", "case", "platform", "operation", **more))


QUESTION = Question(
    name="fields_beyond",
    title=("超出需要或批准的字段", "Fields beyond need or approval"),
    shows=(
        "所送个人字段不在审计所给清单（need）；未给清单时：在未经批准的发布之下才开始送出的字段（approval）",
        "personal fields that are not on the auditor's list (need); without a list, those that began to go out "
        "under a release that nobody had approved for the platform (approval)",
    ),
    cannot=(
        "字段对该事项是否必要；未给清单且从未批准过发布时不作判断",
        "whether the item needs a field; without a list, and where no release was ever approved, nothing is judged",
    ),
    said=(
        "交换 {exchange} 向 {platform} 多送：{fields}（{against}）",
        "exchange {exchange} sent {platform} more than it may: {fields} ({against})",
    ),
    ask=FieldsBeyond,
)
