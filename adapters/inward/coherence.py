"""The contradictions of `inward:` that shapes alone cannot show."""

from collections.abc import Iterator

from adapters.auth.schemes import SCHEMES
from adapters.inward.declared import Call, Inward
from adapters.inward.door import VERIFIED
from adapters.notation import http_call

_SEVERAL = frozenset({"case.notify", "case.result", "case.parcel"})  # of the others one comes in a call
Fault = tuple[tuple[str | int, ...], str, str]


def speaks_soap(inward: Inward) -> bool:
    """Whether its calls name elements; paths are of REST."""
    return not any(http_call(each.call) for each in inward.calls.values())


def inward_contradictions(inward: Inward | None) -> Iterator[Fault]:
    if inward is None:
        return
    soap = speaks_soap(inward)
    if inward.auth not in VERIFIED:
        yield ("inward", "auth"), f"no call in can be verified by {inward.auth}", _one_of(VERIFIED)
    elif SCHEMES[inward.auth].soap and not soap:
        yield ("inward", "auth"), f"{inward.auth} stands in a SOAP header", "write another one"
    if inward.contract and not soap:
        yield ("inward", "contract"), "calls over REST have no WSDL", "remove it"
    seen: dict[str, str] = {}
    for name, call in inward.calls.items():
        at = ("inward", "calls", name)
        if call.call in seen:
            yield (*at, "call"), f"{seen[call.call]} is called so, too", "write another path or element"
        seen.setdefault(call.call, name)
        if name not in _SEVERAL and call.records:
            yield (*at, "records"), "one in a call", "remove it"
        yield from _of_call(inward, call, at, soap=soap)


def _of_call(inward: Inward, call: Call, at: tuple[str, ...], *, soap: bool) -> Iterator[Fault]:
    found = http_call(call.call)
    if soap and not call.call.isidentifier():
        yield (*at, "call"), "neither a path nor an element", "write POST /path, or the name of an element"
    elif not soap and (found is None or found[0] != "POST"):
        yield (*at, "call"), "not called by POST, as the others are", "write POST /path"
    if inward.auth == "none" and not any(each.secret for each in call.arguments.values()):
        write = "write auth: above, or arguments: {NAME: {secret: …}}"
        yield at, "nothing shows who calls", write
    scheme = SCHEMES.get(inward.auth)
    if scheme is not None and scheme.service and not call.service:
        yield at, f"{inward.auth} signs the id of a service", "write service: …"
    for name, part in call.arguments.items():
        given = [each for each in (part.secret, part.setting, part.value, part.document) if each is not None]
        if len(given) != 1:
            what = "not exactly one of secret, setting, value, document"
            yield (*at, "arguments", name), what, "write one of them"
    documents = [name for name, part in call.arguments.items() if part.document]
    if len(documents) > 1:
        yield (*at, "arguments", documents[1]), "a second document", "write one only"
    if any(each.isdigit() for each in (call.records or "").split(".")):
        yield (*at, "records"), "a place in a list", "write the path of the list itself"
    if soap and inward.contract is None and not (documents and call.answer.document):
        what = "the WSDL that is made has texts only"
        yield at, what, "write arguments: and answer: with a document, or contract: for one with types"
    if (call.base64 or call.unescape) and not documents:
        yield at, "base64 and unescape are of a string", "write arguments: {NAME: {document: xml}}"


def _one_of(names: frozenset[str]) -> str:
    return f"write one of {', '.join(sorted(names))}"
