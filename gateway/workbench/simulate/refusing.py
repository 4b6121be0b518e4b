"""How a platform says no where no sample of its own says how: a fault of SOAP, or a 400."""

import re
from xml.sax.saxutils import escape

import orjson

from adapters.contract.written import ENVELOPES
from adapters.message import Response

_ENVELOPE = re.compile(rb"<[^>]*:?Envelope[\s>]")
_JSON = {"Content-Type": "application/json;charset=UTF-8"}


def refusing(soap: str, why: str) -> Response:
    """soap: the namespace of the envelope; "" for none. why: without values; it stands in the answer."""
    if soap:
        return _fault(soap, "Client", why, 500)
    return Response(400, _JSON, orjson.dumps({"status": 400, "error": "Bad Request", "message": why}))


def barring(soap: str) -> Response:
    if soap:
        return _fault(soap, "Client.Authentication", "not authenticated", 500)
    return Response(401, _JSON, orjson.dumps({"status": 401, "error": "Unauthorized"}))


def soap_of(body: bytes) -> str:
    """The namespace of an envelope, whichever of the two it names; "" for what is none."""
    if not _ENVELOPE.search(body):
        return ""
    return ENVELOPES[12] if ENVELOPES[12].encode() in body else ENVELOPES[11]


def _fault(soap: str, code: str, why: str, status: int) -> Response:
    """1.1: the code says whose fault it is (§4.4.1); 1.2: Sender with 400 (part 2, §7.5.2.2)."""
    if soap == ENVELOPES[11]:
        inside = f"<faultcode>e:{code}</faultcode><faultstring>{escape(why)}</faultstring>"
        kind = "text/xml;charset=UTF-8"
    else:
        text = f'<e:Reason><e:Text xml:lang="en">{escape(why)}</e:Text></e:Reason>'
        inside, kind, status = (
            f"<e:Code><e:Value>e:Sender</e:Value></e:Code>{text}",
            "application/soap+xml;charset=UTF-8",
            400,
        )
    body = f'<e:Envelope xmlns:e="{soap}"><e:Body><e:Fault>{inside}</e:Fault></e:Body></e:Envelope>'
    return Response(status, {"Content-Type": kind}, body.encode())
