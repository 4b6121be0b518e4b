"""What platform.yaml may say about one platform; every scalar arrives as text."""

from typing import Annotated, Literal

from pydantic import Field

from adapters.fronts import Database, Folder
from adapters.inward.declared import Inward
from adapters.notation import Charset, Declared, DurationS, QuotaText, Statuses, Texts

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
OperationName = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z]+$")]
Division = Annotated[str, Field(pattern=r"^(\d{6}|\d{9}|\d{12})$")]
Path = Annotated[str, Field(min_length=1)]
Reason = Annotated[str, Field(min_length=1)]
_DAY, _TIME = "(mon|tue|wed|thu|fri|sat|sun)", r"([01]\d|2[0-3]):[0-5]\d"
Maintenance = Annotated[str, Field(pattern=rf"^({_DAY}(,{_DAY})* )?{_TIME}-({_TIME}|24:00)$")]

READS = frozenset(
    {"case.progress", "case.result", "case.list", "guide.get", "data.query", "licence.query", "visit.redeem"}
)


class Serves(Declared):
    """A division (行政区划) whose items this platform takes, or items that it takes wherever they are (国垂系统),
    or items of one division; item patterns end in `*` or are whole codes.
    """

    division: Division | None = None
    items: Texts | None = None


class NumberForm(Declared):
    """How we form our number for a case: placeholders in braces, and what restarts the serial."""

    form: str
    per: tuple[str, ...] = ()


class Numbers(Declared):
    ours: NumberForm | None = None


class Limits(Declared):
    """Of one credential. timeout_s covers connecting, sending and the whole answer."""

    timeout_s: float = Field(default=10, gt=0, le=600)
    connect_s: float = Field(default=3, gt=0, le=60)
    in_flight: int = Field(default=8, ge=1, le=1000)
    quota: QuotaText | None = None
    reply_bytes: int = Field(default=1 << 20, ge=256, le=1 << 28)


class Records(Declared):
    """Codes per record (逐条返回码): every one (`all`) or at least one (`any`) of the list `at` matches.

    An empty list matches neither.
    """

    at: Path
    all: dict[str, Texts] | None = None
    any: dict[str, Texts] | None = None


class Predicate(Declared):
    """Describes answers. Everything named must match; patterns are texts in which `*` stands for anything.

    status: 2xx when left out.    body: dotted path -> patterns; a bare `*` means present and not empty.
    reference, code, reason, retry_after: dotted paths of what to take from the answer.
    because: why a status that proves nothing (502, 504, bare 500 and 503) proves something here, or why a
             success needs no words in the body.
    """

    status: Statuses = ("2*",)
    body: dict[str, Texts] = {}
    records: Records | None = None
    reference: Path | None = None
    code: Path | None = None
    reason: Path | None = None
    retry_after: Path | None = None
    because: Reason | None = None


class Repeatable(Declared):
    """The platform deduplicates on this target field.

    settled: which of the refusals is about the number itself: no attempt under it was taken, and none will be. Left
             out: a refusal says nothing of an earlier attempt whose answer was lost.
    """

    by: Path
    because: Reason
    settled: Predicate | None = None


class Probe(Declared):
    """How to settle an unknown outcome: ask, and believe `absent` only after `settled_after`."""

    ask: OperationName
    by: Literal["ours", "theirs"] = "ours"
    landed: Predicate
    absent: Predicate | None = None
    settled_after_s: DurationS = Field(default=600.0, alias="settled_after")
    tries: int = Field(default=3, ge=1, le=100)
    every_s: DurationS = Field(default=60.0, alias="every")


class Retry(Declared):
    first_s: DurationS = Field(default=30.0, alias="first")
    most_s: DurationS = Field(default=3600.0, alias="most")


class Follow(Declared):
    """A case that was delivered is asked about by itself until its end: after `first`, sooner again once something
    new was told, else twice as long, `most` at most. One that is decided, and not told to be served, for `decided`;
    as long behind its end one whose papers go by post, where answers tell of parcels.
    """

    first_s: DurationS = Field(default=600.0, alias="first", gt=0)
    most_s: DurationS = Field(default=21600.0, alias="most", gt=0)
    decided_s: DurationS = Field(default=2_592_000.0, alias="decided", gt=0)  # thirty days


