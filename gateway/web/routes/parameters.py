"""The parameters of the routes: queries, headers, parts of the path."""

from dataclasses import replace

from gateway.web.routes.described import Parameter

LINE = {"type": "string", "minLength": 1, "maxLength": 100}
CASE = Parameter(
    "id", "path", ("办件标识", "Id of the case"), {"type": "string"}, "01M7ZWW086DT8J2JM6T0Y9RXRE",
    required=True,
)  # fmt: skip
JOINT = Parameter(
    "id", "path", ("联办件标识", "Id of the joint case"), {"type": "string"}, "01M7ZWW0B8Q4C1V5T7K2N9H3XA",
    required=True,
)  # fmt: skip
DOCUMENT = Parameter(
    "number", "path", ("文书序号（result 中的 document）", "Number of the document, as `result` has it"),
    {"type": "integer", "minimum": 1, "maximum": 999999}, "1", required=True,
)  # fmt: skip
EXCHANGE = Parameter(
    "id", "path", ("交换标识", "Id of the exchange"), {"type": "string"}, "01M7ZWW098WV6KEWG1ESFRB4QH",
    required=True,
)  # fmt: skip
PRINT = Parameter(
    "print", "path", ("receipt 收件凭证；handover 材料交接清单", "receipt, or handover: the list of the materials"),
    {"enum": ["receipt", "handover"]}, "receipt", required=True,
)  # fmt: skip
KEY = Parameter(
    "Idempotency-Key", "header",
    ("每次新操作一个新键（如 UUID），重试时用同一键",
     "A new key (a UUID, say) for whatever is new; the same key to try again"),
    {"type": "string", "pattern": "^[\\x21-\\x7e]{8,128}$"}, "6f1c2f0e-52a1-4c0b-9a57-6a3a3f6f9b11", required=True,
)  # fmt: skip
PREFER = Parameter(
    "Prefer", "header",
    ("wait=N：最多等待 N 秒（默认 5，最多 30）；wait=0 立即答复",
     "wait=N: wait at most N seconds for the end (5 by default, 30 at most); wait=0 answers at once"),
    {"type": "string", "maxLength": 200}, "wait=10",
)  # fmt: skip
PLACE = {"type": "string", "pattern": "^[0-9]{6}([0-9]{3}){0,2}$"}
DIVISION = Parameter("division", "query", ("行政区划代码", "Code of the division"), PLACE, "440232")
AFTER = Parameter(
    "after", "query", ("上次给出的 cursor；不填则从头", "`cursor` of the time before; none: from the beginning"),
    {"type": "string", "pattern": "^[0-9]{1,9}[.][0-9]{1,18}$"}, "1.0",
)  # fmt: skip
LIMIT = Parameter(
    "limit", "query", ("最多给出多少条（1–500，默认 100）", "At most how many (1 to 500, by default 100)"),
    {"type": "integer", "minimum": 1, "maximum": 500}, "100",
)  # fmt: skip
HERE = Parameter("here", "query", ("收件地行政区划", "Division that receives the papers"), PLACE, "330282")
THERE = Parameter("there", "query", ("办理地行政区划", "Division that decides"), PLACE, "440232")
CODE = Parameter(
    "code", "query",
    ("事项编码：本地、基本、实施或业务办理项编码", "Local, basic, implementation or handling code"),
    LINE, "002014007000",
)  # fmt: skip
NAME = Parameter("name", "query", ("事项名称的一部分", "A part of the item's name"), LINE, "失业登记")
CURSOR = Parameter(
    "cursor", "query", ("上一页给出的 cursor", "`cursor` of the page before"),
    {"type": "string", "pattern": "^[A-Za-z0-9_=-]{0,300}$"}, "WyI0NDAyMzIiLCAiMTE0NDAyMzIiLCAxXQ==",
)  # fmt: skip
ITEM = Parameter(
    "code", "path", ("接入方所用的事项编码", "The item's code, as the caller knows it"),
    {"type": "string", "pattern": "^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"}, "002014007000", required=True,
)  # fmt: skip
OVER_THERE = Parameter(
    "division",
    "query",
    ("办理地行政区划", "The division where it is to be done"),
    PLACE,
    "440232",
    required=True,
)
WISHES = (
    ITEM,
    OVER_THERE,
    Parameter("unit", "query", ("办理单位", "The unit over there"),
              {"type": "string", "pattern": "^[0-9A-Z]{18}$"}, "11440232007340216X"),
    Parameter("situation", "query", ("情形，应为答复中 situations 之一", "One of `situations` of the answer"),
              {"type": "string", "minLength": 1, "maxLength": 500}, ""),
    Parameter("here", "query", ("收件地行政区划；只代表一地的接入方可不填",
                                "The receiving division; may be left out by who speaks for one only"),
              PLACE, "341702"),
    Parameter("mode", "query", ("通办方式", "How it is handled across"),
              {"enum": ["full_online", "collect_for", "joint"]}, "full_online"),
    Parameter("received_on", "query", ("收件日，默认今天", "The day of receipt; today, if left out"),
              {"type": "string", "format": "date"}, ""),
    Parameter("kind", "query", ("申请人类型", "The kind of applicant"),
              {"enum": ["person", "organization"]}, "person"),
)  # fmt: skip
NUMBER = Parameter(
    "number", "query", ("任何一方的任何编号，须完全一致", "Any number of any owner, exactly"), LINE,
    "LN44023200000001",
)  # fmt: skip
UPDATED_AFTER = Parameter(
    "updated_after", "query",
    ("自何时起有变化：RFC 3339 时间或日期", "Changed since when: a time of RFC 3339, or a day"),
    {"type": "string", "maxLength": 40}, "2026-11-20T09:00:00+08:00",
)  # fmt: skip
BEHIND = Parameter(
    "cursor", "query",
    ("上一页给出的 cursor，代替 updated_after", "`cursor` of the page before, instead of updated_after"),
    {"type": "string", "pattern": "^[0-9]{1,9}[.][0-9]{1,18}$"}, "1.0",
)  # fmt: skip
MOST_CASES = Parameter(
    "limit", "query", ("最多给出多少件（1–50）", "At most how many (1 to 50)"),
    {"type": "integer", "minimum": 1, "maximum": 50}, "50",
)  # fmt: skip

