"""Reading one platform declaration: its shape, and the contradictions that shapes alone cannot show."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from adapters import http_headers
from adapters.arguments import takes_document
from adapters.auth.schemes import SCHEMES
from adapters.declared import Argument, NumberForm, Operation, Platform, Predicate
from adapters.desk_coherence import desk_contradictions
from adapters.front_coherence import front_contradictions
from adapters.inward.coherence import inward_contradictions
from adapters.notation import http_call
from adapters.patterns import text_matcher

FOLLOWED = "case.progress"  # what a case that is followed is asked
_SURELY_NOT = ("refused", "later", "barred")
_NEVER_PROOF = ("502", "504")
_BARE_NO_PROOF = ("500", "503")
# what a form of our number may hold besides its serial; the gateway's numbers.parts_of gives them
NUMBER_PARTS = ("basic_code", "implementation_code", "handling_code", "division", "yyyymmdd", "yymmdd")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_ARGUMENT_KINDS = ("secret", "setting", "value", "field", "number", "document")
_DAYS = {"yyyymmdd", "yymmdd"}
_SERIAL = re.compile(r"serial(:[1-9][0-9]?)?")


@dataclass(frozen=True, slots=True)
class Fault:
    """One finding about platform.yaml: where (keys and list positions), what is wrong, what to write."""

    path: tuple[str | int, ...]
    what: str
    write: str


class NotDeclared(Exception):
    """The declaration cannot be used; all faults together."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, f.path))}: {f.what}: {f.write}" for f in faults))
        self.faults = faults


def declare(document: Mapping[str, Any]) -> Platform:
    """The platform that a platform.yaml (as texts, lists and maps) declares.

    Raises NotDeclared with every fault of shape, or, where the shape is right, every contradiction.
    """
    try:
        platform = Platform.model_validate(document)
    except ValidationError as error:
        raise NotDeclared(tuple(_shape(each) for each in error.errors())) from None
    if faults := contradictions(platform):
        raise NotDeclared(faults)
    return platform


def contradictions(platform: Platform) -> tuple[Fault, ...]:
    found = [*_whole(platform), *(Fault(*each) for each in front_contradictions(platform))]
    found += [Fault(*each) for each in desk_contradictions(platform)]
    found += [Fault(*each) for each in inward_contradictions(platform.inward)]
    for name, operation in platform.operations.items():
        at = ("operations", name)
        found += [*_calls(platform, operation, at), *_answers(operation, at), *_unknowns(platform, name, at)]
        found += _following(platform, name, at)
    return tuple(found)


def _whole(platform: Platform) -> Iterator[Fault]:
    scheme = SCHEMES.get(platform.auth)
    if scheme is None:
        yield _fault(("auth",), f"no auth scheme {platform.auth}", f"write one of {', '.join(SCHEMES)}")
    elif scheme.soap and platform.speaks == "rest":
        yield _fault(
            ("auth",), f"{platform.auth} stands in a SOAP header", "write speaks: soap, or another one"
        )
    if platform.speaks == "soap" and not platform.contract and not _all_raw(platform):
        yield _fault(("speaks",), "SOAP without a contract", "write contract: contract/service.wsdl")
    yield from _serving(platform)
    if platform.numbers.ours:
        yield from _number_form(platform.numbers.ours)
    limits = platform.limits
    if "connect_s" in limits.model_fields_set and limits.connect_s > limits.timeout_s:
        yield _fault(("limits", "connect_s"), "longer than timeout_s", "write a smaller connect_s")


def _serving(platform: Platform) -> Iterator[Fault]:
    for place, serves in enumerate(platform.serves):
        if serves.division is None and not serves.items:
            what = "neither a division nor items"
            yield _fault(("serves", place), what, 'write {division: "…"}, {items: […]} or both')


def _number_form(declared: NumberForm) -> Iterator[Fault]:
    """Our number must be another one for every case: a second case under it would be answered "taken before"."""
    at, known = ("numbers", "ours"), ", ".join(NUMBER_PARTS)
    held = _PLACEHOLDER.findall(declared.form)
    serials = [each for each in held if _SERIAL.fullmatch(each)]
    for name in held:
        if name not in (*NUMBER_PARTS, *serials):
            yield _fault(
                (*at, "form"), f"no '{{{name}}}' in a number", f"write {{serial:4}} or one of {known}"
            )
    if len(serials) != 1:
        yield _fault((*at, "form"), "a number needs one serial", "write {serial:4} once")
    for place, name in enumerate(declared.per):
        if name not in NUMBER_PARTS:
            yield _fault((*at, "per", place), f"no '{name}' in a number", f"write one of {known}")
        elif name not in held and not (name in _DAYS and _DAYS & set(held)):
            what = (
                f"the serial restarts with every {name}, which the form does not hold: numbers would repeat"
            )
            yield _fault((*at, "per", place), what, f"write {{{name}}} into the form, or leave it out here")