class Argument(Declared):
    """One named part of a call; exactly one of secret, setting, value, field, number, document.

    secret, setting: of this installation.  value: a constant.  field: the text at a dotted path of the document.
    number: of ours, in a REST header: the exchange's id, which is the same on every try, or our number of the case.
    document: the whole document, written into a string (xml, json), or as it is (tree: only where JSON is sent).
    """

    secret: str | None = None
    setting: str | None = None
    value: str | None = None
    field: Path | None = None
    number: Literal["exchange", "ours"] | None = None
    document: Literal["xml", "json", "tree"] | None = None
    root: str | None = None
    charset: Charset = "utf-8"


class Answer(Declared):
    """The answer travels as a document inside a string; `at` leads to it, else it is the only text there.

    around:   what carries the string; for REST, where an XML document without `at` is the whole answer otherwise.
    unescape: the string is escaped once more (`&lt;`) and is to be undone once.
    in_place: the document stands where the string stood, with what is around it; no string, no document. There may
              be several: `at` is a list of their paths.
    label:    children that say their name in this attribute (`<key label="XM">…</key>`) are fields of that name.
    """

    document: Literal["xml", "json"]
    at: Texts | None = None
    around: Literal["json", "xml"] | None = None
    unescape: bool = False
    in_place: bool = False
    label: str | None = None


class Operation(Declared):
    """One operation (操作) as the platform speaks it.

    message: a file of the folder that describes the message, where the platform's contract does not.
    sends: for REST, what the document or the arguments stand in; left out: the query for GET and DELETE, a form
           where there are arguments, else a JSON body. Where no argument takes from the document, its fields stand
           beside the arguments.
           `multipart` is a form of parts, in which files travel as they are.
    query: for REST with a body: fields of the document that stand in the query; one that is absent is left out.
    root:  of an XML body.
    charset: what their side can hold; every text is checked against it. An XML body is written in it, too; all
             else goes out in UTF-8.
    header: what feeds SOAP headers that the contract declares: `Auth.user: {setting: user}`; for REST, headers of
            HTTP: `Idempotency-Key: {number: exchange}`.
    http_header: for SOAP, headers of HTTP: `X-Forwarded-For: {setting: address}`.
    envelope: file of a literal SOAP envelope that the document is written into, where types cannot say how.
    unasked: of case.correct and case.supplement: why it may be sent though they have not asked for it.
    """

    kind: Literal["read", "write"] | None = None
    call: str
    service: str | None = None
    mapping: str | None = None
    reply: str | None = None
    message: str | None = None
    sends: Literal["json", "form", "multipart", "query", "xml"] | None = None
    query: tuple[str, ...] = ()
    root: str | None = None
    arguments: dict[str, Argument] = {}
    header: dict[Path, Argument] = {}
    http_header: dict[Path, Argument] = {}
    answer: Answer | None = None
    envelope: Path | None = None
    charset: Charset = "utf-8"
    lists: tuple[str, ...] = ()
    taken: Predicate
    already: Predicate | None = None
    refused: Predicate | None = None
    later: Predicate | None = None
    barred: Predicate | None = None
    repeatable: Repeatable | None = None
    probe: Probe | None = None
    unasked: Reason | None = None
    patience_s: DurationS = Field(default=86400.0, alias="patience")
    retry: Retry = Retry()
    follow: Follow | None = None

    def is_read(self, name: str) -> bool:
        return self.kind == "read" if self.kind else name in READS


class Accepted(Declared):
    """Both sides have tried it and signed (联调测试报告): the number of that document, and its day."""

    document: Reason
    on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Platform(Declared):
    """One platform (平台): an endpoint with a dialect, a credential and quotas."""

    platform: Name
    title: str
    kind: Literal["regional", "ministry", "hub", "desk", "gateway"]
    serves: tuple[Serves, ...] = Field(min_length=1)
    speaks: str
    contract: str | None = None
    database: Database | None = None
    folder: Folder | None = None
    auth: str = "none"
    numbers: Numbers = Numbers()
    limits: Limits = Limits()
    maintenance: tuple[Maintenance, ...] = ()
    operations: dict[OperationName, Operation] = Field(min_length=1)
    inward: Inward | None = None
    accepted: Accepted | None = None
    authors: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9._@-]{1,64}$")], ...] = ()
    exempt: dict[str, Reason] = {}
