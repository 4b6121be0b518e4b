"""What pages say of the mode (通办方式) of a case: parcels, and the joint case that it is a part of."""

from collections.abc import Mapping

from gateway.cases.parcels import Direction, Kind, What
from gateway.errors import Texts

MODES_WORDS: Mapping[str, Texts] = {
    "joint": ("联办件", "Joint case"),
    "part_of": ("第 {} 个分办件，共 {} 个", "part {} of {}"),
    "parts": ("分办件", "Parts"),
    "part": ("分办件", "Part"),
    "outcome": ("结果", "Outcome"),
    "outcomes": ("各种结果", "Outcomes"),
    "out_of_scope": ("不在本账号范围内", "outside the scope of this account"),
    "due": ("时限", "Due"),
    "parcels": ("寄件", "Parcels"),
    "carrier": ("承运单位", "Carrier"),
    "parcel_number": ("运单号", "Number of the parcel"),
    "direction": ("方向", "Direction"),
    "holds": ("内件", "Contents"),
    "happened": ("情况", "What happened"),
    "waits_for": ("由谁处理", "Who acts"),
    "tell_parcel": ("登记寄件", "Record a parcel"),
    "tell_parcel_means": (
        "由办理单位的窗口登记：原件收到没有，结果寄出没有；登记人的账号计入存证。同一情况登记几次都只计一次",
        "For the window of the deciding unit: whether originals have come, whether the result is on its way. The"
        " log names the account that recorded it; the same again counts once",
    ),
    "parcel_at": ("何时（不填即现在）", "When (now, if left empty)"),
    "content_code": ("内件编码", "Code of the piece"),
    "content_form": ("形式", "Form"),
    "content_count": ("份数", "Pieces"),
    "contents_where_sent": (
        "内件（寄出时填写，至少一种；编码为文书种类或材料编码）",
        "Contents (where it is sent, at least one; a kind of document or the code of a material)",
    ),
    "parcel_kept": ("已登记", "It is recorded"),
    "parcel_invalid_case": ("未登记：有的项缺失或不合格", "Not recorded: something is missing or cannot be"),
    "parcel_parcel_differs": (
        "未登记：同一运单先前登记的方向或内件不同，请核对运单号",
        "Not recorded: a parcel of this number goes the other way, or holds something else. Check the number",
    ),
    "parcel_parcels_full": (
        "未登记：该办件的寄件情况已达上限",
        "Not recorded: no more is recorded of the parcels of this case",
    ),
}
DIRECTIONS: Mapping[Direction, Texts] = {
    "there": ("寄往办理地", "to the deciding place"),
    "back": ("寄回收件地", "to the receiving place"),
}
HAPPENED: Mapping[Kind, Texts] = {
    "sent": ("寄出", "sent"),
    "received": ("签收", "received"),
    "lost": ("丢失", "lost"),
    "returned": ("退回寄件人", "returned to its sender"),
}
# what the window of the deciding unit can say of parcels, of either direction
SAYABLE: Mapping[str, Texts] = {
    "received.there": ("收到寄来的材料", "papers have come"),
    "returned.there": ("寄来的已退回", "what came was sent back unopened"),
    "lost.there": ("应到未到，已丢失", "papers did not come: lost"),
    "sent.back": ("寄出（结果、退还的材料）", "sent: the result, or papers that go back"),
    "lost.back": ("寄出的丢失", "what was sent got lost"),
    "returned.back": ("寄出的被退回", "what was sent came back"),
}
FORMS: Mapping[str, Texts] = {
    "original": ("原件", "original"),
    "copy": ("复印件", "copy"),
    "paper": ("纸质件", "paper"),
}
UNLIKELY: Mapping[What, Texts] = {
    "received_and_returned": ("既称签收又称退回", "said to be received, and to be returned"),
    "never_sent": ("无人告知寄出", "nobody has told that it was sent"),
}
