"""What the simulated Lingnan platform (岭南) accepts: section 3 of its interface document, as rules."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .checks import (
    birth_date,
    certificate_is_sound,
    implementation_is_sound,
    name_is_sound,
    time_is_sound,
    uscc_is_sound,
)

LONG_TIME, DAY = "%Y%m%d%H%M%S", "%Y%m%d"
MOST_MATERIAL_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Item:
    """An item as this platform has it on its list: bjlx is *their* code (1 承诺件, 2 即办件)."""

    name: str
    version: str
    division: str
    bjlx: str
    applicants: str = "12"


ITEMS: Mapping[str, Item] = {
    "11440232MB2D06811W4000117051000": Item("建设工程消防设计审查", "3", "440232", "1"),
    "11440233MB2D07520F4000117051000": Item("建设工程消防设计审查", "2", "440233", "1"),
    "11440232007340216X4002014007000": Item("失业登记", "5", "440232", "2", "1"),
    "11440232007340216X4442014001000": Item("失业保险金申领", "3", "440232", "2", "1"),
    "11440233007341120C4002014007000": Item("失业登记", "5", "440233", "2", "1"),
    "11440233MB2D09143J4000511012000": Item("孤儿、事实无人抚养儿童认定", "1", "440233", "1", "1"),
}
CERTIFICATES = {"10": "111", "11": "112", "20": "414", "30": "516", "31": "511", "40": "553", "50": "154"}
GUARDIAN_KINDS = frozenset({"1", "2", "3", "9"})
_REQUIRED = (
    "sblsh sxssbm sxmc sxbbh bjlx xzqhdm slbmdm tbms sqrlx sqrxm sqrzjlx sqrzjhm sqsj sqyt sfkd "
    "fsdwdm fsdwmc sjxx clxx"
)
_OPTIONAL = "sxywblxbm sqrxb sqrcsrq sqrgj sqrywm sqrsjh sqrdz sqnr sqsbh bz fddbr jbr jhr dlr"
_LONGEST = {
    "sxmc": 200,
    "sqrxm": 50,
    "sqyt": 200,
    "sqnr": 500,
    "sqrdz": 200,
    "bz": 500,
    "sqsbh": 64,
    "cxyy": 200,
    "gzwh": 100,
    "fsdwmc": 100,
}
_PARTS = {  # part: (required, optional)
    "sjxx": ("sjqhdm sjdwdm sjsj", "sjdwmc sjck sjry hyfs hysj"),
    "fddbr": ("xm zjlx zjhm", "sjh"),
    "jbr": ("xm zjlx zjhm", "sjh"),
    "jhr": ("xm zjlx zjhm gx", "sjh zmcl"),
    "dlr": ("xm zjlx zjhm dlqx yxqz", "sjh"),
}
_MATERIAL = ("clbm clmc clxs sfyj xrdj fs fj", "hydw hysj hyry")
_REPLACED = ("clbm clmc clxs sfyj xrdj fs sqfs", "hydw hysj hyry fj dtbh bjqx")  # no file: A.11
_MEANS = {"3": "dtbh", "4": "bjqx", "5": "dtbh"}
_FILE = ("xh wjm wjgs wjdx wjzy wjnr", "")
_CHANGE = "sblsh czlsh czsj czdwdm"
_CHANGES = {
    "case.correct": (_CHANGE, "czck czry gzwh bz clxx sqnr sfkd"),
    "case.supplement": (f"{_CHANGE} clxx", "czck czry gzwh bz"),
    "case.withdraw": (f"{_CHANGE} cxyy sqrxm sqrzjhm", "czck czry"),
}
_FORMATS = {"pdf": b"%PDF", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG", "ofd": b"PK\x03\x04"}

Fault = tuple[str, str]


def faults(case: Mapping[str, object], items: Mapping[str, Item] = ITEMS) -> list[Fault]:
    """Every fault as (business code, text without any value); empty when it can be taken. items: on its list."""
    shape = list(_shape(case))
    return shape or [
        *_item(case, items),
        *_applicant(case),
        *_persons(case),
        *_receiving(case),
        *_materials(case),
    ]


def change_faults(operation: str, change: Mapping[str, object]) -> list[Fault]:
    """The same of what comes to a case later: section 3.4 and after of the interface document."""
    required, optional = _CHANGES[operation]
    shape = list(_fields(change, required, optional, ""))
    for name, most in _LONGEST.items():
        if len(str(change.get(name, ""))) > most:
            shape.append(("5007", f"{name}超过{most}字"))
    materials = change.get("clxx", [])
    shape += list(_material_shapes(materials))
    if shape:
        return shape
    found = []
    if not re.fullmatch(r"[0-9A-Z]{26}", str(change["czlsh"])):
        found.append(("5009", "czlsh应为26位"))
    if not uscc_is_sound(str(change["czdwdm"])) or not time_is_sound(str(change["czsj"]), LONG_TIME):
        found.append(("5006", "czdwdm或czsj不合格"))
    if operation == "case.correct" and not (materials or "sqnr" in change or "sfkd" in change):
        found.append(("5001", "补正没有内容"))
    return [*found, *_materials({"clxx": materials})]


def _names(names: str) -> list[str]:
    return names.split()


def _fields(part: object, required: str, optional: str, where: str) -> Iterator[Fault]:
    if not isinstance(part, dict):
        yield "5007", f"{where}应为对象"
        return
    for name in _names(required):
        if part.get(name) in (None, "", [], {}):
            yield "5001", f"缺少{where}{name}"
    for name in part.keys() - {*_names(required), *_names(optional)}:
        yield "5008", f"{where}含未登记字段{name}"
    for name, value in part.items():
        if not isinstance(value, (str, list, dict)):
            yield "5007", f"{where}{name}应为文本"


def _shape(case: Mapping[str, object]) -> Iterator[Fault]:
    yield from _fields(case, _REQUIRED, _OPTIONAL, "")
    for name in _PARTS.keys() & case.keys():
        yield from _fields(case[name], *_PARTS[name], f"{name}.")
    for name, most in _LONGEST.items():
        if len(str(case.get(name, ""))) > most:
            yield "5007", f"{name}超过{most}字"
    yield from _material_shapes(case.get("clxx"))


def _material_shapes(materials: object) -> Iterator[Fault]:
    for index, material in enumerate(materials if isinstance(materials, list) else [], 1):
        asked = _REPLACED if isinstance(material, dict) and "sqfs" in material else _MATERIAL
        yield from _fields(material, *asked, f"clxx[{index}].")
        files = material.get("fj") if isinstance(material, dict) else None
        for number, file in enumerate(files if isinstance(files, list) else [], 1):
            yield from _fields(file, *_FILE, f"clxx[{index}].fj[{number}].")


def _item(case: Mapping[str, object], items: Mapping[str, Item]) -> Iterator[Fault]:
    code, number = str(case["sxssbm"]), str(case["sblsh"])
    item = items.get(code)
    if not implementation_is_sound(code) or item is None:
        yield "5003", "sxssbm不是在用事项"
        return
    if not re.fullmatch(re.escape(code) + r"20\d{6}\d{4}", number) or not time_is_sound(number[31:39], DAY):
        yield "5009", "sblsh应为实施编码加日期加四位流水"
    if str(case.get("sxywblxbm", code + "01"))[:31] != code:
        yield "5003", "sxywblxbm与sxssbm不符"
    if case["sxbbh"] != item.version:
        yield "5004", "sxbbh不是在用版本"
    if case["sxmc"] != item.name:
        yield "5004", "sxmc与事项不符"
    if case["bjlx"] != item.bjlx:
        yield "5004", "bjlx与事项不符(1承诺件 2即办件)"
    if str(case["sqrlx"]) not in item.applicants:
        yield "5004", "sqrlx不是该事项的服务对象"
    if case["xzqhdm"] != item.division + "000000" or case["slbmdm"] != code[:18]:
        yield "5006", "xzqhdm或slbmdm与事项不符"


def _applicant(case: Mapping[str, object]) -> Iterator[Fault]:
    kind, number = str(case["sqrlx"]), str(case["sqrzjhm"])
    if not name_is_sound(str(case["sqrxm"]), 50):
        yield "5002", "sqrxm不是可用的姓名或名称"
    if kind == "2":
        if case["sqrzjlx"] != "01" or not uscc_is_sound(number):
            yield "5002", "sqrzjhm统一社会信用代码校验不通过"
        if "fddbr" not in case:
            yield "5001", "缺少fddbr"
        return
    police = CERTIFICATES.get(str(case["sqrzjlx"]), "")
    if not certificate_is_sound(police, number):
        yield "5002", "sqrzjhm与证件类型不符或校验不通过"
    elif police in ("111", "154"):
        yield from _birth(case, number)
    if case.get("sqrxb", "M") not in ("M", "F"):
        yield "5007", "sqrxb应为M或F"


def _birth(case: Mapping[str, object], number: str) -> Iterator[Fault]:
    if case.get("sqrcsrq", number[6:14]) != number[6:14]:
        yield "5002", "sqrcsrq与证件号码不符"
    born, received = birth_date(number), str(case["sqsj"])[:8]
    if born and int(received) < int(f"{born:%Y%m%d}") + 180000 and "jhr" not in case:
        yield "5001", "未成年人缺少jhr"


def _persons(case: Mapping[str, object]) -> Iterator[Fault]:
    for part in ("fddbr", "jbr", "jhr", "dlr"):
        person = case.get(part)
        if isinstance(person, dict):
            police = CERTIFICATES.get(str(person["zjlx"]), "")
            if not name_is_sound(str(person["xm"]), 50) or not certificate_is_sound(
                police, str(person["zjhm"])
            ):
                yield "5002", f"{part}姓名或证件号码校验不通过"
    guardian, agent = case.get("jhr"), case.get("dlr")
    if isinstance(guardian, dict) and guardian["gx"] not in GUARDIAN_KINDS:
        yield "5007", "jhr.gx应为1父 2母 3祖父母或外祖父母 9其他"
    if isinstance(agent, dict) and str(agent["yxqz"]) < str(case["sqsj"])[:8]:
        yield "5002", "dlr.yxqz已过期"


def _receiving(case: Mapping[str, object]) -> Iterator[Fault]:
    place = case["sjxx"]
    assert isinstance(place, dict)
    if not re.fullmatch(r"\d{6}", str(place["sjqhdm"])) or str(place["sjqhdm"]).startswith("44"):
        yield "5006", "sjqhdm应为省外区划六位代码"
    if not uscc_is_sound(str(place["sjdwdm"])) or not uscc_is_sound(str(case["fsdwdm"])):
        yield "5006", "sjdwdm或fsdwdm统一社会信用代码校验不通过"
    if not time_is_sound(str(place["sjsj"]), LONG_TIME) or not time_is_sound(str(case["sqsj"]), LONG_TIME):
        yield "5007", "sjsj或sqsj不是时间"
    if case["tbms"] not in ("0", "1", "3") or case["sfkd"] not in ("1", "2"):
        yield "5007", "tbms或sfkd代码不在表内"
    if case["tbms"] == "1" and "hyfs" not in place:
        yield "5001", "异地代收缺少sjxx.hyfs"


def _materials(case: Mapping[str, object]) -> Iterator[Fault]:
    materials = case["clxx"]
    assert isinstance(materials, list)
    for index, material in enumerate(materials, 1):
        where = f"clxx[{index}]"
        if material["xrdj"] not in ("A", "B", "C", "D") or material["sfyj"] not in ("1", "2"):
            yield "5005", f"{where}xrdj或sfyj代码不在表内"
        if material["clxs"] not in ("1", "2") or not str(material["fs"]).isdigit():
            yield "5005", f"{where}clxs或fs不合格"
        if "sqfs" in material:
            yield from _means(material, where)
        for number, file in enumerate(material.get("fj", []), 1):
            if file["xh"] != str(number):
                yield "5005", f"{where}附件序号不连续"
            yield from _file(file, f"{where}.fj[{number}]")


def _means(material: Mapping[str, str], where: str) -> Iterator[Fault]:
    """What stands for a file (A.11), with its number or its day."""
    needed = _MEANS.get(material["sqfs"])
    if needed is None:
        yield "5005", f"{where}sqfs代码不在表内"
    elif not material.get(needed):
        yield "5001", f"缺少{where}{needed}"
    elif needed == "bjqx" and not re.fullmatch(r"20\d{6}", material["bjqx"]):
        yield "5007", f"{where}bjqx不是日期"


def _file(file: Mapping[str, str], where: str) -> Iterator[Fault]:
    try:
        content = base64.b64decode(file["wjnr"], validate=True)
    except binascii.Error:
        yield "5005", f"{where}wjnr不是base64"
        return
    if str(len(content)) != file["wjdx"] or len(content) > MOST_MATERIAL_BYTES:
        yield "5005", f"{where}大小不符或超限"
    if hashlib.sha256(content).hexdigest() != file["wjzy"]:
        yield "5005", f"{where}摘要不符"
    start = _FORMATS.get(file["wjgs"])
    if start is None or not content.startswith(start) or not file["wjm"].endswith("." + file["wjgs"]):
        yield "5005", f"{where}格式与内容不符"
