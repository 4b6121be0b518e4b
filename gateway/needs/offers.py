"""Which offer of a contract an operation calls."""

from adapters.contract import Contract, Offer
from adapters.declared import Platform
from adapters.notation import soap_call


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
