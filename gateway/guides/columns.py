"""Which column of a list is which element: national table names, pinyin initials, Chinese, our own, any others.

A column map leads from (family, the list's column in lower case) to a path of canonical/guide@1; within a family of
parts the path is that of the part. Paths that begin with @: @guid the row's own id, @of the id of the guide that
it belongs to (or its code), @order its place.
"""

from collections.abc import Mapping

FAMILIES = ("materials", "fees", "questions", "situations", "results")
BASIC, EXTEND = "basic", "extend"
Columns = Mapping[str, Mapping[str, str]]  # family -> the list's column -> path

# What a family of rows cannot do without, by which a file or a sheet is known as one.
SIGNS: Mapping[str, tuple[str, ...]] = {
    "questions": ("question", "answer"),
    "materials": ("name",),
    "fees": ("name",),
    "situations": ("name",),
    "results": ("name",),
    BASIC: ("name",),
    EXTEND: ("@of",),
}
OWN: Columns = {
    BASIC: {
        path: path
        for path in (
            "@guid", "name", "basic_code", "implementation_code", "handling_code", "local_code", "version",
            "valid_from", "valid_to", "item_type", "case_type", "reach", "levels", "service_objects", "unit.code",
            "unit.name", "unit.nature", "unit.entrusted", "promised.value", "promised.unit", "promised.explained",
            "statutory.value", "statutory.unit", "statutory.explained", "charged", "visits", "visits_reason",
            "office_hours", "address", "enquiries", "complaints", "conditions", "bases", "procedure", "results",
        )
    },
    "materials": {
        path: path
        for path in (
            "@of", "@order", "code", "name", "situations", "necessity", "form", "kind", "originals",
            "copies", "count", "trust", "source", "standard", "filling", "basis", "note", "valid_from", "valid_to",
        )
    },
    "fees": {
        path: path
        for path in ("@of", "@order", "name", "standard", "basis", "reducible", "reduction")
    },
    "questions": {path: path for path in ("@of", "@order", "question", "answer")},
    "situations": {path: path for path in ("@of", "@order", "name", "explained")},
    "results": {path: path for path in ("@of", "@order", "name", "explained")},
}  # fmt: skip
_NATIONAL: Columns = {  # up_task_general_basic, …_extend, …_material, …_fee_project, …_questions
    BASIC: {
        "row_guid": "@guid", "task_name": "name", "catalog_code": "basic_code", "task_code": "implementation_code",
        "task_handle_item": "handling_code", "local_task_code": "local_code", "task_version": "version",
        "task_type": "item_type", "project_type": "case_type", "use_level": "levels", "dept_name": "unit.name",
        "dept_code": "unit.code", "dept_type": "unit.nature", "entrust_name": "unit.entrusted",
        "anticipate_day": "statutory.value", "anticipate_type": "statutory.unit",
        "anticipate_explain": "statutory.explained", "promise_day": "promised.value",
        "promise_type": "promised.unit", "promise_explain": "promised.explained", "accept_condition": "conditions",
        "handle_flow": "procedure", "is_fee": "charged", "server_type": "service_objects",
        "limit_scene_num": "visits", "by_law": "bases", "transact_addr": "address", "transact_time": "office_hours",
        "link_way": "enquiries", "supervise_way": "complaints", "plan_effective_date": "valid_from",
        "plan_cancel_date": "valid_to",
    },
    EXTEND: {
        "task_guid": "@of", "handle_area": "reach", "limit_scene_explain": "visits_reason",
        "result_name": "results",
    },
    "materials": {
        "task_guid": "@of", "order_num": "@order", "material_code": "code", "material_name": "name",
        "material_type": "kind", "material_format": "form", "is_need": "necessity", "page_num": "count",
        "source_explain": "source", "fill_explain": "filling", "accept_stand": "standard", "by_law": "basis",
        "remark": "note",
    },
    "fees": {
        "task_guid": "@of", "order_num": "@order", "fee_name": "name", "fee_stand": "standard", "by_law": "basis",
        "is_desc": "reducible", "desc_explain": "reduction",
    },
    "questions": {"task_guid": "@of", "order_num": "@order", "question": "question", "answer": "answer"},
}  # fmt: skip
_PINYIN: Columns = {  # 拼音首字母: the same model as construction-permit reporting writes it
    BASIC: {
        "rowguid": "@guid", "sxmc": "name", "jbbm": "basic_code", "ssbm": "implementation_code",
        "ywblxbm": "handling_code", "sxbb": "version", "sxlx": "item_type", "sdyj": "bases", "xscj": "levels",
        "sszt": "unit.name", "ssztxz": "unit.nature", "ssztbm": "unit.code", "fdbjsx": "statutory.value",
        "fdbjsxdw": "statutory.unit", "fdbjsxsm": "statutory.explained", "cnbjsx": "promised.value",
        "cnbjsxdw": "promised.unit", "cnbjsxsm": "promised.explained", "sltj": "conditions", "bllc": "procedure",
        "sfsf": "charged", "fwdx": "service_objects", "bjlx": "case_type", "dbsxccs": "visits", "bldd": "address",
        "blsj": "office_hours", "zxfs": "enquiries", "jdtsfs": "complaints", "tbfw": "reach", "sxrq": "valid_from",
        "tyrq": "valid_to",
    },
    "materials": {
        "taskguid": "@of", "xh": "@order", "clbm": "code", "clmc": "name", "cllx": "kind", "clxs": "form",
        "clbyx": "necessity", "yjfs": "originals", "fyjfs": "copies", "fs": "count", "lyqd": "source",
        "slbz": "standard", "tbxz": "filling", "bz": "note",
    },
    "fees": {"taskguid": "@of", "xh": "@order", "sfxmmc": "name", "sfbz": "standard", "sfyj": "basis",
             "yxjm": "reducible"},
    "questions": {"taskguid": "@of", "xh": "@order", "wt": "question", "jd": "answer"},
}  # fmt: skip
_CHINESE: Columns = {  # as the elements that must be public are headed; parts name the guide by its code
    BASIC: {
        "事项名称": "name", "基本编码": "basic_code", "实施编码": "implementation_code",
        "业务办理项编码": "handling_code", "地方实施编码": "local_code", "本地编码": "local_code",
        "事项版本": "version", "版本号": "version", "生效日期": "valid_from", "计划生效日期": "valid_from",
        "停用日期": "valid_to", "计划取消日期": "valid_to", "事项类型": "item_type", "办件类型": "case_type",
        "通办范围": "reach", "行使层级": "levels", "服务对象": "service_objects", "实施主体": "unit.name",
        "实施主体名称": "unit.name", "实施主体编码": "unit.code", "实施主体代码": "unit.code",
        "实施主体性质": "unit.nature", "委托部门": "unit.entrusted", "承诺办结时限": "promised.value",
        "承诺时限": "promised.value", "承诺办结时限单位": "promised.unit", "承诺办结时限说明": "promised.explained",
        "法定办结时限": "statutory.value", "法定时限": "statutory.value", "法定办结时限单位": "statutory.unit",
        "法定办结时限说明": "statutory.explained", "是否收费": "charged", "到办事现场次数": "visits",
        "到现场次数": "visits", "必须现场办理的原因": "visits_reason", "办公时间": "office_hours",
        "办理时间": "office_hours", "办理地点": "address", "咨询电话": "enquiries", "咨询方式": "enquiries",
        "监督投诉电话": "complaints", "监督投诉方式": "complaints", "办理条件": "conditions",
        "受理条件": "conditions", "设定依据": "bases", "办理流程": "procedure", "审批结果": "results",
    },
    "materials": {
        "实施编码": "@of", "业务办理项编码": "@of", "序号": "@order", "材料编码": "code", "材料名称": "name",
        "材料类型": "kind", "材料形式": "form", "材料必要性": "necessity", "必要性": "necessity",
        "原件份数": "originals", "复印件份数": "copies", "份数": "count", "最低可信等级": "trust",
        "来源渠道": "source", "受理标准": "standard", "填报须知": "filling", "要求依据": "basis", "备注": "note",
        "适用情形": "situations",
    },
    "fees": {
        "实施编码": "@of", "业务办理项编码": "@of", "序号": "@order", "收费项目": "name", "收费标准": "standard",
        "收费依据": "basis", "允许减免": "reducible", "减免说明": "reduction",
    },
    "questions": {
        "实施编码": "@of", "业务办理项编码": "@of", "序号": "@order", "问题": "question", "问": "question",
        "解答": "answer", "答": "answer",
    },
}  # fmt: skip
# Keys of a nested document under which the rows of a family stand, as a list, or as a string that holds one.
_NESTED: Mapping[str, str] = {
    **{family: family for family in (*FAMILIES, EXTEND)},
    "material": "materials", "fee_project": "fees", "up_task_general_extend": EXTEND,
    "up_task_general_material": "materials", "up_task_general_fee_project": "fees",
    "up_task_general_questions": "questions", "material_xml": "materials", "materialxmlstr": "materials",
    "办理材料": "materials", "申请材料": "materials",
}  # fmt: skip
PROFILES: Mapping[str, Columns] = {"national": _NATIONAL, "pinyin": _PINYIN, "chinese": _CHINESE}