def _all_raw(platform: Platform) -> bool:
    """Whether every operation brings its own envelope, so that no contract is needed."""
    return all(operation.envelope for operation in platform.operations.values())


def _calls(platform: Platform, operation: Operation, at: tuple[str, ...]) -> Iterator[Fault]:
    if platform.speaks == "rest" and http_call(operation.call) is None:
        yield _fault((*at, "call"), "not a REST call", "write METHOD /path, like POST /api/v2/cases")
    if platform.speaks not in ("soap", "rest") and operation.header:
        yield _fault((*at, "header"), f"{platform.speaks} has no header", "leave it out")
    if platform.speaks == "rest" and operation.envelope:
        yield _fault((*at, "envelope"), "REST has no envelope", "leave it out, or write speaks: soap")
    scheme = SCHEMES.get(platform.auth)
    if scheme is not None and scheme.service and not operation.service:
        yield _fault((*at,), f"{platform.auth} signs a service id", "write service: s_…")
    yield from _arguments(platform, operation, at)
    yield from _http_header(platform, operation, (*at, "http_header"))
    if platform.speaks == "rest":
        yield from (_fault(*each) for each in http_headers.faults(operation.header, (*at, "header")))
        yield from _sending(operation, at)
    else:
        yield from _header(operation, at)
        yield from _only_rest(platform, operation, at)


def _arguments(platform: Platform, operation: Operation, at: tuple[str, ...]) -> Iterator[Fault]:
    for where, argument in _all_arguments(operation, at):
        given = [each for each in _ARGUMENT_KINDS if getattr(argument, each) is not None]
        if len(given) != 1:
            what = f"{' and '.join(given) or 'nothing'} in one argument"
            yield _fault(where, what, f"write one of {', '.join(_ARGUMENT_KINDS)}")
        if argument.document == "xml" and not argument.root:
            yield _fault(where, "an XML document needs a root element", "write root: NAME")
        if argument.number and where[len(at)] != ("header" if platform.speaks == "rest" else "http_header"):
            yield _fault(where, "our numbers stand in a header of HTTP", "write field: PATH, and feed it")
        if argument.document == "tree" and operation.sends != "json":
            yield _fault(
                where, "only JSON carries a document as it is", "write document: json, or sends: json"
            )
    answer = operation.answer
    if answer and answer.in_place and not answer.at:
        yield _fault((*at, "answer"), "in place of what", "write at: PATH")
    if answer and answer.at is not None and not answer.in_place and len(answer.at) != 1:
        yield _fault((*at, "answer", "at"), "one document can be the answer", "write one, or in_place: true")
    if operation.root and operation.sends != "xml":
        yield _fault((*at, "root"), "a root element without an XML body", "write sends: xml, or leave it out")


def _all_arguments(operation: Operation, at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Argument]]:
    for section in ("arguments", "header", "http_header"):
        for name, argument in getattr(operation, section).items():
            yield (*at, section, name), argument


def _http_header(platform: Platform, operation: Operation, at: tuple[str, ...]) -> Iterator[Fault]:
    if platform.speaks == "soap":
        yield from (_fault(*each) for each in http_headers.faults(operation.http_header, at, soap=True))
    elif operation.http_header:
        yield _fault(at, "only SOAP has an http_header", "leave it out; for REST write header:")


def _header(operation: Operation, at: tuple[str, ...]) -> Iterator[Fault]:
    for name, argument in operation.header.items():
        if argument.document:
            yield _fault((*at, "header", name), "a header holds no document", "write field:, setting: …")
    if operation.header and operation.envelope:
        write = "write it into the envelope, or leave envelope: out"
        yield _fault((*at, "header"), "a raw envelope has its own header", write)


def _only_rest(platform: Platform, operation: Operation, at: tuple[str, ...]) -> Iterator[Fault]:
    if operation.query:
        yield _fault((*at, "query"), f"{platform.speaks} has no query", "leave it out")
    if operation.sends:
        yield _fault((*at, "sends"), f"{platform.speaks} knows no choice of what is sent", "leave it out")
    if operation.answer and operation.answer.around:
        yield _fault((*at, "answer", "around"), f"in {platform.speaks} it is what it is", "leave it out")


