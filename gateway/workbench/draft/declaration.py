"""A drafted platform.yaml: calls from the contract, answers as far as it describes them, the rest as questions."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.codecs.charset import charset_of
from adapters.contract import Offer, Part
from adapters.contract.elements import is_xml
from adapters.contract.uploads import is_upload
from adapters.declared import READS
from adapters.rest import BODILESS
from gateway.workbench.draft.lines import Lines, Questions, quoted
from gateway.workbench.draft.seen import Seen, code_of
from gateway.workbench.draft.vocabulary import head, terms, words

_SUCCESS = ("200", "0", "00", "0000", "1", "true", "success", "SUCCESS", "Y")
FIRST = ".0"  # of a list, in a path of an answer; a mapping reads none through a list
_ASKED = {
    "call": "调用方式 / how is it called? POST /path",
    "envelope": "SOAPAction、报文头写在此文件里 / its t:action and its header: as they want them?",
    "types": "类型读不出：放一份标好位置的报文 / a raw envelope: docs/contracts.md",
    "taken": "怎样的应答算已接收，对方编号在哪里 / which answer means taken, and where is their number?",
    "refused": "哪些代码是业务上的不予接收 / which codes are a business no?",
    "barred": "哪些是凭证、白名单、配额问题 / which mean credential, allow-list, quota?",
    "unknown": "结果未知时：repeatable（按哪个字段查重）或 probe（如何查询）/ repeatable, or a probe?",
}


@dataclass(frozen=True, slots=True)
class Places:
    """Where an answer carries its code, its words and their number; None where nothing looks like it.

    guessed: paths for which no more speaks than one English word, such as `id`.
    """

    code: str | None = None
    reason: str | None = None
    reference: str | None = None
    state: str | None = None
    at: str | None = None
    codes: tuple[str, ...] = ()
    states: Part | None = None
    times: Part | None = None
    guessed: frozenset[str] = frozenset()

    def doubt(self, path: str | None) -> str:
        """What to ask about a path; "" where there is no doubt."""
        return f"猜测：{path} / a guess" if path in self.guessed else ""


def places(answer: Part | None) -> Places:
    if answer is None:
        return Places()
    leaves = list(_leaves(answer, ""))
    known = dict(leaves)
    code = _called(leaves, "code")
    single = [(path, part) for path, part in leaves if FIRST not in path]
    state, at = _called(single, "state", but=(code,)), _called(single, "at")
    reference = _called(leaves, "reference", but=(code,))
    beside = [
        (path, part) for path, part in leaves if path.rpartition(".")[0] == (code or "").rpartition(".")[0]
    ]
    found = {"state": state, "at": at, "reference": reference}
    guessed = [path for what, path in found.items() if path and _is_guess(path, known[path], what)]
    return Places(
        code=code, reason=_called(beside, "reason") or _called(leaves, "reason"), reference=reference,
        state=state, at=at, states=known.get(state or ""), times=known.get(at or ""),
        codes=known[code].among if code else (), guessed=frozenset(guessed),
    )  # fmt: skip


def declaration(name: str, division: str, speaks: str, contract: str | None, draft: "Answering") -> str:
    """contract: its path in the folder; None where there are only samples."""
    questions = draft.questions
    lines = Lines()
    lines.add(0, "platform", name)
    lines.add(0, "title", '"?"', questions.ask("平台全称 / its full title"))
    lines.add(0, "kind", "regional", questions.ask("regional、ministry 还是 hub / which of these?"))
    lines.add(0, "serves", f'[{{division: "{division}"}}]')
    lines.add(0, "speaks", speaks)
    if contract:
        lines.add(0, "contract", contract)
    lines.add(0, "auth", "none", questions.ask("签名方式 / which auth scheme? docs/platform.md lists them"))
    lines.add(0, "limits", "{timeout_s: 10, in_flight: 4}", "按对方接口约定 / as agreed: quota: 1000/h")
    lines.remark(
        0,
        'numbers: {ours: {form: "{division}{yyyymmdd}{serial:6}"}}  如对方规定编号形式 / if they want a form',
    )
    lines.add(0, "operations", "")
    for operation, offer in draft.offers.items():
        draft.operation(lines, operation, offer)
    return str(lines)


@dataclass(frozen=True, slots=True)
class Answering:
    """Drafts how answers are described. offers: operation -> what the contract offers for it.

    message: the file that describes the message, where there is no contract of the whole platform.
    """

    offers: Mapping[str, Offer]
    seen: Sequence[Seen]
    questions: Questions
    message: str | None = None

    def operation(self, lines: Lines, operation: str, offer: Offer) -> None:
        at = places(offer.answer)
        lines.add(1, operation, "", offer.title)
        call = offer.call if offer.envelope or not self.message else ""  # a message alone has no call
        lines.add(2, "call", call or '"?"', "" if call else self.questions.ask(_ASKED["call"]))
        self._envelope(lines, operation, offer)
        for key, written in _placed(offer):
            lines.add(2, key, written, self._unsaid(key, written, offer))
        if self.message:
            lines.add(2, "message", self.message)
        reference = f", reference: {_path(at.reference)}" if at.reference and operation not in READS else ""
        said = f", code: {_path(at.code)}" if at.code else ""
        said += f", reason: {_path(at.reason)}" if at.code and at.reason else ""
        taken = code_of(self.seen, operation, "taken", at.code)
        doubt = _ASKED["taken"] if not taken else at.doubt(at.reference) if reference else ""
        asked = self.questions.ask(doubt) if doubt else ""
        described = self._described(at, taken or (offer.answer_status, _success(at)))
        lines.add(2, "taken", described + reference + "}", asked)
        if already := code_of(self.seen, operation, "already", at.code):
            lines.add(2, "already", self._described(at, already) + reference + "}", "他们已有 / they have it")
        for verdict in ("refused", "barred"):
            code = code_of(self.seen, operation, verdict, at.code)
            asked = self.questions.ask(_ASKED[verdict])
            lines.add(
                2,
                verdict,
                self._described(at, code or (200, "?" if verdict == "refused" else "??")) + said + "}",
                asked,
            )
        lines.add(2, "later", "{status: 429}", "502、504 是未知，不是稍后 / unknown, not later")
        if operation not in READS:
            lines.remark(2, self.questions.ask(_ASKED["unknown"]))

    def _envelope(self, lines: Lines, operation: str, offer: Offer) -> None:
        """Of SOAP that no types describe; one made from a sample is without its content and its SOAPAction."""
        if offer.envelope:
            asked = self.questions.ask(_ASKED["envelope"])
            lines.add(2, "envelope", f"contract/{operation}.envelope.xml", asked)
        elif offer.style and offer.how == "template":
            lines.add(2, "envelope", '"?"', self.questions.ask(_ASKED["types"]))

    def _unsaid(self, key: str, written: str, offer: Offer) -> str:
        """What the contract does not say of an XML body: it is asked for, or may be otherwise."""
        if (key, written) == ("root", '"?"'):
            return self.questions.ask("报文的根元素 / the root element of the message?")
        if (key, written) == ("sends", "xml") and not charset_of(offer.media):
            return "UTF-8；对方用 GBK 时加一行 charset: gbk / in UTF-8, unless charset: says otherwise"
        return ""

    def _described(self, at: Places, code: tuple[int, str]) -> str:
        return f'{{status: {code[0]}, body: {{{_path(at.code) if at.code else "?"}: "{code[1]}"}}'


def _placed(offer: Offer) -> Iterator[tuple[str, str]]:
    """Where the document stands, where that is not what a call of its kind means by itself."""
    if offer.style:  # SOAP
        return
    if offer.call.partition(" ")[0] not in BODILESS:
        yield from _sent(offer)
    if is_xml(offer.answer_media):
        yield "answer", "{document: xml}"


def _sent(offer: Offer) -> Iterator[tuple[str, str]]:
    beside = [each.name for each in offer.request.parts if each.where == "query"]
    if not offer.media and beside:
        yield "sends", "query"
    elif is_xml(offer.media):
        yield "sends", "xml"
        yield "root", quoted(offer.wrapper.rpartition("}")[2] or "?")
        if said := charset_of(offer.media):
            yield "charset", said.lower()
    elif is_upload(offer.media):
        yield "sends", "multipart"
    elif "urlencoded" in offer.media:
        yield "sends", "form"
    if offer.media and beside:
        yield "query", f"[{', '.join(map(json.dumps, beside))}]"


def _path(path: str) -> str:
    """As a key or value between braces: names of attributes begin with a sign that YAML keeps for itself."""
    return json.dumps(path, ensure_ascii=False) if re.search(r"[@#,:\s\[\]{}]", path) else path


def _success(at: Places) -> str:
    return next((each for each in _SUCCESS if each in at.codes), "?")


def _called(leaves: list[tuple[str, Part]], what: str, but: tuple[str | None, ...] = ()) -> str | None:
    """The leaf that is called so, the shallowest first; by its Chinese name, its initials, or its English name."""
    ranked = [
        (FIRST in path, rank, path.count("."), path)
        for path, part in leaves
        if path not in but and (rank := _rank(part, what)) is not None
    ]
    return min(ranked)[3] if ranked else None


def _rank(part: Part, what: str) -> int | None:
    """0 by its Chinese name or its initials, else the place of its English name; None where it is not called so."""
    said = terms()["answers"][what]
    if head(part.title) in said["terms"] or part.name.lower() in said["terms"].values():
        return 0
    spelt = words(part.name.lstrip("@"))
    return said["names"].index(spelt) + 1 if spelt in said["names"] else None


def _is_guess(path: str, part: Part, what: str) -> bool:
    """Whether no more than one English word speaks for it, as much is called `id`; or it stands in a list."""
    return FIRST in path or (bool(_rank(part, what)) and " " not in words(part.name.lstrip("@")))


def _leaves(part: Part, above: str) -> Iterator[tuple[str, Part]]:
    """Texts by their paths; of what repeats the first."""
    for each in part.parts:
        path = f"{above}.{each.name}" if above else each.name
        if each.parts and not each.recursive:
            yield from _leaves(each, path + FIRST if each.many else path)
        elif not each.many:
            yield path, each
