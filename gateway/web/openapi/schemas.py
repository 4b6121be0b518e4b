"""JSON Schemas of what the service answers; those of what it takes are the canonical ones (规范)."""

from typing import get_args

from gateway.cases import due
from gateway.cases.life import What
from gateway.cases.reasons import DOCUMENT_KINDS, ENDINGS, Fault
from gateway.cases.reasons import TEXTS as REASON_TEXTS
from gateway.cases.spans import NAMES
from gateway.cases.states import ALONG, STATES, Actor, Duty
from gateway.clocks import Unit
from gateway.errors import CODES, Party
from gateway.feed import SHOWN
from gateway.model import State
from gateway.web.openapi.hoisted import hoisted
from gateway.web.openapi.items import ANSWERS as OF_ITEMS
from gateway.web.openapi.modes import A_PARCEL, OF_A_JOINT_CASE
from gateway.web.openapi.modes import ANSWERS as OF_MODES
from gateway.web.openapi.shapes import (
    BOTH,
    FLAG,
    LEFT,
    OPTIONAL,
    OPTIONAL_TIME,
    TEXT,
    TIME,
    Schema,
    a_list,
    a_ref,
    an_object,
    titled,
)
from mappings import canonical

_STEP = {
    "event": titled("环节", {"enum": list(ALONG)}),
    "at": titled("时间（来源方时钟）", TIME),
    "source": titled("来源", TEXT),
    "number": titled("来源方记录号", OPTIONAL),
    "corrects": titled("更正了来源方的哪一条记录", OPTIONAL),
    "due_on": titled("随之告知的截止日期", OPTIONAL),
}
_EVENT = {
    "cursor": titled("读到此条为止的 cursor", TEXT),
    "kind": titled("种类（存证条目的种类）", TEXT),
    "at": titled("入账时间", TIME),
    **dict.fromkeys(SHOWN, TEXT),
    "attempt": {"type": "integer"},
    "year": {"type": "integer"},
    "documents": {"title": "文书与证照的份数", "type": "integer"},
    "parts": {"title": "分办件数", "type": "integer"},
    "outcomes": titled("各分办件的结果", a_list(TEXT)),
    "contents": titled("内件：编码、形式、份数", a_list(TEXT)),
}
_FINDING = {"finding": {"enum": list(get_args(What))}, **_STEP}
_CLOCK = {
    "clock": {"title": "时限", "enum": list(NAMES)},
    "text": titled("说明", BOTH),
    "from": titled("起算日（次日起计）", TEXT),
    "limit": {
        "anyOf": [
            an_object(
                "期限",
                {
                    "value": {"type": "integer"},
                    "unit": {"enum": list(get_args(Unit))},
                },
            ),
            {"type": "null"},
        ]
    },
    "basis": {
        "title": "依据",
        "enum": list(get_args(due.Basis)),
        "description": "law 法律, guide 收件日的办事指南, agreement 通办协议, told 告知的日期, none 无",
    },
    "on": titled("届满日", OPTIONAL),
    "why": {"title": "为何没有届满日", "enum": [*get_args(due.Why), None]},
    "year": {"title": "未导入工作日历的年份", "type": ["integer", "null"]},
    "colour": {
        "title": "状态",
        "enum": list(get_args(due.Colour)),
        "description": "green 正常, amber 黄灯, red 红灯, suspended 中止, unknown 无届满日, met 按期, late 逾期",
    },
    "amber_from": titled("自何日起为黄灯", OPTIONAL),
    "ended": titled("完成或终止日", OPTIONAL),
    "deemed": titled("视为受理，自收到材料之日起计", FLAG),
}
_ITEM = {
    "here": titled("接入方所用编码", TEXT),
    "there": titled("办理地编码", TEXT),
    "basic_code": titled("国家基本编码", TEXT),
    "alignment": titled("对码依据", TEXT),
}

