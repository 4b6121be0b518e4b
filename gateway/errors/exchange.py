"""Codes of a case on its way: what is asked, what the other platform said, what we ourselves could not do."""

from collections.abc import Mapping

from gateway.errors.code import Code

_MEND = (
    "请按 problems 逐项改正，用同一 Idempotency-Key 重新提交；尚未受托，也未发送任何内容。",
    "Mend every entry of `problems` and send again under the same key. Nothing was admitted or sent.",
)
_ASK_US = (
    "请联系本网关运维人员（contact），并提供时间。",
    "Ring the operators (contact); say when it happened.",
)
_LATER = (
    "请在 Retry-After 之后以同一 Idempotency-Key 重试；已受托的办件不会丢失，也不会重复。",
    "Try again after Retry-After, under the same key. Nothing that was admitted is lost or doubled.",
)
_PLATFORMS = ("请查询 GET /v1/platforms。", "See GET /v1/platforms.")

EXCHANGE: Mapping[str, Code] = {
    # what is asked
    "invalid_case": Code(422, "caller", "check",
        ("申请内容有误", "There are faults in the case"), _MEND, ("共 {count} 处", "{count} in all")),
    "unmappable": Code(422, "caller", "map",
        ("有内容不能按办理地平台的要求表达", "Some of it cannot be said in the other platform's terms"), _MEND,
        ("共 {count} 项", "{count} fields")),
    "division_not_served": Code(422, "caller", "route",
        ("没有平台承办该区划的该事项", "No platform serves this item in this division"), _PLATFORMS,
        ("区划：{division}", "The division: {division}")),
    "route_ambiguous": Code(503, "gateway", "route",
        ("有多个平台声明承办该事项，网关不作猜测", "Several platforms claim this item; the gateway does not guess"),
        _ASK_US, ("区划 {division}：{platforms}", "Division {division}: {platforms}")),
    "operation_not_offered": Code(422, "caller", "route",
        ("办理地平台不提供此操作", "The other platform does not offer this operation"), _PLATFORMS,
        ("操作：{operation}", "The operation: {operation}")),
    "case_open": Code(409, "caller", "admit",
        ("同一申请人在该地已有同一事项的在办件", "The person has an open case for this item in that place"),
        ("请先查询该件；确需再办，请在 insist.reason 中写明理由。",
         "Look at that case first; to go on all the same, say why in insist.reason."),
        ("区划 {division}", "Division {division}")),
    "case_ended": Code(409, "caller", "admit",
        ("该交换已发出或已终结，不能再撤回", "The exchange has left or has ended; it cannot be taken back"),
        ("请查询办件状态；已送达的，请向办理地申请撤回。",
         "Look at its state; if it was delivered, ask the other place to withdraw it.")),
    # what the other platform said
    "platform_refused": Code(422, "platform", "send",
        ("办理地平台不予接收", "The other platform refused it"),
        ("请把办理地的答复（their_code、their_words）告知申请人；改正后请用新的 Idempotency-Key 提交。",
         "Tell the person what they answered (their_code, their_words). Once mended, submit under a new key.")),
    "not_delivered": Code(422, "platform", "send",
        ("未能送达办理地平台，已终止", "It could not be delivered to the other platform, and has ended"),
        ("办理地没有收到此件；请告知申请人，需要时用新的 Idempotency-Key 重新提交。",
         "The other place does not have it. Tell the person; to try anew, submit under a new key.")),
    "platform_unavailable": Code(503, "platform", "send",
        ("办理地平台暂时不能答复", "The other platform cannot answer now"),
        ("请在 Retry-After 之后再查询；办件本身不受影响。",
         "Ask again after Retry-After; the case is not affected.")),
    "platform_garbled": Code(502, "platform", "send",
        ("办理地平台的答复无法识别", "The answer of the other platform cannot be read"),
        ("请稍后再查询；仍然如此，请联系本网关运维人员（contact）。",
         "Ask again later; if it stays so, ring the operators (contact).")),
    # ourselves
    "numbers_exhausted": Code(503, "gateway", "admit",
        ("该事项当日的流水号已用完", "The serial numbers of the day are used up for this item"),
        ("尚未受托；请联系本网关运维人员（contact），或次日再提交。",
         "Nothing was admitted. Ring the operators (contact), or submit it tomorrow.")),
    "not_active": Code(503, "gateway", "route", ("尚无生效的发布", "No release is active"), _ASK_US),
    "overloaded": Code(429, "gateway", "read",
        ("同时处理的请求过多或过大", "Too many requests at once, or too large ones"),
        ("请减少同时发送的数量，在 Retry-After 之后以同一 Idempotency-Key 重试；此请求未受托，已受托的不受影响。",
         "Send fewer at once; try again after Retry-After, under the same key. This one was not admitted, and "
         "whatever was is not affected."),
        ("已满：{cause}", "Full: {cause}")),
    "stopping": Code(503, "gateway", "read", ("网关正在停止，不再受理", "The gateway is stopping"), _LATER),
    "storage_unavailable": Code(503, "gateway", "record",
        ("暂时不能记录，因而未受托任何内容", "Nothing can be recorded now, so nothing was admitted"), _LATER),
    "proof_not_ready": Code(404, "gateway", "look_up",
        ("存证证明尚未生成", "The proof is not ready yet"),
        ("请在 Retry-After 之后再取。", "Ask again after Retry-After.")),
    "erased": Code(410, "gateway", "look_up",
        ("该件的内容已按规定删除，仅存其存在的证明",
         "The content has been erased; only its existence can be proved"),
        ("需要办理进度，请直接向办理地查询。", "To learn how the case stands, ask the other place directly.")),
    "no_file": Code(404, "platform", "look_up",
        ("该文书没有文件", "The document has no file"),
        ("对方只告知了文书，没有给出文件，或所给文件与其说明不符（fault）；请向办理地索取。",
         "They named the document and gave no file, or one that is not what they say it is (`fault`). Ask the other"
         " place for it."),
        ("第 {document} 份", "Document {document}")),
    "internal": Code(500, "gateway", "any", ("网关内部错误", "An error inside the gateway"),
        ("请联系本网关运维人员（contact）；不确定是否已受托时，用同一 Idempotency-Key 重试即可得知。",
         "Ring the operators (contact). To learn whether it was admitted, send it again under the same key.")),
}  # fmt: skip
