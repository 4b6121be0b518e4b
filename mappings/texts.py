"""What each problem says to people, in Chinese and English. `{names}` are facts of the problem."""

from collections.abc import Mapping
from types import MappingProxyType

_OF_MAPPINGS = {
    "absent": ("来源 {source} 没有值", "{source} is absent"),
    "not_text": ("来源 {source} 不是文本", "{source} is not text"),
    "not_object": ("来源 {source} 不是对象", "{source} is not an object"),
    "not_list": ("来源 {source} 不是列表", "{source} is not a list"),
    "not_one": (
        "来源 {source} 经过列表或文本，取不到单个值",
        "{source} runs through a list or a plain value",
    ),
    "not_in_table": ("代码不在代码表 {table} 中", "the code is not in table {table}"),
    "not_in_force": (
        "代码在收件之日不在代码表 {table} 的有效期内",
        "the code is not in force in table {table}",
    ),
    "ambiguous_code": (
        "代码在代码表 {table} 中对应多个代码",
        "the code has several meanings in table {table}",
    ),
    "several_overlays": (
        "有多个映射覆盖层适用于此事项：{overlays}",
        "several overlays fit this item: {overlays}",
    ),
    "nothing_fits": (
        "来源 {source} 的任何取值都不被对方接收",
        "nothing that {source} may be is taken there",
    ),
    "no_as_of": (
        "代码表 {table} 按日期取值，而没有收件时间",
        "table {table} is dated and there is no received_at",
    ),
}

_OF_WORDS = {
    "too_long": ("超过 {most} 个字符（现有 {length} 个）", "longer than {most} characters (has {length})"),
    "too_short": (
        "不足 {least} 个字符（现有 {length} 个）",
        "shorter than {least} characters (has {length})",
    ),
    "too_many_bytes": (
        "按 {charset} 编码超过 {most} 字节（现有 {length} 字节）",
        "longer than {most} bytes in {charset} (has {length})",
    ),
    "not_writable": (
        "第 {position} 个字符“{character}”不能用 {charset} 书写",
        "character {position}, '{character}', cannot be written in {charset}",
    ),
    "not_a_time": ("不是时间", "is not a time"),
    "not_a_date": ("不是日期", "is not a date"),
    "not_an_integer": ("不是整数", "is not an integer"),
    "not_a_decimal": ("不是数值", "is not a decimal number"),
    "not_a_boolean": ("不是“是/否”", "is neither true nor false"),
    "not_digits": ("不全是数字", "is not all digits"),
    "not_identity_number": ("不是 18 位身份号码", "is not an 18-digit identity number"),
    "old_identity_number": (
        "是 15 位旧身份证号，须填 18 位",
        "is an old 15-digit number; 18 digits are needed",
    ),
    "bad_check_digit": ("校验位不符", "the check digit is wrong"),
    "bad_birth_date": ("号码中的出生日期不成立", "the birth date inside does not exist"),
    "not_uscc": ("不是 18 位统一社会信用代码", "is not an 18-character unified social credit code"),
    "not_division": ("不是 6、9 或 12 位行政区划代码", "is not a division code of 6, 9 or 12 digits"),
    "finer_division": ("精确到乡镇或村，不能缩为 {width} 位", "is finer than {width} digits can say"),
    "coarser_division": (
        "是省或地市，不能由此得到县区",
        "is a province or a prefecture, which does not tell a county",
    ),
    "not_a_material_file": ("不是带编号的材料文件", "is not a material file with an id"),
    "no_media_type": ("材料文件没有可用的媒体类型", "the material file has no usable media type"),
    "no_extension": ("文件名没有扩展名", "the file name has no extension"),
    "no_file_name": ("不是文件名", "is no name of a file"),
    "no_base_name": ("路径末尾没有文件名", "the path ends without a file name"),
    "not_an_amount": ("不是金额（至多十二位整数，以元或分计）", "is no amount of money"),
    "finer_than_fen": ("金额不足一分的部分不为零", "holds less than one fen"),
    "not_organization_code": ("不是 9 位组织机构代码", "is not a 9-character organization code"),
    "not_base64": ("内容不是 base64", "the content is not base64"),
    "not_text_of_charset": ("解码后的字节不是 {charset} 文本", "the bytes inside are no text in {charset}"),
    "not_base64_uri": ("不是 base64 形式的 data URI", "is not a data URI in base64"),
    "not_xml": ("不是格式良好、不含 DTD 的 XML", "is not well-formed XML without a DTD"),
    "not_xml_tree": ("不能写成 XML（名称或字符不合规）", "cannot be written as XML: a name or a character"),
    "not_json": ("不是 JSON 对象", "is not a JSON object"),
    "not_json_tree": ("不能写成 JSON", "cannot be written as JSON"),
    "not_there": ("其中 {place} 处没有值", "there is nothing at {place}"),
    "several_there": ("其中 {place} 处有多个值", "there are several at {place}"),
    "no_such_place": ("不足 {place} 项", "has fewer than {place} parts"),
    "no_separator": ("其中没有“{separator}”", "does not contain '{separator}'"),
    "padded_already": ("本身以填充字符开头或结尾", "begins or ends with the sign that fills"),
    "private_use": (
        "第 {position} 个字符是代码表 {table} 中没有的自定义字符",
        "character {position} is a private-use sign that is not in table {table}",
    ),
    "no_prefix": ("不以“{prefix}”开头", "does not begin with '{prefix}'"),
    "no_suffix": ("不以“{suffix}”结尾", "does not end with '{suffix}'"),
    "separator_inside": (
        "其中一项含有分隔符“{separator}”",
        "one of the texts contains the separator '{separator}'",
    ),
}

