"""JSON Schemas of what the service answers; those of what it takes are the canonical ones (规范)."""

from typing import Any, get_args

from gateway.agreements import POWERS
from gateway.cases import due
from gateway.cases.life import What
from gateway.cases.states import ALONG, STATES, Actor, Duty
from gateway.errors import CODES, Party
from gateway.feed import SHOWN
from gateway.model import State
from mappings import canonical

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
OPTIONAL: Schema = {"type": ["string", "null"]}
TIME: Schema = {"type": "string", "format": "date-time"}
OPTIONAL_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
FLAG: Schema = {"type": "boolean"}
BOTH: Schema = {"type": "object", "properties": {"zh": TEXT, "en": TEXT}, "required": ["zh", "en"]}


def _object(title: str, properties: dict[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"title": title, "type": "object", "properties": properties, "required": required}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _titled(title: str, schema: Schema) -> Schema:
    return {"title": title, **schema}


_STEP = {
    "event": _titled("环节", {"enum": list(ALONG)}),
    "at": _titled("时间（来源方时钟）", TIME),
    "source": _titled("来源", TEXT),
    "number": _titled("来源方记录号", OPTIONAL),
}
_EVENT = {
    "cursor": _titled("读到此条为止的 cursor", TEXT),
    "kind": _titled("种类（存证条目的种类）", TEXT),
    "at": _titled("入账时间", TIME),
    **dict.fromkeys(SHOWN, TEXT),
    "attempt": {"type": "integer"},
}
_FINDING = {"finding": {"enum": list(get_args(What))}, **_STEP}
_LEFT = {"type": ["integer", "null"], "minimum": 0}
_ITEM = {
    "here": _titled("接入方所用编码", TEXT),
    "there": _titled("办理地编码", TEXT),
    "basic_code": _titled("国家基本编码", TEXT),
    "alignment": _titled("对码依据", TEXT),
}
_OPERATION = {
    "kind": {"enum": ["read", "write"]},
    "repeatable": _titled("对方去重，可重发", FLAG),
    "probed": _titled("结果不明时可探询", FLAG),
}
_CATALOGUE = (
    "division", "code", "kind", "name", "basic_code", "implementation_code", "handling_code", "local_code", "type",
    "level", "unit", "unit_name", "service_objects", "state", "valid_from", "valid_to", "superseded_by",
    "situation",
)  # fmt: skip
_OF_GUIDE = {
    "division": _titled("行政区划", TEXT),
    "code": _titled("事项编码", TEXT),
    "name": _titled("事项名称", TEXT),
    "version": {"title": "版本", "type": ["integer", "null"]},
    "valid_from": _titled("自何日起有效", OPTIONAL),
    "valid_to": _titled("自何日起停用", OPTIONAL),
    "source": _titled("来源（文件或平台）", TEXT),
    "as_of": _titled("最近一次确知如此的时间", TIME),
    "age_s": {"title": "距今秒数", "type": "integer", "minimum": 0},
    "findings": _list(_object("发现", {"element": TEXT, "code": TEXT, "text": BOTH})),
}
_MARK = {"title": "标记", "enum": ["same", "differs", "only_here", "only_there", "unknown"]}

ANSWERS: dict[str, Schema] = {
    "Exchange": _object("交换", {
        "exchange": _titled("交换标识", TEXT),
        "case": _titled("办件标识", TEXT),
        "operation": _titled("操作", TEXT),
        "platform": _titled("平台", TEXT),
        "division": _titled("办理地行政区划", TEXT),
        "unit": _titled("办理单位", TEXT),
        "state": {"title": "状态", "enum": list(get_args(State))},
        "state_text": _titled("状态说明", BOTH),
        "ended": _titled("已终结", FLAG),
        "attempts": {"title": "发送次数", "type": "integer", "minimum": 0},
        "cause": _titled("原因（固定词）", OPTIONAL),
        "their_code": _titled("对方代码", OPTIONAL),
        "numbers": _object("编号", {"ours": OPTIONAL, "theirs": OPTIONAL}),
        "item": _object("事项", _ITEM),
        "agreement": _titled("所依据的通办协议", OPTIONAL),
        "release": _titled("所依据的发布", TEXT),
        "admitted_at": _titled("受托时间", TIME),
        "changed_at": _titled("最近变化时间", TIME),
        "due_at": _titled("下次尝试时间", OPTIONAL_TIME),
        "ended_at": _titled("终结时间", OPTIONAL_TIME),
        "links": _object("链接", {"self": TEXT, "case": TEXT, "proof": TEXT}),
    }),
    "CaseView": _object("办件", {
        "case": _titled("办件标识", TEXT),
        "caller": _titled("接入方", TEXT),
        "division": _titled("办理地行政区划", TEXT),
        "from": _titled("收件地行政区划", TEXT),
        "item": _titled("事项", TEXT),
        "received_at": _titled("收件时间", TIME),
        "admitted_at": _titled("受托时间", TIME),
        "open": _titled("在办", FLAG),
        "state": {"title": "办件状态", "enum": list(STATES)},
        "state_text": _titled("办件状态说明", BOTH),
        "since": _titled("自何时起", TIME),
        "acts": {"title": "下一步由谁办理", "enum": list(get_args(Actor)),
                 "description": "receiving 收件地, deciding 办理地, applicant 申请人, nobody 已办结"},
        "due": {"anyOf": [_object("下一步的期限", {
            "for": {"title": "须做的事", "enum": list(get_args(due.What))},
            "on": _titled("届满日", OPTIONAL),
            "why": {"title": "为何没有期限", "enum": [*get_args(due.Why), None]},
        }), {"type": "null"}]},
        "duties": {"title": "尚欠", "description": "supplement 容缺后补的材料, payment 费用",
                   "type": "array", "items": {"enum": list(get_args(Duty))}},
        "timeline": _titled("办理经过", _list(_object("一步", _STEP))),
        "findings": _titled("不合常理之处", _list(_object("一处", _FINDING))),
        "numbers": _list(_object("编号", {"owner": TEXT, "kind": TEXT, "number": TEXT})),
        "exchanges": _list(_ref("Exchange")),
    }),
    "Cases": _object("办件列表", {"cases": _list(_ref("CaseView")), "more": _titled("还有未列出的", FLAG)}),
    "ProgressView": _object("办理进度", {"case": TEXT, "exchange": TEXT, "progress": _ref("Progress")}),
    "Preflight": _object("预检结果", {
        "platform": _titled("平台", TEXT),
        "release": _titled("发布", TEXT),
        "operation": _titled("操作", TEXT),
        "item": {"title": "对码后的事项", "type": "object", "additionalProperties": TEXT},
        "message": {"title": "将要发送的报文（平台词汇）", "type": "object"},
        "personal_fields": _titled("将要发送的个人信息字段", _list(TEXT)),
        "agreement": {"anyOf": [_object("所依据的通办协议", {
            "agreement": TEXT, "document": TEXT, "batch": TEXT, "left_today": _LEFT,
        }), {"type": "null"}]},
    }),
    "Agreements": _object("通办协议列表", {
        "agreements": _list(_object("通办协议", {
            "agreement": _titled("名称", TEXT),
            "title": _titled("标题", TEXT),
            "document": _titled("文号", TEXT),
            "between": _titled("双方的行政区划，含其下级", _list(_list(TEXT))),
            "direction": {"title": "方向", "enum": ["both", "forth"]},
            "modes": _titled("通办方式", _list(TEXT)),
            "powers": _titled("委托的权限", _list({"enum": list(POWERS)})),
            "valid_from": _titled("生效日期", TEXT),
            "valid_to": _titled("失效日期", OPTIONAL),
            "openings": _list(_object("一批开通事项", {
                "batch": _titled("批次", TEXT),
                "items": _titled("事项编码，末尾可用 *", _list(TEXT)),
                "valid_from": _titled("开通日期", TEXT),
                "valid_to": _titled("停止日期", OPTIONAL),
                "per_day": _titled("试运行每日上限", _LEFT),
                "left_today": _titled("今日还可办", _LEFT),
            })),
        })),
    }),
    "Platforms": _object("平台列表", {
        "release": _titled("生效的发布", TEXT),
        "platforms": _list(_object("平台", {
            "platform": _titled("平台", TEXT),
            "title": _titled("名称", TEXT),
            "kind": _titled("类别", TEXT),
            "speaks": _titled("接口", TEXT),
            "serves": _list(_object("承办", {"division": TEXT, "items": _list(TEXT)})),
            "operations": {"title": "操作", "type": "object", "additionalProperties": _object("操作", _OPERATION)},
            "open": _titled("现在可发送", FLAG),
            "cause": _titled("不通的原因", OPTIONAL),
        })),
    }),
    "Items": _object("事项列表", {
        "items": _list(_object("事项", dict.fromkeys(_CATALOGUE, TEXT) | {"version": {"type": "integer"}},
                               optional=(*_CATALOGUE[4:], "version"))),
        "cursor": _titled("下一页", OPTIONAL),
    }),
    "Events": _object("动态", {
        "events": _list(_object("一条", _EVENT, optional=SHOWN[1:])),
        "cursor": _titled("下次从其后读起", TEXT),
        "more": _titled("其后已有更多", FLAG),
    }),
    "GuideView": _object("办事指南及其来源与时间", {
        **_OF_GUIDE,
        "others": {"title": "另存有几份（更早或尚未生效）", "type": "integer", "minimum": 0},
        "guide": _ref("Guide"),
    }),
    "Comparison": _object("两地比对", {
        "alignment": _titled("对码依据", TEXT),
        "here": _object("本地的办事指南", _OF_GUIDE),
        "there": _object("对方的办事指南", _OF_GUIDE),
        "counts": {"title": "各标记的行数", "type": "object", "additionalProperties": {"type": "integer"}},
        "lines": _list(_object("一行", {
            "element": _titled("要素", TEXT),
            "title": _titled("要素名称", TEXT),
            "name": _titled("材料或收费项目", OPTIONAL),
            "mark": _MARK,
            "note": {"title": "说明", "enum": ["not_said", "units_differ", "unit_unknown", None]},
            "here": {"title": "本地"},
            "there": {"title": "对方"},
            "fields": _list(_object("材料或收费中不同的一项", {
                "field": TEXT, "title": TEXT, "mark": _MARK, "here": {"title": "本地"}, "there": {"title": "对方"},
            })),
        })),
    }),
    "Health": _object("存活", {"status": {"enum": ["ok"]}}),
    "Ready": _object("就绪", {"ready": FLAG, "checks": {"type": "object", "additionalProperties": FLAG}}),
    "OpenApi": _object("OpenAPI", {"openapi": TEXT, "info": {"type": "object"}, "paths": {"type": "object"}}),
    "Problem": _object("问题（RFC 9457）", {
        "type": _titled("问题类型", TEXT),
        "title": _titled("发生了什么", TEXT),
        "detail": _titled("具体情况", TEXT),
        "status": {"title": "HTTP 状态", "type": "integer"},
        "code": {"title": "稳定的代码", "enum": list(CODES)},
        "party": {"title": "由谁处理", "enum": list(get_args(Party))},
        "stage": _titled("发生在哪一步", TEXT),
        "action": _titled("怎么办、告知申请人什么、找谁", TEXT),
        "contact": _titled("运维联系方式", TEXT),
        "problems": _list(_object("一处问题", {
            "path": _titled("所在字段（JSON Pointer）", TEXT),
            "code": _titled("代码", TEXT),
            "what": _titled("问题", TEXT),
            "expected": _titled("应为", {"type": ["string", "integer"]}),
            "there": _titled("对方平台的字段", TEXT),
        }, optional=("expected", "there"))),
        "exchange": _titled("交换标识", TEXT),
        "case": _titled("办件标识", TEXT),
    }, optional=("detail", "contact", "problems", "exchange", "case")),
}  # fmt: skip


def components() -> dict[str, Schema]:
    """Every schema by its name, the canonical ones among them, with references that hold in one document."""
    return {
        **_hoisted("Case", canonical.schema("canonical/case@1")),
        **_hoisted("Guide", canonical.schema("canonical/guide@1")),
        **_hoisted("Progress", canonical.schema("canonical/progress@1")),
        **ANSWERS,
    }


def _hoisted(name: str, schema: Schema) -> dict[str, Schema]:
    """A schema and its definitions as components of their own: `#/$defs/line` becomes `…/Case.line`."""
    top = {key: value for key, value in schema.items() if key not in ("$schema", "$id", "$defs")}
    parts = {name: top} | {f"{name}.{key}": part for key, part in schema.get("$defs", {}).items()}
    return {key: _pointed(part, name) for key, part in parts.items()}


def _pointed(part: Any, name: str) -> Any:
    if isinstance(part, list):
        return [_pointed(each, name) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: f"#/components/schemas/{name}.{value.rpartition('/')[2]}"
        if key == "$ref"
        else _pointed(value, name)
        for key, value in part.items()
    }
