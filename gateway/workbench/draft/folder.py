"""The folder of a new platform, as texts by path: declaration, mappings, tables, contract, samples."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files as package_files

from adapters.contract import Contract, Offer, Part
from gateway.workbench.draft.declaration import FIRST, Answering, declaration, places
from gateway.workbench.draft.fields import Around, Fields, form_of
from gateway.workbench.draft.lines import Lines, Questions
from gateway.workbench.draft.seen import Seen, made_up
from gateway.workbench.draft.tables import Tables
from mappings.canonical import GIVEN, shape
from mappings.canonical.shape import Shape
from mappings.problems import nearest

CASE = "samples/case.json"
_HEADER = "SOAP 报文头；口令等写在 platform.yaml 的 header: / secrets: header: in platform.yaml"
_EMPTY = "没有必填字段：写上要报送的，或留空 / nothing has to be fed: write what is to be sent, or leave it"
_NOTHING = "报文没有字段 / the message has no fields"
_GIVES = {"case.progress": "canonical/progress@1"}


class Undecided(Exception):
    """Which operation of the contract is meant cannot be told; `write` says what to write."""

    def __init__(self, what: str, write: str) -> None:
        super().__init__(f"{what}: {write}")
        self.what, self.write = what, write


@dataclass(frozen=True, slots=True)
class Draft:
    """files: text by path in the platform's folder. questions: what is left to decide. notes: for people."""

    files: dict[str, str]
    questions: tuple[str, ...]
    notes: tuple[str, ...]


def chosen(contract: Contract, wanted: Mapping[str, str]) -> dict[str, Offer]:
    """operation -> offer, as `--map case.submit=CALL` says; a contract with one offer needs no map.

    Raises Undecided.
    """
    usable = [offer for offer in contract.offers if offer.how != "unusable"]
    names = {offer.call: offer for offer in usable}
    if not wanted and len(usable) == 1:
        return {"case.submit": usable[0]}
    if not usable:
        lacking = "; ".join(f"{each.call}: {each.why}" for each in contract.offers) or "it has none"
        raise Undecided("契约中没有可用的操作 / the contract offers no operation that can be used", lacking)
    if not wanted:
        what = "契约有多个操作 / the contract offers several operations"
        raise Undecided(what, f"--map case.submit=CALL; it offers {', '.join(names)}")
    return {operation: _offer(call, names, contract) for operation, call in wanted.items()}


def _offer(call: str, names: Mapping[str, Offer], contract: Contract) -> Offer:
    if call in names:
        return names[call]
    short = [
        offer for name, offer in names.items() if name.rpartition("/")[2] == call or name.endswith(f" {call}")
    ]
    if len(short) == 1:
        return short[0]
    for offer in contract.offers:
        if offer.how == "unusable" and call in (offer.call, offer.call.rpartition("/")[2]):
            raise Undecided(f"{call} cannot be used ({offer.why})", "take another, or mend the contract")
    what = f"several operations are called {call}" if short else f"the contract has no operation {call}"
    raise Undecided(what, nearest(call, names, f"one of {', '.join(names)}"))


def draft(
    name: str, division: str, contract: Contract, offers: Mapping[str, Offer], *, path: str,
    files: Mapping[str, str], seen: Sequence[Seen] = (),
    listed: Mapping[str, Mapping[str, str]] | None = None,
) -> Draft:  # fmt: skip
    """path: of the contract in the platform's folder, with what it needs, in `files`. seen: answers of theirs.

    listed: their code lists, by the name of our table: code -> what it means.
    """
    questions = Questions()
    enveloped = {
        f"contract/{name}.envelope.xml": each.envelope for name, each in offers.items() if each.envelope
    }
    typed = contract.kind == "wsdl" and any(each.style for each in offers.values())
    speaks = "soap" if typed or enveloped else "rest"
    writing = _Writing(name, speaks, questions, Tables(questions, listed or {}), seen)
    kept = path if contract.kind in ("wsdl", "openapi") else None
    answering = Answering(offers, seen, questions, message=None if kept else path)
    made = {"platform.yaml": declaration(name, division, writing.speaks, kept, answering)}
    for operation, offer in offers.items():
        made[f"{operation}.yaml"] = writing.mapping(operation, offer)
        if operation in _GIVES:
            made |= writing.reply(operation, offer)
        made |= made_up(operation)
    made |= {f"tables/{table}.yaml": text for table, text in writing.tables.texts.items()}
    made |= {each.file: each.sample for each in seen}
    made[CASE] = package_files("gateway.workbench.draft").joinpath("case.json").read_text("utf-8")
    notes = tuple(f"mended in the contract: {each}" for each in contract.repaired)
    return Draft({**made, **files, **enveloped}, tuple(questions.asked), notes)