# A document of another shape than its schema says. Nothing can be mapped from it.
STRUCTURE = {
    "missing": ("缺少此项", "is missing"),
    "unknown_field": ("没有这个字段；此处可用：{known}", "there is no such field; known here: {known}"),
    "wrong_type": ("类型不符，应为 {expected}", "has the wrong type; expected {expected}"),
    "not_one_of": ("不是允许的值；可用：{allowed}", "is not one of {allowed}"),
    "wrong_form": ("形式不符；应符合 {pattern}", "has not the required form {pattern}"),
    "wrong_length": ("长度不符，应为 {least} 至 {most}", "has a length outside {least} to {most}"),
    "wrong_number": ("数值不符，应为 {least} 至 {most}", "is outside {least} to {most}"),
    "wrong_name": ("字段名不可用", "holds a name that is not allowed"),
    "wrong_shape": ("不符合规范的结构", "does not fit the schema"),
}

_OF_CASES = {
    "no_such_date": ("没有这一天", "there is no such day"),
    "no_such_time": ("没有这一时刻", "there is no such time"),
    "not_upper_case": ("号码中的字母须大写", "letters in the number must be upper case"),
    "not_this_certificate": ("号码不符合证件类型 {id_type}", "is no number of certificate type {id_type}"),
    "is_residence_permit": (
        "是港澳台居民居住证号码，证件类型应为 154",
        "is a residence permit of Hong Kong, Macao or Taiwan; its id_type is 154",
    ),
    "is_foreigner_number": (
        "是外国人永久居留证号码，证件类型应为 553",
        "is a foreigner's permanent residence number; its id_type is 553",
    ),
    "person_with_organization_number": (
        "自然人不能用组织的代码",
        "a person has no unified social credit code",
    ),
    "organization_without_uscc": (
        "法人或其他组织须用统一社会信用代码（证件类型 001）",
        "an organization is named by its unified social credit code (id_type 001)",
    ),
    "birth_date_differs": (
        "与身份号码中的出生日期不一致",
        "differs from the birth date in the identity number",
    ),
    "birth_date_missing": (
        "证件号码不含出生日期，须填出生日期",
        "is needed: the certificate's number does not tell it",
    ),
    "sex_differs": ("与身份号码中的性别不一致", "differs from the sex in the identity number"),
    "in_the_future": ("晚于现在", "lies in the future"),
    "too_long_ago": ("早于 {days} 天之前", "lies more than {days} days back"),
    "guardian_missing": ("未满十八周岁，须填监护人", "is under eighteen: a guardian is needed"),
    "guardian_is_minor": ("监护人未满十八周岁", "the guardian is under eighteen"),
    "same_person": ("与申请人是同一人", "is the applicant"),
    "expired": ("委托已过期", "has expired"),
    "identity_check_missing": (
        "异地代收代办须有收件窗口的身份核验：填写核验方式 method 与时间 at",
        "collecting for another place needs the window's identity check: write method and at",
    ),
    "form_check_missing": (
        "异地代收代办须有收件窗口的形式审查：填写审查时间 at，可加审查人员 by",
        "collecting for another place needs the window's check of the form: write at, and by if you like",
    ),
    "same_division": ("收件地就是办理地，不是异地代收", "the receiving place is the place that decides"),
    "verification_missing": ("可信等级 B 须有核验记录", "trust B needs the record of its verification"),
    "reference_missing": (
        "以电子证照、数据核验或告知承诺代替，须填编号",
        "a licence, a data query or a pledge that stands for a material is named by its reference",
    ),
    "until_missing": ("容缺后补须填补交期限", "a material that is owed needs the day until which it comes"),
    "until_past": ("补交期限已过", "the day until which it was to come is over"),
    "no_files": ("电子件须有文件", "an electronic material needs its files"),
    "duplicate_file": ("文件标识重复", "this file id occurs twice"),
    "size_differs": (
        "内容有 {length} 字节，与 size 不一致",
        "the content has {length} bytes; size says otherwise",
    ),
    "digest_differs": ("内容与 digest 不一致", "the content has another digest"),
    "media_type_differs": ("媒体类型与上传时所声明的 {known} 不一致", "it was brought as {known}"),
    "two_contents": ("content 与 upload 只能写一个", "write either content or upload"),
    "upload_unknown": (
        "没有这一上传，或已过期清理；请重新上传",
        "there is no such upload, or it was swept away; bring the file again",
    ),
    "upload_unfinished": (
        "上传尚未完成（已收到 {length} 字节，共 {most} 字节）",
        "the upload is not finished ({length} of {most} bytes came)",
    ),
    "material_not_given": ("没有给出这一材料", "no material of this code is given"),
    "material_unused": ("没有分办件使用这一材料", "no part uses this material"),
    "contents_missing": ("寄出须列明内件", "what is sent is listed piece by piece"),
    "visitor_unknown": (
        "到办理地网站办理，须先核验身份",
        "who is sent to another place's site must be identified first",
    ),
    "part_repeated": ("与另一分办件是同一地的同一事项", "is the same item in the same place as another part"),
    "nothing_corrected": (
        "补正须有材料或改正的表单字段",
        "a correction needs materials, or fields of the form",
    ),
}

TEXTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {**_OF_MAPPINGS, **_OF_WORDS, **STRUCTURE, **_OF_CASES}
)
