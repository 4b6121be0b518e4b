"""The routes of the service, each with who may use it and everything that it can answer."""

from gateway.web.api import agreements, cases, catalogue, description, events, exchanges, guides, health
from gateway.web.described import HTML, TEXT, Endpoint, Parameter, Success

_GUARDED = ("unauthenticated", "forbidden_operation", "overloaded", "storage_unavailable", "internal")
_BODY = (
    "too_large", "too_slow", "wrong_media_type", "wrong_charset", "body_unreadable", "not_json", "not_an_object",
    "duplicate_key", "too_deep", "number_inexact",
)  # fmt: skip
_PREPARED = (
    "forbidden_division", "forbidden_item", "forbidden_sender", "invalid_case", "unmappable",
    "item_unknown", "item_not_aligned", "item_cancelled", "item_suspended", "item_not_yet_valid", "item_ambiguous",
    "no_agreement", "mode_not_agreed", "item_not_open", "power_not_delegated", "batch_full",
    "item_alignment_conflict", "item_alignment_gap", "item_alignment_ended", "item_target_missing",
    "item_target_cancelled", "item_target_superseded", "item_version_differs",
    "division_not_served", "route_ambiguous", "operation_not_offered", "not_active", "stopping",
)  # fmt: skip
_ADMITTED = (
    "idempotency_key_missing", "idempotency_key_bad", "idempotency_conflict", "case_open", "numbers_exhausted",
    "platform_refused", "not_delivered", "erased",
)  # fmt: skip
_ASKED = (
    "not_found", "not_active", "operation_not_offered", "unmappable", "erased",
    "platform_refused", "platform_unavailable", "platform_garbled",
)  # fmt: skip
_GUIDE = (
    "not_active", "division_not_served", "route_ambiguous", "operation_not_offered", "unmappable",
    "platform_refused", "platform_unavailable", "platform_garbled",
)  # fmt: skip
_ALIGNED = (
    "item_unknown", "item_not_aligned", "item_cancelled", "item_suspended", "item_not_yet_valid", "item_ambiguous",
)  # fmt: skip

LINE = {"type": "string", "minLength": 1, "maxLength": 100}
_CASE = Parameter(
    "id", "path", ("办件标识", "Id of the case"), {"type": "string"}, "01M7ZWW086DT8J2JM6T0Y9RXRE",
    required=True,
)  # fmt: skip
_EXCHANGE = Parameter(
    "id", "path", ("交换标识", "Id of the exchange"), {"type": "string"}, "01M7ZWW098WV6KEWG1ESFRB4QH",
    required=True,
)  # fmt: skip
_KEY = Parameter(
    "Idempotency-Key", "header",
    ("每件新业务一个新键（如 UUID），重试时用同一键",
     "A new key (a UUID, say) for each new case; the same key to try again"),
    {"type": "string", "pattern": "^[\\x21-\\x7e]{8,128}$"}, "6f1c2f0e-52a1-4c0b-9a57-6a3a3f6f9b11", required=True,
)  # fmt: skip
_PREFER = Parameter(
    "Prefer", "header",
    ("wait=N：最多等待 N 秒（默认 5，最多 30）；wait=0 立即答复",
     "wait=N: wait at most N seconds for the end (5 by default, 30 at most); wait=0 answers at once"),
    {"type": "string", "maxLength": 200}, "wait=10",
)  # fmt: skip
_DIVISION = Parameter("division", "query", ("行政区划代码", "Code of the division"), LINE, "440232")
_AFTER = Parameter(
    "after", "query", ("上次给出的 cursor；不填则从头", "`cursor` of the time before; none: from the beginning"),
    {"type": "string", "pattern": "^[0-9]{1,9}[.][0-9]{1,18}$"}, "1.0",
)  # fmt: skip
_LIMIT = Parameter(
    "limit", "query", ("最多给出多少条（1–500，默认 100）", "At most how many (1 to 500, by default 100)"),
    {"type": "integer", "minimum": 1, "maximum": 500}, "100",
)  # fmt: skip
_HERE = Parameter("here", "query", ("收件地行政区划", "Division that receives the papers"), LINE, "330282")
_THERE = Parameter("there", "query", ("办理地行政区划", "Division that decides"), LINE, "440232")
_CODE = Parameter(
    "code", "query",
    ("事项编码：本地、基本、实施或业务办理项编码", "Local, basic, implementation or handling code"),
    LINE, "002014007000",
)  # fmt: skip
_NAME = Parameter("name", "query", ("事项名称的一部分", "A part of the item's name"), LINE, "失业登记")
_CURSOR = Parameter(
    "cursor", "query", ("上一页给出的 cursor", "`cursor` of the page before"),
    {"type": "string", "pattern": "^[A-Za-z0-9_=-]{0,300}$"}, "WyI0NDAyMzIiLCAiMTE0NDAyMzIiLCAxXQ==",
)  # fmt: skip
_NUMBER = Parameter(
    "number", "query", ("任何一方的任何编号，须完全一致", "Any number of any owner, exactly"), LINE,
    "LN44023200000001", required=True,
)  # fmt: skip