@dataclass(frozen=True, slots=True)
class _Writing:
    """What all mappings of one draft share."""

    name: str
    speaks: str
    questions: Questions
    tables: Tables
    seen: Sequence[Seen]

    def mapping(self, operation: str, offer: Offer) -> str:
        reads = GIVEN.get(operation, "canonical/exchange@1")
        root = shape.read(reads) or Shape({}, {})
        lines = self._head(operation, offer.title, reads, f"{self.name}/{operation}@1")
        heads = Fields(root, False, self.questions, self.tables, lines)
        if offer.headers:
            lines.add(0, "header", "", _HEADER)
            heads.object(_asked(offer.headers), Around(1))
        fields = Fields(root, self.speaks == "rest", self.questions, self.tables)
        fields.object(offer.request, Around(1))
        if fields.lines.has_fields():
            lines.add(0, "fields", "")
        else:
            lines.add(0, "fields", "{}", self.questions.ask(_EMPTY) if offer.request.parts else _NOTHING)
        lines.text += fields.lines.text
        self._examples(lines, operation, CASE)
        if fields.surely:
            fed = [*heads.fed, *fields.fed]  # what feeds two targets is refused for both
            target, source = min(fields.surely, key=lambda each: fed.count(each[1]) > 1)
            _refused(lines, CASE, source, target)
        return str(lines)

    def reply(self, operation: str, offer: Offer) -> dict[str, str]:
        """What comes back, in our words; with the answer that was seen, as its example."""
        gives = _GIVES[operation]
        lines = self._head(f"{operation}.reply", offer.title, f"{self.name}/{operation}.reply@1", gives)
        lines.add(0, "fields", "")
        at = places(offer.answer)
        written = shape.written(gives)
        state = written.field("state") if written else None
        if at.state and at.states is not None and state is not None:
            table = self.tables.states(at.states, [str(each) for each in state.part.get("enum", ())])
            asked = self._asked(at.doubt(at.state)) or at.states.title
            lines.add(1, "state", _plain(f'{at.state} | table_back("{table}")'), asked)
        else:
            lines.add(1, "state", '"?"', self.questions.ask("办理状态在哪里 / where is the state?"))
        if at.at and at.times is not None:
            form = form_of(at.times)
            asked = self._asked(at.doubt(at.at) if form else "时间格式？ / which form of time?")
            lines.add(1, "at", _plain(f'{at.at} ? | time_from("{form or "%Y%m%d%H%M%S"}")'), asked)
        if at.reference and FIRST not in at.reference:
            lines.add(1, "reference", _plain(f"{at.reference} ?"), self._asked(at.doubt(at.reference)))
        answer = f"samples/answer-{operation}.json"
        self._examples(lines, f"{operation}.reply", answer)
        if at.state:
            _refused(lines, answer, at.state, "state")
        taken = next(
            (each for each in self.seen if (each.operation, each.verdict) == (operation, "taken")), None
        )
        kept = {answer: json.dumps(taken.tree, ensure_ascii=False, indent=1) + "\n"} if taken else {}
        return {f"{operation}.reply.yaml": str(lines), **kept}

    def _asked(self, text: str) -> str:
        return self.questions.ask(text) if text else ""

    def _head(self, operation: str, title: str, reads: str, writes: str) -> Lines:
        lines = Lines()
        lines.add(0, "mapping", f"{self.name}/{operation}")
        lines.add(0, "title", title or operation)
        lines.add(0, "from", reads)
        lines.add(0, "to", writes)
        return lines

    def _examples(self, lines: Lines, operation: str, given: str) -> None:
        expected = f"samples/expect-{operation}.json"
        command = f"tongban mapping run {operation}.yaml --given {given} > {expected}"
        lines.add(0, "examples", "")
        lines.element(
            1, f"{{given: {{like: {given}}}, expect: {{like: {expected}}}}}", f"写出 / written by: {command}"
        )


def _plain(expression: str) -> str:
    """In quotes where it begins with an attribute, whose sign YAML keeps for itself."""
    return f"'{expression}'" if expression.startswith("@") else expression


def _asked(headers: tuple[Part, ...]) -> Part:
    """Each of their places as one that must be decided about: a header is fed whole, or taken out."""

    def needed(part: Part) -> Part:
        return replace(part, required=True, parts=tuple(map(needed, part.parts)))

    return Part("", "object", parts=tuple(map(needed, headers)))


def _refused(lines: Lines, given: str, source: str, target: str) -> None:
    refused = f'refuse: ["{target}: {source} is absent"]'
    lines.element(1, f"{{given: {{like: {given}, drop: [{source}]}}, {refused}}}")