ITEM_CODE = Parameter(
    "code", "path", ("事项编码：本地、基本、实施或业务办理项编码", "Local, basic, implementation or handling code"),
    {"type": "string"}, "000117051000", required=True,
)  # fmt: skip
OF_DIVISION = Parameter(
    "division", "query", ("行政区划代码", "Code of the division"), PLACE, "440232", required=True
)
REFRESH = Parameter(
    "refresh", "query",
    ("true：先向该地平台查询并保存（需要 guide.get 权限）",
     "true: the platform is asked first, and its answer is kept (needs the right guide.get)"),
    {"enum": ["true", "false"]}, "false",
)  # fmt: skip
HERE_NEEDED = Parameter(
    "here", "query", ("本地行政区划", "The division here"), PLACE, "341702", required=True
)
THERE_NEEDED = Parameter(
    "there", "query", ("对方行政区划", "The division there"), PLACE, "440232", required=True
)
UNIT = Parameter(
    "unit", "query", ("对方实施主体，有多个对应事项时用以确定", "The unit there, where it decides between several"),
    LINE, "11440232MB2D06811W",
)  # fmt: skip

UPLOAD = Parameter(
    "id", "path", ("上传标识", "Id of the upload"), {"type": "string"}, "01M7ZWW09ZPQ7B0S6E9J3J6T4K",
    required=True,
)  # fmt: skip
TUS = Parameter(
    "Tus-Resumable", "header", ("tus 协议版本", "Version of tus"), {"const": "1.0.0"}, "1.0.0", required=True
)
_COUNT = {"type": "string", "pattern": "^[0-9]{1,15}$"}
UPLOAD_LENGTH = Parameter(
    "Upload-Length", "header", ("文件字节数", "Bytes of the file"), _COUNT, "52", required=True
)
UPLOAD_METADATA = Parameter(
    "Upload-Metadata", "header",
    ("filetype（媒体类型，必填）、filename、digest（sha-256:…），值为 base64，以逗号分隔",
     "filetype (needed), filename, digest (sha-256:…), each in base64, separated by commas"),
    {"type": "string", "maxLength": 2000}, "filetype YXBwbGljYXRpb24vcGRm", required=True,
)  # fmt: skip
UPLOAD_OFFSET = Parameter(
    "Upload-Offset", "header", ("从第几字节起", "The byte from which on it goes"), _COUNT, "0", required=True
)
UPLOAD_OFFSET_IF_ANY = replace(UPLOAD_OFFSET, required=False)
UPLOAD_CHECKSUM = Parameter(
    "Upload-Checksum", "header",
    ("本次所送字节的校验值：sha1、sha256 或 md5，空格，base64",
     "Of the bytes of this request: sha1, sha256 or md5, a space, base64"),
    {"type": "string", "pattern": "^(sha1|sha256|md5) [A-Za-z0-9+/=]+$"}, "",
)  # fmt: skip
OVERRIDE = Parameter(
    "X-HTTP-Method-Override", "header", ("真正的方法", "The method that is meant"),
    {"enum": ["PATCH", "DELETE", "HEAD"]}, "PATCH", required=True,
)  # fmt: skip
RANGE = Parameter(
    "Range", "header", ("只取一段", "Only a stretch of it"), {"type": "string", "maxLength": 100}, "",
)  # fmt: skip
