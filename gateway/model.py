"""The words of the trunk as frozen values: what an exchange is, what is known of it, what follows.

Times are epoch milliseconds, UTC. Nothing here does I/O.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

State = Literal["waiting", "sending", "deferred", "held", "delivered", "refused", "abandoned", "withdrawn"]
Step = Literal["send", "probe"]
FactKind = Literal[
    "taken",  # they accepted the message
    "already",  # they took it before (重复提交)
    "refused",  # a business no
    "later",  # surely not taken: asked to come back
    "barred",  # surely not taken: our credential, allow-list, quota, licence
    "not_sent",  # surely not taken: no byte left
    "unknown",  # a byte left, and no described answer came back
    "landed",  # a probe found it over there
    "absent",  # a probe did not find it
    "unclear",  # a probe got no described answer
    "settled_taken",  # a person says that they have it
    "settled_again",  # a person says that they have not, and that it is to be sent again
    "settled_stop",  # a person says that they have not, and that it ends here
    "withdraw_asked",  # the caller takes it back before it left, or the case that it comes to is not there
]

ENDS: frozenset[State] = frozenset({"delivered", "refused", "abandoned", "withdrawn"})


class Fact(NamedTuple):
    """One thing that became known about an exchange. The history of an exchange is a tuple of these, in order."""

    kind: FactKind
    at_ms: int
    attempt: int = 0
    over_ms: int = 0  # from when on this attempt cannot put a byte on the wire; of a probe, when it was asked
    cause: str = ""  # a stable word: timeout, connect_refused, lease_expired …
    code: str = ""  # their code
    reference: str = ""  # their number
    retry_after_ms: int = 0


@dataclass(frozen=True, slots=True)
class ProbePolicy:
    """When a question about an unknown outcome is asked, and when "absent" is believed."""

    settled_after_ms: int
    tries: int
    every_ms: int


@dataclass(frozen=True, slots=True)
class Policy:
    """What the platform declared for one operation (platform.yaml)."""

    reads: bool = False  # repeatable by nature, never held, asked once
    repeatable: bool = False
    probe: ProbePolicy | None = None
    patience_ms: int = 86_400_000
    first_wait_ms: int = 30_000
    most_wait_ms: int = 3_600_000
    follow_ms: int = 0  # of a submit: when its case is asked about for the first time; 0: never by itself
    renews_secret: bool = False  # a first "barred" may only mean that the session secret is stale


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from a history: the state, and for an open one what is due when."""

    state: State
    cause: str = ""
    step: Step | None = None
    due_ms: int | None = None
    reference: str = ""
    code: str = ""


class Exchange(NamedTuple):
    """One operation with one platform, from admission to its end (交换). A row of the table of that name.

    A named tuple, because rows are made and changed several times in every exchange.
    """

    id: str
    case_id: str
    kind: str
    operation: str
    caller: str
    actor: str
    platform: str
    here: str
    division: str
    unit: str
    mode: str
    item_here: str
    item_there: str
    basic_code: str
    alignment: str
    agreement: str  # name of the agreement under which it passes; empty where none is declared
    release: str
    ours: str
    theirs: str
    state: State
    step: Step
    attempt: int
    place: int  # order within the case, 1 for the first write
    owner: str
    due_ms: (
        int  # when to look at it again: the next try, the end of the lease, a person's deadline; 0 at an end
    )
    cause: str
    code: str
    admitted_ms: int
    changed_ms: int
    ended_ms: int

    @property
    def ended(self) -> bool:
        return self.state in ENDS


BLANK = Exchange(
    id="", case_id="", kind="read", operation="", caller="", actor="", platform="", here="", division="",
    unit="", mode="", item_here="", item_there="", basic_code="", alignment="", agreement="", release="",
    ours="", theirs="", state="sending", step="send", attempt=1, place=0, owner="", due_ms=0, cause="", code="",
    admitted_ms=0, changed_ms=0, ended_ms=0,
)  # fmt: skip


class Problem(Protocol):
    """One fault of a request, by path; every part has its own, with its own texts.

    `facts` fill the texts and never hold a personal value (but for one character that cannot be written).
    """

    @property
    def path(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, str | int]: ...
