"""Cases of ever new made-up people: the gateway refuses a second open case of the same person."""

from itertools import count
from typing import Any

from tests.fakes import fixtures

_SERIAL = count(1)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def number(serial: int) -> str:
    """An identity number (GB 11643) of somebody born on 15 March of 1988 + serial // 1000."""
    plain = f"341702{1960 + serial // 999 % 40}0315{serial % 999 + 1:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(plain, _WEIGHTS, strict=True))
    return plain + "10X98765432"[total % 11]


def case_of_somebody(name: str = "gd-person") -> dict[str, Any]:
    """A made-up case as a caller posts it, of a person whom no other test knows."""
    document = fixtures.case(name)
    applicant = document["applicant"]
    if applicant["id_type"] == "111":
        applicant["id_number"] = number(next(_SERIAL))
        applicant["birth_date"] = "-".join(
            (applicant["id_number"][6:10], applicant["id_number"][10:12], applicant["id_number"][12:14])
        )
        applicant.pop("sex", None)
    return document
