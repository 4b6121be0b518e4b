"""The routes of what comes to a case later: corrections, supplements, withdrawals, and checking each before."""

from gateway.web.api import later
from gateway.web.routes import parameters
from gateway.web.routes.described import GUARDED as _GUARDED
from gateway.web.routes.described import Endpoint, Success
from gateway.web.routes.refusals import BODY as _BODY
from gateway.web.routes.refusals import LATER as _LATER

_SENT = ("stopping", "platform_refused", "not_delivered")
_ASKED_FOR = (*_GUARDED, *_BODY, *_LATER, "nothing_asked")
_CHECKED = tuple(each for each in _LATER if not each.startswith("idempotency") and each not in _SENT)
_UNSENT = (
    "作全部校验并给出此刻将要发送的报文；不发送，不保存。taken_back 表示办件尚未送出，将在本网关撤回。",
    "Every check, and the message as it would be sent now. Nothing is sent or kept. `taken_back`: the case has"
    " not left, and would be taken back here.",
)
_PREVIEWED = (Success(200, ("可以办理；所附为报文", "It can be done; the message"), "PreflightLater"),)
_WRITTEN = (
    Success(201, ("办理地平台已接收", "Taken by the other platform"), "Exchange", headers=("Location",)),
    Success(202, ("已受托，尚无结果", "Admitted, still open"), "Exchange", headers=("Location",)),
    Success(200, ("已撤回，未曾送达", "Taken back before it left"), "Exchange", headers=("Location",)),
)

LATER = (
    Endpoint(
        "POST",
        "/v1/cases/{id}/correction",
        later.correct,
        "case.correct",
        ("补正", "Correct a case"),
        (
            "办理地告知补正之后（其平台声明可主动补正的，随时），把补正的材料和改正的字段送达办理地平台。"
            "同一办件的各次操作按受托先后送达。",
            "Sends corrected materials and fields of the form to the platform that has the case, once it has asked "
            "for them, or at any time where it takes them unasked. What is written to one case keeps its order.",
        ),
        _WRITTEN,
        _ASKED_FOR,
        (parameters.CASE, parameters.KEY, parameters.PREFER),
        "Correction",
    ),
    Endpoint(
        "POST",
        "/v1/cases/{id}/supplement",
        later.supplement,
        "case.supplement",
        ("容缺后补", "Supplement what was owed"),
        (
            "补交容缺受理时尚欠的材料；与补正不同，不影响受理期限。",
            "Sends materials that the case was accepted without. It is no correction: no clock begins anew.",
        ),
        _WRITTEN,
        _ASKED_FOR,
        (parameters.CASE, parameters.KEY, parameters.PREFER),
        "Supplement",
    ),
    Endpoint(
        "POST",
        "/v1/cases/{id}/withdrawal",
        later.withdraw,
        "case.withdraw",
        ("撤回办件", "Withdraw a case"),
        (
            "尚未送出的办件在本网关撤回（200，答复为提交的交换）；已送出或结果未知的，撤回申请排在其后送达办理地平台。",
            "A case that has not left is taken back here (200: the exchange is that of its submit). What has left, "
            "or may have, is withdrawn by the other platform, behind whatever is under way.",
        ),
        _WRITTEN,
        (*_GUARDED, *_BODY, *_LATER),
        (parameters.CASE, parameters.KEY, parameters.PREFER),
        "Withdrawal",
    ),
    Endpoint(
        "POST",
        "/v1/cases/{id}/correction/preflight",
        later.preflight_correction,
        "case.correct",
        ("预检补正", "Check a correction without sending it"),
        _UNSENT,
        _PREVIEWED,
        (*_GUARDED, *_BODY, *_CHECKED, "nothing_asked"),
        (parameters.CASE,),
        "Correction",
    ),
    Endpoint(
        "POST",
        "/v1/cases/{id}/supplement/preflight",
        later.preflight_supplement,
        "case.supplement",
        ("预检容缺后补", "Check a supplement without sending it"),
        _UNSENT,
        _PREVIEWED,
        (*_GUARDED, *_BODY, *_CHECKED, "nothing_asked"),
        (parameters.CASE,),
        "Supplement",
    ),
    Endpoint(
        "POST",
        "/v1/cases/{id}/withdrawal/preflight",
        later.preflight_withdrawal,
        "case.withdraw",
        ("预检撤回", "Check a withdrawal without sending it"),
        _UNSENT,
        _PREVIEWED,
        (*_GUARDED, *_BODY, *_CHECKED),
        (parameters.CASE,),
        "Withdrawal",
    ),
)
