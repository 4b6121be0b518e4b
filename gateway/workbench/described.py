"""What is known of a platform's messages and answers, by its contract or the files that its operations name."""

from dataclasses import dataclass

from adapters.contract import Contract, Offer, Part, read
from adapters.declared import Platform
from adapters.notation import soap_call
from gateway.releases import PlatformRelease


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of one operation's message and answer; None where no contract says anything.

    xml: the message is described by an XML Schema.    offer: the whole of what the contract says of the call.
    headers: parts of its SOAP header.
    """

    message: Part | None
    answer: Part | None
    xml: bool = False
    offer: Offer | None = None
    headers: tuple[Part, ...] = ()


def described(release: PlatformRelease) -> dict[str, Described]:
    """For each operation what its contract says, or the file that it names itself. Raises Unbuildable."""
    platform = release.declared
    contract = read(platform.contract, release.files) if platform.contract else None
    found = {}
    for name, operation in platform.operations.items():
        offer = offer_of(contract, platform, name)
        answer = offer.answer if offer else None
        called = meant(contract, platform, name)
        headers = called.headers if called else ()
        if operation.message:
            own = read(operation.message, release.files)
            message = own.offers[0]
            found[name] = Described(message.request, answer or message.answer, _is_xml(own), None, headers)
        else:
            is_xml = contract is not None and _is_xml(contract)
            request = offer.request if offer else None
            found[name] = Described(request, answer, is_xml, offer, headers)
    return found


def _is_xml(contract: Contract) -> bool:
    """By a WSDL or a bare XML Schema; a schema in JSON has JSON's media type."""
    return contract.kind == "wsdl" or (contract.kind == "schema" and "xml" in contract.offers[0].media)


def offer_of(contract: Contract | None, platform: Platform, name: str) -> Offer | None:
    """What the contract says of an operation; None where it says nothing that a mapping could be held against."""
    if platform.operations[name].arguments:
        return None  # the message is a document inside an argument, of which a contract knows nothing
    return meant(contract, platform, name)


def meant(contract: Contract | None, platform: Platform, name: str) -> Offer | None:
    """The typed offer that an operation calls, whatever its message is."""
    if contract is None:
        return None
    call = platform.operations[name].call
    service, port, wanted = soap_call(call) if platform.speaks == "soap" else (None, None, call)
    for offer in contract.offers:
        at = soap_call(offer.call) if platform.speaks == "soap" else (None, None, offer.call)
        if at[2] == wanted and service in (None, at[0]) and port in (None, at[1]) and offer.how == "typed":
            return offer
    return None
