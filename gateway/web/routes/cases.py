"""The routes of the service, each with who may use it and everything that it can answer."""

from gateway.web.api import (
    agreements,
    cases,
    catalogue,
    description,
    events,
    exchanges,
    guides,
    health,
    joined,
    needs,
    prints,
    results,
    told,
)
from gateway.web.routes import parameters
from gateway.web.routes.described import BYTES, HTML, TEXT, Endpoint, Success
from gateway.web.routes.described import GUARDED as _GUARDED
from gateway.web.routes.later import LATER
from gateway.web.routes.materials import MATERIALS
from gateway.web.routes.modes import MODES
from gateway.web.routes.refusals import ADMITTED as _ADMITTED
from gateway.web.routes.refusals import ALIGNED as _ALIGNED
from gateway.web.routes.refusals import BODY as _BODY
from gateway.web.routes.refusals import PREPARED as _PREPARED

_WISHED = (
    "forbidden_sender", "unmappable", *_ALIGNED, "division_not_served", "route_ambiguous",
    "operation_not_offered", "not_active",
    "no_agreement", "mode_not_agreed", "item_not_open", "power_not_delegated",
)  # fmt: skip
_ASKED = (
    "not_found", "not_active", "operation_not_offered", "unmappable", "erased",
    "platform_refused", "platform_unavailable", "platform_garbled",
)  # fmt: skip
_GUIDE = (
    "not_active", "division_not_served", "route_ambiguous", "operation_not_offered", "unmappable",
    "platform_refused", "platform_unavailable", "platform_garbled",
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
        (*_GUARDED, *_BODY, *_PREPARED, *_ADMITTED), (parameters.KEY, parameters.PREFER), "Case",
    ),
    Endpoint(
        "GET", "/v1/cases", cases.look_up, "case.read",
        ("按编号查找办件，或取有变化的办件", "Look cases up by a number, or get those that changed"),
        ("number：按任何一方的编号（我方、办理地、接入方）查找本接入方提交的办件。updated_after：自该时间起有变化的办件，"
         "逐页给出当前状态，每页每件一次；请保存 cursor，下次以 cursor 从其后读起，直至 more 为 false。",
         "number: the cases that you submitted by any number that anybody knows them by. updated_after: those of"
         " which anything became known since then, as they are now, each once in a page; keep `cursor`, ask behind"
         " it next time, and go on while `more` is true."),
        (Success(200, ("找到的办件，可为空", "The cases found; may be none"), "Cases"),),
        (*_GUARDED, "bad_parameter", "cursor_of_lost_log"),
        (parameters.NUMBER, parameters.UPDATED_AFTER, parameters.BEHIND, parameters.MOST_CASES),
    ),
    Endpoint(
        "GET", "/v1/cases/{id}", cases.show, "case.read",
        ("查看办件", "Look at a case"),
        ("办件及其全部编号与交换；不含个人信息。", "A case with all its numbers and exchanges; nothing personal."),
        (Success(200, ("办件", "The case"), "CaseView"),), (*_GUARDED, "not_found"), (parameters.CASE,),
    ),
    Endpoint(
        "GET", "/v1/cases/{id}/progress", cases.progress, "case.progress",
        ("查询办理进度", "Ask how a case stands"),
        ("立即向办理地平台查询，以规范词汇答复；来函告知的补正材料、说明也在其中。平台不供查询的，按其来函答复。",
         "Asks the other platform now, and answers in our own vocabulary, with what its calls have said: what is to"
         " be corrected, and why. A platform that is not asked is answered for by its calls."),
        (Success(200, ("办理进度", "How it stands"), "ProgressView"),), (*_GUARDED, *_ASKED), (parameters.CASE,),
    ),
    Endpoint(
        "GET", "/v1/cases/{id}/prints/{print}", prints.show, "case.read",
        ("打印收件凭证、材料交接清单", "Print the receipt, or the list of the materials handed over"),
        ("供浏览器打印的网页，不需外部资源，带核验二维码；含申请人姓名，每次打印都记入存证。",
         "A page for a browser to print, with nothing from elsewhere and a QR code to verify it by. It names the"
         " applicant, so every print has its entry in the log."),
        (Success(200, ("打印件", "The print"), media=HTML),),
        (*_GUARDED, "not_found", "erased", "not_active"), (parameters.CASE, parameters.PRINT),
    ),
    *LATER,
    Endpoint(
        "GET", "/v1/cases/{id}/result", results.show, "case.result",
        ("查看办理结果", "Look at what became of a case"),
        ("已知的全部结果：如何办结、理由（固定清单与对方原文）、决定、文书与证照；结果在得知办结后自动取回，只取一次并加密保存。"
         "fetching 说明尚待取回的，documents 的 link 为文件所在。",
         "Every result that is known: how it ended, why (of a closed list, and in their words), the decision, its"
         " documents. A result is fetched by itself once an ending is told, and kept sealed. `fetching` says what"
         " is still to come; `link` of a document is where its file is."),
        (Success(200, ("办理结果", "The results"), "ResultView"),), (*_GUARDED, "not_found"), (parameters.CASE,),
    ),
    Endpoint(
        "GET", "/v1/cases/{id}/told", told.show, "case.progress",
        ("取办件现状（供另一通办网关）", "Get how a case stands, for another gateway"),
        ("本网关所知的现状（canonical/progress@1）：各环节及其期限、延期理由、寄件，以及现在这一环节的说明、须补正或尚欠的材料、"
         "文书；不向办理地平台查询。办结的理由与文书见 outcome。",
         "As it is known here (canonical/progress@1): the steps with their last days, why it was extended, parcels,"
         " and what was said with the present step: words, materials to be corrected or still owed, documents."
         " Nobody is asked. Why and with what it ended is told by `outcome`."),
        (Success(200, ("办件现状", "How it stands"), "Retold"),), (*_GUARDED, "not_found"), (parameters.CASE,),
    ),
    Endpoint(
        "GET", "/v1/cases/{id}/outcome", joined.show, "case.result",
        ("取办理结果（供另一通办网关）", "Get what became of a case, for another gateway"),
        ("合为一份规范结果（canonical/result@1），文件以 base64 在其中，合计至多 16 MB，超出的只给摘要；"
         "尚未办结或结果尚待取回时 known 为 false。",
         "As one canonical/result@1 with its files in base64, 16 MB of them at most; what is beyond is named with"
         " its digest. `known` is false until the case has ended and its result was fetched."),
        (Success(200, ("办理结果", "The result"), "Outcome"),), (*_GUARDED, "not_found"), (parameters.CASE,),
    ),
    Endpoint(
        "GET", "/v1/cases/{id}/documents/{number}", results.document, "case.result",
        ("取文书或证照的文件", "Get the file of a document"),
        ("原样给出，可用 Range 只取一段；Tongban-Digest 为全文摘要，Tongban-Media-Type 为对方所称的类型。",
         "As it was made, never converted; Range gets a stretch of it. Tongban-Digest is the digest of the whole, "
         "Tongban-Media-Type what they say it is."),
        (Success(200, ("文件", "The file"), media=BYTES, headers=("Accept-Ranges", "ETag")),
         Success(206, ("一段", "A stretch"), media=BYTES, headers=("Content-Range", "ETag"))),
        (*_GUARDED, "not_found", "no_file", "erased", "no_such_range"),
        (parameters.CASE, parameters.DOCUMENT, parameters.RANGE),
    ),
    Endpoint(
        "GET", "/v1/exchanges/{id}", exchanges.show, "case.read",
        ("查看交换", "Look at an exchange"),
        ("一次操作自受托至终结的当前状态。", "One operation with one platform, as it is now."),
        (Success(200, ("交换", "The exchange"), "Exchange"),), (*_GUARDED, "not_found"), (parameters.EXCHANGE,),
    ),
    Endpoint(
        "GET", "/v1/exchanges/{id}/proof", exchanges.proof, "case.read",
        ("取存证证明", "Get the proof of an exchange"),
        ("该交换最新存证条目的证明，文本文件，可用 `python -m audit verify` 离线验证。",
         "The proof of the newest entry of an exchange: a text file for `python -m audit verify`, offline."),
        (Success(200, ("C2SP tlog-proof 文本", "A C2SP tlog-proof"), media=TEXT),),
        (*_GUARDED, "not_found", "proof_not_ready"), (parameters.EXCHANGE,),
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
        (*_GUARDED, "bad_parameter", "cursor_of_lost_log"), (parameters.AFTER, parameters.LIMIT, parameters.PREFER),
    ),
    Endpoint(
        "POST", "/v1/preflight", cases.preflight, "case.submit",
        ("预检", "Check a case without submitting it"),
        ("作全部校验并给出将要发送的报文；不发送，不保存，不占用编号。",
         "Every check, and the message as it would be sent. Nothing is sent, kept or numbered."),
        (Success(200, ("可以提交；所附为报文", "It can be submitted; the message"), "Preflight"),),
        (*_GUARDED, *_BODY, *_PREPARED), (), "Case",
    ),
    *MATERIALS,
    *MODES,
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
        (*_GUARDED, "bad_parameter"), (parameters.DIVISION, parameters.CODE, parameters.NAME, parameters.CURSOR),
    ),
    Endpoint(
        "GET", "/v1/items/{code}/form", needs.form, "catalogue.read",
        ("该事项在办理地需要什么", "What an item needs over there"),
        ("按映射与对方契约推出的表单（JSON Schema）：字段、代码、长度、字符集与必填条件；该情形的材料；"
         "须先问清的情形。按此填写的办件能通过预检，unsaid 所列除外。",
         "The form as a JSON Schema, computed from the mapping and their contract: fields, codes, lengths, "
         "charsets, and when they are needed; the materials of the situation; the situations to ask for. A case "
         "that fits it passes preflight, but for what `unsaid` names."),
        (Success(200, ("表单与材料", "The form and the materials"), "Form"),),
        (*_GUARDED, "bad_parameter", *_WISHED), parameters.WISHES,
    ),
    Endpoint(
        "GET", "/v1/agreements", agreements.agreements, "catalogue.read",
        ("通办协议与开通事项", "Agreements, and which items are open"),
        ("哪些地方之间、哪些方式、哪些事项、自何日起可以通办，今日还可办多少件；空列表表示未按协议限制。",
         "Between which places, in which modes, which items may pass, since when, and how many more today; an empty"
         " list means that nothing is held against any."),
        (Success(200, ("通办协议", "The agreements"), "Agreements"),),
        (*_GUARDED, "bad_parameter"), (parameters.HERE, parameters.THERE),
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
        (*_GUARDED, *_GUIDE, "guide_unknown", "bad_parameter"),
        (parameters.ITEM_CODE, parameters.OF_DIVISION, parameters.REFRESH),
    ),
    Endpoint(
        "GET", "/v1/items/{code}/compare", guides.compare, "catalogue.read",
        ("同一事项两地比对", "One item in two places"),
        ("按对码找到两地的事项，逐项比对办事指南：时限、到现场次数、收费、条件、材料。"
         "mark：same 相同，differs 不同，only_here 仅本地，only_there 仅对方，unknown 一方未说明或单位不可比。",
         "Finds both items by alignment and compares their guides line by line: limits, visits, fees, conditions, "
         "materials. `unknown` means that one side does not say, or that units cannot be compared."),
        (Success(200, ("比对结果", "The comparison"), "Comparison"),),
        (*_GUARDED, *_ALIGNED, "guide_unknown", "bad_parameter"),
        (parameters.ITEM_CODE, parameters.HERE_NEEDED, parameters.THERE_NEEDED, parameters.UNIT),
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
