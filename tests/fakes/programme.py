"""What a simulated platform is told to do next: by number, by text in the message, or for the next N."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

BLIND = frozenset({"reset_before"})
SPECIAL = frozenset({"already", "expire_secret", "partly", "lag"})  # not every dialect has these
BEHAVIOURS = {
    "refuse": "business no: facts code, reason",
    "later": "429 with Retry-After: fact after_s",
    "busy": "503 with a body that says so, not taken",
    "bar": "credential, allow-list or quota: fact code",
    "already": "says that it has the case (takes it silently if it had not)",
    "stall": "silent for `seconds`, then answers; takes unless take=false",
    "slow": "takes, and dribbles the answer out over `seconds`",
    "reset_before": "resets before the body is read",
    "reset_after": "reads the body, does not take, resets",
    "take_then_drop": "takes, then resets without an answer",
    "half_answer": "takes unless take=false, sends half of the answer, closes",
    "garbage": "takes unless take=false, answers 200 with something that nobody described",
    "empty": "takes unless take=false, answers 200 with an empty document",
    "status": "bare HTTP status: fact code (502, 504, 500 …); takes only with take=true",
    "redirect": "307 to itself, not taken",
    "wrong_charset": "takes unless take=false, answers in other bytes than it declares",
    "reword": "takes unless take=false, answers with the text of fact `to` in place of `from`",
    "corrupt": "takes unless take=false, answers with U+FFFD where characters were lost",
    "partly": "package code says yes, one record says no; not taken (SOAP dialect only)",
    "expire_secret": "forgets the session secret and bars this call (REST dialect only)",
    "absent": "progress says that there is no such case: fact for_s, or until cleared",
    "lag": "progress reads a copy that is `seconds` behind: fact for_s, or until cleared (SOAP dialect only)",
}
_TAKES = frozenset(
    {
        "stall",
        "slow",
        "take_then_drop",
        "half_answer",
        "garbage",
        "empty",
        "wrong_charset",
        "corrupt",
        "reword",
        "already",
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: for requests of `operation`, of `number`, whose text holds `match`, `times` times.

    times: 0 means until cleared. until_ms: the step ends by itself then, 0 means never.
    """

    do: str
    operation: str = "case.submit"
    number: str = ""
    match: str = ""
    times: int = 1
    until_ms: int = 0
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def takes(self) -> bool:
        """Whether the case is taken although the caller hears nothing good."""
        return bool(self.facts.get("take", self.do in _TAKES))

    def seconds(self, name: str = "seconds") -> float:
        """A span from the facts, default 30."""
        return float(str(self.facts.get(name, 30)))

    def text(self, name: str, default: str) -> str:
        """A text from the facts."""
        return str(self.facts.get(name, default))

    def concerns(self, operation: str, number: str, text: str, now_ms: int) -> bool:
        """Whether this step is about this request."""
        if self.until_ms and now_ms >= self.until_ms:
            return False
        asked = self.operation in (operation, "*") or operation == "soap"  # the body tells, unread as yet
        return asked and self.number in ("", number) and self.match in text


def step(document: Mapping[str, object], special: frozenset[str], now_ms: int) -> Step:
    """A step from the JSON of the control interface; raises ValueError with the known behaviours."""
    facts = dict(document)
    do = str(facts.pop("do", ""))
    known = BEHAVIOURS.keys() - (SPECIAL - special)
    if do not in known:
        raise ValueError(f"no behaviour {do!r}; there are: {', '.join(sorted(known))}")
    probe = do in {"absent", "lag"}
    until = now_ms + int(float(str(facts.pop("for_s"))) * 1000) if "for_s" in facts else 0
    return Step(
        do=do,
        operation=str(facts.pop("operation", "case.progress" if probe else "case.submit")),
        number=str(facts.pop("number", "")),
        match=str(facts.pop("match", "")),
        times=int(str(facts.pop("times", 0 if probe else 1))),
        until_ms=until,
        facts=facts,
    )


class Programme:
    """Steps in the order in which they were told; the first that concerns a request is used up by it."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def add(self, one: Step) -> None:
        """Tell one more step."""
        self.steps.append(one)

    def clear(self) -> None:
        """Back to ordinary behaviour."""
        self.steps.clear()

    def next(
        self, operation: str, number: str, text: str, now_ms: int, *, blind: bool = False
    ) -> Step | None:
        """The step for this request, used up once; `blind` asks for those that act before reading."""
        for index, one in enumerate(self.steps):
            if (one.do in BLIND) == blind and one.concerns(operation, number, text, now_ms):
                self._use_up(index, one)
                return one
        return None

    def _use_up(self, index: int, one: Step) -> None:
        if one.times == 1:
            del self.steps[index]
        elif one.times > 1:
            self.steps[index] = replace(one, times=one.times - 1)
