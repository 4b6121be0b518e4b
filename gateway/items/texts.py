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
    "import_overtaken": (
        "比较之后目录已被他人更改：已导入的部分保留，请重新导入",
        "the catalogue was changed by somebody else after it was compared: what was applied stays, run it again",
    ),
}
