"""What is known of a platform's messages and answers, by its contract or the files that its operations name."""

from dataclasses import dataclass

from adapters.contract import Contract, Offer, Part, read
from adapters.declared import Platform
from gateway.needs.offers import meant, offer_of
from gateway.releases.compiled import PlatformRelease


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of one operation's message and answer; None where no contract says anything.

    xml: the message is described by an XML Schema.    offer: the whole of what the contract says of the call.
    headers: parts of its SOAP header.    answers: by status, as the contract has them.
    others:  the calls that a contract over HTTP has, where this one is none of them.
    """

    message: Part | None
    answer: Part | None
    xml: bool = False
    offer: Offer | None = None
    headers: tuple[Part, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def answers(self) -> tuple[tuple[str, Part | None], ...]:
        said = self.offer.answers if self.offer is not None else ()
        return said or (("*", self.answer),)


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
            found[name] = Described(message.request, answer or message.answer, by_schema(own), None, headers)
        else:
            is_xml = contract is not None and by_schema(contract)
            request = offer.request if offer else None
            others = _others(contract, platform, name)
            found[name] = Described(request, answer, is_xml, offer, headers, others)
    return found


def _others(contract: Contract | None, platform: Platform, name: str) -> tuple[str, ...]:
    if contract is None or contract.kind != "openapi" or platform.speaks != "rest":
        return ()
    calls = tuple(each.call for each in contract.offers)
    return () if platform.operations[name].call in calls else calls


def by_schema(contract: Contract) -> bool:
    """By a WSDL or a bare XML Schema; a schema in JSON has JSON's media type."""
    return contract.kind == "wsdl" or (contract.kind == "schema" and "xml" in contract.offers[0].media)
