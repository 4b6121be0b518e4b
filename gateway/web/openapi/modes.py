"""JSON Schemas of answers about joint cases (多地联办, 一件事)."""

from typing import get_args

from gateway.cases import parcels
from gateway.cases.due import What, Why
from gateway.cases.joint import OUTCOMES, STANDINGS
from gateway.cases.states import STATES, Actor
from gateway.model import State
from gateway.web.openapi.shapes import BOTH, FLAG, OPTIONAL, TEXT, TIME, Schema, a_list, an_object, titled

_COUNT = {"type": "integer", "minimum": 0}
_ACTORS = {"type": "array", "items": {"enum": list(get_args(Actor))}}
_STANDING: dict[str, Schema] = {
    "standing": {"title": "联办件状态", "enum": list(STANDINGS)},
    "standing_text": titled("联办件状态说明", BOTH),
}
OF_A_JOINT_CASE = an_object("所属的联办件", {
    "joint": titled("联办件标识", TEXT),
    "part": titled("第几个分办件", {"type": "integer", "minimum": 1}),
    "parts": titled("共有几个分办件", {"type": "integer", "minimum": 1}),
    **_STANDING,
    "link": TEXT,
})  # fmt: skip
_PART: dict[str, Schema] = {
    "part": titled("第几个分办件", {"type": "integer", "minimum": 1}),
    "case": titled("办件标识", TEXT),
    "exchange": titled("提交的交换", TEXT),
    "exchange_state": {"title": "提交的状态", "enum": list(get_args(State))},
    "platform": titled("办理地平台", TEXT),
    "division": titled("办理地行政区划", TEXT),
    "unit": titled("办理单位", TEXT),
    "item": titled("办理地事项", TEXT),
    "state": {"title": "办件状态", "enum": list(STATES)},
    "state_text": titled("办件状态说明", BOTH),
    "outcome": {"title": "结果", "enum": list(OUTCOMES)},
    "outcome_text": titled("结果说明", BOTH),
    "acts": {"title": "下一步由谁办理", "enum": list(get_args(Actor))},
    "due": {"anyOf": [an_object("下一步的期限", {
        "for": {"enum": list(get_args(What))}, "on": OPTIONAL, "why": {"enum": [*get_args(Why), None]},
    }), {"type": "null"}]},
    "link": TEXT,
}  # fmt: skip

A_PARCEL = an_object("一个寄件", {
    "carrier": titled("承运单位", TEXT),
    "number": titled("运单号", TEXT),
    "direction": {"title": "方向", "enum": list(parcels.DIRECTIONS),
                  "description": "there 寄往办理地, back 寄回收件地"},
    "state": {"title": "状态", "enum": list(parcels.STATES)},
    "state_text": titled("状态说明", BOTH),
    "acts": {"title": "由谁处理", "enum": list(get_args(Actor))},
    "contents": a_list(an_object("一种内件", {"code": TEXT, "form": TEXT, "count": _COUNT})),
    "events": a_list(an_object("一次情况", {"event": {"enum": list(parcels.KINDS)}, "at": TIME, "source": TEXT})),
    "findings": {"title": "不合常理之处", "type": "array", "items": {"enum": list(get_args(parcels.What))}},
})  # fmt: skip

ANSWERS: dict[str, Schema] = {
    "Visit": an_object("链接", {
        "visit": titled("到访标识", TEXT),
        "platform": titled("平台", TEXT),
        "address": titled("请申请人打开的地址，含票据", TEXT),
        "expires_at": titled("票据有效至", TIME),
        "case": titled("接着办理的办件；新的办件在票据兑换后产生", OPTIONAL),
    }),
    "Ticket": an_object("票据", {
        "ticket": {"title": "票据", "type": "string", "maxLength": 200},
        "reference": {"title": "另一通办网关的办件标识", "type": "string", "pattern": "^[0-9A-HJKMNP-TV-Z]{26}$"},
    }, optional=("reference",)),
    "Visitor": an_object("来者", {
        "case": titled("办件标识", TEXT),
        "number": titled("我方编号，以此告知进度", TEXT),
        "document": {"title": "身份、事项与办理地（规范词汇）", "type": "object"},
        "reference": titled("另一通办网关的办件标识", TEXT),
    }, optional=("reference",)),
    "JointView": an_object("联办件", {
        "joint": titled("联办件标识", TEXT),
        "caller": titled("接入方", TEXT),
        "admitted_at": titled("受托时间", TIME),
        "changed_at": titled("状态变化时间", TIME),
        "open": titled("在办", FLAG),
        **_STANDING,
        "outcomes": an_object("各种结果的分办件数", dict.fromkeys(OUTCOMES, _COUNT)),
        "acts": {**_ACTORS, "title": "下一步由谁办理；在办时不为空"},
        "parts": a_list(an_object("一个分办件", _PART)),
        "repeated": titled("同键重发：这是先前那件", FLAG),
        "link": TEXT,
    }, optional=("repeated",)),
    "JointWithdrawn": an_object("撤回联办件", {
        "withdrawals": a_list(an_object("一个分办件的撤回", {
            "part": titled("第几个分办件", {"type": "integer", "minimum": 1}),
            "case": TEXT,
            "exchange": titled("撤回的交换；尚未送出的即提交的交换", OPTIONAL),
            "state": {"title": "该交换的状态", "enum": [*get_args(State), None]},
            "code": titled("未能撤回的原因", OPTIONAL),
            "text": {"anyOf": [BOTH, {"type": "null"}]},
        })),
        "joint": {"$ref": "#/components/schemas/JointView"},
    }),
}  # fmt: skip
