"""docs/case-life.md: the states of a case, drawn from the tables by which they are judged."""

from collections.abc import Iterator, Mapping

from gateway.cases.life import What
from gateway.cases.reasons import DOCUMENTS, REASONS, TOLD_BY
from gateway.cases.reasons import TEXTS as REASON_TEXTS
from gateway.cases.states import ACTS, BESIDE, CLOSES, ENDS, LEADS, OPENS, STATES, TEXTS, Kind, State

_ACTORS = {
    "receiving": "收件地 the receiving place", "deciding": "办理地 the deciding place",
    "applicant": "申请人 the applicant", "nobody": "已办结 nobody",
}  # fmt: skip
_HEAD = """\
# The life of a case 办件的一生

Written by `tongban states`; a test holds it against the code. 由 `tongban states` 生成，并由测试与代码核对。

A case stands in one state. What this gateway did itself stands in its exchanges; the rest is told by the platform
over there, late, twice, out of order and by a clock that differs by minutes. Events are put in the order in which
they happened (of two within five minutes the one less far along was first). A step that was not told is implied by
a later one, so a decision in the first answer (即办件) is lawful. An end that was told is not left for another one:
what contradicts it is shown under `findings` and changes nothing, and only a record that takes an earlier one back
(更正) undoes it. What is more than five minutes in the future is recorded and does not count until its time has
come and it is told again. Every change has its entry, `case.event`, and what does not count has `case.ignored`.
"""
# The ordinary way; the table has every other one.
DRAWN: tuple[tuple[State, Kind], ...] = (
    ("received", "form_checked"), ("form_checked", "handed_over"), ("handed_over", "signed"),
    ("signed", "correction_needed"), ("correction_needed", "corrected"), ("corrected", "accepted"),
    ("signed", "accepted"), ("signed", "not_accepted"), ("accepted", "suspended"), ("suspended", "resumed"),
    ("accepted", "granted"), ("accepted", "refused"), ("granted", "served"), ("refused", "served"),
    ("not_accepted", "served"),
)  # fmt: skip


def page() -> str:
    parts = (_drawing(), _table(), _duties(), _findings(), _endings(), _reasons())
    return "\n".join((_HEAD, *(line for part in parts for line in (*part, ""))))


def _drawing() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> received"
    for state, kind in DRAWN:
        yield f"    {state} --> {'accepted : resumed' if kind == 'resumed' else kind}"
    yield "    served --> [*]"
    yield "```"


def _table() -> Iterator[str]:
    yield "| state 状态 | is 含义 | acts next 下一步 | may be followed by 可转为 |"
    yield "|---|---|---|---|"
    for state in STATES:
        follows = ", ".join(sorted(LEADS[state])) or "– (end 办结)"
        yield f"| `{state}` | {TEXTS[state][0]} {TEXTS[state][1]} | {_ACTORS[ACTS[state]]} | {follows} |"


def _duties() -> Iterator[str]:
    yield "Beside a state something may be owed; then the applicant acts next. 状态之外还可能尚欠："
    yield ""
    yield "| owed 尚欠 | from 起 | until 止 |"
    yield "|---|---|---|"
    for opens, duty in OPENS.items():
        closes = next(kind for kind, closed in CLOSES.items() if closed == duty)
        yield f"| `{duty}` | `{opens}` | `{closes}`, or the end of the case 或办结 |"
    yield ""
    told = ", ".join(f"`{kind}`" for kind in sorted(BESIDE))
    yield f"Told without moving the case 不改变状态 ([deadlines](deadlines.md)): {told}."
    yield ""
    yield f"Ends 办结: {', '.join(f'`{state}`' for state in STATES if state in ENDS)}."


_FINDINGS: Mapping[What, tuple[str, str]] = {
    "contradicts_the_end": (
        "与已告知的办结相矛盾", "another end than the one that was told, or anything after it",
    ),
    "goes_back": ("倒退", "a step that lies behind the state that the case has come to"),
    "second_correction": (
        "再次补正", "a second correction is irregular for the authority; it is taken all the same",
    ),
    "nothing_owed": ("并无所欠", "something was supplied or paid that was not owed"),
    "corrects_nothing": ("更正对象不存在", "a record that takes back one that nobody has told"),
}  # fmt: skip


def _findings() -> Iterator[str]:
    yield "| finding 不合常理之处 | says 说明 |"
    yield "|---|---|"
    for what, (chinese, english) in _FINDINGS.items():
        yield f"| `{what}` | {chinese} {english} |"


def _endings() -> Iterator[str]:
    yield "How a case may end, why, and the document that tells it ([results.md](results.md)). 办结、理由与文书："
    yield ""
    yield "| ending 办结 | reasons 理由 | document 文书 |"
    yield "|---|---|---|"
    for state in STATES:
        if state in REASONS:
            reasons = ", ".join(f"`{reason}`" for reason in REASONS[state]) or "–"
            kind = TOLD_BY[state]
            yield f"| `{state}` {TEXTS[state][0]} | {reasons} | `{kind}` {DOCUMENTS[kind][0]} |"


def _reasons() -> Iterator[str]:
    yield "| reason 理由 | says 说明 |"
    yield "|---|---|"
    for reason, (chinese, english) in REASON_TEXTS.items():
        yield f"| `{reason}` | {chinese} {english} |"
