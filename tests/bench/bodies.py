"""Requests for the bench: real-shaped cases of about 2 kB, each of another made-up person."""

import copy
import json
from typing import Any

from tests.fakes.fixtures import case

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_number(serial: int) -> str:
    """A number with a valid check digit (GB 11643) for the n-th person; 1,000 a day from 1960 on."""
    day = serial // 1000
    year, rest = 1960 + day // 336, day % 336
    first = f"341702{year}{1 + rest // 28:02d}{1 + rest % 28:02d}{serial % 1000:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]


def template(name: str) -> dict[str, Any]:
    """The fixture with papers instead of inline files: two materials on paper."""
    document = copy.deepcopy(case(name))
    for material in document["materials"]:
        material["form"] = "paper"
        material["files"] = []
    del document["applicant"]["birth_date"]
    document["applicant"].pop("sex", None)  # the numbers are of either
    document["note"] = "材料已在窗口核验,原件随件寄送;" * (12 if name.startswith("gd") else 6)
    return document


def whole(name: str, serial: int) -> dict[str, Any]:
    """The fixture as it is, with its files, for the n-th person."""
    document = case(name)
    document["applicant"]["id_number"] = identity_number(serial)
    for told in ("birth_date", "sex"):
        document["applicant"].pop(told, None)
    return document


def bodies(name: str, first: int, count: int) -> list[bytes]:
    document, made = template(name), []
    for serial in range(first, first + count):
        document["applicant"]["id_number"] = identity_number(serial)
        made.append(json.dumps(document, ensure_ascii=False).encode())
    return made
