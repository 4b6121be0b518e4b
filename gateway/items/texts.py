"""What is said of codes and of lists, in Chinese and English; a part of `problems.TEXTS`."""

TEXTS: dict[str, tuple[str, str]] = {
    "code_guid": (
        "这是一个 GUID：它标识数据行而非事项，事项换版后会变",
        "a GUID names a row of a database, not an item: a new version gets another one",
    ),
    "code_unit": (
        "这是统一社会信用代码，不是事项编码",
        "this is a unit's unified social credit code, not the code of an item",
    ),
    "code_unwritable": (
        "办件中的事项编码只能是 1 至 64 位字母、数字、点、下划线和短横线：本地办件不能以此编码指明该事项",
        "an item code in a case has 1 to 64 letters, digits, points, underscores and hyphens: no case from here can"
        " name the item by this one",
    ),
    "code_length": (
        "共 {length} 位；国家编码为 {expected} 位，可能多写或漏写",
        "{length} characters where a national code has {expected}: one may be missing, or too many",
    ),
    "cell_number": (
        "{path} 在表格中是数字而非文本；若原有前导零，已经丢失",
        "{path} came as a number, not as text; zeros at its beginning, if there were any, are lost",
    ),
    "cell_digits_lost": (
        "{path} 在表格中是超过十五位的数字，末位已丢失；请将该列设为文本",
        "{path} came as a number of more than fifteen digits, the last ones are lost: make the column text",
    ),
    "cell_fraction": ("{path} 是带小数的数字", "{path} is a number with a fraction"),
    "cell_nested": (
        "{path} 是嵌套的列表或对象，不是文本",
        "{path} is a list or an object inside the row, not a text",
    ),
    "row_code": ("没有任何编码", "the row has no code of any kind"),
    "row_value": (
        "{path} 的代码 {found} 不在所用代码表中",
        "the code {found} of {path} is not in the code table in use",
    ),
    "row_state": (
        "事项状态 {found} 有两种相互矛盾的含义，请用 --states use 或 --states publication 说明",
        "the state {found} means different things in two tables: say --states use or --states publication",
    ),
    "row_unpublished": ("事项状态 {found}：尚未发布", "the state {found}: not published yet"),
    "row_day": ("日期 {found} 不是所用写法", "the date {found} is not written in a form that is in use"),
    "row_character": (
        "{path} 含有控制字符或残缺字符",
        "{path} holds a control character or half a character",
    ),
    "row_replaced": (
        "{path} 含有替换符 U+FFFD：文件在别处已被错误解码",
        "{path} holds U+FFFD: the text was decoded wrongly before it came here",
    ),
    "row_unit": (
        "实施主体 {found} 不是有效的统一社会信用代码，按原样保存",
        "the unit {found} is no sound unified social credit code; kept as it is",
    ),
    "row_type": (
        "事项类型 {found} 不在国家代码表中，按原样保存",
        "the item type {found} is not in the national table; kept as it is",
    ),
    "file_broken": (
        "文件 {file} 自第 {row} 行起无法读取",
        "{file} cannot be read from row {row} on: it breaks off, or is no list",
    ),
    "file_charset": (
        "文件 {file} 自第 {row} 行前后起不是 {charset}：请另指 --charset，或不指明而由程序识别",
        "{file} is not written in {charset} from about row {row} on: say another --charset, or none",
    ),
    "file_sheet_unknown": (
        "文件 {file} 没有工作表 {sheet}；有：{sheets}",
        "{file} has no sheet {sheet}; it has: {sheets}",
    ),
    "file_sheets": (
        "文件 {file} 有多个工作表：{sheets}；请用 --sheet 指明",
        "{file} has several sheets: {sheets}; name one by --sheet",
    ),
    "file_columns": (
        "栏目无法识别：{columns}；请用 --profile 或 --columns 字段=栏目 指明，字段为：{known}",
        "these columns are not understood: {columns}; say --profile, or --columns field=heading; fields: {known}",
    ),
    "file_columns_missing": (
        "文件没有所指明的栏目：{columns}；文件的栏目为：{known}",
        "the file has no columns {columns}, which were named; it has: {known}",
    ),
    "import_overtaken": (
        "比较之后目录已被他人更改：已导入的部分保留，请重新导入",
        "the catalogue was changed by somebody else after it was compared: what was applied stays, run it again",
    ),
}
# What stands in a Chinese sentence instead of our own word for a column, or for a kind of code.
CHINESE = {
    "division": "区划", "code": "编码", "version": "版本", "kind": "编码种类", "name": "事项名称", "row": "行",
    "basic_code": "基本编码", "implementation_code": "实施编码", "handling_code": "业务办理项编码",
    "local_code": "地方编码", "local_catalog_code": "地方目录编码", "type": "事项类型", "level": "行使层级",
    "unit": "实施主体编码", "unit_name": "实施主体名称", "service_objects": "服务对象", "state": "事项状态",
    "valid_from": "生效日期", "valid_to": "停用日期", "superseded_by": "替代事项编码", "situation": "情形",
    "basic": "基本编码", "implementation": "实施编码", "handling": "业务办理项编码", "local": "地方编码",
    "case": "办件编号", "here_division": "本地区划", "here_code": "本地编码", "there_division": "对方区划",
    "there_code": "对方编码", "source": "依据", "id": "行编号", "here_situation": "本地情形",
    "there_situation": "对方情形",
}  # fmt: skip
OF_COLUMNS = frozenset({
    "row_lacks", "row_unknown_value", "row_disagrees", "row_kind", "row_value", "row_character", "row_replaced",
    "cell_number", "cell_digits_lost", "cell_fraction", "cell_nested",
})  # fmt: skip
