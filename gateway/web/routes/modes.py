"""The routes of the three modes (通办方式) beyond a case by itself."""

from gateway.web.api import agency, joint, visits
from gateway.web.routes import parameters
from gateway.web.routes.described import GUARDED, Endpoint, Success
from gateway.web.routes.refusals import ADMITTED, BODY, PREPARED

_REFUSED = frozenset({"platform_refused", "not_delivered"})  # told of the part, not of the whole
_WITHDRAWN = ("not_found", "invalid_case", "idempotency_key_missing", "idempotency_key_bad", "idempotency_conflict",
              "stopping")  # fmt: skip

_RECORDED = (*GUARDED, *BODY, "not_found", "invalid_case", "erased", "stopping")

MODES = (
    Endpoint(
        "POST", "/v1/visits", visits.issue, "case.visit",
        ("取办理地网站的链接", "Get a link to the other place's site"),
        ("全程网办：申请人已在本地核验身份，持一次性身份票据到办理地网站自行申请。票据短时有效，只能用一次，"
         "链接中没有个人信息；"
         "网站兑换票据之后即有办件，进度与结果同其他方式。",
         "For a person who is known here and goes on at the other place's site by themselves. The ticket in the"
         " link holds nothing personal, is good for minutes and for one use; once the site has redeemed it there is"
         " a case, with progress and result as in the other modes."),
        (Success(201, ("链接", "The link"), "Visit"),),
        (*GUARDED, *BODY, *PREPARED, "no_site", "case_open", "numbers_exhausted"), (), "VisitAsked",
    ),
    Endpoint(
        "POST", "/v1/visits/redemption", visits.redeem, "visit.redeem",
        ("兑换身份票据（办理地网站）", "Redeem a ticket (for sites)"),
        ("由办理地网站的后台调用：得到申请人的身份与我方办件编号，此后以该编号告知进度。一张票据只能兑换一次。"
         "另一通办网关的票据（NAME~票据）由本网关向其核销；另一网关以 reference 告知其办件标识，"
         "同一 reference 再次兑换答复相同。",
         "For the back end of a site: tells who has come, and our number of the case, by which progress is told"
         " from then on. A ticket is redeemed once. That of another gateway (NAME~TICKET) is redeemed there;"
         " another gateway gives its id of the case (`reference`), and is told again under the same one."),
        (Success(200, ("来者", "Who has come"), "Visitor"),),
        tuple(dict.fromkeys((
            *GUARDED, *BODY, "bad_parameter", "not_found", "ticket_over", "case_open", "no_site", *PREPARED,
            "numbers_exhausted", "platform_refused", "platform_unavailable", "platform_garbled",
        ))), (), "Ticket",
    ),
    Endpoint(
        "POST", "/v1/cases/{id}/parcels", agency.parcel, "case.parcel",
        ("登记寄件情况", "Record what happened to a parcel"),
        ("材料原件寄往办理地、结果寄回：寄出（列明内件）、签收、丢失、退回。"
         "以承运单位与运单号识别；同一情况重复登记不起作用（repeated），先后不论。"
         "办理地平台声明接收寄件情况的（如另一通办网关），随即转告。",
         "Originals that go to the deciding place by post, papers that come back: sent (with its contents),"
         " received, lost, returned. A parcel is known by carrier and number; told again, in whatever order, it"
         " counts once (`repeated`). A platform that declares to take it, as another Tongban does, is told."),
        (Success(200, ("办件及其全部寄件", "The case with all its parcels"), "CaseView"),),
        (*_RECORDED, "parcel_differs", "parcels_full", "case_unconfirmed", "unmappable"), (parameters.CASE,),
        "Parcel",
    ),
    Endpoint(
        "POST", "/v1/cases/{id}/service", agency.serve, "case.serve",
        ("登记窗口送达", "Record that the result was handed out here"),
        ("结果在收件地窗口交给申请人：核验身份，凭送达回证。按协议办理的，须对方已委托送达权。办件随即为已送达。",
         "The result was given to the person at a window of the receiving place: who they are was checked, and they"
         " signed a receipt. Under an agreement its power to serve must be delegated. The case is served then."),
        (Success(200, ("办件", "The case"), "CaseView"),),
        (*_RECORDED, "nothing_decided", "power_not_delegated"), (parameters.CASE,), "Service",
    ),
    Endpoint(
        "POST", "/v1/joint-cases", joint.submit, "case.submit",
        ("提交联办件（多地联办、一件事）", "Submit a joint case"),
        ("申请人与材料只填一次，分送各地；全部分办件一次受托，有一个不能受托则全部不受托（part_refused）。"
         "此后每个分办件是一件普通办件，各有时限与责任单位。"
         "201：各地平台均已接收；202：尚有未送达的；200：均已终结而有的未被接收，见 parts。",
         "The person and the materials are given once and go to several places. All parts are admitted in one"
         " commit, or none (part_refused); from then on each is a case by itself, with its own clocks and unit."
         " 201: every place has its part; 202: some are on their way; 200: all have ended, some untaken."),
        (Success(201, ("各地平台均已接收", "Taken by every platform"), "JointView", headers=("Location",)),
         Success(202, ("已受托，尚有未送达的", "Admitted, some parts are still open"), "JointView",
                 headers=("Location",)),
         Success(200, ("有的分办件未被接收", "Some parts were not taken"), "JointView", headers=("Location",))),
        tuple(dict.fromkeys(each for each in (*GUARDED, *BODY, *PREPARED, *ADMITTED, "part_refused", "uploads_full")
                            if each not in _REFUSED)),
        (parameters.KEY, parameters.PREFER), "Joint",
    ),
    Endpoint(
        "GET", "/v1/joint-cases/{id}", joint.show, "case.read",
        ("查看联办件", "Look at a joint case"),
        ("由各分办件的现状得出：有一个未成即不会显示为全部办成，已办成的照样列出；acts 为下一步由谁办理。",
         "What follows from its parts as they are now: where one has failed it is never `done`, and those that were"
         " done are shown as done; `acts` says who must act next."),
        (Success(200, ("联办件", "The joint case"), "JointView"),), (*GUARDED, "not_found"), (parameters.JOINT,),
    ),
    Endpoint(
        "POST", "/v1/joint-cases/{id}/withdrawal", joint.withdraw, "case.withdraw",
        ("撤回联办件", "Withdraw a joint case"),
        ("能撤回的分办件逐一撤回，与单独办件相同；不能撤回的（已有决定、对方不提供撤回等）逐一说明原因。"
         "同键重发即从中断处继续。",
         "Withdraws each part that can be, as a case by itself, and says of every other one why not: it was"
         " decided, the platform offers no withdrawal … Under the same key it goes on where it was broken off."),
        (Success(200, ("各分办件的撤回结果", "What came of each part"), "JointWithdrawn"),
         Success(202, ("有的撤回尚未送达", "Some withdrawals are still open"), "JointWithdrawn")),
        (*GUARDED, *BODY, *_WITHDRAWN), (parameters.JOINT, parameters.KEY, parameters.PREFER), "Withdrawal",
    ),
)  # fmt: skip
