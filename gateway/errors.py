"""Every refusal that a caller can meet, by stable code: what it says, who must act, and at which stage.

`docs/errors.md` is printed from this table and a test provokes every row. A refusal never holds a value
of a personal field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.model import Problem

Party = Literal["caller", "gateway", "platform"]


@dataclass(frozen=True, slots=True)
class Code:
    """status: of HTTP. Texts are (Chinese, English); `{name}` is filled from the refusal's facts."""

    status: int
    party: Party
    stage: str
    title: tuple[str, str]
    action: tuple[str, str]


class Refusal(Exception):
    """A request that is answered with a problem document. `facts` fill texts and are shown as they are."""

    def __init__(
        self,
        code: str,
        *,
        problems: Sequence[Problem] = (),
        retry_after_s: int | None = None,
        **facts: str | int,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.problems = tuple(problems)
        self.retry_after_s = retry_after_s
        self.facts: Mapping[str, str | int] = facts


class NotActive(Exception):
    """There is no active release that holds what was asked for."""


_MEND = (
    "请按 problems 逐项改正后，用同一 Idempotency-Key 重新提交。",
    "Mend every entry of `problems`; send again under the same key.",
)
_ASK_US = ("请联系本网关运维人员。", "Ask the operators of this gateway.")
_LATER = ("请稍后重试，已受托的事项不会丢失。", "Try again later; nothing that was admitted is lost.")
_RIGHTS = ("请向本网关运维人员申请权限。", "Ask the operators of this gateway for the right.")
_TELL = ("请告知申请人办理地的答复。", "Tell the person what the other place answered.")

CODES: Mapping[str, Code] = {
    # the request itself
    "too_large": Code(413, "caller", "read", ("请求超过 {most} 字节", "The request is larger than {most} bytes"), ("请减小材料文件。", "Send smaller files.")),
    "wrong_media_type": Code(415, "caller", "read", ("请求体须为 application/json", "The body must be application/json"), ("请设置 Content-Type: application/json。", "Set Content-Type: application/json.")),
    "wrong_charset": Code(400, "caller", "read", ("请求体不是 UTF-8", "The body is not UTF-8"), ("请以 UTF-8 编码发送。", "Encode the body in UTF-8.")),
    "not_json": Code(400, "caller", "read", ("请求体不是 JSON（第 {line} 行第 {column} 列）", "The body is not JSON (line {line}, column {column})"), ("请检查该处语法。", "Check the syntax there.")),
    "not_an_object": Code(400, "caller", "read", ("请求体须为 JSON 对象", "The body must be a JSON object"), ("请发送一个对象。", "Send one object.")),
    "duplicate_key": Code(400, "caller", "read", ("JSON 对象的键重复：{path}", "A key stands twice in a JSON object: {path}"), ("每个键只写一次。", "Write each key once.")),
    "too_deep": Code(400, "caller", "read", ("JSON 嵌套超过 {most} 层", "The JSON is nested deeper than {most} levels"), ("请减少嵌套。", "Nest less deeply.")),
    "bad_parameter": Code(400, "caller", "read", ("参数 {name} 不正确", "The parameter {name} is not right"), ("请参阅 /openapi.json。", "See /openapi.json.")),
    "idempotency_key_missing": Code(400, "caller", "read", ("缺少 Idempotency-Key 请求头", "The header Idempotency-Key is missing"), ("每件业务用一个新键，重试时用同一键。", "Use a new key for each case, and the same key to try again.")),
    "idempotency_key_bad": Code(400, "caller", "read", ("Idempotency-Key 须为 8 至 128 个可见 ASCII 字符", "Idempotency-Key must be 8 to 128 visible ASCII characters"), ("请使用 UUID。", "Use a UUID.")),
    "idempotency_conflict": Code(409, "caller", "admit", ("该 Idempotency-Key 已用于内容不同的请求", "This Idempotency-Key was used for another content"), ("新业务请用新键。", "Use a new key for a new request.")),
    # who asks, and whether they may
    "unauthenticated": Code(401, "caller", "authenticate", ("未认证的接入方", "The caller is not authenticated"), ("请以 Authorization: Bearer 携带有效密钥。", "Send a valid key as Authorization: Bearer.")),
    "forbidden_operation": Code(403, "caller", "authorise", ("无权执行操作 {operation}", "No right to the operation {operation}"), _RIGHTS),
    "forbidden_division": Code(403, "caller", "authorise", ("无权向 {division} 办理", "No right to have things done in {division}"), _RIGHTS),
    "forbidden_item": Code(403, "caller", "authorise", ("无权办理该事项", "No right to this item"), _RIGHTS),
    "forbidden_sender": Code(403, "caller", "authorise", ("无权代表 {division} 收件", "No right to speak for {division}"), _RIGHTS),
    "not_found": Code(404, "caller", "look_up", ("没有这一记录，或无权查看", "There is no such record, or it is not yours"), ("请核对编号。", "Check the number.")),
    "no_route": Code(404, "caller", "read", ("没有这一地址", "There is no such address"), ("请参阅 /openapi.json。", "See /openapi.json.")),
    "wrong_method": Code(405, "caller", "read", ("该地址不支持此方法", "This address does not take this method"), ("请参阅 /openapi.json。", "See /openapi.json.")),
    # what is asked
    "invalid_case": Code(422, "caller", "check", ("申请内容有 {count} 处问题", "The case has {count} problems"), _MEND),
    "unmappable": Code(422, "caller", "map", ("有 {count} 项内容不能按对方平台的要求表达", "{count} fields cannot be said in the other platform's terms"), _MEND),
    "item_unknown": Code(422, "caller", "align", ("事项编码在 {division} 的事项清单中不存在", "The item is not in the list of {division}"), ("请核对事项编码。", "Check the item code.")),
    "item_not_aligned": Code(422, "caller", "align", ("该事项在 {division} 没有对应事项", "The item has no counterpart in {division}"), ("请联系运维人员补充对码。", "Ask the operators to declare an alignment.")),
    "item_cancelled": Code(422, "caller", "align", ("该事项已取消", "The item has been cancelled"), ("请按 superseded_by 使用新事项。", "Use the item named in superseded_by.")),
    "item_not_yet_valid": Code(422, "caller", "align", ("该事项尚未生效", "The item is not yet in force"), ("请在生效后提交。", "Submit once it is in force.")),
    "item_ambiguous": Code(422, "caller", "align", ("对应事项有多个，须由 {deciding_field} 确定", "Several items correspond; {deciding_field} decides"), ("请按 candidates 补充该字段。", "Give that field; see candidates.")),
    "division_not_served": Code(422, "caller", "route", ("没有平台承办 {division} 的该事项", "No platform serves this item in {division}"), ("请查询 GET /v1/platforms。", "See GET /v1/platforms.")),
    "route_ambiguous": Code(503, "gateway", "route", ("{division} 有多个平台声明承办该事项", "Several platforms claim this item in {division}"), _ASK_US),
    "operation_not_offered": Code(422, "caller", "route", ("对方平台不提供操作 {operation}", "The platform does not offer {operation}"), ("请查询 GET /v1/platforms。", "See GET /v1/platforms.")),
    "case_open": Code(409, "caller", "admit", ("同一申请人在 {division} 已有同一事项的在办件", "The person has an open case for this item in {division}"), ("请先查询该件；确需再办，在 insist.reason 中说明理由。", "Look at that case; to go on all the same, give insist.reason.")),
    "case_ended": Code(409, "caller", "admit", ("该办件的此操作已不能进行", "This can no longer be done with the case"), ("请查询办件状态。", "Look at the state of the case.")),
    # what the other platform said
    "platform_refused": Code(422, "platform", "send", ("对方平台不予接收", "The other platform refused it"), _TELL),
    "platform_unavailable": Code(503, "platform", "send", ("对方平台暂时不能答复", "The other platform cannot answer now"), _LATER),
    "platform_garbled": Code(502, "platform", "send", ("对方平台的答复无法识别", "The answer of the other platform cannot be read"), _ASK_US),
    # ourselves
    "numbers_exhausted": Code(503, "gateway", "admit", ("当日流水号已用完", "The serial numbers of the day are used up"), _ASK_US),
    "not_active": Code(503, "gateway", "route", ("尚无生效的发布", "No release is active"), _ASK_US),
    "overloaded": Code(429, "gateway", "read", ("请求过多", "Too many requests at once"), _LATER),
    "storage_unavailable": Code(503, "gateway", "record", ("暂时不能记录，未受理任何内容", "Nothing can be recorded now; nothing was admitted"), _LATER),
    "misconfigured": Code(503, "gateway", "route", ("平台 {platform} 的接入配置不完整", "The access to {platform} is not configured"), _ASK_US),
    "proof_not_ready": Code(404, "gateway", "look_up", ("存证证明尚未生成", "The proof is not ready yet"), ("请两秒后再取。", "Ask again in two seconds.")),
    "internal": Code(500, "gateway", "any", ("网关内部错误", "An error inside the gateway"), _ASK_US),
}  # fmt: skip
