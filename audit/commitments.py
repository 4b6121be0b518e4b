"""Commitments (承诺): one hash over all fields of a document, from which single fields can be shown later.

Every field is salted, and all salts come from one key that lives and dies with the document: once it is
erased nothing can be shown or guessed any more, only that something was committed to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256, shake_256
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

from audit import tree

Scalar = str | int | float | bool | None
Field = Scalar | dict[str, object] | list[object]  # of the last two only the empty ones are fields

SALT_BYTES = 16
WIDTH = 8  # nodes are joined eight at a time: a fifth of the hashing of pairs, and short to disclose
_LITERALS: tuple[tuple[Field, str], ...] = (
    (None, "null"),
    (True, "true"),
    (False, "false"),
    ({}, "{}"),
    ([], "[]"),
)
_KEY_BYTES_AT_LEAST, _KEY_BYTES_AT_MOST = 16, 64


class Uncommittable(ValueError):
    """A field whose value is no JSON, or that does not exist; names the path and never the value."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One field, shown: path (JSON Pointer), value as canonical JSON, salt, and the way to the root."""

    path: str
    value: str
    salt: bytes
    position: int
    size: int
    hashes: tuple[bytes, ...]

    @property
    def root(self) -> bytes:
        """The commitment that this field leads to, to be compared with the entry's. Raises ProofRejected."""
        node, place, width = _leaf(self.salt, self.path, self.value), self.position, self.size
        beside = list(self.hashes)
        if not 0 <= place < width:
            raise tree.ProofRejected(f"no field {place} among {width}")
        while width > 1:
            others = min(WIDTH, width - place // WIDTH * WIDTH) - 1
            if len(beside) < others:
                raise tree.ProofRejected("there are too few hashes")
            group, beside = beside[:others], beside[others:]
            group.insert(place % WIDTH, node)
            node, place, width = _joined(group), place // WIDTH, -(-width // WIDTH)
        if beside:
            raise tree.ProofRejected("there are too many hashes")
        return node


def flatten(document: Mapping[str, object]) -> dict[str, Field]:
    """Every value under its JSON Pointer (RFC 6901); empty objects and lists stand for themselves."""
    fields: dict[str, Field] = {}
    _gather("", document, fields)
    return fields


def commit(fields: Mapping[str, Field], key: bytes) -> bytes:
    """The root over all fields, sorted by path (code points); no field gives the root of the empty tree.

    key: 16 to 64 secret bytes, used for this document only. Raises Uncommittable.
    """
    return _layers(_leaves(fields, sorted(fields), key))[-1][0]


def disclose(fields: Mapping[str, Field], key: bytes, path: str) -> Disclosure:
    """Show one field of what `commit(fields, key)` committed to. Raises Uncommittable for any other path."""
    if path not in fields:
        raise Uncommittable(f"{path}: there is no such field")
    paths = sorted(fields)
    leaves = _leaves(fields, paths, key)
    position = paths.index(path)
    hashes: list[bytes] = []
    place = position
    for layer in _layers(leaves)[:-1]:
        first = place // WIDTH * WIDTH
        hashes += [node for number, node in enumerate(layer[first : first + WIDTH], first) if number != place]
        place //= WIDTH
    return Disclosure(
        path,
        _json(path, fields[path]),
        salts(key, len(paths))[position],
        position,
        len(leaves),
        tuple(hashes),
    )


def _layers(leaves: list[bytes]) -> list[list[bytes]]:
    """The leaves, then each layer above them, the last of one node; no leaf at all is the empty tree's root."""
    layers = [leaves or [tree.EMPTY_ROOT]]
    while len(below := layers[-1]) > 1:
        layers.append([_joined(below[first : first + WIDTH]) for first in range(0, len(below), WIDTH)])
    return layers


def _joined(group: list[bytes]) -> bytes:
    """A node over up to eight; one that is left over moves up as it is."""
    return sha256(b"\x01" + b"".join(group)).digest() if len(group) > 1 else group[0]


def salts(key: bytes, count: int) -> list[bytes]:
    """The salts of the first `count` fields in the order of their paths: SHAKE256("tongban salts" 0x00 key).

    One stream instead of one HMAC for each field: a third of the time. The key is of this document alone.
    """
    if not _KEY_BYTES_AT_LEAST <= len(key) <= _KEY_BYTES_AT_MOST:
        raise ValueError("the key of a commitment has 16 to 64 bytes")
    stream = shake_256(b"tongban salts\x00" + key).digest(SALT_BYTES * count)
    return [stream[start : start + SALT_BYTES] for start in range(0, len(stream), SALT_BYTES)]


def _leaves(fields: Mapping[str, Field], paths: list[str], key: bytes) -> list[bytes]:
    """`_leaf` of every path with its salt; written out, because it stands in every exchange."""
    leaves = []
    for salt, path in zip(salts(key, len(paths)), paths, strict=True):
        value = fields[path]
        text = encode_basestring(value) if type(value) is str else _json(path, value)
        try:
            leaves.append(sha256(b"\x00" + salt + f"{path}\x00{text}".encode()).digest())
        except UnicodeEncodeError:  # half a surrogate pair; the error would carry the value
            raise Uncommittable(f"{path!r}: its value is no JSON") from None
    return leaves


def _leaf(salt: bytes, path: str, value: str) -> bytes:
    return sha256(b"\x00" + salt + f"{path}\x00{value}".encode()).digest()


def _gather(path: str, value: Any, fields: dict[str, Field]) -> None:
    if value and isinstance(value, dict):
        for name, each in value.items():
            step = name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name
            if type(each) is str:  # most of them: no call
                fields[f"{path}/{step}"] = each
            else:
                _gather(f"{path}/{step}", each, fields)
    elif value and isinstance(value, list):
        for position, each in enumerate(value):
            _gather(f"{path}/{position}", each, fields)
    else:
        fields[path] = value


def _json(path: str, value: Field) -> str:
    """Canonical JSON of a field; numbers as RFC 8785 writes them, but integers in all their digits."""
    if isinstance(value, str):
        return encode_basestring(value)
    for literal, written in _LITERALS:
        if value is literal or (value == literal and type(value) is type(literal)):
            return written
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and isfinite(value):
        return _number(value)
    raise Uncommittable(f"{path}: its value is no JSON")


def _number(value: float) -> str:
    """ECMAScript's Number::toString, from the shortest digits that read back as `value`."""
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text, point = "".join(map(str, digits)), len(digits) + int(exponent)
    if value == 0:
        return "0"
    if 0 < point <= 21:
        whole = text[:point].ljust(point, "0")
        written = whole + (f".{text[point:]}" if len(text) > point else "")
    elif -6 < point <= 0:
        written = "0." + "0" * -point + text
    else:
        fraction = f".{text[1:]}" if len(text) > 1 else ""
        written = f"{text[0]}{fraction}e{point - 1:+d}"
    return "-" * sign + written
