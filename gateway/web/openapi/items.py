"""JSON Schemas of answers about platforms, agreements, items and guides."""

from gateway.settings.agreements import POWERS
from gateway.web.openapi.shapes import (
    BOTH,
    FLAG,
    LEFT,
    OPTIONAL,
    TEXT,
    TIME,
    Schema,
    a_list,
    a_ref,
    an_object,
    titled,
)

_OPERATION = {
    "kind": {"enum": ["read", "write"]},
    "repeatable": titled("对方去重，可重发", FLAG),
    "probed": titled("结果不明时可探询", FLAG),
}
_CATALOGUE = (
    "division", "code", "kind", "name", "basic_code", "implementation_code", "handling_code", "local_code", "type",
    "level", "unit", "unit_name", "service_objects", "state", "valid_from", "valid_to", "superseded_by",
    "situation", "local_catalog_code",
)  # fmt: skip
_OF_GUIDE = {
    "division": titled("行政区划", TEXT),
    "code": titled("事项编码", TEXT),
    "name": titled("事项名称", TEXT),
    "version": {"title": "版本", "type": ["integer", "null"]},
    "valid_from": titled("自何日起有效", OPTIONAL),
    "valid_to": titled("自何日起停用", OPTIONAL),
    "source": titled("来源（文件或平台）", TEXT),
    "as_of": titled("最近一次确知如此的时间", TIME),
    "age_s": {"title": "距今秒数", "type": "integer", "minimum": 0},
    "findings": a_list(an_object("发现", {"element": TEXT, "code": TEXT, "text": BOTH})),
}
_MARK = {"title": "标记", "enum": ["same", "differs", "only_here", "only_there", "unknown"]}
ANSWERS: dict[str, Schema] = {
    "Form": an_object("表单与材料", {
        "platform": titled("平台", TEXT),
        "release": titled("发布", TEXT),
        "operation": titled("操作", TEXT),
        "item": {"title": "对码后的事项", "type": "object", "additionalProperties": TEXT},
        "received_on": titled("收件日", TEXT),
        "asked_on": titled("表单所依据的日期", TEXT),
        "agreed": titled("可用的通办方式及其协议；空为未按协议限制", a_list(an_object("一种方式", {
            "mode": titled("通办方式", TEXT),
            "agreement": titled("协议名称", TEXT),
            "document": titled("文号", TEXT),
            "batch": titled("批次", TEXT),
            "powers": titled("委托的权限", a_list({"enum": list(POWERS)})),
        }))),
        "situations": titled("须先问清的情形", a_list(TEXT)),
        "materials": {"title": "要求的材料；没有指南则为 unknown", "anyOf": [
            {"const": "unknown"},
            a_list(an_object("一件材料", {
                "code": titled("材料编码（对方）", TEXT),
                "name": titled("材料名称", TEXT),
                "situation": titled("情形", TEXT),
                "necessity": {
                    "title": "必要性；空为指南未说明",
                    "enum": ["required", "optional", "may_be_owed", ""],
                },
                "form": {"enum": ["paper", "electronic", "either"]},
                "kind": {"enum": ["licence", "form", "other"]},
                "originals": {"title": "原件份数", "type": "integer"},
                "copies": {"title": "复印件份数", "type": "integer"},
                "trust": {"title": "可信等级不低于", "enum": ["", "A", "B", "C", "D"]},
                "source": titled("来源渠道", TEXT),
                "valid_from": TEXT,
                "valid_to": TEXT,
                "place": {"title": "顺序", "type": "integer"},
                "asked": titled("须提交", FLAG),
                "here": titled("本地哪些材料可作此用", a_list(TEXT)),
                "instead": titled("可以代替的方式", a_list(TEXT)),
            })),
        ]},
        "schema": {"title": "表单（JSON Schema 2020-12）", "type": "object"},
        "unsaid": titled("模式表达不了、由预检核对的", a_list(an_object("一处", {
            "path": TEXT, "code": TEXT, "zh": TEXT, "en": TEXT,
        }))),
    }),
    "Agreements": an_object("通办协议列表", {
        "agreements": a_list(an_object("通办协议", {
            "agreement": titled("名称", TEXT),
            "title": titled("标题", TEXT),
            "document": titled("文号", TEXT),
            "between": titled("双方的行政区划，含其下级", a_list(a_list(TEXT))),
            "direction": {"title": "方向", "enum": ["both", "forth"]},
            "modes": titled("通办方式", a_list(TEXT)),
            "sign_within": {"anyOf": [an_object("签收期限", {
                "days": {"type": "integer"}, "unit": {"enum": ["working_days", "calendar_days"]},
            }), {"type": "null"}]},
            "powers": titled("委托的权限", a_list({"enum": list(POWERS)})),
            "valid_from": titled("生效日期", TEXT),
            "valid_to": titled("失效日期", OPTIONAL),
            "openings": a_list(an_object("一批开通事项", {
                "batch": titled("批次", TEXT),
                "items": titled("事项编码，末尾可用 *", a_list(TEXT)),
                "valid_from": titled("开通日期", TEXT),
                "valid_to": titled("停止日期", OPTIONAL),
                "per_day": titled("试运行每日上限", LEFT),
                "left_today": titled("今日还可办", LEFT),
            })),
        })),
    }),
    "Platforms": an_object("平台列表", {
        "release": titled("生效的发布", TEXT),
        "platforms": a_list(an_object("平台", {
            "platform": titled("平台", TEXT),
            "title": titled("名称", TEXT),
            "kind": titled("类别", TEXT),
            "speaks": titled("接口", TEXT),
            "serves": a_list(an_object("承办", {"division": TEXT, "items": a_list(TEXT)})),
            "operations": {
                "title": "操作", "type": "object", "additionalProperties": an_object("操作", _OPERATION),
            },
            "open": titled("现在可发送", FLAG),
            "cause": titled("不通的原因", OPTIONAL),
        })),
    }),
    "Items": an_object("事项列表", {
        "items": a_list(an_object("事项", dict.fromkeys(_CATALOGUE, TEXT) | {"version": {"type": "integer"}},
                               optional=(*_CATALOGUE[4:], "version"))),
        "cursor": titled("下一页", OPTIONAL),
    }),
    "GuideView": an_object("办事指南及其来源与时间", {
        **_OF_GUIDE,
        "others": {"title": "另存有几份（更早或尚未生效）", "type": "integer", "minimum": 0},
        "guide": a_ref("Guide"),
    }),
    "Comparison": an_object("两地比对", {
        "alignment": titled("对码依据", TEXT),
        "here": an_object("本地的办事指南", _OF_GUIDE),
        "there": an_object("对方的办事指南", _OF_GUIDE),
        "counts": {"title": "各标记的行数", "type": "object", "additionalProperties": {"type": "integer"}},
        "lines": a_list(an_object("一行", {
            "element": titled("要素", TEXT),
            "title": titled("要素名称", TEXT),
            "name": titled("材料或收费项目", OPTIONAL),
            "mark": _MARK,
            "note": {"title": "说明", "enum": ["not_said", "units_differ", "unit_unknown", None]},
            "here": {"title": "本地"},
            "there": {"title": "对方"},
            "fields": a_list(an_object("材料或收费中不同的一项", {
                "field": TEXT, "title": TEXT, "mark": _MARK, "here": {"title": "本地"}, "there": {"title": "对方"},
            })),
        })),
    }),
}  # fmt: skip
