"""Patterns of XML Schema (appendix F) as Python's, where both surely mean the same and Python is quick."""

import re
from collections.abc import Iterator

from adapters.writer.odd import Unsaid

LONGEST = 1000  # characters: two repetitions take at most a million steps
_REPETITIONS = 2
_PLAIN = r"[A-Za-z0-9_ ,:;=@#%&!'\"/<>~`一-鿿-]"
_ESCAPED = r"\\[.\\|?*+(){}\[\]^-]"
_MEMBER = rf"(?:[A-Za-z0-9_ ,:;=@#%!'\"/<>`.*+?(){{}}$一-鿿]|{_ESCAPED})"
_TOKEN = re.compile(
    rf"(?P<plain>{_PLAIN})|(?P<escaped>{_ESCAPED})|(?P<digit>\\d)|(?P<dot>\.)"
    rf"|(?P<set>\[\^?(?:\\d|[A-Za-z0-9一-鿿]-[A-Za-z0-9一-鿿]|{_MEMBER})+-?\])"
    r"|(?P<times>[*+?]|\{\d+(?:,\d*)?\})|(?P<open>\()|(?P<close>\))|(?P<or>\|)"
)


def python_pattern(pattern: str) -> str:
    """The same pattern for fullmatch of texts up to LONGEST; Unsaid where it is not simple."""
    written: list[str] = []
    varies = [False]  # for each open group: whether there is more than one way through it
    before, unbounded = "", 0
    for kind, text in _tokens(pattern):
        if kind == "times":
            # a repeated group with several ways through it can take Python exponentially long
            if before in ("", "times", "open", "or") or (before == "varying" and text != "?"):
                raise Unsaid("a pattern of repeated repetitions")
            unbounded += text in ("*", "+") or text.endswith(",}")
            varies[-1] |= "," in text or text in ("*", "+", "?")
        elif kind == "open":
            varies.append(False)
        elif kind == "or":
            varies[-1] = True
        elif kind == "close":
            if len(varies) == 1:
                raise Unsaid("a pattern that is not simple")
            inner = varies.pop()
            varies[-1] |= inner
            kind = "varying" if inner else "close"
        before = kind
        written.append(_written(kind, text))
    if len(varies) > 1 or unbounded > _REPETITIONS:
        raise Unsaid("a pattern that is not simple")
    if "|" in pattern and "{" in pattern:
        raise Unsaid("counted alternatives, of which libxml2 refuses some that fit: a|a{2}")
    return "".join(written)


def _tokens(pattern: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(pattern):
        found = _TOKEN.match(pattern, position)
        if found is None:
            raise Unsaid("a pattern that is not simple")
        position = found.end()
        yield found.lastgroup or "", found[0]


def _written(kind: str, text: str) -> str:
    if kind == "plain":
        return re.escape(text)
    if kind == "digit":
        return "[0-9]"
    if kind == "dot":
        return r"[^\n\r]"
    if kind == "set":
        if text.startswith("[^") and "\\d" in text:
            raise Unsaid("a pattern that is not simple")
        return text.replace("\\d", "0-9")
    return "(?:" if kind == "open" else text
