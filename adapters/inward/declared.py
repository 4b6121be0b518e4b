"""What platform.yaml may say about the calls that a platform makes to us; every scalar arrives as text."""

from typing import Annotated, Literal

from pydantic import Field

from adapters.notation import Charset, Declared

OperationName = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z]+$")]
Path = Annotated[str, Field(min_length=1)]
Outcome = Literal["taken", "refused", "later", "barred"]
HttpStatus = Annotated[int, Field(ge=200, le=599)]


class Part(Declared):
    """One named text of a call; exactly one of secret, setting, value, document.

    secret, setting: of this installation.  value: a constant. What came must be the same.
    document: the message stands in it, written in XML or JSON.
    """

    secret: str | None = None
    setting: str | None = None
    value: str | None = None
    document: Literal["xml", "json"] | None = None


class Told(Declared):
    """How our answer (回执) travels; what it says is written by the mapping OPERATION.in.reply.yaml.

    document: it stands in a string of the answer, written in XML or JSON; left out: it is the answer itself.
    at:     the element or key that holds the string.    root: of an XML document.
    base64: the string is base64 of the document's bytes.
    message: a file of the folder that describes the answer, where the contract does not.
    status: outcome -> HTTP status; 200 where it is left out.
    """

    document: Literal["xml", "json"] | None = None
    at: Path = "return"
    root: str = "ROOT"
    charset: Charset = "utf-8"
    base64: bool = False
    message: str | None = None
    status: dict[Outcome, HttpStatus] = {}


class Call(Declared):
    """One operation as the platform calls it.

    call:    `POST /path` below /inbound/PLATFORM, or for SOAP the name of the element in the body.
    service: the id of this operation that their signature covers, where the scheme signs one.
    takes:   for REST, what the call stands in.
    arguments: named texts of the call. One of them may hold the message as a document; else it is the call itself,
               without the others.
    base64:  the document's string is base64 of its bytes.    unescape: it is escaped once more (`&lt;`).
    charset: what bytes are in that do not say it themselves.
    lists:   paths that are lists, even of one.    records: the path of the list whose elements get a code each.
    """

    call: Path
    service: str = ""
    takes: Literal["json", "form", "xml"] = "json"
    arguments: dict[str, Part] = {}
    base64: bool = False
    unescape: bool = False
    charset: Charset = "utf-8"
    lists: tuple[str, ...] = ()
    records: Path | None = None
    answer: Told = Told()


class Inward(Declared):
    """The calls that a platform makes to us.

    auth:      how it signs them; `none` where an argument is a secret of this installation.
    contract:  for SOAP, the WSDL that it calls by; left out, one is made of the calls.
    namespace: of the one that is made.
    """

    auth: str = "none"
    contract: str | None = None
    namespace: str = "urn:tongban:inward"
    calls: dict[OperationName, Call] = Field(min_length=1)