class UnknownPath(Exception):
    """A column was said to be an element that there is none of; the text is what was said."""


def columns_of(profile: str, others: Mapping[str, str]) -> Columns:
    """The column map of a profile ("" for our own names), with others laid over it.

    others: our name -> the list's column: `name`, `promised.value`, `materials.name`; a family's own name
    (`materials`) is the key or column under which its rows stand in a string.
    Raises UnknownPath.
    """
    below = PROFILES[profile] if profile else OWN
    found = {family: dict(columns) for family, columns in below.items()}
    found["nested"] = dict(_NESTED)
    for ours, theirs in others.items():
        family, path = _placed(ours)
        columns = found.setdefault(family, {})
        for known in [name for name, target in columns.items() if target == path and family != "nested"]:
            del columns[known]
        columns[theirs.strip().lower()] = path
    return found


def family_of(headings: set[str], columns: Columns) -> str:
    """The family whose rows have these headings (in lower case); "" for none."""
    for family, signs in SIGNS.items():
        known = columns.get(family, {})
        paths = {known[heading] for heading in headings if heading in known}
        joined = family in (BASIC,) or "@of" in paths
        if paths.issuperset(signs) and joined:
            return family
    return ""


def _placed(ours: str) -> tuple[str, str]:
    head, _, rest = ours.partition(".")
    if ours in FAMILIES:
        return "nested", ours
    if rest and head in FAMILIES and rest in OWN[head]:
        return head, rest
    if ours in OWN[BASIC]:
        return BASIC, ours
    raise UnknownPath(ours)