_ITEM_CODE = Parameter(
    "code", "path", ("事项编码：本地、基本、实施或业务办理项编码", "Local, basic, implementation or handling code"),
    {"type": "string"}, "000117051000", required=True,
)  # fmt: skip
_PLACE = {"type": "string", "pattern": "^([0-9]{6}|[0-9]{9}|[0-9]{12})$"}
_OF_DIVISION = Parameter(
    "division", "query", ("行政区划代码", "Code of the division"), _PLACE, "440232", required=True
)
_REFRESH = Parameter(
    "refresh", "query",
    ("true：先向该地平台查询并保存（需要 guide.get 权限）",
     "true: the platform is asked first, and its answer is kept (needs the right guide.get)"),
    {"enum": ["true", "false"]}, "false",
)  # fmt: skip
_HERE_NEEDED = Parameter(
    "here", "query", ("本地行政区划", "The division here"), _PLACE, "341702", required=True
)
_THERE_NEEDED = Parameter(
    "there", "query", ("对方行政区划", "The division there"), _PLACE, "440232", required=True
)
_UNIT = Parameter(
    "unit", "query", ("对方实施主体，有多个对应事项时用以确定", "The unit there, where it decides between several"),
    LINE, "11440232MB2D06811W",
)  # fmt: skip

ENDPOINTS = (
    Endpoint(
        "POST", "/v1/cases", cases.submit, "case.submit",
        ("提交办件", "Submit a case"),
        ("校验、对码、映射、记录之后立即发送，并等待结果。201 只表示办理地平台已接收；202 表示已受托、仍在办，"
         "之后不会丢失也不会重复；同键重发得到该交换的当前状态。",
         "Checks, aligns, maps and records the case, sends it at once and waits for the end. 201 means that the "
         "other platform has taken it, and nothing else does; 202 means that it was admitted and is open, and is "
         "neither lost nor doubled. A repeat under the same key answers the exchange as it is now."),
        (Success(201, ("办理地平台已接收", "Taken by the other platform"), "Exchange", headers=("Location",)),
         Success(202, ("已受托，尚无结果", "Admitted, still open"), "Exchange", headers=("Location",)),
         Success(200, ("重发：先前的交换已撤回", "A repeat: the earlier exchange was withdrawn"), "Exchange",
                 headers=("Location",))),
        (*_GUARDED, *_BODY, *_PREPARED, *_ADMITTED), (_KEY, _PREFER), "Case",
    ),
    Endpoint(
        "GET", "/v1/cases", cases.look_up, "case.read",
        ("按编号查找办件", "Look cases up by a number"),
        ("按任何一方的编号（我方、办理地、接入方）查找本接入方提交的办件。",
         "Finds the cases that you submitted by any number that anybody knows them by."),
        (Success(200, ("找到的办件，可为空", "The cases found; may be none"), "Cases"),),
        (*_GUARDED, "bad_parameter"), (_NUMBER,),
    ),
    Endpoint(
        "GET", "/v1/cases/{id}", cases.show, "case.read",
        ("查看办件", "Look at a case"),
        ("办件及其全部编号与交换；不含个人信息。", "A case with all its numbers and exchanges; nothing personal."),
        (Success(200, ("办件", "The case"), "CaseView"),), (*_GUARDED, "not_found"), (_CASE,),
    ),
    Endpoint(
        "GET", "/v1/cases/{id}/progress", cases.progress, "case.progress",
        ("查询办理进度", "Ask how a case stands"),
        ("立即向办理地平台查询，以规范词汇答复。",
         "Asks the other platform now, and answers in our own vocabulary."),
        (Success(200, ("办理进度", "How it stands"), "ProgressView"),), (*_GUARDED, *_ASKED), (_CASE,),
    ),
    Endpoint(
        "GET", "/v1/exchanges/{id}", exchanges.show, "case.read",
        ("查看交换", "Look at an exchange"),
        ("一次操作自受托至终结的当前状态。", "One operation with one platform, as it is now."),
        (Success(200, ("交换", "The exchange"), "Exchange"),), (*_GUARDED, "not_found"), (_EXCHANGE,),
    ),
    Endpoint(
        "GET", "/v1/exchanges/{id}/proof", exchanges.proof, "case.read",
        ("取存证证明", "Get the proof of an exchange"),
        ("该交换最新存证条目的证明，文本文件，可用 `python -m audit verify` 离线验证。",
         "The proof of the newest entry of an exchange: a text file for `python -m audit verify`, offline."),
        (Success(200, ("C2SP tlog-proof 文本", "A C2SP tlog-proof"), media=TEXT),),
        (*_GUARDED, "not_found", "proof_not_ready"), (_EXCHANGE,),
    ),
    Endpoint(
        "GET", "/v1/events", events.events, "case.read",
        ("读取动态", "What happened"),
        ("本接入方各办件的全部变化，按提交先后，逐页给出；请保存 cursor，下次从其后读起。"
         "Prefer: wait=N 时，没有新动态则最多等待 N 秒。",
         "Every change of the caller's cases in the order of the commits, page by page: keep `cursor` and ask"
         " behind it next time. With Prefer: wait=N an empty page is answered as soon as there is any, or after"
         " N seconds."),
        (Success(200, ("动态", "The events"), "Events"),),
        (*_GUARDED, "bad_parameter", "cursor_of_lost_log"), (_AFTER, _LIMIT, _PREFER),
    ),
    Endpoint(
        "POST", "/v1/preflight", cases.preflight, "case.submit",
        ("预检", "Check a case without submitting it"),
        ("作全部校验并给出将要发送的报文；不发送，不保存，不占用编号。",
         "Every check, and the message as it would be sent. Nothing is sent, kept or numbered."),
        (Success(200, ("可以提交；所附为报文", "It can be submitted; the message"), "Preflight"),),
        (*_GUARDED, *_BODY, *_PREPARED), (), "Case",
    ),
    Endpoint(
        "GET", "/v1/platforms", catalogue.platforms, "catalogue.read",
        ("各平台能办什么", "What can be done where"),
        ("生效发布中的平台、承办区划与事项、操作，以及现在是否通。",
         "The platforms of the active release: divisions, items, operations, and whether they are open now."),
        (Success(200, ("平台", "The platforms"), "Platforms"),), (*_GUARDED, "not_active"),
    ),
    Endpoint(
        "GET", "/v1/items", catalogue.items, "catalogue.read",
        ("查询事项目录", "The item catalogue"),
        ("按区划、编码、名称查询；条件可并用，逐页给出。",
         "By division, code and name, together or alone; page by page."),
        (Success(200, ("一页事项", "A page of items"), "Items"),),
        (*_GUARDED, "bad_parameter"), (_DIVISION, _CODE, _NAME, _CURSOR),
    ),
    Endpoint(
        "GET", "/v1/agreements", agreements.agreements, "catalogue.read",
        ("通办协议与开通事项", "Agreements, and which items are open"),
        ("哪些地方之间、哪些方式、哪些事项、自何日起可以通办，今日还可办多少件；空列表表示未按协议限制。",
         "Between which places, in which modes, which items may pass, since when, and how many more today; an empty"
         " list means that nothing is held against any."),
        (Success(200, ("通办协议", "The agreements"), "Agreements"),),
        (*_GUARDED, "bad_parameter"), (_HERE, _THERE),
    ),
    Endpoint(
        "GET", "/v1/items/{code}/guide", guides.guide, "catalogue.read",
        ("办事指南", "The guide of an item"),
        ("今日有效的办事指南（规范词汇），附来源与时间：as_of 为最近一次确知如此的时间，age_s 为距今秒数。"
         "findings 列出承诺时限大于法定时限、时限单位不明等问题。",
         "The guide in force today in our own vocabulary, with its source and age: as_of is when it was last known "
         "to be so, age_s how many seconds ago. findings tell of a promise longer than the law allows, of limits "
         "without a unit."),
        (Success(200, ("办事指南", "The guide"), "GuideView"),),
        (*_GUARDED, *_GUIDE, "guide_unknown", "bad_parameter"), (_ITEM_CODE, _OF_DIVISION, _REFRESH),
    ),
    Endpoint(
        "GET", "/v1/items/{code}/compare", guides.compare, "catalogue.read",
        ("同一事项两地比对", "One item in two places"),
        ("按对码找到两地的事项，逐项比对办事指南：时限、到现场次数、收费、条件、材料。"
         "mark：same 相同，differs 不同，only_here 仅本地，only_there 仅对方，unknown 一方未说明或单位不可比。",
         "Finds both items by alignment and compares their guides line by line: limits, visits, fees, conditions, "
         "materials. `unknown` means that one side does not say, or that units cannot be compared."),
        (Success(200, ("比对结果", "The comparison"), "Comparison"),),
        (*_GUARDED, *_ALIGNED, "guide_unknown", "bad_parameter"), (_ITEM_CODE, _HERE_NEEDED, _THERE_NEEDED, _UNIT),
    ),
    Endpoint(
        "GET", "/metrics", health.metrics, "metrics.read",
        ("运行指标", "Metrics"),
        ("Prometheus 文本格式。", "In the text format of Prometheus."),
        (Success(200, ("指标", "The metrics"), media=TEXT),), _GUARDED,
    ),
    Endpoint(
        "GET", "/healthz", health.healthz, None,
        ("进程是否存活", "Is the process alive"),
        ("进程在运行，事件循环在转。", "The process runs and its loop turns."),
        (Success(200, ("存活", "Alive"), "Health"),), ("internal",), at_any_time=True,
    ),
    Endpoint(
        "GET", "/readyz", health.readyz, None,
        ("能否受理", "Is it ready"),
        ("刚刚提交过一个事务，且有生效的发布。",
         "A transaction was committed just now, and a release is in force."),
        (Success(200, ("可以受理", "Ready"), "Ready"),
         Success(503, ("不能受理", "Not ready"), "Ready", headers=("Retry-After",))),
        ("internal",), at_any_time=True,
    ),
    Endpoint(
        "GET", "/openapi.json", description.openapi, None,
        ("本接口的 OpenAPI 文件", "This interface as OpenAPI"),
        ("OpenAPI 3.1，由路由表、规范模式与错误表生成。",
         "OpenAPI 3.1, made from the routes, the canonical schemas and the table of errors."),
        (Success(200, ("OpenAPI 文件", "The document"), "OpenApi"),), ("overloaded", "internal"),
    ),
    Endpoint(
        "GET", "/docs", description.docs, None,
        ("接口说明页", "This interface as a page"),
        ("同一文件的可读版本，不需外部资源。", "The same document for people; it loads nothing from elsewhere."),
        (Success(200, ("网页", "The page"), media=HTML),), ("overloaded", "internal"),
    ),
    Endpoint(
        "GET", "/docs.css", description.style, None,
        ("接口说明页的样式", "The style of that page"), ("CSS。", "CSS."),
        (Success(200, ("样式", "The style"), media="text/css"),), ("overloaded", "internal"),
    ),
)  # fmt: skip
