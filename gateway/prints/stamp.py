"""What a print can be known by (核验): a text for a QR code with a number and a keyed code, nothing personal."""

import re
from hmac import compare_digest
from typing import Literal, NamedTuple, get_args

from gateway.store.vault import Vault

Print = Literal["receipt", "handover"]
PRINTS: tuple[Print, ...] = get_args(Print)
_MARK = "TONGBAN"
_LETTERS = 16  # 64 bits: not to be guessed by asking
_TEXT = re.compile(r"TONGBAN/(RECEIPT|HANDOVER)/(\S{1,100})/([0-9A-F]{4}(?:-[0-9A-F]{4}){3})")


class Stamp(NamedTuple):
    """Which print of which exchange: the number that people read, and the code that proves it."""

    print: Print
    number: str
    code: str

    @property
    def text(self) -> str:
        """As it stands in the QR code."""
        return f"{_MARK}/{self.print.upper()}/{self.number}/{self.code}"


def stamp(vault: Vault, print_: Print, exchange_id: str, number: str) -> Stamp:
    digest = vault.request(f"print\0{print_}\0{exchange_id}\0{number}".encode())[:_LETTERS].upper()
    return Stamp(print_, number, "-".join(digest[place : place + 4] for place in range(0, _LETTERS, 4)))


def read(text: str) -> Stamp | None:
    """The stamp that a QR code says, or that somebody typed; None for another text."""
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        return None
    return Stamp("receipt" if found[1] == "RECEIPT" else "handover", found[2], found[3])


def is_genuine(vault: Vault, said: Stamp, exchange_id: str) -> bool:
    """Whether it was made here, for this exchange."""
    return compare_digest(stamp(vault, said.print, exchange_id, said.number).code, said.code)
