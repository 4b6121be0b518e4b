"""A guide of one item over there, with what stands for its materials: made up, like everything of 模拟岭南."""

from typing import Any

from gateway.guides.guide import Guide
from gateway.guides.store import put
from gateway.needs.importing import Brought, bring
from gateway.store.connection import Connection

DIVISION, ITEM = "440233", "11440233007341120C4002014007000"
EMPLOYEE, FREELANCE = "与单位终止劳动关系", "灵活就业"
HEADING = "id,there_division,there_item,there_code,here_division,means,here_code,valid_from,valid_to,source"
ROWS = f"""\
R1,{DIVISION},{ITEM},M02,341702,file,H02,2020-01-01,,模拟协议附件3
R2,{DIVISION},{ITEM},M05,,data,社保缴费记录,2020-01-01,,模拟协议附件3
R3,{DIVISION},{ITEM},M06,,exempt,,2020-01-01,,模拟协议附件3
R4,{DIVISION},{ITEM},M02,,pledge,,2020-01-01,2021-01-01,模拟协议附件3
"""


def a_material(code: str, name: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": name, "necessity": "required", "form": "either", "kind": "other", **more}


MATERIALS = (
    a_material("M01", "居民身份证", kind="licence", copies=1, trust="B"),
    a_material("M02", "终止劳动关系证明", form="electronic", situations=[EMPLOYEE]),
    a_material("M03", "就业创业证", form="paper", originals=1, necessity="may_be_owed"),
    a_material("M04", "婚姻状况证明", valid_to="2020-01-01"),
    a_material("M05", "社会保险缴费证明", situations=[FREELANCE], trust="A"),
    a_material("M06", "户籍证明"),
    a_material("M07", "照片", necessity="optional", form="paper", copies=2),
)


def bring_guide(connection: Connection, now_ms: int) -> Brought:
    elements = {"name": "失业登记", "materials": list(MATERIALS)}
    put(connection, Guide(DIVISION, ITEM, 5, now_ms, "模拟指南.csv", elements))
    names = HEADING.split(",")
    return bring(
        connection, [dict(zip(names, line.split(","), strict=True)) for line in ROWS.splitlines()], now_ms
    )
