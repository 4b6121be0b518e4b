"""Cases of ever new made-up applicants: the gateway refuses a second open case of the same one."""

from itertools import count
from typing import Any

from tests.fakes import fixtures
from tests.fakes.checks import uscc_check

_SERIAL = count(1)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def number(serial: int) -> str:
    """An identity number (GB 11643) of somebody born on 15 March of 1988 + serial // 1000."""
    plain = f"341702{1960 + serial // 999 % 40}0315{serial % 999 + 1:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(plain, _WEIGHTS, strict=True))
    return plain + "10X98765432"[total % 11]


def credit_code(serial: int) -> str:
    """A unified social credit code (GB 32100) of a company registered in 慈溪."""
    plain = f"91330282MA2T{serial % 100_000:05d}"
    return plain + uscc_check(plain)


def case_of_somebody(name: str = "gd-person") -> dict[str, Any]:
    """A made-up case as a caller posts it, of a person or an organization whom no other test knows."""
    document = fixtures.case(name)
    applicant = document["applicant"]
    if applicant["id_type"] == "111":
        applicant["id_number"] = number(next(_SERIAL))
        applicant["birth_date"] = "-".join(
            (applicant["id_number"][6:10], applicant["id_number"][10:12], applicant["id_number"][12:14])
        )
        applicant.pop("sex", None)
    elif applicant["id_type"] == "001":
        applicant["id_number"] = credit_code(next(_SERIAL))
    return document