def _sending(operation: Operation, at: tuple[str, ...]) -> Iterator[Fault]:
    call = http_call(operation.call)
    in_query = operation.sends == "query" or (call is not None and call[0] in ("GET", "DELETE"))
    if operation.query and in_query:
        yield _fault((*at, "query"), "all of it stands in the query", "leave query: out")
    if operation.query and takes_document(operation.arguments):
        what = "arguments take the document: nothing of it stands beside them"
        yield _fault((*at, "query"), what, "leave query: out, or the arguments")
    if operation.sends == "xml" and not operation.root:
        yield _fault((*at, "sends"), "an XML document needs a root element", "write root: NAME")
    if operation.sends == "xml" and operation.arguments:
        yield _fault((*at, "sends"), "an XML body is the document alone", "leave the arguments out")
    if call and call[0] in ("GET", "DELETE") and operation.sends not in (None, "query"):
        yield _fault((*at, "sends"), f"{call[0]} has no body", "write sends: query, or another method")


def _answers(operation: Operation, at: tuple[str, ...]) -> Iterator[Fault]:
    for verdict in ("taken", "already", *_SURELY_NOT):
        predicate: Predicate | None = getattr(operation, verdict)
        if predicate is None:
            continue
        if _faults_without_status(predicate):
            yield _fault((*at, verdict), "a SOAP fault comes with status 500", 'write status: "500"')
        if verdict in _SURELY_NOT:
            yield from _proofs(predicate, (*at, verdict))
        elif _is_bare(predicate) and text_matcher(predicate.status)("200"):
            what = "HTTP 200 alone is no success: business failures travel in it"
            yield _fault((*at, verdict), what, "describe the body, or say because: why 200 says it all")


def _faults_without_status(predicate: Predicate) -> bool:
    return "status" not in predicate.model_fields_set and any(
        path.split(".")[0] == "fault" for path in predicate.body
    )


def _proofs(predicate: Predicate, at: tuple[str, ...]) -> Iterator[Fault]:
    """A proxy's 502 or 504, or a 500 or 503 that says nothing more, does not show that nothing was taken."""
    if predicate.because:
        return
    matches = text_matcher(predicate.status)
    for status in (*_NEVER_PROOF, *(_BARE_NO_PROOF if _is_bare(predicate) else ())):
        if matches(status):
            what = f"status {status} does not show that the message was not taken"
            yield _fault((*at, "status"), what, "leave it out, or say because: why it does here")


def _is_bare(predicate: Predicate) -> bool:
    """Says nothing but a status, and gives no reason."""
    return not (predicate.body or predicate.records or predicate.reference or predicate.because)


def _unknowns(platform: Platform, name: str, at: tuple[str, ...]) -> Iterator[Fault]:
    operation = platform.operations[name]
    if operation.repeatable and operation.already is None:
        yield _fault((*at, "repeatable"), "a repeat may be answered 'taken before'", "describe already: too")
    if (
        operation.already
        and operation.repeatable
        and not operation.already.reference
        and operation.taken.reference
    ):
        yield _fault((*at, "already"), "no reference", "write where the reference stands, like in taken")
    if operation.probe is None:
        return
    for verdict in ("landed", "absent"):
        predicate: Predicate | None = getattr(operation.probe, verdict)
        if predicate and _is_bare(predicate):
            what = "a status alone settles nothing: a proxy or a wrong path may have said it"
            yield _fault((*at, "probe", verdict), what, "describe the body, or say because: why it does here")
    if operation.is_read(name):
        yield _fault((*at, "probe"), "a read needs no probe", "remove it, or write kind: write")
    asked = platform.operations.get(operation.probe.ask)
    if asked is None or not asked.is_read(operation.probe.ask):
        known = ", ".join(each for each, other in platform.operations.items() if other.is_read(each))
        yield _fault(
            (*at, "probe", "ask"), "no such read operation here", f"write one of: {known or 'none declared'}"
        )


def _following(platform: Platform, name: str, at: tuple[str, ...]) -> Iterator[Fault]:
    follow = platform.operations[name].follow
    if follow and (name != FOLLOWED or not platform.operations[name].is_read(name)):
        yield _fault((*at, "follow"), f"only the read {FOLLOWED} is asked by itself", "leave it out here")
    if follow and follow.most_s < follow.first_s:
        yield _fault((*at, "follow", "most"), "shorter than first", "write a longer most")


def _shape(error: Any) -> Fault:
    """A pydantic error as a finding. The key itself is the place of an unknown or a missing key."""
    kind: str = error["type"]
    key = error["loc"][-1] if error["loc"] else ""
    if kind == "extra_forbidden":
        return Fault(tuple(error["loc"]), f"no such key {key!r} here", "remove it, or see docs/platform.md")
    if kind == "missing":
        return Fault(tuple(error["loc"]), f"key {key!r} is missing", f"write {key}: …")
    return Fault(tuple(error["loc"]), kind.replace("_", " "), error["msg"])


def _fault(path: tuple[str | int, ...], what: str, write: str) -> Fault:
    return Fault(path, what, write)
