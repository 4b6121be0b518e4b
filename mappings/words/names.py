"""Names of persons. The dot of minority names has one code point of ours and many of theirs."""

from collections.abc import Callable

from mappings.words.registry import BadArgument, Example, word
from mappings.words.text import half_width

_DOTS = "\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff0e\uff65\u16eb\u25cf"
_TO_OURS = str.maketrans(dict.fromkeys(_DOTS, "\u00b7"))


@word(Example("买买提．吐尔逊", expect="买买提·吐尔逊"), Example("买买提・吐尔逊", expect="买买提·吐尔逊"))
def middle_dot(value: str) -> str:
    """Whatever dot stands inside a name becomes `·` (U+00B7)."""
    return value.translate(_TO_OURS)


@word(Example("买买提·吐尔逊", ("．",), expect="买买提．吐尔逊"), inverse="middle_dot")
def middle_dot_as(dot: str) -> Callable[[str], str]:
    """Whatever dot stands inside a name becomes the platform's `dot`, one that `middle_dot` reads back."""
    if len(dot) != 1:
        raise BadArgument("'dot' of 'middle_dot_as' is one character", 'write middle_dot_as("．")')
    if dot not in _DOTS:  # a full stop ends an initial: nobody could tell which of them stood for a dot
        what = f"'{dot}' is no dot that 'middle_dot' reads back in an answer"
        raise BadArgument(what, f'write middle_dot_as("．"), or middle_dot | replace("·", "{dot}")')
    return lambda value: value.translate(_TO_OURS).replace("\u00b7", dot)


@word(
    Example("买买提．吐尔逊", expect="买买提·吐尔逊"),
    Example(" 张　三 ", expect="张三"),
    Example("Ｓｍｉｔｈ  John", expect="SMITH JOHN"),
)
def comparable_name(value: str) -> str:
    """A name as it is compared: one dot, half-width, upper case, spaces only between Latin names.

    Only for comparing and finding: what is sent and kept is the name as it was given.
    """
    parts = half_width(middle_dot(value)).upper().split()
    return (" " if all(part.isascii() for part in parts) else "").join(parts)
