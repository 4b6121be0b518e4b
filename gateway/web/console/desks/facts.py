"""What became known of an exchange (所知事实), in words."""

from collections.abc import Mapping

from gateway.errors import Texts
from gateway.model import FactKind

FACTS: Mapping[FactKind, Texts] = {
    "taken": ("对方已接收", "they have taken it"),
    "already": ("对方此前已收", "they had it before"),
    "refused": ("对方不予接收", "they refuse it"),
    "later": ("对方未收，请稍后再来", "not taken: asked to come back"),
    "barred": ("对方未收：凭据、名单或配额", "not taken: they bar us"),
    "not_sent": ("未曾发出", "no byte left"),
    "unknown": ("已发出，结果不明", "sent, and nobody knows what became of it"),
    "landed": ("查询得知对方已收", "asked: they have it"),
    "absent": ("查询得知对方没有", "asked: they have not"),
    "unclear": ("查询未得明确答复", "asked, and got no clear answer"),
    "settled_taken": ("人工核实：对方已收", "a person says that they have it"),
    "settled_again": ("人工核实：未收，重新发送", "a person says: not taken, send it again"),
    "settled_stop": ("人工核实：未收，到此为止", "a person says: not taken, end it here"),
    "withdraw_asked": ("要求撤回", "it was asked to be taken back"),
}
