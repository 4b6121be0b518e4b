"""What the newer simulated platforms check in the same way: which fields, what stands in them, which files."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from .checks import CHINA, birth_date, certificate_is_sound, name_is_sound, uscc_is_sound
from .clock import now_ms

LONG_TIME = r"20\d{12}"
STARTS = {"pdf": b"%PDF", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG"}
WINDOW_MS = 300_000


@dataclass(frozen=True, slots=True)
class Item:
    """An item as a platform has it on its list; applicants: 1 persons, 2 organizations."""

    name: str
    version: str
    division: str
    applicants: str = "1"


def fields(part: object, needed: Mapping[str, str], optional: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with one flat object; patterns by name. No value ever stands in a text."""
    if not isinstance(part, Mapping):
        yield "应为对象"
        return
    for name, pattern in {**needed, **optional}.items():
        value = part.get(name)
        if value in (None, ""):
            if name in needed:
                yield f"缺少{name}"
        elif not isinstance(value, str) or not re.fullmatch(pattern, value, re.DOTALL):
            yield f"{name}不合格"
    for name in part.keys() - needed.keys() - optional.keys():
        yield f"未登记的{name}"


def applicant(
    kind: str, name: str, police_type: str, number: str, received: str, *, guarded: bool
) -> Iterator[str]:
    """kind: 1 person, 2 organization; police_type: GA/T 2000.156; received: a day as yyyymmdd."""
    if not name_is_sound(name, 50):
        yield "姓名或名称不可用"
    if kind == "2":
        if not uscc_is_sound(number):
            yield "统一社会信用代码校验不通过"
        return
    if not certificate_is_sound(police_type, number):
        yield "证件号码与类型不符或校验不通过"
    elif police_type == "111":
        born = birth_date(number)
        if born and int(received) < int(f"{born:%Y%m%d}") + 180000 and not guarded:
            yield "未成年人缺少监护人"


def file(name: str, digest: str, content: str) -> Iterator[str]:
    """One file: base64 without anything else, of the format that its name ends with, of this SHA-256."""
    try:
        raw = base64.b64decode(content, validate=True)
    except binascii.Error:
        yield "附件不是base64"
        return
    if not raw.startswith(STARTS.get(name.rpartition(".")[2].lower(), b"?none")):
        yield "附件格式与内容不符"
    if hashlib.sha256(raw).hexdigest() != digest:
        yield "附件摘要不符"


def serial_is_sound(number: str, division: str) -> bool:
    """Division (6), day (8), serial (6)."""
    return re.fullmatch(rf"{division}20\d{{6}}\d{{6}}", number) is not None


def is_now(at_ms: int, window_ms: int = WINDOW_MS) -> bool:
    return abs(at_ms - now_ms()) <= window_ms


def long_time(at_ms: int) -> str:
    """yyyyMMddHHmmss in China."""
    return datetime.fromtimestamp(at_ms / 1000, CHINA).strftime("%Y%m%d%H%M%S")


class Seen:
    """Nonces that came before; the oldest are forgotten."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._known: dict[str, None] = {}

    def again(self, nonce: str) -> bool:
        """Whether it came before; from now on it has."""
        if nonce in self._known:
            return True
        self._known[nonce] = None
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]
        return False
