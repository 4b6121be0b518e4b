"""What the simulated Guishan platform (桂山) accepts: section 4 of its interface document, as rules."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from .checks import birth_date, certificate_is_sound, name_is_sound, time_is_sound, uscc_is_sound

LONG_TIME = "%Y%m%d%H%M%S"
DIVISION = "450000"
_DECLARATION = re.compile(r"\A<\?xml version=[\"']1\.0[\"'] encoding=[\"']gb2312[\"']\?>")


class Unreadable(Exception):
    """The package is no gb2312 XML document of the described form; the text says why, without values."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item as this platform lists it: bjlx is the national code (1 即办件, 2 承诺件)."""

    name: str
    version: str
    organ: str
    bjlx: str


ITEMS: Mapping[str, Item] = {
    "11450000007565194H200011501500504": Item("自然资源审批事项（模拟名称）", "4", "450000150000", "2"),
    "11450000007566021J200200603100001": Item("开具户籍类证明", "6", "450000060000", "1"),
    "11450000007566021J200070604200002": Item("户口迁移（夫妻投靠）", "2", "450000060000", "2"),
}
_HEAD = "BBH FSDWDM FSDWMC JSDWDM JSDWMC YWLB GLBH QHDM"
_RECORD = (
    "SXDM SXMC SXBB TBFS BJLX SQRLX SQRXM SQRZJLX SQRZJHM SJQHDM SJDWDM SJSJ SQYT SFYJ",
    "SQRXB SQRCSRQ SQRGJ SQRYWM SQRLXDH SQRDZ FDDBRXM FDDBRZJLX FDDBRZJHM JHRXM JHRZJLX JHRZJHM JHRGX "
    "DLRXM DLRZJLX DLRZJHM DLRQX DLRYXQ SJDWMC SJCK SJRY HYFS HYSJ SQNR SQWSBH BZ",
)
_MATERIAL = ("CLLBDM CLMC CLGS CLXH CLFS SFYJ KXDJ WJM CLNR CLZY", "HYDW HYSJ")
_CHANGE_HEAD = "BBH FSDWDM GLBH YWLSH CZLSH QHDM FSSJ YWLB"
_CHANGE = ("CZSJ CZDWDM", "CZCK CZRY")
_CHANGES = {
    "BZ01": (_CHANGE[0], f"{_CHANGE[1]} GZWH BZ SQNR SFYJ"),
    "BJ01": (_CHANGE[0], f"{_CHANGE[1]} GZWH BZ"),
    "CX01": (f"{_CHANGE[0]} CZYY", _CHANGE[1]),
}
_LONGEST = {
    "CZYY": 200,
    "GZWH": 100,
    "SQRXM": 60,
    "SXMC": 200,
    "SQYT": 200,
    "SQNR": 400,
    "SQRDZ": 160,
    "BZ": 200,
    "CLMC": 200,
    "WJM": 100,
}
_STARTS = {"pdf": b"%PDF", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG"}

RecordFault = tuple[str, str, str, str]  # SXH, LBDM, code, text
Fields = Mapping[str, str]


def package(text: str) -> etree._Element:
    """The inner document, read from gb2312 bytes as it declares; raises Unreadable."""
    if not _DECLARATION.match(text):
        raise Unreadable("information应以声明gb2312的XML声明开头")
    lost = next((position for position, one in enumerate(text, 1) if not in_gb2312(one)), None)
    if lost is not None:
        raise Unreadable(f"第{lost}个字符不在gb2312内")
    if "<!DOCTYPE" in text:
        raise Unreadable("不接受DTD")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(text[text.index("?>") + 2 :], parser)
    except etree.XMLSyntaxError:
        raise Unreadable("information不是完好的XML") from None
    if root.tag != "PACKAGE" or root.find("HEAD") is None:
        raise Unreadable("缺少PACKAGE或HEAD")
    return root


def in_gb2312(character: str) -> bool:
    """Whether GB 2312-80 has the character, as Java and Windows read the standard.

    Its A1A4 and A1AA are `·` U+00B7 and `—` U+2014 there; Python's codec has U+30FB and U+2015 instead.
    """
    if character in "·—・―":
        return character in "·—"
    try:
        return len(character.encode("gb2312")) > 0
    except UnicodeEncodeError:
        return False


def fields(element: etree._Element | None) -> dict[str, str]:
    """Children of an element as name -> text."""
    return {} if element is None else {str(child.tag): child.text or "" for child in element}


def faults(
    root: etree._Element, items: Mapping[str, Item] = ITEMS, division: str = DIVISION
) -> list[RecordFault]:
    """Every fault with the record it belongs to; the head is record 0. items: on the list of that division."""
    head = fields(root.find("HEAD"))
    found = [("0", "HEAD", "2007", text) for text in _head(head, division)]
    records = root.findall("DATA/YWJL")
    if len(records) != 1:
        return [*found, ("0", "DATA", "2002", "DATA应有且只有一条YWJL")]
    record = records[0]
    found += [(record.get("SXH", ""), "YW01", code, text) for code, text in _business(record, head, items)]
    materials = root.findall("DATA/CLJL")
    if not materials:
        found.append(("0", "CL01", "2005", "没有材料记录"))
    for index, material in enumerate(materials, 1):
        found += [(material.get("SXH", ""), "CL01", "2005", text) for text in _material(material, index)]
    return found


def change_faults(root: etree._Element) -> list[RecordFault]:
    """The same of what comes to a case later: section 4.4 of the interface document."""
    head, records = fields(root.find("HEAD")), root.findall("DATA/CZJL")
    found = [("0", "HEAD", "2007", text) for text in _complete(head, _CHANGE_HEAD, "")]
    if not re.fullmatch(r"[0-9A-Z]{26}", head.get("CZLSH", "")):
        found.append(("0", "HEAD", "2007", "CZLSH应为26位"))
    if head.get("YWLB") not in _CHANGES or len(records) != 1:
        return [*found, ("0", "DATA", "2002", "YWLB不在表内,或CZJL不是一条")]
    required, optional = _CHANGES[head["YWLB"]]
    record, values = records[0], fields(records[0])
    texts = list(_complete(values, required, optional))
    if record.get("SXH") != "1" or record.get("LBDM") != "CZ01":
        texts.append("CZJL的SXH应为1,LBDM应为CZ01")
    if not uscc_is_sound(values.get("CZDWDM", "")) or not time_is_sound(values.get("CZSJ", ""), LONG_TIME):
        texts.append("CZDWDM或CZSJ不合格")
    materials = root.findall("DATA/CLJL")
    if head["YWLB"] == "BZ01" and not (materials or {"SQNR", "SFYJ"} & values.keys()):
        texts.append("补正没有内容")
    if (head["YWLB"], bool(materials)) in (("BJ01", False), ("CX01", True)):
        texts.append("补交应有材料,撤回不应有材料")
    found += [("1", "CZ01", "2002", text) for text in texts]
    for index, material in enumerate(materials, 1):
        found += [(material.get("SXH", ""), "CL01", "2005", text) for text in _material(material, index)]
    return found


def _complete(values: Fields, required: str, optional: str) -> Iterator[str]:
    for name in required.split():
        if not values.get(name):
            yield f"缺少{name}"
    for name in values.keys() - {*required.split(), *optional.split()}:
        yield f"未登记的{name}"
    for name, most in _LONGEST.items():
        if len(values.get(name, "").encode("gbk", "replace")) > most:
            yield f"{name}超过{most}字节"


def _head(head: Fields, division: str) -> Iterator[str]:
    yield from _complete(head, _HEAD, "FSSJ YWLBMC")
    if not re.fullmatch(rf"{division}20\d{{6}}\d{{6}}", head.get("GLBH", "")):
        yield "GLBH应为区划六位加日期八位加流水六位"
    if head.get("QHDM") != division or head.get("BBH") != "1.0":
        yield "QHDM或BBH不符"
    if not uscc_is_sound(head.get("FSDWDM", "")):
        yield "FSDWDM校验不通过"
    if not time_is_sound(head.get("FSSJ", "x"), LONG_TIME):
        yield "FSSJ不是时间"


def _business(record: etree._Element, head: Fields, items: Mapping[str, Item]) -> Iterator[tuple[str, str]]:
    values = fields(record)
    if record.get("SXH") != "1" or record.get("LBDM") != "YW01":
        yield "2002", "YWJL的SXH应为1,LBDM应为YW01"
    for text in _complete(values, *_RECORD):
        yield "2004" if "SQR" in text else "2002", text
    item = items.get(values.get("SXDM", ""))
    if item is None:
        yield "2006", "SXDM不是在用的业务办理项"
        return
    if (values.get("SXMC"), values.get("SXBB")) != (item.name, item.version):
        yield "2006", "SXMC或SXBB不是在用版本"
    if values.get("BJLX") != item.bjlx:
        yield "2006", "BJLX与事项不符(1即办件 2承诺件)"
    if head.get("JSDWDM") != item.organ:
        yield "2007", "JSDWDM不是该事项的单位"
    yield from _applicant(values)
    yield from _codes(values)


def _applicant(values: Fields) -> Iterator[tuple[str, str]]:
    kind, number = values.get("SQRZJLX", ""), values.get("SQRZJHM", "")
    if not name_is_sound(values.get("SQRXM", ""), 30):
        yield "2004", "SQRXM不是可用的姓名或名称"
    if values.get("SQRLX") == "2":
        if kind != "001" or not uscc_is_sound(number):
            yield "2004", "SQRZJHM统一社会信用代码校验不通过"
        if not values.get("FDDBRXM"):
            yield "2004", "缺少FDDBRXM"
    elif not certificate_is_sound(kind, number):
        yield "2004", "SQRZJHM与证件类型不符或校验不通过"
    elif kind == "111":
        yield from _birth(values, number)
    if kind in ("414", "553") and not values.get("SQRYWM"):
        yield "2004", "外国人缺少SQRYWM"
    for who in ("FDDBR", "JHR", "DLR"):
        if values.get(f"{who}XM") and not certificate_is_sound(
            values.get(f"{who}ZJLX", ""), values.get(f"{who}ZJHM", "")
        ):
            yield "2004", f"{who}ZJHM校验不通过"


def _birth(values: Fields, number: str) -> Iterator[tuple[str, str]]:
    if values.get("SQRCSRQ", number[6:14]) != number[6:14]:
        yield "2004", "SQRCSRQ与证件号码不符"
    born, received = birth_date(number), values.get("SJSJ", "")[:8]
    if (
        born
        and received.isdigit()
        and int(received) < int(f"{born:%Y%m%d}") + 180000
        and not values.get("JHRXM")
    ):
        yield "2004", "未成年人缺少JHRXM"


def _codes(values: Fields) -> Iterator[tuple[str, str]]:
    allowed = {"TBFS": "123", "SQRLX": "12", "SFYJ": "01", "SQRXB": "0129"}
    for name, codes in allowed.items():
        if name in values and (len(values[name]) != 1 or values[name] not in codes):
            yield "2002", f"{name}代码不在表内"
    if values.get("JHRXM") and values.get("JHRGX") not in ("51", "52", "61", "97"):
        yield "2002", "JHRGX代码不在表内"
    if not time_is_sound(values.get("SJSJ", ""), LONG_TIME):
        yield "2002", "SJSJ不是时间"
    if not uscc_is_sound(values.get("SJDWDM", "")) or values.get("SJQHDM", "").startswith("45"):
        yield "2007", "SJDWDM或SJQHDM不符"


def _material(material: etree._Element, index: int) -> Iterator[str]:
    values = fields(material)
    if material.get("SXH") != str(index) or material.get("LBDM") != "CL01":
        yield "CLJL的SXH应连续,LBDM应为CL01"
    yield from _complete(values, *_MATERIAL)
    if values.get("SFYJ") not in ("0", "1") or values.get("KXDJ") not in ("A", "B", "C", "D"):
        yield "SFYJ或KXDJ代码不在表内"
    try:
        content = base64.b64decode(re.sub(r"\s", "", values.get("CLNR", "")), validate=True)
    except binascii.Error:
        yield "CLNR不是base64"
        return
    if not content.startswith(_STARTS.get(values.get("CLGS", ""), b"?none")):
        yield "CLGS与内容不符"
    if hashlib.sha256(content).hexdigest() != values.get("CLZY"):
        yield "CLZY与内容不符"
