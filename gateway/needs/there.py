"""What a platform takes at each place of its message: by its contract, the columns of its front, its charset."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from adapters.contract import Part, read
from adapters.declared import Operation, Platform
from adapters.errors import Unbuildable
from adapters.fronts import Column
from adapters.notation import table_call
from gateway.needs.charsets import Accepts, carried
from gateway.needs.offers import offer_of
from gateway.releases.compiled import PlatformRelease

_FORMS = {
    "integer": "^-?(?:0|[1-9][0-9]{0,17})$",
    "decimal": "^-?(?:0|[1-9][0-9]{0,14})(?:\\.[0-9]{1,6})?$",
    "boolean": "^(?:true|false)$",
}
_TEXTS = frozenset({"text", "char", "object", "any", "blob", "binary"})


@dataclass(frozen=True, slots=True)
class There:
    """One place. form: a pattern for it, is_foreign: written in a dialect that JSON Schema does not share.

    longest, shortest: in characters; bytes: in `charset`. carried: whether a message can hold a character.
    required: it has to be there whenever what holds it is; many: it may repeat.
    """

    longest: int | None = None
    shortest: int | None = None
    bytes: int | None = None
    charset: str = "utf-8"
    among: tuple[str, ...] = ()
    form: str | None = None
    is_foreign: bool = False
    required: bool = False
    many: bool = False
    title: str = ""
    carried: Accepts | None = field(default=None, compare=False)
    carries: str = ""  # the name of what is carried, the charset first

    def takes(self, text: str) -> bool:
        """Of a text whose form is settled; what only a foreign pattern decides is left to the adapter."""
        return (
            (not self.among or text in self.among)
            and (self.longest is None or len(text) <= self.longest)
            and (self.bytes is None or len(text.encode(self.charset, "replace")) <= self.bytes)
            and (self.carried is None or self.carried(text))
        )


Places = Mapping[str, There]


@dataclass(frozen=True, slots=True)
class Message:
    """A message over there: its places by their dotted path without positions; `rest` for any other."""

    places: Places
    rest: There

    def at(self, target: str) -> There:
        return self.places.get(target, self.rest)


def message_of(release: PlatformRelease, operation: str) -> Message:
    """Of one operation that its platform offers."""
    platform, declared = release.declared, release.declared.operations[operation]
    if platform.database is not None:
        return _rows(platform, operation)
    charset, xml = _charset(platform, declared)
    sign = carried_in(charset, xml)
    rest = There(charset=charset, carried=sign, carries=f"{charset} of {'xml' if xml else 'json'}")
    part = _part(release, operation)
    return Message(_parts(part, rest) if part is not None else {}, rest)


@lru_cache(maxsize=32)
def carried_in(charset: str, xml: bool) -> Accepts | None:
    """None where every character of JSON is carried."""
    return None if charset == "utf-8" and not xml else carried(charset, xml=xml)


def _charset(platform: Platform, operation: Operation) -> tuple[str, bool]:
    """The charset that texts have to be written in, and whether they stand in XML."""
    if platform.folder is not None:
        return platform.folder.charset, platform.folder.format == "xml"
    written = [each for each in operation.arguments.values() if each.document is not None]
    charsets = {operation.charset, *(each.charset for each in written if each.charset)} - {"utf-8"}
    xml = platform.speaks == "soap" or operation.sends == "xml" or any(e.document == "xml" for e in written)
    return (sorted(charsets)[0] if charsets else "utf-8"), xml


def _part(release: PlatformRelease, operation: str) -> Part | None:
    """What the contract says of the message; None where it says nothing, or nothing that is checked."""
    platform, declared = release.declared, release.declared.operations[operation]
    try:
        if declared.message:
            return read(declared.message, release.files).offers[0].request
        contract = read(platform.contract, release.files) if platform.contract else None
    except Unbuildable:
        return None
    offer = offer_of(contract, platform, operation)
    return offer.request if offer else None


def _parts(root: Part, rest: There) -> Places:
    found: dict[str, There] = {}

    def note(part: Part, path: str) -> None:
        for each in part.parts:
            below = f"{path}.{each.name}" if path else each.name
            found[below] = _there(each, rest)
            note(each, below)

    note(root, "")
    return found


def _there(part: Part, rest: There) -> There:
    form = part.pattern or _FORMS.get(part.kind)
    foreign = bool(part.pattern) and not _is_shared(part.pattern or "")
    return replace(
        rest, longest=part.longest, shortest=part.shortest, among=part.among, form=_anchored(form),
        is_foreign=foreign, required=part.required and not part.choice, many=part.many, title=part.title,
    )  # fmt: skip


def _is_shared(pattern: str) -> bool:
    """Whether XML Schema, JavaScript and Rust read it alike: no classes of their own."""
    return not any(each in pattern for each in ("\\i", "\\c", "\\p", "\\P", "-[", "&&", "(?"))


def _anchored(pattern: str | None) -> str | None:
    if pattern is None:
        return None
    return pattern if pattern.startswith("^") else f"^(?:{pattern})$"


def _rows(platform: Platform, operation: str) -> Message:
    """The columns of the tables that are written."""
    database, call = platform.database, table_call(platform.operations[operation].call)
    if database is None or call is None:
        return Message({}, There())
    sign = carried_in(database.charset, False)
    rest = There(
        charset=database.charset,
        carried=lambda text: "\0" not in text and (sign is None or sign(text)),
        carries=f"{database.charset} of columns",
    )
    places = {
        f"{table}.{name}": _column(column, rest)
        for table in call[1]
        for name, column in database.tables[table].columns.items()
    }
    return Message(places, rest)


def _column(column: Column, rest: There) -> There:
    if column.type not in _TEXTS:
        return There(form=_FORMS.get(column.type), required=column.required)
    among = tuple(column.values or ())
    return replace(rest, longest=column.length, bytes=column.bytes, among=among, required=column.required)
