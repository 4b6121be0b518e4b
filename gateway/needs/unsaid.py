"""What a schema could not say, in words: which place, which check is left to preflight."""

from collections.abc import Sequence
from typing import Any

from mappings.texts import TEXTS

Unsaid = tuple[tuple[str, ...], str]
_CHECKS = {
    "uscc": "bad_check_digit",
    "identity_number": "bad_check_digit",
    "organization_code": "bad_check_digit",
}
_BY_WORD = "映射函数 {word} 的限制不能用模式表达", "the limits of the word {word} cannot be said in a schema"
_BY_CONTRACT = "对方接口契约的限制不能用模式表达", "a limit of their contract cannot be said in a schema"
_BY_NAME = (
    "指南没有给出编码的材料按名称核对，名称的归一不能用模式表达",
    "materials without a code in the guide are known by name, and how names are compared no schema can say",
)
_BY_POWER = (
    "协议未向收件地委托原件核验权：收件单位核验的材料不能据此成为 B 级",
    "no agreement delegates verify_originals (原件核验权): a material verified by the receiving unit is refused",
)
_PATTERNED = frozenset({"bad_check_digit", "birth_date_differs", "sex_differs", "same_person", "in_the_future",
                        "size_differs", "digest_differs", "duplicate_file", "upload_unknown",
                        "upload_unfinished", "media_type_differs"})  # fmt: skip


def told(unsaid: Sequence[Unsaid]) -> list[dict[str, Any]]:
    """Each with its place as a JSON pointer (`*` for any element is left out), the code, and both languages."""
    found: list[dict[str, Any]] = []
    for place, word in unsaid:
        code = _CHECKS.get(word, word)
        zh, en = _said(code)
        made = {"path": "/" + "/".join(place), "code": code, "zh": zh, "en": en}
        found += [] if made in found else [made]
    return found


def _said(code: str) -> tuple[str, str]:
    if code in _PATTERNED:
        return tuple(text.format_map(_Left()) for text in TEXTS[code])  # type: ignore[return-value]
    if code == "material_by_name":
        return _BY_NAME
    if code == "power_not_delegated":
        return _BY_POWER
    if code == "contract":
        return _BY_CONTRACT
    return _BY_WORD[0].format(word=code), _BY_WORD[1].format(word=code)


class _Left(dict[str, str]):
    """Facts that are not known before there is a case."""

    def __missing__(self, name: str) -> str:
        return "…"
