"""An envelope whose arguments are texts: what zeep writes, cut open once at the places of the texts.

zeep takes 100 µs to write two strings into an envelope that is otherwise the same every time. It still writes
the pattern, and whatever the pattern cannot carry goes to zeep itself; a property holds the two against each other.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import zeep.exceptions
from lxml import etree

from adapters.codecs.charset import xml_bytes
from adapters.codecs.markup import in_text

UNWRITABLE = (zeep.exceptions.Error, TypeError, ValueError, AttributeError, LookupError)
_PLACE = "tongbanText{number:04d}x"


@dataclass(frozen=True, slots=True)
class Envelope:
    """pieces: the text before, between and after the texts; names: of the texts, in the order of their places."""

    pieces: tuple[str, ...]
    names: tuple[str, ...]

    def written(self, values: Mapping[str, str]) -> bytes | None:
        """The envelope with these texts; None where zeep must look at one of them itself."""
        parts = [self.pieces[0]]
        for name, piece in zip(self.names, self.pieces[1:], strict=True):
            if not values[name]:
                return None
            parts += [in_text(values[name]), piece]
        return xml_bytes("".join(parts))


def pattern(
    create: Callable[..., etree._Element], names: Sequence[str], declaration: bytes
) -> Envelope | None:
    """The envelope that zeep's `create` makes of these arguments, opened at their texts.

    None if an argument is not written as the text that it is: a type that zeep converts, an attribute.
    """
    tokens = {name: _PLACE.format(number=number) for number, name in enumerate(names)}
    try:
        envelope = create(**tokens)
    except UNWRITABLE:
        return None  # zeep says the same again when it is really asked
    texts = [element.text for element in envelope.iter() if element.text]
    if any(texts.count(token) != 1 for token in tokens.values()):
        return None
    whole = declaration.decode() + etree.tostring(envelope, encoding="unicode")
    order = sorted(names, key=lambda name: whole.index(tokens[name]))
    pieces = re.split("|".join(tokens[name] for name in order), whole)
    return Envelope(tuple(pieces), tuple(order)) if len(pieces) == len(names) + 1 else None
