"""What people read of a reconciliation (对账), in Chinese and in English. No text holds a value of a list."""

from collections.abc import Mapping
from typing import NamedTuple

from gateway.reconcile.compare import Kind

Texts = tuple[str, str]


class Said(NamedTuple):
    """What a difference is, and what to do next, by whom."""

    what: Texts
    next: Texts


_ASK = (
    "电话核实后用 tongban exchange settle 处理",
    "ring the platform, then settle it: tongban exchange settle",
)
KINDS: Mapping[Kind, Said] = {
    "agree": Said(("两边一致", "both sides agree"), ("无需处理", "nothing")),
    "held_there": Said(
        ("此处结果未知，对方清单中有此件", "outcome unknown here, and they have it"),
        (
            "加 --settle 重跑即核实为已收；清单没有对方编号的，问得编号后用 tongban exchange settle --taken",
            "run again with --settle to settle it as taken; if the list lacks their number, ask for it and use"
            " tongban exchange settle --taken",
        ),
    ),
    "doubled": Said(
        ("同一编号不止一件", "one number, several cases"),
        (
            "立即与对方核对，请对方作废重复件；此处两件同号的，停止向该平台发送并查明编号来源",
            "agree with the platform at once which one stands, and have the other voided; if two exchanges here"
            " bear one number, stop sending and find out why",
        ),
    ),
    "contradiction": Said(
        ("此处已终结或从未发出，对方清单却有此件", "ended or never sent here, and yet they have it"),
        (
            "用 tongban exchange show 看经过，与对方核对：确有其件的，告知接入方勿重报，或请对方作废",
            "look at its history (tongban exchange show) and ask the platform; if they really have it, tell the"
            " caller not to submit it again, or have it voided there",
        ),
    ),
    "missing_there": Said(
        ("此处已送达，对方清单中没有", "delivered here, not in their list"),
        (
            "凭回执和存证请对方查找；对方确未收到的，请接入方用新的 Idempotency-Key 重报",
            "have the platform look for it, with their receipt and our proof; if they never got it, the caller"
            " submits it again under a new Idempotency-Key",
        ),
    ),
    "number_differs": Said(
        ("编号与此处记录不同", "their number is not the one recorded here"),
        (
            "请对方确认哪个编号为准；此处的记录不可改，另行登记",
            "have the platform say which number stands; what is recorded here stays, note the other one apart",
        ),
    ),
    "state_differs": Said(
        ("办理状态与此前所知矛盾", "the case stands otherwise than it can, by what they told us before"),
        (
            "请对方说明：状态倒退，或前后决定不同",
            "have the platform explain why it went back, or was decided otherwise",
        ),
    ),
    "held_absent": Said(
        ("此处结果未知，对方清单中没有", "outcome unknown here, not in their list"),
        (
            f"清单没有不等于没有收到；{_ASK[0]}",
            f"not being listed does not prove it was not taken: {_ASK[1]}",
        ),
    ),
    "unknown_here": Said(
        (
            "对方清单中有此件，编号为我方编号形式，此处没有记录",
            "they have it under a number of our form, unknown here",
        ),
        (
            "可能是恢复备份之前发出的：停止向该平台发送，按编号向接入方查明后补登",
            "it may have been sent before a restore: keep sending off, and find out by its number from the callers",
        ),
    ),
    "foreign": Said(
        ("对方清单中有此件，编号不是我方编号形式", "in their list under a number that we cannot have given"),
        (
            "请对方确认此件由谁报送，是否应在清单之内",
            "ask the platform who sent it, and whether it belongs in the list",
        ),
    ),
    "open_there": Said(
        ("此处仍在办理，对方清单已有此件", "still under way here, and they have it"),
        (
            "网关将自行查明；待其终结后再对账",
            "the gateway will find out by itself; reconcile again once it has ended",
        ),
    ),
    "open_absent": Said(
        ("此处仍在办理，对方清单中没有", "still under way here, not in their list"),
        ("待其终结后再对账", "reconcile again once it has ended"),
    ),
    "unclear": Said(
        ("未能得知对方是否有此件", "nothing could be learnt about it"),
        (
            "稍后重跑；仍不明的，索取完整清单用 --list 对账",
            "run again later; if it stays so, get a complete list and use --list",
        ),
    ),
}
SETTLED = ("已核实为对方已收", "settled as taken")
MOVED = ("状态已变，未作更改；请重跑", "it has moved on, nothing was changed; run again")

FAULTS: Mapping[str, Texts] = {
    "digits_lost": (
        "编号被表格软件变成数值，位数已丢失；请把该列设为文本后重新导出",
        "a spreadsheet made a number of it and digits are lost; format the column as text and export it again",
    ),
    "not_whole": ("编号是带小数的数值", "it is a number with a fraction"),
    "not_text": ("单元格不是文本", "the cell holds neither text nor a number"),
    "no_number": ("两方编号都为空", "neither number is given"),
    "bad_number": (
        "编号应为 1 至 100 个字符，不含空白",
        "a number has 1 to 100 characters and no blanks",
    ),
    "a_person": (
        "此列像是公民身份号码，不是办件编号；请核对列名",
        "this looks like a citizen's number, not like a case's; check the columns",
    ),
    "row_cells": ("单元格数与标题行不符", "more or fewer cells than the heading"),
    "bad_state": (
        "状态不在该平台代码表内，本行不比对状态",
        "the state is in no table of this platform; it is compared without",
    ),
}
REASONS: Mapping[str, Texts] = {
    "no_release": ("尚无生效的发布；请先 tongban activate", "no release is in force: tongban activate"),
    "no_platform": (
        "生效的发布中没有此平台：{platform}；现有 {known}",
        "the release in force has no platform {platform}; it has {known}",
    ),
    "day_to_come": ("日期尚未到来：{day}", "that day has not begun: {day}"),
    "no_source": (
        "该平台没有声明 case.list，也没有声明 probe；请向对方索取清单，用 --list FILE 对账",
        "the platform declares neither case.list nor a probe; ask it for a list, and use --list FILE",
    ),
    "unreadable": (
        "既不是 UTF-8 或 GB18030 的 CSV，也不是工作簿",
        "neither CSV in UTF-8 or GB18030 nor a workbook",
    ),
    "several_sheets": (
        "不止一个工作表有内容；请只保留清单所在的一个",
        "more than one sheet holds rows; keep the one with the list",
    ),
    "no_heading": (
        "前 {rows} 行中没有认得的标题；请用 --columns ours=…,theirs=…,state=… 指明，认得的有 {known}",
        "no heading that is known in the first {rows} rows; name them: --columns ours=…,theirs=…,state=…;"
        " known are {known}",
    ),
    "same_column": (
        "{role} 不止一列；请用 --columns 指明",
        "{role} is more than one column; say which with --columns",
    ),
    "no_column": ("没有 --columns 所指的列", "there is no column as --columns names it"),
}


class CannotReconcile(Exception):
    """There is nothing to compare with; the text says why and what to do. `code` is a key of REASONS."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(" / ".join(text.format_map(facts) for text in REASONS[code]))
        self.code = code
