"""What a contract (接口契约) says, whatever it is written in: operations, and the places of their messages.

Drafting, checking and simulating read this model only; who writes messages reads the contract itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

LARGEST = 20_000  # places of one message; types that nest each other's would fill any memory


def _nothing(name: str) -> "Part | None":
    return None


@dataclass(frozen=True, slots=True)
class Range:
    """Between which bounds a number must be; None where there is none.

    above, below: bounds that are not in it themselves.
    """

    least: float | None = None
    most: float | None = None
    above: float | None = None
    below: float | None = None

    def __contains__(self, number: float) -> bool:
        return (
            (self.least is None or number >= self.least)
            and (self.most is None or number <= self.most)
            and (self.above is None or number > self.above)
            and (self.below is None or number < self.below)
        )

    def __str__(self) -> str:
        """As a formula: `>= 1, < 100`."""
        bounds = ((">=", self.least), (">", self.above), ("<=", self.most), ("<", self.below))
        return ", ".join(f"{sign} {each:g}" for sign, each in bounds if each is not None)


NO_RANGE = Range()


@dataclass(frozen=True, slots=True)
class Part:
    """One place of a message, named by the step of a path that leads to it.

    name:      `@name` is an attribute, `#text` the text of an element that also has attributes; the root has none.
    kind:      text | integer | decimal | boolean | date | time (with its date) | binary | object | any.
    among:     the only values allowed (枚举); empty when others are.
    range:     of its numbers.    fewest, most: how many items a list has.
    limits:    (facet, value) of ranges and digits as an XML Schema writes them, also of times.
    form:      what the contract calls the kind more closely: `dateTime`, `gYear`, `date-time`, `uuid` …
    choice:    parts with the same one, which is not empty, exclude each other.
    open:      takes members that it does not name.
    recursive: the type contains itself: its parts stand where it occurs first, further in it has none.
    cut:       the contract goes on here, but the message has more than LARGEST places.
    namespace: of the element on the wire; "" for none and for JSON.
    type:      the name of the type in the contract, for XML as {namespace}name.
    types:     names that `@xsi:type` may have here, where concrete types may stand for this one.
    abstract:  one of them must be named.
    chosen:    what stands here where such a name is given; None for one that may not be.
    where:     body | path | query | header | cookie | form, for operations over HTTP; "" elsewhere.
    """

    name: str
    kind: str
    required: bool = False
    many: bool = False
    title: str = ""
    among: tuple[str, ...] = ()
    shortest: int | None = None
    longest: int | None = None
    pattern: str | None = None
    range: Range = NO_RANGE
    fewest: int | None = None
    most: int | None = None
    limits: tuple[tuple[str, str], ...] = ()
    form: str = ""
    choice: str = ""
    open: bool = False
    recursive: bool = False
    parts: tuple["Part", ...] = ()
    cut: bool = False
    namespace: str = ""
    type: str = ""
    where: str = ""
    types: tuple[str, ...] = ()
    abstract: bool = False
    chosen: Callable[[str], "Part | None"] = field(default=_nothing, compare=False, repr=False)
    size: int = field(default=1, compare=False, repr=False)  # places from here on, itself included

    def holding(self, parts: Iterator["Part"] | tuple["Part", ...]) -> "Part":
        """With these parts inside; those that would make it larger than LARGEST are cut."""
        kept: list[Part] = []
        size = 1
        for part in parts:
            if size + part.size > LARGEST:
                part = replace(part, parts=(), open=True, cut=bool(part.parts) or part.cut, size=1)
            if size >= LARGEST:
                return replace(self, parts=tuple(kept), open=True, cut=True, size=size)
            kept.append(part)
            size += part.size
        return replace(self, parts=tuple(kept), size=size)


@dataclass(frozen=True, slots=True)
class Offer:
    """One operation of the contract.

    call:    as platform.yaml's `call:` writes it: `Service/Port/operation` or `POST /path`.
    request: what a mapping writes; its root has no name.    answer: None when none is described.
    how:     typed (written and checked by the contract's types) | template (usable through a raw envelope,
             or unchecked) | unusable.    why: what is not so good, in words for people; "" for typed.
    headers: what the contract wants beside the body: SOAP headers.
    media:   media type of the request.    style: `document/literal`, `rpc/encoded` …; "" for HTTP.
    wrapper: {namespace}name of the element that holds the request's parts on the wire, where there is one.
    answer_media: media type of the answer; "" where nothing says it.    answer_status: its HTTP status.
    answers: over HTTP, what the contract says of every answer: (status, as `400` or `4*`, `*` for all others; its
             body, None where none is described). Empty where `answer` says it of all.
    envelope: of a sample in one: the raw envelope made from it (adapters.contract.marked).
    """

    call: str
    title: str
    request: Part
    answer: Part | None
    how: str
    why: str = ""
    headers: tuple[Part, ...] = ()
    media: str = ""
    style: str = ""
    action: str = ""
    wrapper: str = ""
    answer_wrapper: str = ""
    answer_media: str = ""
    answer_status: int = 200
    answers: tuple[tuple[str, Part | None], ...] = ()
    envelope: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """Everything one contract offers.

    kind:      wsdl | openapi | schema | samples.
    repaired:  what was mended on the way in, for people, each naming its file.
    addresses: where the contract says that the service stands.
    """

    kind: str
    offers: tuple[Offer, ...]
    repaired: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


def walk(part: Part, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Part]]:
    """Every place of a message with the steps that lead to it, the root's being none."""
    yield path, part
    for each in part.parts:
        yield from walk(each, (*path, each.name))
