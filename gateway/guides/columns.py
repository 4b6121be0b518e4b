"""Which column of a list is which element: the national table names, the pinyin initials, our own, any others.

A column map leads from (family, the list's column in lower case) to a path of canonical/guide@1; within a family of
parts the path is that of the part. Paths that begin with @: @guid the row's own id, @of the id of the guide that
it belongs to, @order its place.
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
# Keys of a nested document under which the rows of a family stand, as a list, or as a string that holds one.
_NESTED: Mapping[str, str] = {
    **{family: family for family in (*FAMILIES, EXTEND)},
    "material": "materials", "fee_project": "fees", "up_task_general_extend": EXTEND,
    "up_task_general_material": "materials", "up_task_general_fee_project": "fees",
    "up_task_general_questions": "questions", "material_xml": "materials", "materialxmlstr": "materials",
}  # fmt: skip
PROFILES: Mapping[str, Columns] = {"national": _NATIONAL, "pinyin": _PINYIN}


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
