"""Our number in whatever a message looks like: found by the form in which we make it."""

import html
import re
from urllib.parse import unquote_plus

from adapters.declared import NumberForm

_PARTS = {
    "implementation_code": "[0-9A-Z]{31}",
    "handling_code": "[0-9A-Z]{33}",
    "basic_code": "[0-9A-Z]{12}",
    "division": r"(?:\d{12}|\d{9}|\d{6})",
    "yyyymmdd": r"\d{8}",
    "yymmdd": r"\d{6}",
    "serial": r"\d+",
}
_DIGITS = re.compile(r"(\d+)(\D*)$")
_PLACE = re.compile(r"\{([a-z_]+)(?::(\d+))?\}")


def pattern(form: NumberForm | None) -> re.Pattern[str]:
    """What finds a number of this form in a text; where none is declared, the exchange's own id is our number."""
    if form is None:
        return re.compile(r"(?<![0-9A-Za-z])[0-9A-HJKMNP-TV-Z]{26}(?![0-9A-Za-z])")
    written, at = "", 0
    for found in _PLACE.finditer(form.form):
        written += re.escape(form.form[at : found.start()])
        written += rf"\d{{{found[2]}}}" if found[1] == "serial" and found[2] else _PARTS[found[1]]
        at = found.end()
    return re.compile(rf"(?<![0-9A-Za-z]){written}{re.escape(form.form[at:])}(?![0-9A-Za-z])")


def numbered(like: str, serial: int) -> str:
    """A number of theirs like this one, with another serial: in its last digits where it has some."""
    last = _DIGITS.search(like)
    if last is None:
        return f"{like or 'SIM'}{serial}"
    width = len(last[1])
    return f"{like[: last.start(1)]}{serial % 10**width:0{width}d}{last[2]}"


def found(form: re.Pattern[str], url: str, body: bytes) -> str:
    """The first number in a request, "" if there is none: in the address, the body, or a document in a string."""
    text = unquote_plus(url) + "\n" + unquote_plus(body.decode("utf-8", "replace"))
    for _ in range(3):  # a document in a string is escaped once, in some places twice
        match = form.search(text)
        if match:
            return match[0]
        text = html.unescape(text)
    return ""
