"""Which numbers a certificate type (证件类型, GA/T 2000.156) can have."""

import re
from collections.abc import Mapping
from datetime import date

from mappings.words.identity import birth_date_of, identity_fault, uscc_fault

_PASSPORT = "[0-9A-Z]{5,17}"
# by certificate type, for those that have neither a birth date inside nor a check digit
NUMBER_FORMS: Mapping[str, str] = {
    **dict.fromkeys(("411", "412", "413", "414", "415", "420", "421"), _PASSPORT),
    "511": "[0-9]{8}|[0-9]{10}[A-Z]?",  # 台湾居民来往大陆通行证
    "516": "[HM][0-9]{8}([0-9]{2})?",  # 港澳居民来往内地通行证
    "517": "[A-Z]{1,2}[0-9]{7,8}",  # 大陆居民往来台湾通行证
}
_FORMS = {id_type: re.compile(form) for id_type, form in NUMBER_FORMS.items()}
_OLD_RESIDENCE = re.compile(r"[A-Z]{3}[0-9]{12}")  # 外国人永久居留证 until 2023
_RESIDENCE_AREAS = ("81", "82", "83")
WITH_BIRTH_DATE = ("111", "112", "154", "553")


def certificate_fault(id_type: str, number: str) -> str | None:
    """The code of what is wrong with the number, or None."""
    if number != number.upper():
        return "not_upper_case"
    if id_type in ("111", "112"):
        return identity_fault(number) or _not_a_citizen(number)
    if id_type == "154":
        fault = identity_fault(number)
        return fault or (None if number.startswith(_RESIDENCE_AREAS) else "not_this_certificate")
    if id_type == "553":
        return _permanent_residence(number)
    if id_type == "001":
        return uscc_fault(number)
    form = _FORMS.get(id_type)
    return "not_this_certificate" if form and not form.fullmatch(number) else None


def number_birth_date(id_type: str, number: str) -> date | None:
    """The birth date that a sound number of this type holds, or None."""
    if id_type not in WITH_BIRTH_DATE or len(number) != 18 or certificate_fault(id_type, number):
        return None
    return birth_date_of(number)


def tells_birth_date(id_type: str, number: str) -> bool:
    """Whether a number of this type holds the birth date, if it is a sound one; an organization has none."""
    return id_type in (*WITH_BIRTH_DATE, "001") and not _OLD_RESIDENCE.fullmatch(number)


def number_sex(number: str) -> str:
    """The sex in an 18-character number (GB/T 2261.1): 1 male, 2 female."""
    return "1" if int(number[16]) % 2 else "2"


def _not_a_citizen(number: str) -> str | None:
    if number.startswith(_RESIDENCE_AREAS):
        return "is_residence_permit"
    return "is_foreigner_number" if number.startswith("9") else None


def _permanent_residence(number: str) -> str | None:
    if len(number) == 18:
        return identity_fault(number) or (None if number.startswith("9") else "not_this_certificate")
    return None if _OLD_RESIDENCE.fullmatch(number) else "not_this_certificate"