_TOLD: dict[str, Schema] = {
    "state": {"title": "办结状态", "enum": [*sorted(ENDINGS), None]},
    "state_text": {"anyOf": [BOTH, {"type": "null"}]},
    "reason": {"title": "办结理由", "enum": [*REASON_TEXTS, None]},
    "reason_text": titled("理由说明", BOTH),
}
_DECISION: dict[str, Schema] = {
    "number": titled("决定文号", OPTIONAL), "on": titled("决定日期", OPTIONAL),
    "unit": titled("决定机关", OPTIONAL), "unit_name": titled("决定机关名称", OPTIONAL),
}  # fmt: skip
_DOCUMENT: dict[str, Schema] = {
    "document": {"title": "文书序号", "type": "integer", "minimum": 1},
    "kind": {"title": "种类", "enum": list(DOCUMENT_KINDS)},
    "kind_text": BOTH,
    **dict.fromkeys(("name", "number", "unit", "unit_name", "on", "valid_until"), OPTIONAL),
    "file": {"anyOf": [an_object("文件", {
        **dict.fromkeys(("name", "digest", "fault", "link"), OPTIONAL),
        "media_type": TEXT, "size": {"type": ["integer", "null"]},
    }), {"type": "null"}]},
}  # fmt: skip

_OF_CASES: dict[str, Schema] = {
    "Exchange": an_object("交换", {
        "exchange": titled("交换标识", TEXT),
        "case": titled("办件标识", TEXT),
        "operation": titled("操作", TEXT),
        "platform": titled("平台", TEXT),
        "division": titled("办理地行政区划", TEXT),
        "unit": titled("办理单位", TEXT),
        "state": {"title": "状态", "enum": list(get_args(State))},
        "state_text": titled("状态说明", BOTH),
        "ended": titled("已终结", FLAG),
        "attempts": {"title": "发送次数", "type": "integer", "minimum": 0},
        "cause": titled("原因（固定词）", OPTIONAL),
        "their_code": titled("对方代码", OPTIONAL),
        "numbers": an_object("编号", {"ours": OPTIONAL, "theirs": OPTIONAL}),
        "item": an_object("事项", _ITEM),
        "agreement": titled("所依据的通办协议", OPTIONAL),
        "release": titled("所依据的发布", TEXT),
        "admitted_at": titled("受托时间", TIME),
        "changed_at": titled("最近变化时间", TIME),
        "due_at": titled("下次尝试时间", OPTIONAL_TIME),
        "ended_at": titled("终结时间", OPTIONAL_TIME),
        "links": an_object("链接", {"self": TEXT, "case": TEXT, "proof": TEXT}),
        "repeated": titled("同键重发：这是先前那次交换", FLAG),
    }, optional=("repeated",)),
    "CaseView": an_object("办件", {
        "case": titled("办件标识", TEXT),
        "caller": titled("接入方", TEXT),
        "division": titled("办理地行政区划", TEXT),
        "from": titled("收件地行政区划", TEXT),
        "item": titled("事项", TEXT),
        "received_at": titled("收件时间", TIME),
        "admitted_at": titled("受托时间", TIME),
        "open": titled("在办", FLAG),
        "state": {"title": "办件状态", "enum": list(STATES)},
        "state_text": titled("办件状态说明", BOTH),
        "since": titled("自何时起", TIME),
        "acts": {"title": "下一步由谁办理", "enum": list(get_args(Actor)),
                 "description": "receiving 收件地, deciding 办理地, applicant 申请人, nobody 已办结"},
        "due": {"anyOf": [an_object("下一步的期限", {
            "for": {"title": "须做的事", "enum": list(get_args(due.What))},
            "on": titled("届满日", OPTIONAL),
            "why": {"title": "为何没有期限", "enum": [*get_args(due.Why), None]},
        }), {"type": "null"}]},
        "clocks": titled("全部时限", a_list(an_object("一项时限", _CLOCK))),
        "duties": {"title": "尚欠", "description": "supplement 容缺后补的材料, payment 费用",
                   "type": "array", "items": {"enum": list(get_args(Duty))}},
        "followed": {"title": "自动询问办理进度", "type": "array", "items": an_object("在一个平台", {
            "platform": TEXT,
            "next_at": titled("下次询问时间；空即不再询问，须由人工跟进", OPTIONAL_TIME),
            "cause": titled("上次没有答复的原因；not_told_served 已决定而一直未告知送达", OPTIONAL),
        })},
        "timeline": titled("办理经过", a_list(an_object("一步", _STEP))),
        "findings": titled("不合常理之处", a_list(an_object("一处", _FINDING))),
        "numbers": a_list(an_object("编号", {"owner": TEXT, "kind": TEXT, "number": TEXT})),
        "exchanges": a_list(a_ref("Exchange")),
        "parcels": titled("寄件", a_list(A_PARCEL)),
        "joint": titled("所属的联办件", {"anyOf": [OF_A_JOINT_CASE, {"type": "null"}]}),
        "repeated": titled("登记寄件：同一情况先前已登记", FLAG),
    }, optional=("repeated",)),
    "Cases": an_object("办件列表", {
        "cases": a_list(a_ref("CaseView")), "more": titled("还有未列出的", FLAG),
        "cursor": titled("下次从其后读起；按编号查找时为空", OPTIONAL),
    }),
    "ProgressView": an_object("办理进度", {"case": TEXT, "exchange": TEXT, "progress": a_ref("Progress")}),
    "Retold": an_object("办件现状（供另一通办网关）", {"case": TEXT, "progress": a_ref("Progress")}),
    "Outcome": an_object("办理结果（供另一通办网关）", {
        "case": titled("办件标识", TEXT),
        "known": titled("已办结且已取到结果", FLAG),
        "result": {"title": "canonical/result@1；known 为 false 时为空", "type": ["object", "null"]},
    }),
    "ResultView": an_object("办理结果", {
        "case": titled("办件标识", TEXT),
        "state": {"title": "办件状态", "enum": list(STATES)},
        "state_text": titled("办件状态说明", BOTH),
        "decided": titled("已有决定或已办结", FLAG),
        "served": titled("已送达", FLAG),
        "ended": titled("已办结", FLAG),
        "results": a_list(an_object("一次结果", {
            **_TOLD,
            "result": {"title": "序号；0 为提交时的答复", "type": "integer", "minimum": 0},
            "at": titled("办结时间（来源方时钟）", TIME),
            "seen_at": titled("得知时间", TIME),
            "source": titled("来源", TEXT),
            "exchange": titled("由哪次交换得知", TEXT),
            "record": titled("来源方记录号", OPTIONAL),
            "corrects": titled("所更正的记录号", OPTIONAL),
            "counts": titled("办件以此为准；否则与已告知的相矛盾或已被更正", FLAG),
            "findings": {"title": "理由的问题", "type": "array", "items": {"enum": list(get_args(Fault))}},
            "erased": titled("内容已按规定删除", FLAG),
            "decision": {"anyOf": [an_object("决定", _DECISION), {"type": "null"}]},
            "words": titled("对方的理由原文", OPTIONAL),
            "delivery": titled("送达方式", OPTIONAL),
            "documents": a_list(an_object("一份文书或证照", _DOCUMENT)),
        })),
        "fetching": a_list(an_object("尚待取回或未能取回", {
            "platform": TEXT, "next_at": OPTIONAL_TIME, "tries": {"type": "integer"}, "cause": OPTIONAL,
        })),
    }),
    "Preflight": an_object("预检结果", {
        "platform": titled("平台", TEXT),
        "release": titled("发布", TEXT),
        "operation": titled("操作", TEXT),
        "item": {"title": "对码后的事项", "type": "object", "additionalProperties": TEXT},
        "message": {"title": "将要发送的报文（平台词汇）", "type": "object"},
        "personal_fields": titled("将要发送的个人信息字段", a_list(TEXT)),
        "materials": {"title": "材料是否齐备；没有指南则不作判断", "enum": ["sufficient", "unknown"]},
        "agreement": {"anyOf": [an_object("所依据的通办协议", {
            "agreement": TEXT, "document": TEXT, "batch": TEXT, "left_today": LEFT,
        }), {"type": "null"}]},
    }),
    "PreflightLater": an_object("后续操作预检结果", {
        "case": titled("办件标识", TEXT),
        "operation": titled("操作", TEXT),
        "taken_back": titled("办件尚未送出，将在本网关撤回，无报文", FLAG),
        "platform": titled("平台", OPTIONAL),
        "release": titled("发布", OPTIONAL),
        "message": {"title": "将要发送的报文（平台词汇）", "type": ["object", "null"]},
        "personal_fields": titled("将要发送的个人信息字段", a_list(TEXT)),
    }),
    "Events": an_object("动态", {
        "events": a_list(an_object("一条", _EVENT, optional=SHOWN[1:])),
        "cursor": titled("下次从其后读起", TEXT),
        "more": titled("其后已有更多", FLAG),
    }),
    "Health": an_object("存活", {"status": {"enum": ["ok"]}}),
    "Ready": an_object("就绪", {
        "ready": FLAG,
        "checks": {"type": "object", "additionalProperties": FLAG},
        "findings": a_list(an_object("待处理而不妨碍受理的发现", {
            "code": TEXT, "witness": TEXT, "day": TEXT, "reason": TEXT, "since": TEXT,
        }, optional=("witness", "day"))),
    }),
    "OpenApi": an_object("OpenAPI", {"openapi": TEXT, "info": {"type": "object"}, "paths": {"type": "object"}}),
    "Problem": an_object("问题（RFC 9457）", {
        "type": titled("问题类型", TEXT),
        "title": titled("发生了什么", TEXT),
        "detail": titled("具体情况", TEXT),
        "status": {"title": "HTTP 状态", "type": "integer"},
        "code": {"title": "稳定的代码", "enum": list(CODES)},
        "party": {"title": "由谁处理", "enum": list(get_args(Party))},
        "stage": titled("发生在哪一步", TEXT),
        "action": titled("怎么办、告知申请人什么、找谁", TEXT),
        "contact": titled("运维联系方式", TEXT),
        "problems": a_list(an_object("一处问题", {
            "path": titled("所在字段（JSON Pointer）", TEXT),
            "code": titled("代码", TEXT),
            "what": titled("问题", TEXT),
            "expected": titled("应为", {"type": ["string", "integer"]}),
            "there": titled("对方平台的字段", TEXT),
        }, optional=("expected", "there"))),
        "exchange": titled("交换标识", TEXT),
        "case": titled("办件标识", TEXT),
    }, optional=("detail", "contact", "problems", "exchange", "case")),
}  # fmt: skip


def components() -> dict[str, Schema]:
    """Every schema by its name, the canonical ones among them, with references that hold in one document."""
    return {
        **hoisted("Case", canonical.schema("canonical/case@1")),
        **hoisted("Correction", canonical.schema("canonical/correction@1")),
        **hoisted("Supplement", canonical.schema("canonical/supplement@1")),
        **hoisted("Withdrawal", canonical.schema("canonical/withdrawal@1")),
        **hoisted("Joint", canonical.schema("canonical/joint@1")),
        **hoisted("Parcel", canonical.schema("canonical/parcel@1")),
        **hoisted("Service", canonical.schema("canonical/service@1")),
        **hoisted("VisitAsked", canonical.schema("canonical/visit@1")),
        **hoisted("Guide", canonical.schema("canonical/guide@1")),
        **hoisted("Progress", canonical.schema("canonical/progress@1")),
        **_OF_CASES,
        **OF_ITEMS,
        **OF_MODES,
    }
