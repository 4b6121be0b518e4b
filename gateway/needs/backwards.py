"""The words of a pipe, followed one by one: what each of them asks of the text that comes to it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.needs.charsets import Accepts, bytes_at_most
from gateway.needs.ranges import CLOCK, DAY
from mappings.language import Call
from mappings.plan import Bound
from mappings.problems import Refused

Schema = dict[str, Any]
# words that change single characters, or leave some out; a text never becomes longer by them
SIGNS = frozenset({
    "upper", "lower", "strip", "without_spaces", "half_width", "full_width", "middle_dot", "middle_dot_as",
    "id_upper", "one_line", "file_name",
})  # fmt: skip
WIDENING = frozenset({"full_width", "middle_dot_as", "file_name"})
CODES = frozenset({"table", "table_back", "yes_no", "from_yes_no", "boolean"})
_USCC = "^[0-9A-HJ-NPQRTUWXY]{18}$"
_IDENTITY = "^[0-9]{6}(?:18[5-9][0-9]|19[0-9]{2}|20[0-9]{2})[0-9]{7}[0-9X]$"
_DIVISION = "^[0-9]{6}(?:[0-9]{3}){0,2}$"
# what a text must look like for a word to take it, one of its results, and the check digit that no pattern proves
_FORMS: Mapping[str, tuple[str, str, str]] = {
    "date_as": (f"^{DAY}$", "2026-11-22", ""),
    "time_as": (f"^{DAY}{CLOCK}$", "2026-11-22T10:11:12+08:00", ""),
    "epoch_ms": (f"^{DAY}{CLOCK}$", "2026-11-22T10:11:12+08:00", ""),
    "epoch_s": (f"^{DAY}{CLOCK}$", "2026-11-22T10:11:12+08:00", ""),
    "uscc": (_USCC, "11440100007483172Q", "uscc"),
    "organization_code_of": (_USCC, "11440100007483172Q", "uscc"),
    "identity_number": (_IDENTITY, "11010519491231002X", "identity_number"),
    "birth_date": (_IDENTITY, "11010519491231002X", "identity_number"),
    "sex_of": (_IDENTITY, "11010519491231002X", "identity_number"),
    "region_of": (_IDENTITY, "11010519491231002X", "identity_number"),
    "organization_code": ("^[0-9A-Z]{8}-?[0-9X]$", "00748317-2", "organization_code"),
    "province_of": (_DIVISION, "440232", ""),
    "prefecture_of": (_DIVISION, "440232", ""),
    "county_of": (_DIVISION, "440232", ""),
}
_WIDTHS = {6: "^[0-9]{6}(?:000){0,2}$", 9: "^[0-9]{6}(?:[0-9]{3}(?:000)?)?$", 12: _DIVISION}
_PATTERNS = {
    "digits": "^[0-9]+$",
    "integer": "^[+-]?[0-9]{1,18}$",
    "decimal": "^[+-]?[0-9]{1,9}(?:\\.[0-9]{1,6})?$",
    "yuan_to_fen": "^[0-9]{1,12}(?:\\.[0-9]{1,2}0{0,4})?$",
    "fen_to_yuan": "^[0-9]{1,14}$",
}
_PARTS = {
    "extension": "^[\\s\\S]+\\.[^.]+$",
    "stem": None,
    "base_name": "[^/\\\\]$",
}
_DIGESTS = frozenset({"sha256", "sm3", "md5", "base64_text"})


@dataclass(slots=True)
class Passage:
    """How far the words have been followed: those on single signs so far, and what was found."""

    signs: list[Bound] = field(default_factory=list)
    written: list[str] = field(default_factory=list)  # the same as they stand in the file
    longer: int = 0  # characters that words have put before or after
    fixed: str | None = None  # one text of the only form that can come now
    part: bool = False  # what is left is a part of the text
    all_of: list[Schema] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    asked: dict[str, Accepts] = field(default_factory=dict)  # by the charset that they ask about


def follow(passage: Passage, bound: Bound, call: Call) -> None:
    """One word further."""
    if passage.fixed is not None:
        _fixed(passage, bound)
    elif bound.word in SIGNS or _is_of_signs(bound.word, call):
        if bound.word == "file_name":
            _named(passage, bound)
        passage.signs.append(bound)
        passage.written.append(str(call))
    elif bound.word in _FORMS or bound.word == "division":
        pattern, sample, check = _form(bound.word, call)
        passage.all_of.append({"pattern": pattern})
        passage.checks += [check] if check else []
        passage.fixed = sample
        _fixed(passage, bound)
    elif bound.word in _PATTERNS:
        passage.all_of.append({"pattern": _PATTERNS[bound.word]})
    elif bound.word in _PARTS:
        pattern_of_part = _PARTS[bound.word]
        passage.all_of += [{"pattern": pattern_of_part}] if pattern_of_part else []
        passage.part = True
    elif rule := _RULES.get(bound.word):
        rule(passage, bound, call)
    else:
        passage.unsaid.append(bound.word)


def _is_of_signs(word: str, call: Call) -> bool:
    """`replace` of one sign by one, or by none."""
    return word == "replace" and len(str(call.arguments[0])) == 1 >= len(str(call.arguments[1]))


def _named(passage: Passage, bound: Bound) -> None:
    """Dots and blanks alone are refused; a letter, digit or 汉字 stays one, unless `replace` takes it away."""
    if passage.part or passage.longer or any(each.word == "replace" for each in passage.signs):
        passage.unsaid.append(bound.word)
    else:
        passage.all_of.append(
            {"title": "文件名，须有字母、数字或汉字", "pattern": "[0-9A-Za-z\u4e00-\u9fff]"}
        )


def _form(word: str, call: Call) -> tuple[str, str, str]:
    if word == "division":
        return _WIDTHS[int(call.arguments[0])], "440232", ""
    return _FORMS[word]


def _fixed(passage: Passage, bound: Bound) -> None:
    """All that can come has one form: if one passes, all do."""
    try:
        made = bound.function(passage.fixed)
    except (Refused, TypeError):
        passage.unsaid.append(bound.word)
        return
    passage.fixed = made if isinstance(made, str) else str(made)


def _at_most(passage: Passage, bound: Bound, call: Call) -> None:
    length_at_most(passage, int(call.arguments[0]), bound.word)


def length_at_most(passage: Passage, most: int, word: str) -> None:
    if passage.part:
        return passage.unsaid.append(word)
    if any(each.word in ("upper", "lower") for each in passage.signs):
        passage.asked.setdefault("utf-8", anything)  # a few letters become two: the class leaves them out
    passage.all_of.append({"maxLength": max(most - passage.longer, 0)})
    return None


def _at_least(passage: Passage, bound: Bound, call: Call) -> None:
    if passage.part or passage.signs:
        passage.unsaid.append(bound.word)
    else:
        passage.all_of.append({"minLength": max(int(call.arguments[0]) - passage.longer, 0)})


def _bytes(passage: Passage, bound: Bound, call: Call) -> None:
    most, charset = int(call.arguments[0]), str(call.arguments[1])
    passage.asked[f"{charset} of words"] = _taken_by(bound)
    bytes_of(passage, most, charset, bound.word)


def bytes_of(passage: Passage, most: int, charset: str, word: str) -> None:
    if passage.part:
        passage.unsaid.append(word)
    elif passage.longer or any(each.word in WIDENING for each in passage.signs):
        passage.all_of.append({"maxLength": max((most - 4 * passage.longer) // 4, 0)})
    else:
        passage.all_of.append(bytes_at_most(most, charset))


def _taken_by(bound: Bound) -> Accepts:
    def taken(text: str) -> bool:
        try:
            bound.function(text)
        except Refused as refused:
            return refused.code == "too_many_bytes"  # then all of it could be written
        return True

    return taken


def _writable(passage: Passage, bound: Bound, call: Call) -> None:
    passage.asked[f"{call.arguments[0]} of words"] = _taken_by(bound)


def _put_before(passage: Passage, bound: Bound, call: Call) -> None:
    passage.longer += len(str(call.arguments[0]))


def _taken_off(passage: Passage, bound: Bound, call: Call) -> None:
    text = re.escape(str(call.arguments[0])).replace("\\-", "-")
    if passage.signs or passage.longer:
        return passage.unsaid.append(bound.word)
    passage.all_of.append({"pattern": f"^{text}" if bound.word == "without_prefix" else f"{text}$"})
    passage.longer -= len(str(call.arguments[0]))
    return None


def _padded(passage: Passage, bound: Bound, call: Call) -> None:
    length_at_most(passage, int(call.arguments[0]), bound.word)
    fill = str(call.arguments[1]) if len(call.arguments) > 1 else " "
    if bound.word == "pad_right":
        passage.all_of.append({"not": {"pattern": f"{re.escape(fill)}$"}})
    passage.longer, passage.part = 0, True  # its length is known, and is that of the word


def _halved(passage: Passage, bound: Bound, call: Call) -> None:
    passage.all_of.append({"pattern": re.escape(str(call.arguments[0]))})
    passage.part = True


def _digest(passage: Passage, bound: Bound, call: Call) -> None:
    charset = str(call.arguments[0]) if call.arguments else "utf-8"
    passage.asked[f"{charset} of words"] = _taken_by(bound)
    passage.fixed = str(bound.function("a"))


def _each_code(passage: Passage, bound: Bound, call: Call) -> None:
    """`table_each`: codes with a separator between them. Dated rows are looked up one by one when it is sent."""
    table, between = bound.table, re.escape(str(call.arguments[1]))
    if table is None or bound.dated or passage.signs:
        return passage.unsaid.append(bound.word)
    column = "ours" if bound.word == "table_each" else "theirs"
    one = "|".join(re.escape(code) for code in dict.fromkeys(getattr(row, column) for row in table.rows))
    passage.all_of.append({"pattern": f"^(?:{one})(?:{between}(?:{one}))*$"})
    passage.part = True
    return None


_Rule = Callable[[Passage, Bound, Call], None]
_RULES: Mapping[str, _Rule] = {
    "at_most": _at_most,
    "at_least": _at_least,
    "at_most_bytes": _bytes,
    "writable": _writable,
    "prefix": _put_before,
    "suffix": _put_before,
    "without_prefix": _taken_off,
    "without_suffix": _taken_off,
    "pad": _padded,
    "pad_right": _padded,
    "before": _halved,
    "after": _halved,
    "table_each": _each_code,
    "table_each_back": _each_code,
    **dict.fromkeys(_DIGESTS, _digest),
}


def anything(text: str) -> bool:
    return True
