"""An answer as a sample (样例) keeps it, as the bytes that came."""

from collections.abc import Mapping
from typing import Any

from adapters.codecs.charset import charset_of_answer
from adapters.message import Response


def answered(written: Mapping[str, Any]) -> Response:
    """`{status, headers, body}`: text in the charset that the Content-Type or else the XML declaration names.

    `body_hex`: the bytes themselves.

    Raises ValueError, TypeError, LookupError or AttributeError for what is not of that form.
    """
    headers = {str(key): str(value) for key, value in written.get("headers", {}).items()}
    if "body_hex" in written:
        return Response(int(written["status"]), headers, bytes.fromhex(written["body_hex"]))
    kind = next((value for key, value in headers.items() if key.lower() == "content-type"), "")
    body = str(written.get("body", ""))
    charset = charset_of_answer(kind, body.encode("utf-8")) or "utf-8"
    return Response(int(written["status"]), headers, body.encode(charset))
